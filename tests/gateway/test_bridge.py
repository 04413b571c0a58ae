"""
A bridge that calls several places at the same time: over fake legs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.applications import CallType, Priority, Reason, Refusal
from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.call.forwarding import Forwarding
from h323d.call.policy import Found, IFinder
from h323d.call.ways import Way
from h323d.events.calls import CallAlerting, CallEnded, CallRouted, PictureWanted
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.diversion import Diversion, DiversionReason
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.proceeding import Proceeding
from tests.gateway.test_host import PHONE, TERMINAL, Gateway, did, talking, told
from tests.support.fakeleg import FakeLeg
from tests.support.loggedfailures import LoggedFailures

DESK, MOBILE = Way("sip", rank=0), Way("h323", rank=0)
VOICEMAIL = Way("sip", rank=500)
CAROL = PartyAddress(AddressKind.DIALLED_DIGITS, "1003")


@implementer(IFinder)
@dataclass
class Finder:
    """
    Says one thing, and remembers for whom it was asked.
    """

    says: Found | Deferred[Found]
    asked: list[tuple[PartyAddress, ...]] = field(default_factory=list)
    sources: list[TransportAddress | None] = field(default_factory=list)

    def find(
        self,
        calling: tuple[PartyAddress, ...],
        called: tuple[PartyAddress, ...],
        source: TransportAddress | None = None,
    ) -> Found | Deferred[Found]:
        self.asked.append(called)
        self.sources.append(source)
        return self.says


def ringing(gateway: Gateway) -> tuple[FakeLeg, FakeLeg, FakeLeg]:
    """
    Alice calls, and two of Bob's telephones ring.
    """
    alice = gateway.offer(DESK, MOBILE, VOICEMAIL)
    (desk,), (mobile,) = gateway.sip.legs, gateway.h323.legs
    for leg in (desk, mobile):
        assert leg.observer is not None
        leg.observer.legAlerting(leg)
    return alice, desk, mobile


def test_allOfOneRankRingAndTheCallerIsToldOnce() -> None:
    gateway = Gateway()
    alice, _, _ = ringing(gateway)
    assert did(alice) == ["proceed", "alert"]


def test_eachThatRingsIsToldOfOnce() -> None:
    gateway = Gateway()
    _, desk, mobile = ringing(gateway)
    told(desk).legAlerting(desk)
    assert [fact.legId for fact in gateway.told(CallAlerting)] == [desk.legId, mobile.legId]


def test_whatBecomesOfTheCallIsToldToTheCaller() -> None:
    gateway = Gateway()
    alice = gateway.offer()
    (bob,) = gateway.sip.legs
    told(bob).legProceeding(bob)
    told(bob).legProceeding(bob, Proceeding.QUEUED)
    assert alice.done == [("proceed", None), ("proceed", Proceeding.QUEUED)]


def test_whoWantsAWholePictureHasTheOtherAskedForIt() -> None:
    gateway = Gateway()
    alice, bob = talking(gateway)
    told(alice).legPictureWanted(alice)
    assert bob.done == [("refreshPicture", None)]
    assert [fact.legId for fact in gateway.told(PictureWanted)] == [alice.legId]


@pytest.mark.parametrize("who", [0, 1])
def test_whoAnswersFirstHasTheCallAndTheOthersStopRinging(who: int) -> None:
    gateway = Gateway()
    alice, *bobs = ringing(gateway)
    bobs[who].answered()
    assert bobs[1 - who].done == [("hangup", Cause.NON_SELECTED_USER_CLEARING)]
    assert bobs[who].done == []
    assert did(alice) == ["proceed", "alert", "answer"]
    bobs[who].mediaReady()
    alice.mediaReady()
    assert gateway.pool.mixers[0].members == [bobs[who].port, alice.port]


def test_theCallGoesOnWhileOneOfThemRings() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    desk.release(Cause.USER_BUSY)
    assert did(alice) == ["proceed", "alert"]
    mobile.answered()
    assert did(alice) == ["proceed", "alert", "answer"]


def test_theNextRankIsCalledWhenAllOfTheFirstHaveRefusedAndRingsOnForTheCaller() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    desk.release(Cause.USER_BUSY)
    assert gateway.sip.legs == [desk]
    mobile.release(Cause.NO_ANSWER_FROM_USER)
    _, voicemail = gateway.sip.legs
    assert voicemail.observer is not None
    voicemail.observer.legAlerting(voicemail)
    assert did(alice) == ["proceed", "alert"]
    voicemail.release(Cause.DESTINATION_OUT_OF_ORDER)
    assert alice.done[-1] == ("reject", Cause.USER_BUSY)
    assert gateway.host.bridges == {}


def test_theNextRankIsCalledWhenNobodyOfTheFirstHasAnsweredInTime() -> None:
    gateway = Gateway(ringTimeout=20.0)
    alice, desk, mobile = ringing(gateway)
    gateway.clock.advance(20.0)
    assert desk.done == mobile.done == [("hangup", Cause.NO_ANSWER_FROM_USER)]
    _, voicemail = gateway.sip.legs
    told(voicemail).legProceeding(voicemail)
    gateway.clock.advance(20.0)
    assert voicemail.done == []
    voicemail.answered()
    assert did(alice) == ["proceed", "alert", "answer"]


def test_aWayThatRingsAndIsNotTheOnlyOneHasAllTheTimeThereIs() -> None:
    gateway = Gateway(ringTimeout=20.0)
    gateway.offer(TERMINAL, PHONE)
    told(gateway.h323.legs[0]).legAlerting(gateway.h323.legs[0])
    gateway.clock.advance(25.0)
    assert gateway.h323.legs[0].done == []


def test_whoRefusesForAllPlacesEndsTheCallAtOnce() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    desk.refusedEverywhere = True
    desk.release(Cause.CALL_REJECTED)
    assert mobile.done == [("hangup", Cause.CALL_REJECTED)]
    assert alice.done[-1] == ("reject", Cause.CALL_REJECTED)
    assert gateway.sip.legs == [desk]


def test_aCallerThatGivesUpStopsAllOfThem() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    alice.release(Cause.NORMAL_CALL_CLEARING)
    assert desk.done == mobile.done == [("hangup", Cause.NORMAL_CALL_CLEARING)]
    assert gateway.host.bridges == {}
    assert gateway.clock.getDelayedCalls() == []


def test_theCallerHearsTheFirstThatSpeaksAndNobodyElse() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    mobile.mediaReady()
    desk.mediaReady()
    assert gateway.pool.mixers[0].members == [mobile.port]
    ((_, early),) = alice.done[2:]
    assert isinstance(early, MediaProfile)


def test_whenTheOneThatSpeaksIsGoneTheCallerHearsAnother() -> None:
    gateway = Gateway()
    _, desk, mobile = ringing(gateway)
    mobile.mediaReady()
    desk.mediaReady()
    mobile.release(Cause.USER_BUSY)
    assert gateway.pool.mixers[0].members == [desk.port]


def test_whoAnswersIsHeardAndNotWhoSpokeBefore() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    mobile.mediaReady()
    desk.answered()
    assert gateway.pool.mixers[0].members == []
    desk.mediaReady()
    alice.answered()
    assert gateway.pool.mixers[0].members == [desk.port]


def test_theKeysOfAPlaceThatIsNotHeardAreNotPassedOn() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    mobile.mediaReady()
    for leg in (desk, mobile):
        assert leg.observer is not None
        leg.observer.legDigit(leg, "12"[leg is desk], 100, DigitMethod.RTP_EVENT)
    assert [key for name, key in alice.done if name == "sendDigit"] == ["1"]


def test_thePlacesOfACallAreToldWithTheLegThatGoesThere() -> None:
    gateway = Gateway()
    _, desk, mobile = ringing(gateway)
    for leg in (desk, mobile):
        assert leg.observer is not None
        leg.observer.legDialled(leg)
    desk.answered()
    assert [fact.onward for fact in gateway.told(CallRouted)] == [desk.legId, mobile.legId]
    assert [(fact.legId, fact.cause) for fact in gateway.told(CallEnded)] == [
        (mobile.legId, Cause.NON_SELECTED_USER_CLEARING)
    ]


def test_aCallIsTriedAtNoMorePlacesThanConfigured() -> None:
    gateway = Gateway(maxBranches=2)
    gateway.offer(*(Way("sip", rank=0) for _ in range(5)))
    assert len(gateway.sip.legs) == 2


def test_waysWithoutARankAreTakenOneAfterTheOther() -> None:
    gateway = Gateway()
    gateway.offer(PHONE, TERMINAL)
    assert (len(gateway.sip.legs), len(gateway.h323.legs)) == (1, 0)


ELSEWHERE = Way("h323", TransportAddress("10.0.0.8", 1720), (CAROL,))


def redirected(leg: FakeLeg, *ways: Way) -> None:
    """
    What a real leg does whose peer sends us elsewhere.
    """
    assert leg.observer is not None
    for way in ways:
        leg.observer.legTransferRequested(leg, Forwarding(way))
    leg.release(Cause.REDIRECTION_TO_NEW_DESTINATION)


def test_whereACalledSideSendsUsIsCalledInItsPlace() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    redirected(desk, ELSEWHERE)
    _, elsewhere = gateway.h323.legs
    assert elsewhere.called == (CAROL,)
    assert mobile.done == []
    elsewhere.answered()
    assert did(alice) == ["proceed", "alert", "answer"]


def test_whoIsCalledInItsPlaceIsToldWhoHasSentTheCallOn() -> None:
    gateway = Gateway()
    alice = gateway.offer(PHONE)
    redirected(gateway.sip.legs[0], ELSEWHERE)
    assert gateway.sip.particulars[0].diversion is None
    deflected = Diversion(alice.called[0], DiversionReason.DEFLECTION)
    assert [each.diversion for each in gateway.h323.particulars] == [deflected]


@pytest.mark.parametrize("party", [CAROL, None])
def test_whoHasSentTheCallToUsIsToldOn(party: PartyAddress | None) -> None:
    gateway = Gateway()
    gateway.offer(diversion=Diversion(party))
    assert gateway.sip.particulars[0].diversion == Diversion(party)


def test_anEmergencyGoesOnAsOne() -> None:
    gateway = Gateway()
    gateway.offer(priority=Priority.HIGH, callType=CallType.EMERGENCY)
    assert gateway.sip.particulars[0].declaration == Declaration(CallType.EMERGENCY, True)
    assert gateway.sip.legs[0].priority is Priority.HIGH


@pytest.mark.parametrize(
    ("priority", "callType"),
    [
        (None, CallType.EMERGENCY),
        (Priority.NORMAL, CallType.EMERGENCY),
        (Priority.HIGH, None),
        (Priority.NORMAL, CallType.ESCALATE),
    ],
)
def test_whatIsNoEmergencyHereIsDeclaredToNobody(
    priority: Priority | None, callType: CallType | None
) -> None:
    gateway = Gateway()
    gateway.offer(priority=priority, callType=callType)
    assert gateway.sip.particulars[0].declaration == NOTHING_DECLARED
    assert gateway.sip.legs[0].priority is priority


def test_whoIsNamedIsLookedForAsTheCallerWouldLook() -> None:
    finder = Finder((TERMINAL,))
    gateway = Gateway(finder=finder)
    alice = gateway.offer()
    redirected(gateway.sip.legs[0], Way("sip", None, (CAROL,)))
    assert (finder.asked, finder.sources) == ([(CAROL,)], [alice.peer])
    assert [leg.called for leg in gateway.h323.legs] == [(CAROL,)]


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (None, Cause.NO_ROUTE_TO_DESTINATION),
        (Refusal.of(Reason.NOT_PERMITTED, "rule"), Cause.CALL_REJECTED),
    ],
)
def test_whoIsNamedAndNotFoundIsNotCalled(found: Found, cause: Cause) -> None:
    gateway = Gateway(finder=Finder(found))
    alice = gateway.offer()
    redirected(gateway.sip.legs[0], Way("sip", None, (CAROL,)))
    assert alice.done[1:] == [("reject", cause)]


def test_whoIsFoundLaterIsCalledThen() -> None:
    later: Deferred[Found] = Deferred()
    gateway = Gateway(finder=Finder(later))
    alice = gateway.offer()
    redirected(gateway.sip.legs[0], Way("sip", None, (CAROL,)))
    assert did(alice) == ["proceed"]
    later.callback((TERMINAL,))
    assert len(gateway.h323.legs) == 1


def test_whoIsFoundAfterTheCallerGaveUpIsNotCalled() -> None:
    later: Deferred[Found] = Deferred()
    gateway = Gateway(finder=Finder(later))
    alice = gateway.offer()
    redirected(gateway.sip.legs[0], Way("sip", None, (CAROL,)))
    alice.release(Cause.NORMAL_CALL_CLEARING)
    later.callback((TERMINAL,))
    assert (gateway.h323.legs, gateway.host.bridges) == ([], {})


def test_aFinderThatFailsCostsThatOneWay(loggedFailures: LoggedFailures) -> None:
    later: Deferred[Found] = Deferred()
    gateway = Gateway(finder=Finder(later))
    alice = gateway.offer()
    redirected(gateway.sip.legs[0], Way("sip", None, (CAROL,)))
    later.errback(ValueError("broken"))
    assert alice.done[1:] == [("reject", Cause.TEMPORARY_FAILURE)]
    assert len(loggedFailures.take(ValueError)) == 1


def test_whoSendsUsBackEndsTheCallAsALoop() -> None:
    gateway = Gateway()
    alice = gateway.offer(TERMINAL)
    redirected(gateway.h323.legs[0], ELSEWHERE)
    redirected(gateway.h323.legs[1], replace(TERMINAL, called=alice.called))
    assert alice.done[1:] == [("reject", Cause.EXCHANGE_ROUTING_ERROR)]
    assert alice.reason is Reason.LOOP


def test_aRedirectionOfACallThatIsAnsweredIsNotOurs() -> None:
    gateway = Gateway()
    _, desk, _ = ringing(gateway)
    desk.answered()
    assert desk.observer is not None
    desk.observer.legTransferRequested(desk, Forwarding(ELSEWHERE))
    assert len(gateway.h323.legs) == 1


def test_whoWasAnsweredEarlyWithWhatTheAnsweringSideHasNotFollowsIt() -> None:
    gateway = Gateway()
    alice, desk, _ = ringing(gateway)
    alice.mediaReady(spoken=MediaFormat("iLBC"))
    desk.answered()
    desk.mediaReady(spoken=G711_ALAW)
    assert "changeMedia" not in did(alice)
    alice.answered()
    command, profile = alice.done[-1]
    assert command == "changeMedia"
    assert isinstance(profile, MediaProfile)
    assert profile.of(Medium.AUDIO).formats == (G711_ALAW, G711_ULAW)


def test_whoCanHearEachOtherAreLeftAlone() -> None:
    gateway = Gateway()
    alice, desk, _ = ringing(gateway)
    desk.answered()
    desk.mediaReady(spoken=G711_ALAW)
    alice.answered()
    alice.mediaReady(spoken=G711_ULAW)
    desk.mediaReady(spoken=G711_ULAW)
    assert "changeMedia" not in did(alice) + did(desk)


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (Cause.INCOMPATIBLE_DESTINATION, "they have GSM/8000; the caller has PCMU/8000 PCMA/8000"),
        (Cause.USER_BUSY, ""),
    ],
)
def test_whoHasNothingInCommonIsToldToTheCallerWithBothLists(cause: Cause, told: str) -> None:
    gateway = Gateway()
    alice = gateway.offer(DESK, speaks=(G711_ULAW, G711_ALAW))
    (desk,) = gateway.sip.legs
    desk.discord = "they have GSM/8000"
    desk.release(cause)
    assert alice.told == told


def pickedUp(gateway: Gateway, leg: FakeLeg) -> FakeLeg:
    """
    Carol picks up what rings there.
    """
    carol = FakeLeg("1003", gateway.pool)
    leg.yieldTo(carol)
    return carol


def test_whoPicksACallUpHasItAndTheTelephonesStopRinging() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    carol = pickedUp(gateway, desk)
    assert did(carol) == ["answer"]
    assert did(alice) == ["proceed", "alert"]  # she may be nobody
    carol.answered()
    assert did(alice) == ["proceed", "alert", "answer"]
    for each in (desk, mobile):
        assert each.done == [("hangup", Cause.NON_SELECTED_USER_CLEARING)]
        each.release(Cause.NON_SELECTED_USER_CLEARING)
    assert gateway.told(CallRouted)[-1].onward == carol.legId
    carol.mediaReady()
    alice.answered()
    alice.mediaReady()
    assert gateway.pool.mixers[0].members == [carol.port, alice.port]
    alice.release(Cause.NORMAL_CALL_CLEARING)
    assert carol.done[-1] == ("hangup", Cause.NORMAL_CALL_CLEARING)
    carol.release(Cause.NORMAL_CALL_CLEARING)
    assert gateway.host.bridges == {}


def test_whoAnswersBeforeItIsPickedUpHasIt() -> None:
    gateway = Gateway()
    alice, desk, _ = ringing(gateway)
    carol = pickedUp(gateway, desk)
    desk.answered()
    assert carol.done[-1] == ("hangup", Cause.NON_SELECTED_USER_CLEARING)
    assert did(alice) == ["proceed", "alert", "answer"]
    assert desk.done == []


def test_whoPicksUpAndIsNotThereAfterAllChangesNothing() -> None:
    gateway = Gateway()
    alice, desk, mobile = ringing(gateway)
    carol = pickedUp(gateway, desk)
    carol.release(Cause.RECOVERY_ON_TIMER_EXPIRY)
    assert did(alice) == ["proceed", "alert"]
    desk.release(Cause.USER_BUSY)
    mobile.answered()
    assert did(alice) == ["proceed", "alert", "answer"]


def test_whoPicksUpKeepsTheCallAliveThoughItsPlaceIsGone() -> None:
    gateway = Gateway()
    alice = gateway.offer(DESK)
    (desk,) = gateway.sip.legs
    told(desk).legAlerting(desk)
    carol = pickedUp(gateway, desk)
    desk.release(Cause.USER_BUSY)
    assert did(alice) == ["proceed", "alert"]
    carol.release(Cause.RECOVERY_ON_TIMER_EXPIRY)
    assert alice.done[-1] == ("reject", Cause.USER_BUSY)


def test_theCallersPlaceIsNotPickedUp() -> None:
    gateway = Gateway()
    alice, _, _ = ringing(gateway)
    carol = pickedUp(gateway, alice)
    assert carol.done == [("reject", Cause.FACILITY_REJECTED)]
