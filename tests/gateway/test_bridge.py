"""
A bridge that calls several places at the same time: over fake legs.
"""

from __future__ import annotations

import pytest

from h323d.call.ways import Way
from h323d.events.calls import CallEnded, CallRouted
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.profile import MediaProfile
from tests.gateway.test_host import PHONE, TERMINAL, Gateway, did
from tests.support.fakeleg import FakeLeg

DESK, MOBILE = Way("sip", rank=0), Way("h323", rank=0)
VOICEMAIL = Way("sip", rank=500)


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
