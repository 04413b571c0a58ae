"""
The walk of a call between SIP and H.323 in every way in which H.323 starts one: what either side
does before the answer and after it reaches the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.bridged import SERVER, SIPPhone, sipPhone
from tests.support.bridgedcalls import (
    ALICE,
    BOB,
    STARTS,
    SIPScript,
    called,
    heard,
    heardEachOther,
    newPhone,
    newServer,
    phones,
    talking,
)
from tests.support.simulation import Simulation

everyStart = pytest.mark.parametrize("start", STARTS)
bothWays = pytest.mark.parametrize(
    ("calling", "calledBy"), [("sip", "h323"), ("h323", "sip")], ids=["to H.323", "to SIP"]
)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=23) as simulation:
        yield simulation


def left(world: Simulation) -> list[str]:
    world.leave()
    return world.leftOver()


@everyStart
@bothWays
def test_whatRingsWithoutASoundIsToldAndSpeaksOnceItIsAnswered(
    world: Simulation, calling: str, calledBy: str, start: str
) -> None:
    newServer(world, start)
    alice, bob = phones(world, calling, calledBy)
    bob.answers = False
    called(alice, start)
    world.until(lambda: "alerting" in alice.reports)
    world.run(0.2)
    assert "answered" not in alice.reports
    bob.pickUp()
    world.until(lambda: alice.speaking and bob.speaking)
    assert "answered" in alice.reports
    assert left(world) == []


@everyStart
@bothWays
def test_whatIsSaidBeforeTheAnswerIsHeard(
    world: Simulation, calling: str, calledBy: str, start: str
) -> None:
    newServer(world, start)
    if calling == "sip":
        alice = sipPhone(world, "10.0.1.1", "1001", ALICE, G711_ALAW, over="tcp")
        bob = newPhone(world, calledBy, 1, G711_ULAW)
    else:
        alice = newPhone(world, calling, 0, G711_ALAW)  # type: ignore[assignment]  # one of two kinds
        bob = sipPhone(world, "10.0.1.2", "1002", BOB, G711_ULAW, over="tcp")
    bob.answers = False
    if isinstance(alice, SIPPhone):
        alice.dial(f"sip:1002@{SERVER};transport=tcp")
    else:
        called(alice, start)
    world.until(lambda: bob.leg is not None)
    world.run(0.2)
    bob.speakEarly()
    world.until(lambda: alice.speaking)
    world.run(0.35)
    assert "answered" not in alice.reports
    assert heard(alice, bob)[0] == [BOB]
    bob.pickUp()
    world.until(lambda: "answered" in alice.reports)
    world.run(0.35)
    assert heardEachOther(alice, bob)
    assert left(world) == []


@everyStart
@bothWays
def test_whateverEitherChangesInTheMiddleOfTheCallReachesTheOther(
    world: Simulation, calling: str, calledBy: str, start: str
) -> None:
    newServer(world, start)
    both = talking(world, calling, calledBy, start)
    for holder, other, codec in ((*both, G711_ULAW), (*both[::-1], G711_ALAW)):
        assert holder.leg is not None
        other.reports.clear()
        holder.leg.changeMedia(holder.speaks.directed(Direction.SENDONLY))
        world.run(0.35)
        assert other.reports == ["mediaLost"]
        assert other.heard.heard((ALICE, BOB)) == []
        holder.leg.changeMedia(MediaProfile.audio((codec,)))
        world.run(0.35)
        assert heardEachOther(*both)
        transmit = holder.streams[-1].transmit
        assert transmit is not None
        assert transmit.format.sameOctets(codec)
    assert left(world) == []


@everyStart
def test_whoCallsWithoutAnOfferIsMadeOneAndAnswersItWithItsACK(
    world: Simulation, start: str
) -> None:
    newServer(world, start)
    bob = newPhone(world, "h323", 1, G711_ULAW)
    bob.answers = False
    alice = SIPScript(world, 0)
    alice.invite(extra=f"Subject: {'x' * 800}\n")  # as long as those of telephones
    world.until(lambda: bob.leg is not None)
    world.run(0.2)
    assert [each.status for each in alice.responses()][-1] == 180
    bob.pickUp()
    world.until(lambda: 200 in alice.peer.statuses)
    assert b"m=audio" in alice.final.body
    alice.inDialog("ACK", alice.offer("8"))
    world.until(lambda: bob.speaking)
    assert bob.leg is not None
    alice.inDialog("BYE")
    world.until(lambda: bob.cause is not None)
    assert left(world) == []


@everyStart
def test_whoAsksForAnOfferInTheMiddleOfTheCallIsMadeOneAndNothingChanges(
    world: Simulation, start: str
) -> None:
    newServer(world, start)
    alice, bob = newPhone(world, "h323", 0, G711_ALAW), SIPScript(world, 1)
    called(alice, start)
    bob.answer(200, bob.offer("0"))
    world.until(lambda: alice.speaking)
    alice.reports.clear()
    bob.ask("INVITE")
    assert bob.final.status == 200
    assert b"m=audio" in bob.final.body
    bob.ask("ACK", bob.offer("0"))
    world.run(0.2)
    assert alice.reports == []
    bob.ask("BYE")
    world.until(lambda: alice.cause is not None)
    assert left(world) == []
