"""
The walk of a call through the gateway that one of its parties hands over: who remains talks to
whom they were sent to, by whatever protocols.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

import pytest

from h323d.call.transfers import MAXIMUM_TRANSFERS
from h323d.config.sections import Configuration
from h323d.events.calls import CallOffered, CallTransferred
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.gateway.config import GatewayConfig
from h323d.h323.signalling.q931 import MessageType
from h323d.operation.views import BridgedView
from h323d.sip.messages.message import SIPRequest
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.witness.assembly import LINGER
from tests.support.bridged import SERVER, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.graph import hidden
from tests.support.referrer import H323Referrer, Referrer
from tests.support.simulation import SimulatedServer, Simulation
from tests.walks.test_parent import alice as parentsAlice
from tests.walks.test_parent import childIn, parentIn, registered
from tests.walks.test_switchboard import isBeyond

ALICE, CAROL, NOBODY = 400, 700, 1000  # Hz
TONES = (ALICE, CAROL, NOBODY)
TALK = 0.4  # seconds that who is joined speaks until it is looked who is heard
SETTLED = 0.3  # seconds after which whatever follows has been said

everyPair = pytest.mark.parametrize(
    ("remaining", "target"), [(one, other) for one in ("sip", "h323") for other in ("sip", "h323")]
)
eitherSide = pytest.mark.parametrize("who", ["calling", "called"])


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=13) as simulation:
        yield simulation


def phone(
    world: Simulation, protocol: str, host: str, alias: str, tone: int, law: MediaFormat
) -> Phone:
    make = sipPhone if protocol == "sip" else h323Phone
    return make(world, host, alias, tone, law)


class House:
    """
    A server, Alice in a call with somebody who is to hand her over, and Carol.

    @ivar referrer: that somebody, who calls her or whom she has called.
    """

    def __init__(
        self,
        world: Simulation,
        remaining: str = "sip",
        target: str = "sip",
        who: str = "called",
        configuration: Configuration | None = None,
    ) -> None:
        self.world = world
        self.server: SimulatedServer = world.server(SERVER, configuration)
        self.alice = phone(world, remaining, "10.0.1.1", "1001", ALICE, G711_ALAW)
        self.carol = phone(world, target, "10.0.1.3", "1003", CAROL, G711_ULAW)
        self.referrer = Referrer(world)
        if who == "calling":
            self.referrer.call("1001")
        elif isinstance(self.alice, SIPPhone):
            self.alice.dial(f"sip:script@{SERVER}")
        else:
            self.alice.dial("script")
        world.until(lambda: self.alice.speaking and self.referrer.talking)
        world.run(0.2)

    def transferred(self) -> None:
        """
        Alice talks to Carol, and nobody else is there.
        """
        self.referrer.refer("1003")
        self.joined()

    def joined(self) -> None:
        """
        Wait until Alice talks to Carol.
        """
        self.world.until(lambda: self.carol.speaking)
        self.world.run(TALK)
        assert self.heard() == ([CAROL], [ALICE])

    def ringing(self) -> None:
        """
        Carol's telephone rings, and Alice is to be joined with her.
        """
        self.carol.answers = False
        self.referrer.refer("1003")
        self.world.until(lambda: 180 in self.referrer.progress)

    def heard(self) -> tuple[list[int], list[int]]:
        return self.alice.heard.heard(TONES), self.carol.heard.heard(TONES)

    def talksOn(self) -> bool:
        """
        Whether Alice is in her call with whoever was to hand her over.
        """
        (bridge,) = self.server.server.gateway.bridges.values()
        return self.alice.cause is None and bridge.state == "talking"

    def eachHolds(self) -> None:
        """
        Alice holds Carol, and Carol her: who is held hears nothing until it is over.
        """
        for holder, other in ((self.alice, self.carol), (self.carol, self.alice)):
            assert holder.leg is not None
            holder.leg.changeMedia(holder.speaks.directed(Direction.SENDONLY))
            self.world.run(SETTLED)
            assert other.heard.heard(TONES) == []
            holder.leg.changeMedia(holder.speaks)
            self.world.run(SETTLED)
            assert self.heard() == ([CAROL], [ALICE])

    def carolHangsUp(self) -> None:
        """
        Which Alice is told.
        """
        self.carol.hangup()
        self.world.until(lambda: self.alice.cause is not None)
        assert self.alice.cause is Cause.NORMAL_CALL_CLEARING

    def over(self) -> None:
        """
        Everybody leaves, and nothing is left of it.
        """
        self.world.leave()
        self.referrer.port.close()
        assert self.world.leftOver() == []


@everyPair
@eitherSide
def test_whoRemainsTalksToWhomTheyWereSentTo(
    world: Simulation, remaining: str, target: str, who: str
) -> None:
    house = House(world, remaining, target, who)
    house.transferred()
    assert house.referrer.statusOf("REFER") == [202]
    assert house.referrer.progress == [100, 200]
    assert house.referrer.methods[-1] == "BYE"
    house.carolHangsUp()
    house.over()


@pytest.mark.parametrize(
    ("remaining", "target", "who"), [("sip", "h323", "calling"), ("h323", "sip", "called")]
)
def test_bothCallsHaveTheirRecord(world: Simulation, remaining: str, target: str, who: str) -> None:
    house = House(world, remaining, target, who)
    world.run(1.0)
    house.transferred()
    world.run(1.0)
    house.carol.hangup()
    world.run(LINGER + 1.0)
    first, second = sorted(house.server.server.operator.cdr(), key=itemgetter("offered"))
    for record in (first, second):
        assert (record["outcome"], record["model"]) == ("answered", "gateway")
        assert record["cause"] == Cause.NORMAL_CALL_CLEARING
        assert record["packetsReceived"] > 20  # type: ignore[operator]  # a number
    assert (first["releasedBy"], second["releasedBy"]) == (who, "called")
    assert "1001" in str(first["calling" if who == "called" else "called"])
    assert "1001" in str(second["calling"])
    assert "1003" in str(second["called"])
    assert second["protocol"] == remaining
    assert first["callId"] != second["callId"]


@everyPair
def test_whileItRingsTheOldCallGoesOn(world: Simulation, remaining: str, target: str) -> None:
    house = House(world, remaining, target)
    house.ringing()
    world.run(0.5)
    assert house.alice.cause is None
    assert "BYE" not in house.referrer.methods
    house.carol.pickUp()
    house.joined()
    assert house.referrer.progress == [100, 180, 200]
    house.over()


@everyPair
@pytest.mark.parametrize(("cause", "status"), [(Cause.USER_BUSY, 486), (Cause.CALL_REJECTED, 403)])
def test_whereNobodyAnswersTheOldCallGoesOn(
    world: Simulation, remaining: str, target: str, cause: Cause, status: int
) -> None:
    house = House(world, remaining, target)
    house.ringing()
    house.carol.refuse(cause)
    world.run(SETTLED)
    assert house.referrer.progress == [100, 180, status]
    assert house.talksOn()
    house.carol.answers = True
    house.transferred()  # which can be tried again
    house.over()


def test_whomNobodyKnowsIsToldAndTheOldCallGoesOn(world: Simulation) -> None:
    house = House(world)
    house.referrer.refer("1009")
    world.run(SETTLED)
    assert house.referrer.progress == [100, 404]
    assert house.talksOn()
    house.over()


def test_whoIsForbiddenIsNotCalledThisWayEither(world: Simulation) -> None:
    rule = StaticRoute("1003", reject=True)
    house = House(world, configuration=Configuration(routing=RoutingConfig(routes=(rule,))))
    house.referrer.refer("1003")
    world.run(SETTLED)
    assert house.referrer.progress[0] == 100
    assert house.referrer.progress[1] >= 400
    assert (house.carol.reports, house.talksOn()) == ([], True)
    house.over()


def test_inMaintenanceNobodyIsTransferred(world: Simulation) -> None:
    house = House(world)
    house.server.server.operator.maintenance("on")
    house.referrer.refer("1003")
    world.run(SETTLED)
    assert house.referrer.progress == [100, 503]
    assert house.talksOn()
    house.over()


@everyPair
@pytest.mark.parametrize("answers", [True, False])
def test_whoHandsOverMayLeaveBeforeTheAnswer(
    world: Simulation, remaining: str, target: str, answers: bool
) -> None:
    house = House(world, remaining, target)
    house.ringing()
    house.referrer.hangup()
    world.run(SETTLED)
    assert house.referrer.progress == [100, 180]
    assert house.alice.cause is None
    assert len(house.server.server.gateway.bridges) == 1
    if answers:
        house.carol.pickUp()
        house.joined()
    else:
        house.carol.refuse(Cause.USER_BUSY)
        world.until(lambda: house.alice.cause is not None)
        assert house.alice.cause is Cause.USER_BUSY
    world.run(SETTLED)
    assert house.referrer.progress[-1] == (200 if answers else 486)
    house.over()


@everyPair
def test_whoRemainsMayLeaveBeforeTheAnswer(world: Simulation, remaining: str, target: str) -> None:
    house = House(world, remaining, target)
    house.ringing()
    house.alice.hangup()
    world.until(lambda: house.carol.cause is not None)
    world.run(SETTLED)
    assert house.referrer.methods[-1] == "BYE"
    assert house.server.server.gateway.bridges == {}
    house.over()


@everyPair
def test_keysPassAfterwardsAndEachOnce(world: Simulation, remaining: str, target: str) -> None:
    house = House(world, remaining, target)
    house.transferred()
    for presser, other in ((house.alice, house.carol), (house.carol, house.alice)):
        assert presser.leg is not None
        for digit in "12#":
            presser.leg.sendDigit(digit, 100)
            world.run(0.4)
        world.run(SETTLED)
        assert "".join(digit for digit, _ in other.digits) == "12#"
    house.over()


@everyPair
def test_holdPassesAfterwards(world: Simulation, remaining: str, target: str) -> None:
    house = House(world, remaining, target)
    house.transferred()
    house.eachHolds()
    house.over()


@everyPair
def test_whoWasOnHoldIsHeardByWhomTheyWereSentTo(
    world: Simulation, remaining: str, target: str
) -> None:
    house = House(world, remaining, target)
    house.referrer.hold()
    world.until(lambda: "mediaLost" in house.alice.reports)
    world.run(SETTLED)
    house.transferred()
    house.over()


def test_oneAtATime(world: Simulation) -> None:
    house = House(world)
    house.ringing()
    house.referrer.refer("1004")
    world.run(SETTLED)
    assert house.referrer.statusOf("REFER") == [202, 603]
    house.carol.pickUp()
    world.until(lambda: house.carol.speaking)
    house.over()


def test_whoWantsToHearNothingOfItDoesNot(world: Simulation) -> None:
    house = House(world)
    house.referrer.refer("1003", extra="Refer-Sub: false\nRequire: norefersub\n")
    world.until(lambda: house.carol.speaking)
    world.run(TALK)
    assert house.referrer.statusOf("REFER") == [202]
    assert house.referrer.progress == []
    assert house.referrer.methods[-1] == "BYE"
    house.over()


def test_aRoomIsATargetLikeAnother(world: Simulation) -> None:
    house = House(world)
    house.carol.dial(f"sip:80001@{SERVER}")
    world.until(lambda: house.carol.speaking)
    house.referrer.refer("80001")
    world.run(0.5)
    assert house.heard() == ([CAROL], [ALICE])
    assert house.referrer.methods[-1] == "BYE"
    house.over()


def test_whoHasHandedOverIsSaidToWhoIsCalled(world: Simulation) -> None:
    house = House(world)
    other = Referrer(world, "10.0.2.1", "other")
    house.referrer.refer("other", extra="Referred-By: <sip:script@10.0.0.3>\n")
    world.until(lambda: other.talking)
    (invite,) = [each for each in other.messages if isinstance(each, SIPRequest)][:1]
    assert invite.headers.get("Referred-By") == "<sip:script@10.0.0.3>"
    other.port.close()
    house.over()


def test_whoHandsOverToTheServerItselfGoesInCircles(world: Simulation) -> None:
    house = House(world)
    house.referrer.refer("h323d")
    world.run(SETTLED)
    assert house.referrer.statusOf("REFER") == [482]
    assert house.talksOn()
    house.over()


def test_whoMayNotCallTransfersNobody(world: Simulation) -> None:
    house = House(world)
    house.server.server.operator.unregister("script")
    house.referrer.refer("1003")
    world.run(SETTLED)
    assert house.referrer.statusOf("REFER") == [603]
    assert house.talksOn()
    house.over()


def test_itIsToldWhichCallGoesOnFromWhich(world: Simulation) -> None:
    house = House(world)
    house.transferred()
    (fact,) = house.server.told(CallTransferred)
    offered = [each.callId for each in house.server.told(CallOffered)]
    assert [fact.callId, fact.onward] == offered
    house.over()


def test_oneCallIsNotTransferredForEver(world: Simulation) -> None:
    house = House(world)
    referrers = [house.referrer]
    for number in range(MAXIMUM_TRANSFERS):
        following = Referrer(world, f"10.0.2.{number}", f"script{number}")
        referrers[-1].refer(f"script{number}")
        world.until(lambda: following.talking)  # noqa: B023 - before the next
        world.run(0.5)
        referrers.append(following)
    referrers[-1].refer("1003")
    world.run(SETTLED)
    assert referrers[-1].statusOf("REFER") == [603]
    assert house.talksOn()
    house.world.leave()
    for referrer in referrers:
        referrer.port.close()
    assert world.leftOver() == []


@everyPair
def test_aServerThatLeavesInTheMiddleLeavesNothingBehind(
    world: Simulation, remaining: str, target: str
) -> None:
    house = House(world, remaining, target)
    house.ringing()
    house.over()


@everyPair
def test_whoHandsOverInTheMomentOfTheAnswerLeavesNothingBehind(
    world: Simulation, remaining: str, target: str
) -> None:
    house = House(world, remaining, target)
    house.ringing()
    house.carol.pickUp()
    house.referrer.hangup()
    house.joined()
    house.over()


def test_theOperatorSeesWhatIsUnderWayAndCanStopIt(world: Simulation) -> None:
    house = House(world)
    house.ringing()
    operator = house.server.server.operator
    views = [each for each in operator.calls() if isinstance(each, BridgedView)]
    assert sorted(each.bridge for each in views) == ["ringing", "ringing", *["transferring"] * 2]
    (onward, *_) = {each.callId for each in views if each.bridge == "ringing"}
    operator.hangup(onward)
    world.until(lambda: house.carol.cause is not None)
    world.run(SETTLED)
    assert house.talksOn()
    house.over()


def test_allThatATransferIsMadeOfCanBeWrittenDown(world: Simulation) -> None:
    house = House(world)
    found: dict[str, str] = {}

    def look() -> None:
        calls = ((f"{each}", each) for each in world.clock.getDelayedCalls())
        found.update(hidden([("server", house.server.server), *calls], isBeyond))

    world.watch(look, 23)
    house.ringing()
    house.carol.pickUp()
    world.until(lambda: house.carol.speaking)
    world.run(0.5)
    house.over()
    assert found == {}


@pytest.mark.parametrize("calls", [True, False], ids=["incoming", "outgoing"])
def test_whoComesByWayOfAParentIsHandedOverToo(world: Simulation, calls: bool) -> None:
    parentIn(world)
    child = childIn(world)
    registered(world, child)
    outsider = parentsAlice(world)
    referrer = Referrer(world, alias="5001" if calls else "script")
    carol = sipPhone(world, "10.0.1.3", "5003", CAROL, G711_ULAW)
    if calls:
        outsider.call("5001")
    else:
        referrer.call("1001")
    world.until(lambda: outsider.speaking and referrer.talking)
    world.run(0.5)
    referrer.refer("5003")
    world.until(lambda: carol.speaking)
    world.run(TALK)
    assert (outsider.heard.heard(TONES), carol.heard.heard(TONES)) == ([CAROL], [ALICE])
    world.leave()
    referrer.port.close()
    assert world.leftOver() == []


class Terminals:
    """
    Somebody with H.323 and no name, in a call with Alice, and Carol.
    """

    def __init__(self, world: Simulation, remaining: str = "sip", target: str = "sip") -> None:
        anybody = Configuration(gateway=GatewayConfig(acceptUnregistered=True))
        self.server = world.server(SERVER, anybody)
        self.alice = phone(world, remaining, "10.0.1.1", "1001", ALICE, G711_ALAW)
        self.carol = phone(world, target, "10.0.1.3", "1003", CAROL, G711_ULAW)
        self.referrer = H323Referrer(world, "1001")
        world.until(lambda: self.alice.speaking and self.referrer.talking)
        world.run(0.2)


@everyPair
def test_aTerminalHandsOverByH450(world: Simulation, remaining: str, target: str) -> None:
    house = Terminals(world, remaining, target)
    house.referrer.initiate("1003")
    world.until(lambda: house.carol.speaking)
    world.run(TALK)
    assert house.alice.heard.heard(TONES) == [CAROL]
    assert house.carol.heard.heard(TONES) == [ALICE]
    assert house.referrer.answers == [("returnResult", {"invokeId": 7})]
    assert house.referrer.kinds[-1] is MessageType.RELEASE_COMPLETE
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize(("number", "identity", "code"), [("1009", "", 1004), ("1003", "12", 1005)])
def test_aTerminalIsToldWhyNobodyIsCalled(
    world: Simulation, number: str, identity: str, code: int
) -> None:
    house = Terminals(world)
    house.referrer.initiate(number, identity)
    world.run(SETTLED)
    error = {"invokeId": 7, "errcode": ("local", code)}
    assert house.referrer.answers == [("returnError", error)]
    assert house.alice.cause is None
    assert house.referrer.kinds[-1] is MessageType.FACILITY
    world.leave()
    assert world.leftOver() == []
