"""
The walk of two calls through the gateway of one party, who joins the others with each other: a
transfer after consultation, whatever protocols they speak.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

import pytest

from h323d.events.calls import CallOffered, CallTransferred
from h323d.h323.signalling.q931 import MessageType
from h323d.values.cause import Cause
from h323d.witness.assembly import LINGER
from tests.support.bridged import SERVER, h323Phone, sipPhone
from tests.support.graph import hidden
from tests.support.referrer import SECOND, H323Referrer, Referrer
from tests.support.simulation import Simulation
from tests.walks.test_gateway_transfer import (
    ALICE,
    CAROL,
    SETTLED,
    TALK,
    TONES,
    House,
    Terminals,
    everyPair,
)
from tests.walks.test_switchboard import isBeyond


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=14) as simulation:
        yield simulation


def consulted(
    world: Simulation, remaining: str = "sip", target: str = "sip", who: str = "called"
) -> House:
    """
    Alice, whom somebody is to hand over, and Carol, whom that somebody has asked.
    """
    house = House(world, remaining, target, who)
    house.referrer.hold()
    world.run(SETTLED)
    house.referrer.consult("1003")
    world.until(lambda: house.carol.speaking and house.referrer.consulting)
    world.run(SETTLED)
    return house


def joined(house: House) -> None:
    """
    Alice and Carol talk, and nobody else is there.
    """
    house.referrer.refer("1003", headers=house.referrer.replaces)
    house.world.until(lambda: house.referrer.methods.count("BYE") == 2)
    house.world.run(TALK)
    assert house.heard() == ([CAROL], [ALICE])
    (bridge,) = house.server.server.gateway.bridges.values()
    assert bridge.state == "talking"


@everyPair
@pytest.mark.parametrize("who", ["calling", "called"])
def test_theOthersTalkAndWhoJoinedThemIsLetGoOfBoth(
    world: Simulation, remaining: str, target: str, who: str
) -> None:
    house = consulted(world, remaining, target, who)
    joined(house)
    assert house.referrer.statusOf("REFER") == [202]
    assert house.referrer.progress == [100, 200]
    assert house.alice.cause is house.carol.cause is None
    house.carolHangsUp()
    house.over()


@everyPair
def test_eachOfTheThreeCallsHasItsRecord(world: Simulation, remaining: str, target: str) -> None:
    house = consulted(world, remaining, target)
    joined(house)
    house.alice.hangup()
    world.run(LINGER + 1.0)
    records = sorted(house.server.server.operator.cdr(), key=itemgetter("offered"))
    assert len(records) == 3
    for record in records:
        assert (record["outcome"], record["model"]) == ("answered", "gateway")
        assert record["cause"] == Cause.NORMAL_CALL_CLEARING
    third = records[2]
    assert "1001" in str(third["calling"])
    assert "1003" in str(third["called"])
    assert third["releasedBy"] == "calling"


def test_itIsToldWhichCallsGoOnAsWhich(world: Simulation) -> None:
    house = consulted(world)
    joined(house)
    facts = house.server.told(CallTransferred)
    first, second, third = [each.callId for each in house.server.told(CallOffered)]
    assert {(each.callId, each.onward) for each in facts} == {(first, third), (second, third)}
    house.over()


@everyPair
def test_holdPassesAfterwards(world: Simulation, remaining: str, target: str) -> None:
    house = consulted(world, remaining, target)
    joined(house)
    house.eachHolds()
    house.over()


@pytest.mark.parametrize(
    ("replaces", "status"),
    [
        ("?Replaces=nothing%3Bto-tag%3Da%3Bfrom-tag%3Dfar", 481),
        ("?Replaces=second%3Bto-tag%3Da%3Bfrom-tag%3Dfar", 481),
    ],
)
def test_aDialogThatIsNotOursIsToldAndBothCallsGoOn(
    world: Simulation, replaces: str, status: int
) -> None:
    house = consulted(world)
    house.referrer.refer("1003", headers=replaces)
    world.run(SETTLED)
    assert house.referrer.statusOf("REFER") == [202]
    assert house.referrer.progress == [100, status]
    assert house.alice.cause is house.carol.cause is None
    house.over()


def test_aCallThatIsOverLatelyIsDeclined(world: Simulation) -> None:
    house = consulted(world)
    replaces = house.referrer.replaces
    house.referrer.hangup(SECOND)
    world.run(SETTLED)
    house.referrer.refer("1003", headers=replaces)
    world.run(SETTLED)
    assert house.referrer.progress == [100, 603]
    assert house.talksOn()
    house.over()


def test_earlyOnlyIsTooLateOnceItIsAnswered(world: Simulation) -> None:
    house = consulted(world)
    house.referrer.refer("1003", headers=house.referrer.replaces + "%3Bearly-only")
    world.run(SETTLED)
    assert house.referrer.progress == [100, 486]
    house.over()


@pytest.mark.parametrize(
    ("host", "replaces", "status"),
    [
        ("10.0.0.3", "{}", 200),
        ("10.0.0.3", "{};early-only", 486),
        ("10.0.0.3", "nothing;to-tag=1;from-tag=2", 481),
        ("10.0.0.3", "nothing", 400),
        ("10.0.0.8", "{}", 403),
    ],
)
def test_whoCallsInThePlaceOfAnotherCallHasItIfItIsTheirs(
    world: Simulation, host: str, replaces: str, status: int
) -> None:
    house = House(world)
    mine = host == house.referrer.address.host
    caller = house.referrer if mine else Referrer(world, host, "other")
    caller.consult("1001", replaces.format(house.referrer.first))
    world.until(lambda: status in caller.statusOf("INVITE"))
    world.run(SETTLED)
    assert ("BYE" in house.referrer.methods) is (status == 200)
    assert house.talksOn()
    if not mine:
        caller.port.close()
    house.over()


def test_whoCallsInThePlaceOfACallThatIsOverIsDeclined(world: Simulation) -> None:
    house = House(world)
    first = house.referrer.first
    house.referrer.hangup()
    world.run(SETTLED)
    house.referrer.consult("1001", first)
    world.run(SETTLED)
    assert house.referrer.statusOf("INVITE")[-1] == 603
    house.over()


def test_whoOffersNothingTakesNobodysPlace(world: Simulation) -> None:
    house = House(world)
    house.referrer.consult("1001", house.referrer.first, formats="96")
    world.until(lambda: 488 in house.referrer.statusOf("INVITE"))
    world.run(SETTLED)
    assert "BYE" not in house.referrer.methods
    assert house.talksOn()
    house.over()


def test_whoComesForAPlaceThatIsGoneIsLetGo(world: Simulation) -> None:
    house = House(world)
    house.referrer.acknowledges = False
    house.referrer.consult("1001", house.referrer.first)
    world.until(lambda: 200 in house.referrer.statusOf("INVITE"))
    house.alice.hangup()
    world.until(lambda: "BYE" in house.referrer.methods)
    house.referrer.acknowledge(SECOND)
    world.until(lambda: house.referrer.methods.count("BYE") == 2)
    house.over()


def test_whoDoesNotAcknowledgeTakesNobodysPlace(world: Simulation) -> None:
    house = House(world)
    house.referrer.acknowledges = False
    house.referrer.consult("1001", house.referrer.first)
    world.run(40.0)
    assert "BYE" not in house.referrer.methods
    assert house.talksOn()
    house.over()


def test_whoIsAskedMayLeaveInTheMomentOfTheTransfer(world: Simulation) -> None:
    house = consulted(world)
    house.referrer.refer("1003", headers=house.referrer.replaces)
    house.carol.hangup()
    world.run(SETTLED)
    world.until(lambda: house.carol.cause is not None)
    house.over()


def test_whoTransfersMayLeaveBothCallsAtOnce(world: Simulation) -> None:
    house = consulted(world)
    house.referrer.refer("1003", headers=house.referrer.replaces)
    house.referrer.hangup()
    house.referrer.hangup(SECOND)
    world.run(SETTLED)
    assert house.heard() == ([CAROL], [ALICE])
    house.over()


def test_aSeatInARoomIsGivenToWhoIsTransferred(world: Simulation) -> None:
    house = House(world)
    house.carol.dial("sip:80001@10.0.0.1")
    world.until(lambda: house.carol.speaking)
    house.referrer.consult("80001")
    world.until(lambda: house.referrer.consulting)
    world.run(SETTLED)
    house.referrer.refer("80001", headers=house.referrer.replaces)
    world.until(lambda: house.referrer.methods.count("BYE") == 2)
    world.run(TALK)
    assert house.heard() == ([CAROL], [ALICE])
    (room,) = house.server.server.conference.rooms.values()
    assert len(room.participants) == 2
    house.over()


def test_whoIsInARoomGivesTheirSeatToWhomTheyHaveAsked(world: Simulation) -> None:
    server = world.server(SERVER)
    alice = sipPhone(world, "10.0.1.1", "1001", ALICE)
    carol = h323Phone(world, "10.0.1.3", "1003", CAROL)
    member = Referrer(world)
    alice.dial(f"sip:80001@{SERVER}")
    member.call("80001")
    world.until(lambda: alice.speaking and member.talking)
    member.consult("1003")
    world.until(lambda: carol.speaking and member.consulting)
    world.run(SETTLED)
    member.refer("1003", headers=member.replaces)
    world.until(lambda: member.methods.count("BYE") == 2)
    world.run(TALK)
    assert (alice.heard.heard(TONES), carol.heard.heard(TONES)) == ([CAROL], [ALICE])
    assert member.progress == [100, 200]
    (room,) = server.server.conference.rooms.values()
    assert len(room.participants) == 2
    world.leave()
    member.port.close()
    assert world.leftOver() == []


def test_twoRoomsAreNotJoined(world: Simulation) -> None:
    world.server(SERVER)
    member = Referrer(world)
    member.call("80001")
    world.until(lambda: member.talking)
    member.consult("80002")
    world.until(lambda: member.consulting)
    member.refer("80002", headers=member.replaces)
    world.run(SETTLED)
    assert member.statusOf("REFER") == [603]
    assert "BYE" not in member.methods
    world.leave()
    member.port.close()
    assert world.leftOver() == []


@everyPair
def test_aTerminalJoinsTheOthersByH450(world: Simulation, remaining: str, target: str) -> None:
    house = Terminals(world, remaining, target)
    second = H323Referrer(world, "1003")
    world.until(lambda: house.carol.speaking and second.talking)
    second.identify()
    world.run(SETTLED)
    where = second.identified
    assert where["reroutingNumber"] == {"destinationAddress": [("dialledDigits", "1003")]}
    house.referrer.initiate("1003", where["callIdentity"])
    world.until(lambda: MessageType.RELEASE_COMPLETE in second.kinds)
    world.run(TALK)
    assert house.alice.heard.heard(TONES) == [CAROL]
    assert house.carol.heard.heard(TONES) == [ALICE]
    assert house.referrer.answers == [("returnResult", {"invokeId": 7})]
    assert house.referrer.kinds[-1] is MessageType.RELEASE_COMPLETE
    world.leave()
    assert world.leftOver() == []


def test_aTerminalCannotJoinAnothersCall(world: Simulation) -> None:
    house = Terminals(world)
    house.carol.dial("sip:80001@10.0.0.1")
    second = H323Referrer(world, "80001", "10.0.0.7")
    world.until(lambda: second.talking)
    second.identify()
    world.run(SETTLED)
    house.referrer.initiate("80001", second.identified["callIdentity"])
    world.run(SETTLED)
    assert house.referrer.answers == [("returnError", {"invokeId": 7, "errcode": ("local", 1006)})]
    assert MessageType.RELEASE_COMPLETE not in second.kinds
    assert house.alice.cause is None
    world.leave()
    assert world.leftOver() == []


def test_allThatIsJoinedCanBeWrittenDown(world: Simulation) -> None:
    house = consulted(world)
    found: dict[str, str] = {}

    def look() -> None:
        calls = ((f"{each}", each) for each in world.clock.getDelayedCalls())
        found.update(hidden([("server", house.server.server), *calls], isBeyond))

    world.watch(look, 23)
    joined(house)
    house.over()
    assert found == {}
