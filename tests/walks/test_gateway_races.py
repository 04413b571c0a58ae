"""
The walk of a call to somebody who is at several places, and of what crosses on the way: whoever
takes it first has it, and nobody else is left ringing, or talking into nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig
from h323d.values.cause import Cause
from h323d.witness.assembly import LINGER
from tests.support.bridged import SERVER, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.simulation import SimulatedServer, Simulation

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
