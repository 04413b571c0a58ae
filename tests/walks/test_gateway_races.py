"""
The walk of a call to somebody who is at several places, and of what crosses on the way: whoever
takes it first has it, and nobody else is left ringing, or talking into nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.witness.assembly import LINGER
from tests.support.bridged import SERVER, SIP, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request, responseTo

ALICE, DESK, MOBILE = 400, 700, 1000  # Hz
TONES = (ALICE, DESK, MOBILE)

# A terminal that calls one of two terminals does so itself: that call does not come here.
everyCall = pytest.mark.parametrize(
    ("calling", "desk", "mobile"),
    [
        ("sip", "sip", "sip"),
        ("sip", "sip", "h323"),
        ("sip", "h323", "h323"),
        ("h323", "sip", "sip"),
        ("h323", "sip", "h323"),
    ],
)

someCalls = pytest.mark.parametrize(
    ("calling", "desk", "mobile"), [("sip", "sip", "h323"), ("h323", "sip", "sip")]
)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=17) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    """
    One where names may be shared.
    """
    config = GatekeeperConfig(aliasConflict=AliasConflict.ADDITIVE)
    return world.server(SERVER, Configuration(gatekeeper=config))


def phone(world: Simulation, protocol: str, host: str, alias: str, tone: int, q: str = "") -> Phone:
    """
    A telephone that rings until somebody does something.
    """
    made: Phone
    if protocol == "sip":
        made = sipPhone(world, host, alias, tone, q=q)
    else:
        made = h323Phone(world, host, alias, tone)
    made.answers = False
    return made


def dial(alice: Phone) -> None:
    alice.dial(f"sip:1002@{SERVER}" if isinstance(alice, SIPPhone) else "1002")


def ringing(
    world: Simulation, calling: str, desk: str, mobile: str, q: str = ""
) -> tuple[Phone, Phone, Phone]:
    """
    Alice, and Bob's two telephones.

    @param q: how good the desk's is, by SIP.
    """
    alice = phone(world, calling, "10.0.1.1", "1001", ALICE)
    bobs = (
        phone(world, desk, "10.0.1.2", "1002", DESK, q),
        phone(world, mobile, "10.0.1.3", "1002", MOBILE),
    )
    dial(alice)
    world.until(lambda: all(each.leg is not None for each in bobs if q == "" or each is bobs[1]))
    world.run(0.2)
    return alice, *bobs


def left(world: Simulation) -> list[str]:
    world.leave()
    return world.leftOver()


@everyCall
@pytest.mark.parametrize("who", [0, 1])
def test_allOfBobsTelephonesRingAndTheFirstThatIsPickedUpHasTheCall(
    world: Simulation, server: SimulatedServer, calling: str, desk: str, mobile: str, who: int
) -> None:
    alice, *bobs = ringing(world, calling, desk, mobile)
    winner, loser = bobs[who], bobs[1 - who]
    assert alice.reports.count("alerting") == 1
    winner.pickUp()
    world.until(lambda: alice.speaking and winner.speaking and loser.cause is not None)
    world.run(0.6)
    assert loser.cause is Cause.NON_SELECTED_USER_CLEARING
    assert alice.heard.heard(TONES) == [winner.tone]
    assert winner.heard.heard(TONES) == [ALICE]
    assert loser.heard.heard(TONES) == []
    alice.hangup()
    world.run(LINGER + 1)
    (record,) = server.server.operator.cdr()
    assert (record["outcome"], record["cause"]) == ("answered", 16)
    assert str(record["calledPeer"]).startswith(f"{winner.address}:")
    assert left(world) == []


@someCalls
def test_aCallerThatGivesUpStopsAllOfThem(
    world: Simulation, server: SimulatedServer, calling: str, desk: str, mobile: str
) -> None:
    alice, *bobs = ringing(world, calling, desk, mobile)
    alice.hangup()
    world.until(lambda: all(each.cause is not None for each in bobs))
    assert {each.cause for each in bobs} == {Cause.NORMAL_CALL_CLEARING}
    world.run(LINGER + 1)
    (record,) = server.server.operator.cdr()
    assert (record["outcome"], record["releasedBy"]) == ("unanswered", "calling")
    assert left(world) == []


@someCalls
@pytest.mark.parametrize("who", [0, 1])
def test_theCallGoesOnWhileOneTelephoneRingsAndTheBestRefusalIsTold(
    world: Simulation, server: SimulatedServer, calling: str, desk: str, mobile: str, who: int
) -> None:
    alice, *bobs = ringing(world, calling, desk, mobile)
    bobs[who].refuse(Cause.USER_BUSY)
    world.run(1.0)
    assert alice.cause is None
    bobs[1 - who].refuse(Cause.TEMPORARY_FAILURE)
    world.until(lambda: alice.cause is not None)
    assert alice.cause is Cause.USER_BUSY
    world.run(LINGER + 1)
    (record,) = server.server.operator.cdr()
    assert (record["outcome"], record["cause"], record["releasedBy"]) == (
        "unanswered",
        int(Cause.USER_BUSY),
        "called",
    )
    assert left(world) == []


@someCalls
@pytest.mark.parametrize("who", [0, 1])
def test_aTelephoneThatDiesWhileTheOtherRingsHarmsNobody(
    world: Simulation, server: SimulatedServer, calling: str, desk: str, mobile: str, who: int
) -> None:
    alice, *bobs = ringing(world, calling, desk, mobile)
    dead, alive = bobs[who], bobs[1 - who]
    world.network.resetStreams(dead.address)
    dead.close()
    world.run(2.0)
    alive.pickUp()
    world.until(lambda: alice.speaking and alive.speaking)
    world.run(0.6)
    assert alice.heard.heard(TONES) == [alive.tone]
    assert world.failures == []


@someCalls
def test_ofTwoThatArePickedUpInOneMomentOneHasTheCallAndTheOtherIsEnded(
    world: Simulation, server: SimulatedServer, calling: str, desk: str, mobile: str
) -> None:
    alice, *bobs = ringing(world, calling, desk, mobile)
    for each in bobs:
        each.pickUp()
    world.until(lambda: any(each.cause is not None for each in bobs) and alice.speaking)
    world.run(1.0)
    (winner,) = [each for each in bobs if each.cause is None]
    (loser,) = [each for each in bobs if each is not winner]
    assert alice.heard.heard(TONES) == [winner.tone]
    assert loser.heard.heard(TONES) == []
    assert loser.cause is Cause.NON_SELECTED_USER_CLEARING
    alice.hangup()
    world.run(LINGER + 1)
    assert len(server.server.operator.cdr()) == 1
    assert left(world) == []


@someCalls
def test_whoGivesUpInTheMomentOfAnAnswerLeavesNothingBehind(
    world: Simulation, server: SimulatedServer, calling: str, desk: str, mobile: str
) -> None:
    alice, *bobs = ringing(world, calling, desk, mobile)
    bobs[1].pickUp()
    alice.hangup()
    world.until(lambda: all(each.cause is not None for each in (alice, *bobs)))
    world.run(LINGER + 1)
    assert len(server.server.operator.cdr()) == 1
    assert left(world) == []


@pytest.mark.parametrize("calling", ["sip", "h323"])
def test_aWorsePlaceIsCalledWhenTheBetterHasRefusedAndTheCallerIsToldOnceThatItRings(
    world: Simulation, server: SimulatedServer, calling: str
) -> None:
    alice, desk, mobile = ringing(world, calling, "sip", "sip", q="0.3")
    assert (desk.leg, mobile.leg is not None) == (None, True)
    mobile.refuse(Cause.USER_BUSY)
    world.until(lambda: desk.leg is not None)
    world.run(1.0)
    assert alice.reports.count("alerting") == 1
    desk.pickUp()
    world.until(lambda: alice.speaking and desk.speaking)
    world.run(0.6)
    assert alice.heard.heard(TONES) == [DESK]
    assert left(world) == []


@pytest.mark.parametrize("calling", ["sip", "h323"])
def test_theCallerHearsTheFirstThatSpeaksBeforeAnAnswerAndThenWhoAnswers(
    world: Simulation, server: SimulatedServer, calling: str
) -> None:
    alice = phone(world, calling, "10.0.1.1", "1001", ALICE)
    desk = sipPhone(world, "10.0.1.2", "1002", DESK, over="tcp")
    mobile = sipPhone(world, "10.0.1.3", "1002", MOBILE, over="tcp")
    desk.answers = mobile.answers = False
    alice.dial("1002" if calling == "h323" else f"sip:1002@{SERVER};transport=tcp")
    world.until(lambda: desk.leg is not None and mobile.leg is not None)
    mobile.speakEarly()
    world.until(lambda: alice.speaking)
    desk.speakEarly()
    world.run(0.8)
    assert alice.heard.heard(TONES) == [MOBILE]
    desk.pickUp()
    world.until(lambda: "answered" in alice.reports)
    world.run(0.8)
    assert alice.heard.heard(TONES) == [DESK]
    assert mobile.cause is Cause.NON_SELECTED_USER_CLEARING
    assert left(world) == []


class Script:
    """
    A telephone of Bob's that says by SIP what none of ours would.
    """

    def __init__(self, world: Simulation, host: str = "10.0.1.4") -> None:
        sipPhone(world, host, "1002", 700).close()
        self.world = world
        self.peer = ScriptedPeer(world, host)

    def requests(self, method: str) -> list[SIPRequest]:
        """
        What came of one kind.
        """
        messages = self.peer.messages
        return [each for each in messages if isinstance(each, SIPRequest) and each.method == method]

    def answer(self, status: int, body: str = "", tag: str = "far") -> None:
        """
        Answer the INVITE.
        """
        self.world.until(lambda: self.requests("INVITE"))
        (invite,) = self.requests("INVITE")
        here = self.peer.address.host.encode()
        text = responseTo(invite, status, tag=tag, body=body)
        self.peer.send(text.replace(b"script@10.0.0.3", b"script@" + here), SIP)
        self.world.run(0.1)


def progress(caller: ScriptedPeer) -> list[int]:
    """
    What the caller was told before the end.
    """
    return [status for status in caller.statuses if 100 < status < 200]


@pytest.fixture
def alice(world: Simulation, server: SimulatedServer) -> ScriptedPeer:
    """
    Somebody registered, who has called Bob over UDP.
    """
    sipPhone(world, "10.0.0.3", "script", ALICE).close()
    return ScriptedPeer(world, "10.0.0.3")


def invite(alice: ScriptedPeer) -> None:
    uri, row = f"sip:1002@{SERVER}", f"Subject: {'x' * 400}\n"  # as long as those of telephones
    alice.send(request("INVITE", uri=uri, extra=row, body=offerBody("10.0.0.3")), SIP)


def test_howeverOftenItRingsTheCallerIsToldOnce(world: Simulation, alice: ScriptedPeer) -> None:
    bob = Script(world)
    invite(alice)
    for status, tag in ((100, "far"), (180, "far"), (180, "far"), (181, "far"), (180, "other")):
        bob.answer(status, tag=tag)
    assert progress(alice) == [180]
    bob.answer(486)
    assert alice.statuses[-1] == 486


@pytest.mark.parametrize("first", [180, 183])
def test_anAnnouncementAndRingingAreToldInTheirOrder(
    world: Simulation, server: SimulatedServer, first: int
) -> None:
    alice = sipPhone(world, "10.0.1.1", "1001", ALICE, over="tcp")
    bob = Script(world)
    alice.dial(f"sip:1002@{SERVER};transport=tcp")
    for status in (first, 363 - first):
        bob.answer(status, offerBody(bob.peer.address.host) if status == 183 else "")
    told = [each for each in alice.reports if each in ("alerting", "media")]
    assert told == (["alerting", "media"] if first == 180 else ["media", "alerting"])
    bob.answer(486)
    world.until(lambda: alice.cause is not None)


def test_whoLosesIsToldThatSomebodyElseHasTheCall(world: Simulation, alice: ScriptedPeer) -> None:
    script, desk = Script(world), phone(world, "sip", "10.0.1.2", "1002", DESK)
    invite(alice)
    script.answer(180)
    desk.pickUp()
    world.until(lambda: script.requests("CANCEL"))
    (cancel,) = script.requests("CANCEL")
    assert cancel.headers.get("Reason") == (
        'SIP;cause=200;text="Call completed elsewhere", Q.850;cause=26'
    )


def test_anAnswerThatCrossesTheCancelIsEndedAndNotHeard(
    world: Simulation, alice: ScriptedPeer
) -> None:
    script, desk = Script(world), phone(world, "sip", "10.0.1.2", "1002", DESK)
    invite(alice)
    script.answer(180)
    desk.pickUp()
    world.until(lambda: script.requests("CANCEL"))
    script.answer(200, offerBody(script.peer.address.host))
    assert [len(script.requests(each)) for each in ("ACK", "BYE")] == [1, 1]
    (bye,) = script.requests("BYE")
    assert "cause=26" in (bye.headers.get("Reason") or "")
    assert desk.cause is None
    assert [status for status in alice.statuses if status >= 200] == [200]


@pytest.mark.parametrize("status", [600, 603, 604, 606])
def test_whoRefusesForAllPlacesStopsTheOthers(
    world: Simulation, alice: ScriptedPeer, status: int
) -> None:
    script, desk = Script(world), phone(world, "sip", "10.0.1.2", "1002", DESK)
    invite(alice)
    script.answer(180)
    script.answer(status)
    world.until(lambda: desk.cause is not None)
    world.run(0.2)
    assert alice.statuses[-1] == status


def test_whoRingsIsNotToldOfAnAnswerElsewhereWhereTheCallerGivesUp(
    world: Simulation, alice: ScriptedPeer
) -> None:
    script = Script(world)
    invite(alice)
    script.answer(180)
    alice.send(request("CANCEL", uri=f"sip:1002@{SERVER}", cseqMethod="CANCEL"), SIP)
    world.until(lambda: script.requests("CANCEL"))
    (cancel,) = script.requests("CANCEL")
    assert "SIP" not in (cancel.headers.get("Reason") or "")


def test_aCancelThatSaysWhySaysItToAllThatRing(world: Simulation, alice: ScriptedPeer) -> None:
    desk = phone(world, "sip", "10.0.1.2", "1002", DESK)
    terminal = phone(world, "h323", "10.0.1.3", "1002", MOBILE)
    invite(alice)
    world.until(lambda: desk.leg is not None and terminal.leg is not None)
    world.run(0.2)
    alice.send(
        request(
            "CANCEL", uri=f"sip:1002@{SERVER}", extra="Reason: SIP;cause=200\n", cseqMethod="CANCEL"
        ),
        SIP,
    )
    world.until(lambda: desk.cause is not None and terminal.cause is not None)
    assert desk.cause is terminal.cause is Cause.NON_SELECTED_USER_CLEARING
    assert 487 in alice.statuses


def test_aRefusalThatSaysWhyIsToldTheCallerWithThat(world: Simulation, alice: ScriptedPeer) -> None:
    script = Script(world)
    invite(alice)
    world.until(lambda: script.requests("INVITE"))
    (call,) = script.requests("INVITE")
    text = responseTo(call, 480).replace(b"Call-ID", b"Reason: Q.850;cause=17\r\nCall-ID", 1)
    script.peer.send(text, SIP)
    world.run(0.2)
    refused = alice.messages[-1]
    assert isinstance(refused, SIPResponse)
    assert (refused.status, refused.headers.get("Reason")) == (486, "Q.850;cause=17")


@pytest.mark.parametrize(("calling", "called"), [("sip", "sip"), ("sip", "h323"), ("h323", "sip")])
def test_twoWhoHoldAndResumeInOneMomentHearEachOtherAfterwards(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    alice = phone(world, calling, "10.0.1.1", "1001", ALICE)
    bob = phone(world, called, "10.0.1.2", "1002", DESK)
    bob.answers = True
    dial(alice)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.5)
    both = (alice, bob)
    for direction in (Direction.SENDONLY, Direction.SENDRECV):
        for each in both:
            assert each.leg is not None
            each.leg.changeMedia(each.speaks.directed(direction))
        world.run(6.0)  # a request that has met another comes again: RFC 3261, 14.1
    assert (alice.heard.heard(TONES), bob.heard.heard(TONES)) == ([DESK], [ALICE])
    assert world.failures == []
    assert left(world) == []


def test_aWorsePlaceIsCalledWhenNobodyAnswersAtTheBetter(
    world: Simulation, server: SimulatedServer
) -> None:
    alice, desk, mobile = ringing(world, "sip", "sip", "sip", q="0.3")
    world.until(lambda: mobile.cause is not None, 60.0)
    assert mobile.cause is Cause.NO_ANSWER_FROM_USER
    world.until(lambda: desk.leg is not None)
    desk.pickUp()
    world.until(lambda: alice.speaking and desk.speaking)
    assert left(world) == []


def test_anAnswerThatHasNothingForUsIsARefusalAndTheOthersRingOn(
    world: Simulation, alice: ScriptedPeer
) -> None:
    script, desk = Script(world), phone(world, "sip", "10.0.1.2", "1002", DESK)
    invite(alice)
    script.answer(200, offerBody(script.peer.address.host, formats="77"))
    assert [len(script.requests(each)) for each in ("ACK", "BYE")] == [1, 1]
    assert (desk.cause, [each for each in alice.statuses if each >= 200]) == (None, [])
    desk.refuse(Cause.DESTINATION_OUT_OF_ORDER)
    world.until(lambda: 488 in alice.statuses)
