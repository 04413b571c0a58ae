"""
From facts to call detail records.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from h323d.events.calls import (
    CallAdmitted,
    CallAnswered,
    CallEnded,
    CallOffered,
    CallOriginated,
    CallRefused,
    CallRouted,
    SoundBegan,
    SoundEnded,
    SoundRated,
)
from h323d.events.gatekeeper import (
    BandwidthChanged,
    CallUsageTold,
    RASAdmissionEnded,
    RASAdmissionGranted,
    RASAdmissionRefused,
)
from h323d.events.rooms import ParticipantJoined, ParticipantLeft
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID, RoomID
from h323d.values.quality import CallQuality, Grade
from h323d.values.sound import Sound
from h323d.witness.assembly import LINGER, Assembly
from h323d.witness.cdr import CallDetail, Outcome
from h323d.witness.known import MAX_NAMES
from h323d.witness.underway import FORGETFUL, CallInProgress, IJournal

ANNA, BERT = TransportAddress("10.0.0.2", 1720), TransportAddress("10.0.0.3", 1720)
A, B = "endpoint-a", "endpoint-b"
IDENTIFIER, CONFERENCE = "0a" * 16, "0c" * 16
CALL, LEG, OTHER_LEG = CallID("c1"), LegID("l1"), LegID("l2")
ROOM = RoomID("80001")


def number(text: str) -> PartyAddress:
    return PartyAddress(AddressKind.DIALLED_DIGITS, text)


CALLING, CALLED = (number("1001"),), (number("1002"),)


class Scene:
    """
    A server that tells facts, a second apart, and the records that come of it.
    """

    def __init__(self, journal: IJournal = FORGETFUL) -> None:
        self.clock = Clock()
        self.events = EventBus()
        self.records: list[CallDetail] = []
        self.begun: list[CallDetail] = []
        self.journal = journal
        self.assembly = Assembly(
            self.clock, self.events, self._begins, self.records.append, journal
        )

    def _begins(self, call: CallInProgress) -> None:
        self.begun.append(call.detail())

    def tell(self, kind: Any, *fields: Any) -> None:
        self.events.publish(kind(self.clock.seconds(), *fields))
        self.clock.advance(1)

    def offer(
        self, identifier: str = "", peer: TransportAddress = ANNA, call: CallID = CALL
    ) -> None:
        self.tell(CallOffered, call, LEG, "h323", peer, identifier, CONFERENCE)

    def grant(self, endpointId: str = A, answerCall: bool = False, bandwidth: int = 1280) -> None:
        source = BERT if answerCall else ANNA
        self.tell(
            RASAdmissionGranted, endpointId, IDENTIFIER, bandwidth, answerCall, CONFERENCE,
            source, "direct", BERT, CALLING, CALLED,
        )  # fmt: skip

    def disengage(
        self,
        endpointId: str = A,
        answerCall: bool = False,
        cause: Cause | None = Cause.NORMAL_CALL_CLEARING,
        disengaged: bool = True,
    ) -> None:
        self.tell(RASAdmissionEnded, endpointId, IDENTIFIER, answerCall, cause, disengaged)

    @property
    def record(self) -> CallDetail:
        (record,) = self.records
        assert len(self.assembly) == 0
        assert self.clock.getDelayedCalls() == []
        return record


@pytest.fixture
def scene() -> Scene:
    return Scene()


# --- calls whose signalling we see


def test_aCallToARoom(scene: Scene) -> None:
    scene.offer(IDENTIFIER)
    scene.tell(CallAdmitted, CALL, LEG, CALLING, CALLED)
    scene.tell(CallRouted, CALL, LEG, "conference", "80001")
    scene.tell(CallAnswered, CALL, LEG)
    scene.clock.advance(60)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    (begun,) = scene.begun
    assert (begun.calling, begun.called, begun.room) == (CALLING, CALLED, "80001")
    record = scene.record
    assert (record.callId, record.callIdentifier, record.conferenceId) == (
        CALL, IDENTIFIER, CONFERENCE
    )  # fmt: skip
    assert (record.protocol, record.model, record.room) == ("h323", "conference", "80001")
    assert (record.calling, record.called, record.callingPeer) == (CALLING, CALLED, ANNA)
    assert (record.offered, record.answered, record.ended) == (0.0, 3.0, 64.0)
    assert (record.outcome, record.duration) == (Outcome.ANSWERED, 61.0)
    assert (record.cause, record.releasedBy) == (Cause.NORMAL_CALL_CLEARING, "calling")


def test_theRoomIsTheOneThatWasJoined(scene: Scene) -> None:
    scene.offer()
    scene.tell(ParticipantJoined, "80009", CALL, LEG, "PCMU/8000")
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert scene.record.room == "80009"


def test_howItSoundedIsPartOfTheRecord(scene: Scene) -> None:
    scene.offer()
    scene.tell(CallRouted, CALL, LEG, "conference", "80001")
    scene.tell(ParticipantJoined, ROOM, CALL, LEG, "PCMU/8000")
    sound = Sound(1000, 3, 4, 0.002, 0.01)
    scene.tell(ParticipantLeft, ROOM, CALL, LEG, Cause.NORMAL_CALL_CLEARING, sound)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert (scene.record.encoding, scene.record.sound) == ("PCMU/8000", sound)


def test_howGoodItWasIsPartOfTheRecord(scene: Scene) -> None:
    scene.offer()
    quality = CallQuality(4.2, 3.9, 4.1, None, Grade.FAIR)
    scene.tell(SoundRated, CALL, LEG, quality)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert scene.record.quality == quality


def test_ofBothSidesTheWorseQualityIsTold(scene: Scene) -> None:
    scene.tell(CallOriginated, CALL, LEG, "sip", CALLING, CALLED)
    scene.tell(CallOriginated, CALL, OTHER_LEG, "sip", CALLING, CALLED, LEG)
    for leg, mos in (LEG, 4.2), (OTHER_LEG, 3.8):
        scene.tell(SoundRated, CALL, leg, CallQuality(mosReceived=mos, quality=Grade.GOOD))
        scene.tell(CallEnded, CALL, leg, Cause.NORMAL_CALL_CLEARING, "called")
    assert scene.record.quality == CallQuality(mosReceived=3.8, quality=Grade.GOOD)


def test_howBothSidesOfAThirdPartyCallSoundedIsOne(scene: Scene) -> None:
    scene.tell(CallOriginated, CALL, LEG, "sip", CALLING, CALLED)
    scene.tell(CallOriginated, CALL, OTHER_LEG, "sip", CALLING, CALLED, LEG)
    for leg, sound in (LEG, Sound(10, 1, 2, 0.003)), (OTHER_LEG, Sound(5, 0, 1, 0.001, 0.5)):
        scene.tell(ParticipantLeft, ROOM, CALL, leg, Cause.NORMAL_CALL_CLEARING, sound)
        scene.tell(CallEnded, CALL, leg, Cause.NORMAL_CALL_CLEARING, "called")
    assert scene.record.sound == Sound(15, 1, 3, 0.003, 0.5)
    assert len(scene.begun) == 1


def test_aCallThatGoesAnotherWayHasBegunOnce(scene: Scene) -> None:
    scene.offer()
    scene.tell(CallRouted, CALL, LEG, "routed", "", BERT)
    scene.tell(CallRouted, CALL, LEG, "routed", "", ANNA)
    assert [call.calledPeer for call in scene.begun] == [BERT]


def test_aCallerWhoGivesUpLeavesAnUnansweredCall(scene: Scene) -> None:
    scene.offer()
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert (scene.record.outcome, scene.record.duration) == (Outcome.UNANSWERED, None)


def test_aRefusedCallIsARecordWithoutTheNamesThatDidNotPass(scene: Scene) -> None:
    scene.offer()
    scene.tell(CallRefused, CALL, LEG, Cause.CALL_REJECTED, "because")
    record = scene.record
    assert (record.outcome, record.reason) == (Outcome.REFUSED, "because")
    assert (record.cause, record.releasedBy) == (Cause.CALL_REJECTED, "server")
    assert (record.calling, record.called) == ((), ())


def test_aRoutedCallIsOverWithBothItsSides(scene: Scene) -> None:
    scene.offer(IDENTIFIER)
    scene.tell(CallAdmitted, CALL, LEG, CALLING, CALLED)
    scene.tell(CallRouted, CALL, LEG, "routed", "", ANNA)
    scene.tell(CallRouted, CALL, LEG, "routed", B, BERT)
    scene.tell(CallAnswered, CALL, OTHER_LEG)
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.USER_BUSY, "called")
    assert scene.records == []
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_UNSPECIFIED, "server")
    record = scene.record
    assert (record.model, record.calledPeer, record.calledEndpoint) == ("routed", BERT, B)
    assert (record.cause, record.releasedBy, record.ended) == (Cause.USER_BUSY, "called", 5.0)


def test_ofManyNamesARecordTakesAFew(scene: Scene) -> None:
    many = tuple(number(str(each)) for each in range(50))
    scene.offer()
    scene.tell(CallAdmitted, CALL, LEG, many, many)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert scene.record.calling == many[:MAX_NAMES]


def test_aCallBetweenTwoWhomWeCalledIsOneRecord(scene: Scene) -> None:
    scene.tell(CallOriginated, CALL, LEG, "sip", (), CALLING)
    scene.tell(CallAnswered, CALL, LEG)
    scene.tell(CallOriginated, CALL, OTHER_LEG, "h323", CALLING, CALLED, LEG)
    scene.tell(CallRouted, CALL, LEG, "gateway", "", BERT)
    scene.tell(CallAnswered, CALL, OTHER_LEG)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.NORMAL_UNSPECIFIED, "server")
    record = scene.record
    assert (record.model, record.protocol) == ("thirdParty", "sip")
    assert (record.calling, record.called) == (CALLING, CALLED)
    assert (record.answered, record.ended) == (4.0, 5.0)
    assert record.calledPeer == BERT
    assert (record.outcome, record.releasedBy) == (Outcome.ANSWERED, "calling")


def test_aSecondPartyWhoDoesNotAnswerLeavesItUnanswered(scene: Scene) -> None:
    scene.tell(CallOriginated, CALL, LEG, "sip", (), CALLING)
    scene.tell(CallAnswered, CALL, LEG)
    scene.tell(CallOriginated, CALL, OTHER_LEG, "h323", CALLING, CALLED, LEG)
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.USER_BUSY, "called")
    scene.tell(CallEnded, CALL, LEG, Cause.USER_BUSY, "called")
    assert scene.record.outcome is Outcome.UNANSWERED
    assert (scene.record.cause, scene.record.releasedBy) == (Cause.USER_BUSY, "called")


def test_aSecondPartyWhoIsCalledByAnotherWayIsStillTheSecond(scene: Scene) -> None:
    scene.tell(CallOriginated, CALL, LEG, "sip", (), CALLING)
    scene.tell(CallAnswered, CALL, LEG)
    scene.tell(CallOriginated, CALL, OTHER_LEG, "h323", CALLING, CALLED, LEG)
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.DESTINATION_OUT_OF_ORDER, "server")
    scene.tell(CallOriginated, CALL, LegID("l3"), "sip", CALLING, CALLED, LEG)
    scene.tell(CallAnswered, CALL, LegID("l3"))
    scene.tell(CallEnded, CALL, LegID("l3"), Cause.NORMAL_CALL_CLEARING, "called")
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "called")
    assert (scene.record.calling, scene.record.called) == (CALLING, CALLED)
    assert (scene.record.outcome, scene.record.ended) == (Outcome.ANSWERED, 6.0)


def test_aCallerWhoIsCalledOnKeepsItsPlaceAndTheRecordItsAnswer(scene: Scene) -> None:
    scene.offer(IDENTIFIER)
    scene.tell(CallAdmitted, CALL, LEG, CALLING, CALLED)
    scene.tell(CallRouted, CALL, LEG, "gateway", "1002")
    scene.tell(CallOriginated, CALL, OTHER_LEG, "sip", CALLING, CALLED, LEG)
    scene.tell(CallAnswered, CALL, OTHER_LEG)
    scene.tell(CallAnswered, CALL, LEG)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.NORMAL_CALL_CLEARING, "server")
    record = scene.record
    assert (record.calling, record.called) == (CALLING, CALLED)
    assert (record.protocol, record.model, record.callingPeer) == ("h323", "gateway", ANNA)
    assert (record.offered, record.answered, record.ended) == (0.0, 4.0, 6.0)
    assert (record.outcome, record.releasedBy) == (Outcome.ANSWERED, "calling")


def test_aWayThatLeadsNowhereDoesNotEndACallThatGoesAnother(scene: Scene) -> None:
    third = LegID("l3")
    scene.offer()
    scene.tell(CallAdmitted, CALL, LEG, CALLING, CALLED)
    scene.tell(CallOriginated, CALL, OTHER_LEG, "h323", CALLING, CALLED, LEG)
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.DESTINATION_OUT_OF_ORDER, "server")
    scene.tell(CallOriginated, CALL, third, "sip", CALLING, CALLED, LEG)
    scene.tell(CallAnswered, CALL, third)
    scene.tell(CallEnded, CALL, third, Cause.NORMAL_CALL_CLEARING, "called")
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "called")
    record = scene.record
    assert (record.outcome, record.ended) == (Outcome.ANSWERED, 6.0)
    assert (record.cause, record.releasedBy) == (Cause.NORMAL_CALL_CLEARING, "called")


@pytest.mark.parametrize("answered", [0, 1])
def test_ofPlacesThatRingAtTheSameTimeTheOneThatAnswersIsTheCalls(
    scene: Scene, answered: int
) -> None:
    legs, peers = (OTHER_LEG, LegID("l3")), (BERT, TransportAddress("10.0.0.4", 5060))
    scene.offer()
    for leg, peer in zip(legs, peers, strict=True):
        scene.tell(CallOriginated, CALL, leg, "sip", CALLING, CALLED, LEG)
        scene.tell(CallRouted, CALL, LEG, "gateway", "", peer, leg)
    scene.tell(CallEnded, CALL, legs[1 - answered], Cause.NON_SELECTED_USER_CLEARING, "server")
    scene.tell(CallAnswered, CALL, legs[answered])
    scene.tell(CallAnswered, CALL, LEG)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    scene.tell(CallEnded, CALL, legs[answered], Cause.NORMAL_CALL_CLEARING, "server")
    record = scene.record
    assert record.calledPeer == peers[answered]
    assert (record.outcome, record.cause) == (Outcome.ANSWERED, Cause.NORMAL_CALL_CLEARING)


def test_howACallSoundedThatWentOnFromHereIsToldOfBothAndInTheCallersEncoding(
    scene: Scene,
) -> None:
    scene.offer()
    scene.tell(CallOriginated, CALL, OTHER_LEG, "sip", CALLING, CALLED, LEG)
    scene.tell(SoundBegan, CALL, LEG, "PCMA/8000")
    scene.tell(SoundBegan, CALL, OTHER_LEG, "PCMU/8000")
    scene.tell(SoundEnded, CALL, OTHER_LEG, Sound(packetsReceived=3))
    scene.tell(SoundEnded, CALL, LEG, Sound(packetsReceived=4))
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.NORMAL_CALL_CLEARING, "called")
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "called")
    assert scene.record.encoding == "PCMA/8000"
    assert scene.record.sound == Sound(packetsReceived=7)


def test_ofACallThatEveryWayRefusedTheCallersEndCounts(scene: Scene) -> None:
    scene.offer()
    scene.tell(CallOriginated, CALL, OTHER_LEG, "sip", CALLING, CALLED, LEG)
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.USER_BUSY, "called")
    scene.tell(CallEnded, CALL, LEG, Cause.USER_BUSY, "called")
    assert (scene.record.outcome, scene.record.ended) == (Outcome.UNANSWERED, 3.0)


def test_whoIsAdmittedToALegThatCallsOnHasAPartInTheRecordOfTheCall(scene: Scene) -> None:
    scene.offer()
    scene.tell(CallOriginated, CALL, OTHER_LEG, "h323", CALLING, CALLED, LEG, IDENTIFIER)
    scene.grant(B, answerCall=True)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.NORMAL_CALL_CLEARING, "server")
    scene.disengage(B, answerCall=True)
    assert (scene.record.calledEndpoint, scene.record.admissions) == (B, 1)
    scene.grant(B, answerCall=True)  # the identifier is forgotten with the call
    scene.disengage(B, answerCall=True)
    assert len(scene.records) == 2


def test_ofTerminalsThatRingAtTheSameTimeTheOneThatStaysIsTheCalls(scene: Scene) -> None:
    third, other = LegID("l3"), "0b" * 16
    scene.offer()
    scene.tell(CallOriginated, CALL, OTHER_LEG, "h323", CALLING, CALLED, LEG, IDENTIFIER)
    scene.tell(CallOriginated, CALL, third, "h323", CALLING, CALLED, LEG, other)
    scene.grant(B, answerCall=True)
    scene.grant("endpoint-c", answerCall=True)
    scene.tell(CallAnswered, CALL, OTHER_LEG)
    scene.disengage("endpoint-c", answerCall=True)
    for leg in (LEG, OTHER_LEG, third):
        scene.tell(CallEnded, CALL, leg, Cause.NORMAL_CALL_CLEARING, "calling")
    scene.disengage(B, answerCall=True)
    assert scene.record.calledEndpoint == B


def test_whomElseTheOperatorCallsIntoACallChangesNoParty(scene: Scene) -> None:
    scene.offer()
    scene.tell(CallAdmitted, CALL, LEG, CALLING, CALLED)
    scene.tell(CallAnswered, CALL, LEG)
    scene.tell(CallOriginated, CALL, OTHER_LEG, "sip", CALLED, (number("1003"),))
    scene.tell(CallEnded, CALL, OTHER_LEG, Cause.USER_BUSY, "called")
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert (scene.record.calling, scene.record.called) == (CALLING, CALLED)
    assert scene.record.answered == 2.0


# --- calls that RAS tells of


def test_aDirectCallIsOverWhenBothSidesHaveDisengaged(scene: Scene) -> None:
    scene.grant(A)
    scene.grant(B, answerCall=True, bandwidth=640)
    scene.tell(BandwidthChanged, A, IDENTIFIER, 2000)
    scene.disengage(B, answerCall=True, cause=Cause.USER_BUSY)
    assert scene.records == []
    scene.disengage(A)
    record = scene.record
    assert (record.callId, record.callIdentifier) == ("", IDENTIFIER)
    assert (record.outcome, record.model) == (Outcome.ADMITTED, "direct")
    assert (record.callingEndpoint, record.calledEndpoint) == (A, B)
    assert (record.callingPeer, record.calledPeer) == (ANNA, BERT)
    assert (record.calling, record.called) == (CALLING, CALLED)
    assert (record.offered, record.answered, record.ended) == (0.0, None, 3.0)
    assert (record.cause, record.releasedBy) == (Cause.USER_BUSY, "called")
    assert (record.bandwidth, record.admissions) == (2000, 2)


def test_anEndpointThatIsGoneDidNotReleaseTheCallItself(scene: Scene) -> None:
    scene.grant(A)
    scene.disengage(A, cause=None, disengaged=False)
    assert (scene.record.cause, scene.record.releasedBy) == (None, "server")


def test_askingTwiceIsOneAdmission(scene: Scene) -> None:
    scene.grant(A)
    scene.grant(A)
    scene.disengage(A)
    assert scene.record.admissions == 1


def test_aRefusedAdmissionIsARecord(scene: Scene) -> None:
    scene.tell(
        RASAdmissionRefused, A, IDENTIFIER, "calledPartyNotRegistered", ANNA, CALLING, CALLED
    )
    record = scene.record
    assert (record.outcome, record.reason) == (Outcome.REFUSED, "calledPartyNotRegistered")
    assert (record.callingEndpoint, record.called) == (A, CALLED)
    assert (record.protocol, record.callIdentifier) == ("h323", IDENTIFIER)


def test_aStrangerLeavesNoRecord(scene: Scene) -> None:
    scene.tell(RASAdmissionRefused, "", IDENTIFIER, "callerNotRegistered", ANNA, (), ())
    assert scene.records == []


def test_aSecondSideThatIsRefusedLeavesTheCallsRecordAlone(scene: Scene) -> None:
    scene.grant(A)
    scene.tell(RASAdmissionRefused, B, IDENTIFIER, "requestDenied", BERT, CALLING, CALLED)
    scene.disengage(A)
    assert scene.record.outcome is Outcome.ADMITTED


# --- both ways of one call


def test_anAdmittedCallThatIsSignalledToUsIsOneRecord(scene: Scene) -> None:
    scene.grant(A)
    scene.offer(IDENTIFIER)
    scene.tell(CallAdmitted, CALL, LEG, CALLING, CALLED)
    scene.tell(CallRouted, CALL, LEG, "conference", "80001")
    scene.tell(CallAnswered, CALL, LEG)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert scene.records == []
    scene.disengage(A)
    record = scene.record
    assert (record.callId, record.callingEndpoint, record.model) == (CALL, A, "conference")
    assert (record.outcome, record.admissions, record.ended) == (Outcome.ANSWERED, 1, 5.0)


def test_anEndpointThatDisengagesFirstDoesNotEndTheCall(scene: Scene) -> None:
    scene.grant(A)
    scene.offer(IDENTIFIER)
    scene.disengage(A)
    assert scene.records == []
    scene.tell(CallEnded, CALL, LEG, Cause.USER_BUSY, "server")
    assert (scene.record.ended, scene.record.cause) == (3.0, Cause.USER_BUSY)


def test_anEndpointThatNeverDisengagesIsNotWaitedForLong(scene: Scene) -> None:
    scene.grant(A)
    scene.offer(IDENTIFIER)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    scene.clock.advance(LINGER)
    assert scene.record.ended == 2.0
    scene.disengage(A)
    assert len(scene.records) == 1


def test_theCalledSideOfARoutedCallJoinsItsRecord(scene: Scene) -> None:
    scene.offer(IDENTIFIER)
    scene.tell(CallRouted, CALL, LEG, "routed", "", BERT)
    scene.grant(B, answerCall=True)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "called")
    scene.disengage(B, answerCall=True)
    assert (scene.record.calledEndpoint, scene.record.model) == (B, "routed")


def test_aStrangersSetupDoesNotGetIntoAnAdmittedCallsRecord(scene: Scene) -> None:
    scene.grant(A)
    scene.offer(IDENTIFIER, peer=TransportAddress("10.6.6.6", 1720))
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    (record,) = scene.records
    assert (record.callingEndpoint, record.admissions) == ("", 0)
    scene.disengage(A)
    assert scene.records[1].callId == ""


def test_twoSetupsWithOneIdentifierAreTwoCalls(scene: Scene) -> None:
    scene.grant(A)
    scene.offer(IDENTIFIER)
    scene.offer(IDENTIFIER, call=CallID("c2"))
    for call in (CallID("c2"), CALL):
        scene.tell(CallEnded, call, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    scene.disengage(A)
    assert [each.callId for each in scene.records] == ["c2", "c1"]
    assert len(scene.assembly) == 0


# --- the end


def test_whatIsNotOverWhenTheServerStopsIsARecordToo(scene: Scene) -> None:
    scene.grant(A)
    scene.offer()
    scene.assembly.close()
    assert [each.outcome for each in scene.records] == [Outcome.UNFINISHED] * 2
    assert [each.ended for each in scene.records] == [None] * 2
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert len(scene.records) == 2
    assert scene.clock.getDelayedCalls() == []


def test_factsOfCallsThatNobodyKnowsAreNothing(scene: Scene) -> None:
    scene.tell(CallAdmitted, CALL, LEG, CALLING, CALLED)
    scene.tell(CallRouted, CALL, LEG, "conference", "80001")
    scene.tell(CallAnswered, CALL, LEG)
    scene.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    scene.tell(CallRefused, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "because")
    scene.tell(BandwidthChanged, A, IDENTIFIER, 5)
    scene.disengage()
    assert scene.records == []
    assert len(scene.assembly) == 0


# --- calls that endpoints tell of


def test_aDirectCallWhoseAnswerIsToldHasADuration(scene: Scene) -> None:
    scene.grant()
    at = scene.clock.seconds()
    scene.clock.advance(60)
    scene.tell(CallUsageTold, A, IDENTIFIER, False, at + 20)
    scene.tell(CallUsageTold, A, IDENTIFIER, False, at + 30)
    scene.disengage()
    record = scene.record
    assert (record.outcome, record.answered) == (Outcome.ANSWERED, at + 20)
    assert record.ended is not None
    assert record.duration == record.ended - at - 20


def test_nobodyElseTellsWhenACallWasAnswered(scene: Scene) -> None:
    scene.grant()
    scene.tell(CallUsageTold, "another", IDENTIFIER, False, scene.clock.seconds())
    scene.disengage()
    assert (scene.record.outcome, scene.record.answered) == (Outcome.ADMITTED, None)


def test_ofACallThatWeSeeEndpointsTellNothingNew(scene: Scene) -> None:
    scene.grant()
    scene.tell(CallUsageTold, A, IDENTIFIER, False, scene.clock.seconds())
    scene.offer(IDENTIFIER)
    scene.tell(CallUsageTold, A, IDENTIFIER, False, scene.clock.seconds())
    scene.tell(CallEnded, CALL, LEG, Cause.USER_BUSY)
    scene.disengage()
    assert scene.record.outcome is Outcome.UNANSWERED


# --- calls in progress


class Journal:
    """
    Notes which call it is told of, with what is known of it then.
    """

    def __init__(self) -> None:
        self.told: list[tuple[int, CallDetail | None]] = []

    def changed(self, number: int, call: CallInProgress) -> None:
        self.told.append((number, call.detail()))

    def over(self, number: int) -> None:
        self.told.append((number, None))

    def last(self) -> CallDetail:
        """
        What it was told last, of the first call.
        """
        number, call = self.told.pop()
        assert number == 1
        assert call is not None
        return call


@pytest.fixture
def kept() -> Scene:
    return Scene(Journal())


def journalOf(scene: Scene) -> Journal:
    assert isinstance(scene.journal, Journal)
    return scene.journal


def test_whateverIsLearntOfACallIsKeptAtOnce(kept: Scene) -> None:
    journal = journalOf(kept)
    kept.offer(IDENTIFIER)
    assert journal.last().callIdentifier == IDENTIFIER
    kept.tell(CallAdmitted, CALL, LEG, CALLING, CALLED)
    assert journal.last().called == CALLED
    kept.tell(CallRouted, CALL, LEG, "conference", "80001")
    assert journal.last().room == "80001"
    kept.tell(CallAnswered, CALL, LEG)
    assert journal.last().answered == 3.0
    kept.tell(BandwidthChanged, A, IDENTIFIER, 640)
    assert journal.last().bandwidth == 640
    kept.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    assert journal.told[-1] == (1, None)


def test_soIsACallThatWeMakeAndWhenEndpointsSayThatItWasAnswered(kept: Scene) -> None:
    journal = journalOf(kept)
    kept.tell(CallOriginated, CALL, LEG, "h323", CALLING, CALLED)
    assert journal.last().called == CALLED
    kept.tell(CallEnded, CALL, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    journal.told.clear()
    kept.grant()
    assert journal.told[-1][0] == 2
    kept.tell(CallUsageTold, A, IDENTIFIER, False, 5.0)
    number, call = journal.told[-1]
    assert call is not None
    assert (number, call.answered) == (2, 5.0)


def test_eachCallHasANumberOfItsOwnAndIsOverOnce(kept: Scene) -> None:
    journal = journalOf(kept)
    for call in (CallID("c1"), CallID("c2")):
        kept.offer(call=call)
    for call in (CallID("c1"), CallID("c2")):
        kept.tell(CallEnded, call, LEG, Cause.NORMAL_CALL_CLEARING, "calling")
    kept.clock.advance(LINGER)
    assert [number for number, call in journal.told if call is None] == [1, 2]
