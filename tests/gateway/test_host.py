"""
The gateway as a destination: bridges over fake legs.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.applications import Reason
from h323d.call.dialling import Dial
from h323d.call.legs import ILeg, ILegObserver, IOriginator, LegDirection
from h323d.call.policy import IDestination, IFinder, Route
from h323d.call.ways import MAX_HOPS, Way
from h323d.errors import ResourceUnavailable
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallEnded, CallOriginated, CallRefused
from h323d.gateway.config import GatewayConfig
from h323d.gateway.host import GatewayHost
from h323d.gateway.trunklines import NO_TRUNKS, TrunkLines
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.fakeleg import FakeLeg, FakeOriginator
from tests.support.fakemedia import FakePool
from tests.support.network import Conditions, SimulatedNetwork
from tests.support.surroundings import surroundingsOf

ANNA, BOB = (PartyAddress(AddressKind.H323_ID, name) for name in ("anna", "bob"))
PHONE, TERMINAL = Way("sip"), Way("h323", TransportAddress("10.0.0.7", 1720))


class Originator(FakeOriginator):
    """
    Makes legs of the other direction.
    """

    def __init__(self, protocol: str, pool: FakePool) -> None:
        super().__init__(protocol, pool)
        self.callIdentifier = ""

    def originate(self, *arguments: Any, **more: Any) -> FakeLeg:
        leg = super().originate(*arguments, **more)
        leg.direction = LegDirection.OUTGOING
        leg.callIdentifier = self.callIdentifier
        return leg


class Few:
    """
    A L{h323d.call.shares.ShareRule} that lets a source have three.
    """

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        assert (table, host) == ("gateway", "127.0.0.9")
        return held < 3


class Gateway:
    """
    A gateway, and who calls.
    """

    def __init__(
        self, finder: IFinder | None = None, trunks: TrunkLines = NO_TRUNKS, **config: Any
    ) -> None:
        self.clock, events = Clock(), EventBus()
        self.pool = FakePool()
        self.facts: list[Any] = []  # Any: they have fields of their own
        events.subscribe(Fact, self.facts.append)
        self.sip, self.h323 = Originator("sip", self.pool), Originator("h323", self.pool)
        rng = random.Random(1)
        there = SimulatedNetwork(self.clock, rng, Conditions()).host("10.0.0.1")
        world = surroundingsOf(there, self.clock, rng, self.pool, events)
        originators: dict[str, IOriginator] = {"sip": self.sip, "h323": self.h323}
        self.host = GatewayHost(
            GatewayConfig(**config),
            world,
            originators,
            self,
            rule=Few(),
            finder=finder,
            trunks=trunks,
        )

    def legOffered(self, leg: ILeg) -> None:
        raise AssertionError("nobody is transferred")

    def offer(self, *ways: Way, **features: Any) -> FakeLeg:
        leg = FakeLeg("1002", self.pool)
        for name, value in features.items():
            setattr(leg, name, value)
        self.host.accept(leg, Route("gateway", ways=ways or (PHONE,)))
        return leg

    def told(self, kind: type[Fact]) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


def told(leg: FakeLeg) -> ILegObserver:
    """
    Who is told of a leg.
    """
    assert leg.observer is not None
    return leg.observer


def did(leg: FakeLeg) -> list[str]:
    return [name for name, _ in leg.done]


def talking(gateway: Gateway) -> tuple[FakeLeg, FakeLeg]:
    alice = gateway.offer()
    (bob,) = gateway.sip.legs
    bob.answered()
    bob.mediaReady()
    alice.answered()
    alice.mediaReady()
    alice.done.clear()
    bob.done.clear()
    return alice, bob


def test_itIsADestination() -> None:
    assert verifyObject(IDestination, Gateway().host)


def test_theCallerIsAnsweredWhenTheCalledPartyIs() -> None:
    gateway = Gateway()
    alice = gateway.offer()
    (bob,) = gateway.sip.legs
    assert did(alice) == ["proceed"]
    assert bob.observer is not None
    bob.observer.legAlerting(bob)
    assert alice.done[1:] == [("alert", None)]
    bob.answered()
    assert did(alice) == ["proceed", "alert", "answer"]
    (fact,) = gateway.told(CallOriginated)
    assert (fact.callId, fact.origin) == (alice.callId, alice.legId)


def test_whatTheCallerSpeaksIsOfferedFirst() -> None:
    gateway = Gateway()
    gateway.offer(speaks=(G711_ALAW,))
    assert gateway.sip.profiles[0].of(Medium.AUDIO).formats[0] == G711_ALAW


def test_whoSpeaksNothingThatIsAllowedIsToldWhatIs() -> None:
    gateway = Gateway(audioFormats=("PCMA",))
    alice = gateway.offer(speaks=(MediaFormat("GSM"),))
    assert alice.done == [("reject", Cause.INCOMPATIBLE_DESTINATION)]
    assert (alice.told, alice.instead) == (
        "what may be spoken is PCMA; you have GSM/8000",
        (G711_ALAW,),
    )
    assert [fact.reason for fact in gateway.told(CallRefused)] == ["formatsNotAllowed"]
    assert gateway.sip.legs == []


def test_theCallerHearsWhatIsSaidBeforeTheAnswer() -> None:
    gateway = Gateway()
    alice = gateway.offer()
    gateway.sip.legs[0].mediaReady()
    (_, (name, early)) = alice.done
    assert name == "alert"
    assert isinstance(early, MediaProfile)


def test_theNextWayIsTriedAfterACauseThatIsNotTheCalledPartys() -> None:
    gateway = Gateway()
    alice = gateway.offer(TERMINAL, PHONE)
    gateway.h323.legs[0].release(Cause.DESTINATION_OUT_OF_ORDER)
    (bob,) = gateway.sip.legs
    bob.release(Cause.USER_BUSY)
    assert alice.done[1:] == [("reject", Cause.USER_BUSY)]
    assert gateway.host.bridges == {}


def test_whoIsBusyIsNotCalledByAnotherWay() -> None:
    gateway = Gateway()
    alice = gateway.offer(TERMINAL, PHONE)
    gateway.h323.legs[0].release(Cause.USER_BUSY)
    assert gateway.sip.legs == []
    assert alice.done[1:] == [("reject", Cause.USER_BUSY)]


def test_aProtocolThatIsSwitchedOffIsNoWay() -> None:
    gateway = Gateway()
    alice = gateway.offer(Way("telex"))
    assert alice.done[1:] == [("reject", Cause.NO_ROUTE_TO_DESTINATION)]


def test_whoDoesNotAnswerInTimeIsGivenUp() -> None:
    gateway = Gateway(answerTimeout=30.0)
    alice = gateway.offer()
    told(gateway.sip.legs[0]).legProceeding(gateway.sip.legs[0])
    gateway.clock.advance(30.0)
    assert gateway.sip.legs[0].done == [("hangup", Cause.NO_ANSWER_FROM_USER)]
    assert alice.done[1:] == [("reject", Cause.NO_ANSWER_FROM_USER)]
    assert gateway.clock.getDelayedCalls() == []


def test_aWayOfWhichNothingIsHeardGivesWayToTheNext() -> None:
    gateway = Gateway(wayTimeout=4.0)
    gateway.offer(TERMINAL, PHONE)
    gateway.clock.advance(4.0)
    assert gateway.h323.legs[0].done == [("hangup", Cause.NO_USER_RESPONDING)]
    assert len(gateway.sip.legs) == 1


def test_aWayThatIsOnlyWorkedOnGivesWayToTheNext() -> None:
    gateway = Gateway(progressTimeout=20.0)
    gateway.offer(TERMINAL, PHONE)
    terminal = gateway.h323.legs[0]
    told(terminal).legProceeding(terminal)
    gateway.clock.advance(19.0)
    told(terminal).legProceeding(terminal)  # as is said again while it goes on
    gateway.clock.advance(19.0)
    assert terminal.done == []
    gateway.clock.advance(1.0)
    assert terminal.done == [("hangup", Cause.NO_USER_RESPONDING)]
    assert len(gateway.sip.legs) == 1


@pytest.mark.parametrize(("ways", "seconds"), [((TERMINAL,), 20.0), ((TERMINAL, PHONE), 0.0)])
def test_theLastWayMayBeWorkedOnForLongAndWhereNobodyMindsAnyMay(
    ways: tuple[Way, ...], seconds: float
) -> None:
    gateway = Gateway(progressTimeout=seconds)
    gateway.offer(*ways)
    terminal = gateway.h323.legs[0]
    told(terminal).legProceeding(terminal)
    gateway.clock.advance(60.0)
    assert terminal.done == []


def test_aWayThatIsHeardEarlyHasTheTimeThatItTakes() -> None:
    gateway = Gateway()
    gateway.offer(TERMINAL, PHONE)
    terminal = gateway.h323.legs[0]
    told(terminal).legProceeding(terminal)
    terminal.mediaReady()
    told(terminal).legProceeding(terminal)
    gateway.clock.advance(60.0)
    assert terminal.done == []


@pytest.mark.parametrize("sign", ["legAlerting", "legAnswered"])
def test_aWayOfWhichSomethingIsHeardHasTheTimeThatItTakes(sign: str) -> None:
    gateway = Gateway(wayTimeout=4.0)
    gateway.offer(TERMINAL, PHONE)
    terminal = gateway.h323.legs[0]
    getattr(told(terminal), sign)(terminal)
    gateway.clock.advance(60.0)
    assert terminal.done == []
    assert gateway.sip.legs == []


class Lines:
    """
    L{h323d.gateway.trunklines.TrunkLines} with two of which one is full, and what they are told.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def obstacle(self, way: Way) -> Cause | None:
        return Cause.NO_CIRCUIT_AVAILABLE if way.trunk == "full" else None

    def lineOf(self, way: Way) -> str:
        return ""

    def began(self, way: Way, leg: ILeg) -> None:
        self.told.append(f"{way.trunk or 'none'} began")

    def reached(self, leg: ILeg) -> None:
        self.told.append("reached")

    def ended(self, leg: ILeg, cause: Cause) -> None:
        self.told.append(f"ended {cause.name}")


FULL, FREE = replace(PHONE, trunk="full"), replace(TERMINAL, trunk="free")


def test_aWayByATrunkThatCanTakeNoCallIsPassedOver() -> None:
    lines = Lines()
    gateway = Gateway(trunks=lines)
    alice = gateway.offer(FULL, FREE)
    (bob,) = gateway.h323.legs
    assert gateway.sip.legs == []
    told(bob).legAlerting(bob)
    bob.answered()
    alice.answered()
    bob.release(Cause.NORMAL_CALL_CLEARING)
    assert lines.told[:4] == ["free began", "reached", "reached", "ended NORMAL_CALL_CLEARING"]


def test_whereAllTrunksAreFullTheCallerIsToldSo() -> None:
    alice = Gateway(trunks=Lines()).offer(FULL)
    assert alice.done[1:] == [("reject", Cause.NO_CIRCUIT_AVAILABLE)]


def test_whatTheLastWayHasSaidIsToldAndNotThatTheOthersAreFull() -> None:
    gateway = Gateway(trunks=Lines())
    alice = gateway.offer(FULL, FREE)
    gateway.h323.legs[0].release(Cause.USER_BUSY)
    assert alice.done[1:] == [("reject", Cause.USER_BUSY)]


def test_tenSilentServersOfOneTrunkGiveWayToTheNextTrunkInTime() -> None:
    gateway = Gateway()
    servers = (replace(PHONE, destination=TransportAddress(f"10.0.1.{n}", 5060)) for n in range(10))
    gateway.offer(*(replace(each, trunk="many") for each in servers), FREE)
    for _ in range(32):
        assert gateway.h323.legs == []
        gateway.clock.advance(1.0)
    assert len(gateway.h323.legs) == 1
    assert len(gateway.sip.legs) == 8
    assert gateway.sip.legs[-1].done == [("hangup", Cause.NO_USER_RESPONDING)]


def test_whereNobodyElseIsToBeTriedAnyMoreACallMayBeWorkedOnForLong() -> None:
    gateway = Gateway(progressTimeout=20.0)
    gateway.offer(*[replace(PHONE, trunk="slow")] * 3)
    for leg in (0, 1):
        told(gateway.sip.legs[leg]).legProceeding(gateway.sip.legs[leg])
        gateway.clock.advance(20.0)
    assert [leg.done for leg in gateway.sip.legs] == [[("hangup", Cause.NO_USER_RESPONDING)], []]


@pytest.mark.parametrize("first", [0, 1])
def test_whoHangsUpTakesTheOtherAlongWithTheCause(first: int) -> None:
    gateway = Gateway()
    legs = talking(gateway)
    legs[first].release(Cause.RECOVERY_ON_TIMER_EXPIRY)
    assert legs[1 - first].done == [("hangup", Cause.RECOVERY_ON_TIMER_EXPIRY)]
    assert gateway.host.bridges == {}
    assert [mixer.closed for mixer in gateway.pool.mixers] == [True]
    assert [mixer.members for mixer in gateway.pool.mixers] == [[]]


def test_itIsToldWhoHasEndedTheCall() -> None:
    gateway = Gateway()
    alice, bob = talking(gateway)
    bob.peerEnded = True
    bob.release(Cause.NORMAL_CALL_CLEARING)
    assert [(each.legId, each.releasedBy) for each in gateway.told(CallEnded)] == [
        (bob.legId, "called"),
        (alice.legId, "called"),
    ]


@pytest.mark.parametrize("holder", [0, 1])
def test_whoHoldsHasTheOtherHeld(holder: int) -> None:
    gateway = Gateway()
    legs = talking(gateway)
    observer = legs[holder].observer
    assert observer is not None
    observer.legMediaLost(legs[holder], Medium.AUDIO)
    legs[holder].mediaReady()
    directions = [
        profile.of(Medium.AUDIO).direction
        for _, profile in legs[1 - holder].done
        if isinstance(profile, MediaProfile)
    ]
    assert directions == [Direction.SENDONLY, Direction.SENDRECV]
    assert legs[holder].done == []


@pytest.mark.parametrize("presser", [0, 1])
def test_aKeyIsPassedOn(presser: int) -> None:
    gateway = Gateway()
    legs = talking(gateway)
    observer = legs[presser].observer
    assert observer is not None
    observer.legDigit(legs[presser], "7", 160, DigitMethod.SIP_INFO)
    assert legs[1 - presser].done == [("sendDigit", "7")]


def test_aCallGoesOverOneServerFewerThanItsCallerSays() -> None:
    gateway = Gateway()
    gateway.offer(hops=31)
    gateway.offer(hops=None)
    assert [each.hops for each in gateway.sip.particulars] == [30, MAX_HOPS]


def test_theCalledSideIsShownTheCallersName() -> None:
    gateway = Gateway()
    gateway.offer(displayName="Alice")
    assert gateway.sip.particulars[0].displayName == "Alice"


def test_whoDoesNotWantToBeKnownIsNot() -> None:
    gateway = Gateway()
    gateway.offer(restricted=True, displayName="Alice")
    (bob,) = gateway.sip.legs
    assert gateway.sip.particulars[0].displayName == "Anonymous"
    assert bob.calling == (PartyAddress(AddressKind.URL, "sip:anonymous@anonymous.invalid"),)


def named(number: str) -> tuple[PartyAddress, ...]:
    return (PartyAddress(AddressKind.DIALLED_DIGITS, number),)


def test_aCallThatComesBackForTheSamePartyIsALoopAndForAnotherItIsNot() -> None:
    gateway = Gateway()
    gateway.sip.callIdentifier = "far"
    alice = gateway.offer()
    back = gateway.offer(callIdentifier="far")
    assert back.done == [("reject", Cause.EXCHANGE_ROUTING_ERROR)]
    assert back.reason is Reason.LOOP
    assert [fact.reason for fact in gateway.told(CallRefused)] == ["loop"]
    assert did(gateway.offer(callIdentifier="far", called=named("1003"))) == ["proceed"]
    alice.release(Cause.NORMAL_CALL_CLEARING)


def test_whatIsOverDoesNotComeBack() -> None:
    gateway = Gateway()
    gateway.sip.callIdentifier = "far"
    gateway.offer().release(Cause.NORMAL_CALL_CLEARING)
    assert did(gateway.offer(callIdentifier="far")) == ["proceed"]


def test_whereThereAreTooManyCallsOneMoreIsRefused() -> None:
    gateway = Gateway(maxCalls=1)
    gateway.offer()
    late = gateway.offer()
    assert late.done == [("reject", Cause.RESOURCE_UNAVAILABLE)]
    assert [fact.reason for fact in gateway.told(CallRefused)] == ["gatewayFull"]


def test_noSourceHasMoreThanItsShare() -> None:
    gateway = Gateway()
    first, *_ = [gateway.offer() for _ in range(3)]
    assert gateway.offer().done == [("reject", Cause.RESOURCE_UNAVAILABLE)]
    assert [fact.reason for fact in gateway.told(CallRefused)] == ["share"]
    first.release(Cause.NORMAL_CALL_CLEARING)
    assert did(gateway.offer()) == ["proceed"]


def test_aChangedLimitCountsForTheNextCall() -> None:
    gateway = Gateway(maxCalls=1)
    gateway.offer()
    gateway.host.prepare(GatewayConfig(maxCalls=2)).commit()
    assert did(gateway.offer()) == ["proceed"]


def test_whenTheServerLeavesAllCallsEnd() -> None:
    gateway = Gateway()
    alice, bob = talking(gateway)
    gateway.host.leave()
    assert did(alice) == did(bob) == ["hangup"]
    assert gateway.host.bridges == {}


# Whom the operator has call.


def joined(gateway: Gateway) -> FakeLeg:
    """
    Anna, who is called first, and is to be joined with Bob.
    """
    first = Dial(gateway.h323, CallID("c"), (BOB,), Way("h323", None, (ANNA,)))
    gateway.host.join(first, (replace(PHONE, called=(BOB,)),))
    (anna,) = gateway.h323.legs
    return anna


def test_theSecondIsCalledWhenTheFirstHasAnswered() -> None:
    gateway = Gateway()
    anna = joined(gateway)
    assert anna.observer is not None
    anna.observer.legAlerting(anna)
    assert gateway.sip.legs == []
    anna.answered()
    anna.mediaReady()
    (bob,) = gateway.sip.legs
    assert (bob.called, bob.calling) == ((BOB,), (ANNA,))
    bob.answered()
    bob.mediaReady()
    assert (anna.done, bob.done) == ([], [])
    assert [mixer.members for mixer in gateway.pool.mixers] == [[anna.port, bob.port]]
    assert [(fact.legId, fact.origin) for fact in gateway.told(CallOriginated)] == [
        (anna.legId, None),
        (bob.legId, anna.legId),
    ]


@pytest.mark.parametrize("timeout", [False, True])
def test_aFirstThatDoesNotAnswerIsTheEndOfIt(timeout: bool) -> None:
    gateway = Gateway(answerTimeout=30.0)
    anna = joined(gateway)
    if timeout:
        gateway.clock.advance(30.0)
        assert anna.done == [("hangup", Cause.NO_ANSWER_FROM_USER)]
    else:
        anna.release(Cause.USER_BUSY)
    assert (gateway.sip.legs, gateway.host.bridges) == ([], {})
    assert gateway.clock.getDelayedCalls() == []


def test_aSecondThatIsBusyEndsTheFirst() -> None:
    gateway = Gateway()
    anna = joined(gateway)
    anna.answered()
    gateway.sip.legs[0].peerEnded = True
    gateway.sip.legs[0].release(Cause.USER_BUSY)
    assert anna.done == [("hangup", Cause.USER_BUSY)]
    assert [fact.releasedBy for fact in gateway.told(CallEnded)] == ["called", "called"]
    assert gateway.host.bridges == {}


def test_theFirstCountsAsWhoCalls() -> None:
    gateway = Gateway()
    anna = joined(gateway)
    anna.answered()
    anna.peerEnded = True
    anna.release(Cause.NORMAL_CALL_CLEARING)
    (bob,) = gateway.sip.legs
    assert bob.done == [("hangup", Cause.NORMAL_CALL_CLEARING)]
    assert gateway.told(CallEnded)[0].releasedBy == "calling"


def test_whereThereAreTooManyCallsTheOperatorHasNobodyCalled() -> None:
    gateway = Gateway(maxCalls=1)
    gateway.offer()
    with pytest.raises(ResourceUnavailable, match="gatewayFull"):
        joined(gateway)
    assert gateway.h323.legs == []


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("vouched", [False, True])
def test_theCallersNamesAreAssertedWhereSomebodyAnswersForThem(
    vouched: bool, restricted: bool
) -> None:
    gateway = Gateway()
    alice = gateway.offer(restricted=restricted, vouched=vouched)
    assert gateway.sip.particulars[0].asserted == (alice.calling if vouched else ())
