"""
The walk of what one side does in the middle of a bridged call: the other learns what concerns it,
in the words of its own protocol, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.sip.messages.message import SIPRequest
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ULAW
from tests.support.bridged import Phone
from tests.support.bridgedcalls import HOSTS, SIPScript, called, newPhone, newServer, talking
from tests.support.simulation import Simulation


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=47) as simulation:
        newServer(simulation)
        yield simulation
        assert simulation.failures == []


def toTerminal(world: Simulation) -> tuple[SIPScript, Phone]:
    """
    A script by SIP has called a terminal that answered.
    """
    alice, bob = SIPScript(world, 0), newPhone(world, "h323", 1, G711_ULAW)
    alice.invite(alice.offer("0"))
    world.until(lambda: 200 in alice.peer.statuses and bob.speaking)
    alice.inDialog("ACK")
    world.run(0.2)
    bob.reports.clear()
    return alice, bob


def fromTerminal(world: Simulation) -> tuple[Phone, SIPScript]:
    """
    A terminal has called a script by SIP, which answered.
    """
    alice, bob = newPhone(world, "h323", 0, G711_ULAW), SIPScript(world, 1)
    called(alice)
    bob.answer(200, bob.offer("0"))
    world.until(lambda: alice.speaking)
    world.run(0.2)
    alice.reports.clear()
    return alice, bob


def left(world: Simulation) -> list[str]:
    world.leave()
    return world.leftOver()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_aRefreshThatChangesNothingIsAnsweredAndNotPassedOn(world: Simulation, method: str) -> None:
    alice, bob = toTerminal(world)
    for _ in range(3):
        alice.inDialog(method, alice.offer("0"), "Session-Expires: 90;refresher=uac\n")
        assert alice.final.status == 200
        if method == "INVITE":
            alice.inDialog("ACK")
    world.run(0.3)
    assert bob.reports == []
    assert bob.cause is None


def test_aRefreshWithoutADescriptionIsAnsweredAndNotPassedOn(world: Simulation) -> None:
    alice, bob = toTerminal(world)
    alice.inDialog("UPDATE")
    assert (alice.final.status, alice.final.body) == (200, b"")
    world.run(0.3)
    assert bob.reports == []


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("how", ["sendonly", "inactive", "nowhere"])
def test_everyWayToHoldBySIPIsAHoldByH323(world: Simulation, method: str, how: str) -> None:
    alice, bob = toTerminal(world)
    body = alice.offer("0", "sendrecv" if how == "nowhere" else how)
    if how == "nowhere":
        body = body.replace(f"c=IN IP4 {HOSTS[0]}", "c=IN IP4 0.0.0.0")
    for offer, report in ((body, "mediaLost"), (alice.offer("0"), "media")):
        alice.inDialog(method, offer)
        assert alice.final.status == 200
        if method == "INVITE":
            alice.inDialog("ACK")
        world.run(0.2)
        assert report in bob.reports
        bob.reports.clear()


@pytest.mark.parametrize("direction", [Direction.SENDONLY, Direction.INACTIVE])
def test_aHoldByH323IsOneBySIP(world: Simulation, direction: Direction) -> None:
    alice, bob = fromTerminal(world)
    assert alice.leg is not None
    alice.leg.changeMedia(alice.speaks.directed(direction))
    world.until(lambda: len(bob.requests("INVITE")) == 2)
    assert b"a=sendonly" in bob.requests("INVITE")[-1].body
    bob.answer(200, bob.offer("0", "recvonly"))
    alice.leg.changeMedia(alice.speaks)
    world.until(lambda: len(bob.requests("INVITE")) == 3)
    assert b"a=sendonly" not in bob.requests("INVITE")[-1].body
    bob.answer(200, bob.offer("0"))
    world.run(0.2)
    assert len(bob.requests("ACK")) == 3
    assert alice.cause is None


def test_whoHoldsAndResumesAtOnceIsNotLeftOnHold(world: Simulation) -> None:
    alice, bob = fromTerminal(world)
    assert alice.leg is not None
    for _ in range(3):
        alice.leg.changeMedia(alice.speaks.directed(Direction.SENDONLY))
        world.run(0.06)
        alice.leg.changeMedia(alice.speaks)
        world.run(0.06)
    offers = 1
    while len(bob.requests("INVITE")) > offers:  # one at a time, and the last is what counts
        offers = len(bob.requests("INVITE"))
        held = b"a=sendonly" in bob.requests("INVITE")[-1].body
        bob.answer(200, bob.offer("0", "recvonly" if held else "sendrecv"))
        world.run(0.2)
    assert b"a=sendonly" not in bob.requests("INVITE")[-1].body


def test_twoOffersThatMeetAreBothRefusedAndOursComesAgain(world: Simulation) -> None:
    alice, bob = fromTerminal(world)
    assert alice.leg is not None
    alice.leg.changeMedia(alice.speaks.directed(Direction.SENDONLY))
    world.until(lambda: len(bob.requests("INVITE")) == 2)
    bob.ask("INVITE", bob.offer("0"))
    assert bob.final.status == 491
    bob.answer(491)
    world.until(lambda: len(bob.requests("INVITE")) == 3)
    bob.answer(200, bob.offer("0", "recvonly"))
    assert alice.cause is None


def test_aChangeThatThePhoneRefusesLeavesTheCallAsItWas(world: Simulation) -> None:
    alice, bob = fromTerminal(world)
    assert alice.leg is not None
    alice.leg.changeMedia(alice.speaks.directed(Direction.SENDONLY))
    world.until(lambda: len(bob.requests("INVITE")) == 2)
    bob.answer(488)
    alice.leg.changeMedia(alice.speaks)
    world.run(0.5)
    assert alice.cause is None


def test_anOfferThatWeCannotTakeLeavesTheCallAsItWas(world: Simulation) -> None:
    alice, bob = toTerminal(world)
    alice.inDialog("INVITE", alice.offer("77"))
    assert alice.final.status == 488
    assert "305" in (alice.final.headers.get("Warning") or "")
    world.run(0.3)
    assert (bob.reports, bob.cause) == ([], None)


# A side that dies.


@pytest.mark.parametrize("who", [0, 1])
def test_aTerminalWhoseConnectionIsLostWhileItRingsEndsTheCall(world: Simulation, who: int) -> None:
    if who == 0:
        alice, bob = newPhone(world, "h323", 0), SIPScript(world, 1)
        called(alice)
        bob.answer(180)
        world.until(lambda: "alerting" in alice.reports)
        world.network.resetStreams(HOSTS[0])
        world.until(lambda: bob.requests("CANCEL"))
        bob.answer(487)
    else:
        caller, terminal = SIPScript(world, 0), newPhone(world, "h323", 1)
        terminal.answers = False
        caller.invite(caller.offer())
        world.until(lambda: 180 in caller.peer.statuses)
        world.network.resetStreams(HOSTS[1])
        world.until(lambda: caller.isAnswered)
        assert caller.final.status == 503
        assert caller.final.headers.get("Reason") == "Q.850;cause=41"
    assert left(world) == []


def test_aPhoneThatNeverAnswersAnythingEndsTheCall(world: Simulation) -> None:
    alice, bob = newPhone(world, "h323", 0), SIPScript(world, 1)
    called(alice)
    world.until(lambda: alice.cause is not None, 40.0)
    assert alice.cause is Cause.NO_USER_RESPONDING
    assert {each.method for each in bob.peer.messages if isinstance(each, SIPRequest)} == {"INVITE"}


def test_aPhoneThatIsGoneInTheMiddleOfTheCallEndsItWithTheNextChange(world: Simulation) -> None:
    alice, bob = SIPScript(world, 0), SIPScript(world, 1)
    alice.invite(alice.offer("0"))
    bob.answer(200, bob.offer("0"))
    alice.inDialog("ACK")
    alice.inDialog("INVITE", alice.offer("0", "sendonly"))
    alice.inDialog("ACK")
    world.until(lambda: alice.requests("BYE"), 40.0)  # Bob has not said a word
    assert alice.requests("BYE")[0].headers.get("Reason") == "Q.850;cause=102"


@pytest.mark.parametrize(("calling", "calledBy"), [("sip", "h323"), ("h323", "sip")])
def test_whereH245AloneIsLostTheSoundGoesOnAndEitherHangsUp(calling: str, calledBy: str) -> None:
    with Simulation(seed=53) as world:
        newServer(world, "slow, H.245 apart")
        alice, bob = talking(world, calling, calledBy, "slow, H.245 apart")
        for stream in tuple(world.network.streams):
            if 1720 not in (stream.here[1], stream.there[1]):
                stream.abortConnection()
        world.run(0.5)
        assert (alice.cause, bob.cause) == (None, None)
        alice.hangup()
        world.until(lambda: bob.cause is not None)
        assert left(world) == []
