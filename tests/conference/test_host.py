"""
Rooms: who gets in, who hears whom, and what is told of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from h323d.call.applications import (
    PASSED,
    Admission,
    Door,
    IGate,
    Reason,
    Refusal,
    Texts,
)
from h323d.call.gates import Gates
from h323d.call.legs import ILeg, ILegObserver
from h323d.call.media import IMixerObserver
from h323d.call.policy import IDestination, Route
from h323d.call.precedence import EQUALS, IPrecedence
from h323d.call.ways import Way
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.conference.host import ROOM_LOCKED, ConferenceHost
from h323d.conference.participant import Presence
from h323d.conference.roles import RoomRole
from h323d.errors import ConfigurationError
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallAnswered, CallEnded, CallRefused, DigitReceived
from h323d.events.doors import ApplicationRefused
from h323d.events.rooms import (
    ActiveSpeakerChanged,
    ParticipantHeld,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantResumed,
    RoomClosed,
    RoomOpened,
)
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.fakegate import FakeGate
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakeMixer, FakePool
from tests.support.faketransfer import FakeTransferRequest
from tests.support.firstgoes import FirstGoes
from tests.support.lease import Lease


def number(text: str) -> PartyAddress:
    return PartyAddress(AddressKind.DIALLED_DIGITS, text)


class Kept:
    """
    A meeting for two, of whom one is being called.
    """

    seats, kept = 2, 1

    def turnedAway(self, leg: ILeg, refusal: Refusal) -> None:
        raise AssertionError(refusal)


class HostTestCase(SynchronousTestCase):
    """
    A conference host over fake legs and fake media.
    """

    def setUp(self) -> None:
        self.build(ConferenceConfig())

    def build(
        self,
        config: ConferenceConfig,
        *gates: IGate,
        precedence: IPrecedence = EQUALS,
        pool: FakePool | None = None,
    ) -> None:
        self.pool = FakePool() if pool is None else pool
        self.facts: list[Fact] = []
        events = EventBus()
        events.subscribe(Fact, self.facts.append)
        clock = Clock()
        self.host = ConferenceHost(
            *(config, clock, events, self.pool, Gates(clock, events, gates)), precedence=precedence
        )

    def join(self, room: str, ready: bool = True) -> FakeLeg:
        leg = FakeLeg(room, self.pool)
        self.host.accept(leg, Route("conference", room))
        if ready and leg.observer is not None:
            leg.answered()
            leg.mediaReady()
        return leg

    def kinds(self) -> list[type[Fact]]:
        return [type(fact) for fact in self.facts]


class HostTests(HostTestCase):
    """
    Rooms that people call.
    """

    def test_interfaces(self) -> None:
        assert verifyObject(IDestination, self.host)
        leg = self.join("80001")
        assert verifyObject(IMixerObserver, self.host.rooms[RoomID("80001")])
        assert verifyObject(ILegObserver, leg.observer)

    def test_whoComesIsToldThatItIsAConference(self) -> None:
        assert self.join("80001").focusName == "80001"

    def test_answersWithTheConfiguredFormats(self) -> None:
        self.build(ConferenceConfig(audioFormats=("PCMA", "PCMU"), packetMs=30))
        leg = self.join("80001", ready=False)
        self.assertEqual(
            leg.done, [("answer", MediaProfile.audio((G711_ALAW, G711_ULAW), packetMs=30))]
        )

    def test_answersWithAllThatIsLoadedIfNothingIsConfigured(self) -> None:
        self.build(ConferenceConfig(audioFormats=()))
        leg = self.join("80001", ready=False)
        self.assertEqual(leg.done, [("answer", MediaProfile.audio(self.pool.formats))])

    def test_aNameStandsForAllFormatsThatHaveIt(self) -> None:
        wide, narrow = MediaFormat("speex", 16000), MediaFormat("speex")
        self.build(ConferenceConfig())
        self.pool.formats = (G711_ULAW, wide, narrow)
        self.host.prepare(ConferenceConfig(audioFormats=("speex", "PCMU"))).commit()
        leg = self.join("80001", ready=False)
        self.assertEqual(leg.done, [("answer", MediaProfile.audio((wide, narrow, G711_ULAW)))])

    def test_aFormatWithoutACodecIsAClearError(self) -> None:
        with self.assertRaisesRegex(
            ConfigurationError, "^conference.audioFormats: no codec is loaded for G722$"
        ):
            self.build(ConferenceConfig(audioFormats=("PCMU", "G722")))

    def test_aJoinIsToldInOrder(self) -> None:
        self.join("80001")
        self.assertEqual(self.kinds(), [RoomOpened, CallAnswered, ParticipantJoined])

    def test_mediaOfAllMembersMeetsInOneMixer(self) -> None:
        legs = [self.join("80001") for _ in range(3)]
        (mixer,) = self.pool.mixers
        self.assertEqual(mixer.members, [leg.port for leg in legs])

    def test_roomsAreApart(self) -> None:
        self.join("80001")
        self.join("80002")
        self.assertEqual([len(mixer.members) for mixer in self.pool.mixers], [1, 1])

    def test_theLastToLeaveClosesTheRoom(self) -> None:
        first, second = self.join("80001"), self.join("80001")
        first.release(Cause.NORMAL_CALL_CLEARING)
        self.assertIn(RoomID("80001"), self.host.rooms)
        self.facts.clear()
        second.release(Cause.NORMAL_CALL_CLEARING)
        self.assertEqual(self.kinds(), [ParticipantLeft, CallEnded, RoomClosed])
        self.assertEqual(self.host.rooms, {})
        self.assertTrue(self.pool.mixers[0].closed)
        self.assertEqual(self.pool.ports, [])

    def test_whoIsNotAnsweredYetHasNoSeatAndOpensNoRoom(self) -> None:
        self.build(ConferenceConfig(maxTotalParticipants=2, maxRooms=1))
        legs = [self.join("80001", ready=False) for _ in range(5)]
        self.assertEqual((self.host.participants, self.host.rooms, self.facts), (0, {}, []))
        assert verifyObject(ILegObserver, legs[0].observer)
        self.join("80002")
        legs[0].answered()
        self.assertEqual(legs[0].done[-1], ("hangup", Cause.RESOURCE_UNAVAILABLE))
        legs[1].release(Cause.RECOVERY_ON_TIMER_EXPIRY)
        self.assertEqual(self.kinds()[-2:], [CallRefused, CallEnded])
        self.assertEqual(len(self.host.arrivals), 3)
        self.host.leave()
        self.assertEqual((self.host.participants, self.host.arrivals), (0, {}))

    def test_theCallOfWhoseRoomFailsIsOverAllTheSame(self) -> None:
        class NoMixer(FakePool):
            def openMixer(self, observer: IMixerObserver, passes: bool = False) -> FakeMixer:
                raise MemoryError

        self.build(ConferenceConfig(), pool=NoMixer())
        leg = self.join("80001", ready=False)
        with self.assertRaises(MemoryError):
            leg.answered()
        leg.release(Cause.TEMPORARY_FAILURE)
        self.assertEqual(self.kinds()[-1], CallEnded)

    def test_nobodyJoinsALockedRoom(self) -> None:
        early, inside = self.join("80001", ready=False), self.join("80001")
        self.host.rooms[RoomID("80001")].lock()
        late = self.join("80001")
        self.assertEqual(late.done, [("reject", Cause.USER_BUSY)])
        self.assertEqual(late.reason, Reason.NOT_PERMITTED)
        early.answered()
        self.assertEqual(early.done[-1], ("hangup", Cause.USER_BUSY))
        self.assertEqual(self.host.refusal(Route("conference", "80001")), ROOM_LOCKED)
        told = [each.reason for each in self.facts if isinstance(each, CallRefused)]
        self.assertEqual(told, ["roomLocked", "roomLocked"])
        inside.release(Cause.NORMAL_CALL_CLEARING)
        self.assertEqual(self.join("80001").done[0][0], "answer")

    def test_butItsModerators(self) -> None:
        self.build(ConferenceConfig(rooms=(RoomConfig("council", moderators=("1001",)),)))
        self.join("council")
        room = self.host.rooms[RoomID("council")]
        room.lock()
        self.assertEqual(self.join("council").done, [("reject", Cause.USER_BUSY)])
        leg = FakeLeg("council", self.pool)
        leg.vouched = True
        self.host.accept(leg, Route("conference", "council"))
        leg.answered()
        self.assertIs(room.participants[leg.legId].role, RoomRole.MODERATOR)

    def test_whoIsAnsweredWhenTheRoomHasFilledIsSentAway(self) -> None:
        self.build(ConferenceConfig(maxParticipants=1))
        early, late = self.join("80001", ready=False), self.join("80001", ready=False)
        late.answered()
        early.answered()
        self.assertEqual(early.done[-1], ("hangup", Cause.USER_BUSY))
        (participant,) = self.host.rooms[RoomID("80001")].participants.values()
        self.assertIs(participant.leg, late)
        self.assertNotIn(CallEnded, self.kinds())

    def test_aLegWithoutMediaNeverJoined(self) -> None:
        leg = self.join("80001", ready=False)
        leg.answered()
        leg.release(Cause.INCOMPATIBLE_DESTINATION)
        self.assertEqual(self.kinds(), [RoomOpened, CallAnswered, CallEnded, RoomClosed])

    def test_holdLeavesTheMixAndResumeReturns(self) -> None:
        leg = self.join("80001")
        participant = self.host.rooms[RoomID("80001")].participants[leg.legId]
        participant.legMediaLost(leg, Medium.AUDIO)
        self.assertEqual(self.pool.mixers[0].members, [])
        self.assertIs(participant.presence, Presence.ON_HOLD)
        leg.mediaReady()
        self.assertEqual(self.pool.mixers[0].members, [leg.port])
        self.assertEqual(self.kinds().count(ParticipantJoined), 1)
        self.assertEqual(self.kinds()[-2:], [ParticipantHeld, ParticipantResumed])

    def test_whoLeavesWhileOnHoldLeavesTheRoom(self) -> None:
        leg = self.join("80001")
        assert leg.observer is not None
        leg.observer.legMediaLost(leg, Medium.AUDIO)
        leg.release(Cause.NORMAL_CALL_CLEARING)
        self.assertEqual(
            self.kinds()[-4:], [ParticipantHeld, ParticipantLeft, CallEnded, RoomClosed]
        )

    def test_nobodyIsSentElsewhereByWhoIsInARoom(self) -> None:
        leg = self.join("80001")
        participant = self.host.rooms[RoomID("80001")].participants[leg.legId]
        before = list(leg.done)
        request = FakeTransferRequest(Way("sip", leg.peer, leg.called))
        participant.legTransferRequested(leg, request)
        self.assertEqual((leg.done, request.told), (before, ["fail FACILITY_REJECTED"]))
        self.assertEqual(self.pool.mixers[0].members, [leg.port])

    def test_renegotiationKeepsTheMembership(self) -> None:
        leg = self.join("80001")
        leg.mediaReady()
        self.assertEqual(self.pool.mixers[0].members, [leg.port])

    def test_aFullRoomIsBusy(self) -> None:
        self.build(ConferenceConfig(maxParticipants=1))
        self.join("80001")
        late = self.join("80001")
        self.assertEqual(late.done, [("reject", Cause.USER_BUSY)])
        self.assertIn(CallRefused, self.kinds())

    def test_whoGoesBeforeOthersHasTheSeatOfOneOfThem(self) -> None:
        first = FirstGoes()
        self.build(ConferenceConfig(maxParticipants=2), precedence=first)
        present = [self.join("80001"), self.join("80001")]
        urgent = self.join("80001")
        assert present[0].done[-1] == ("hangup", Cause.PREEMPTION)
        assert list(self.host.rooms[RoomID("80001")].participants) == [
            present[1].legId,
            urgent.legId,
        ]
        assert first.done == [(present[0].legId, urgent.legId)]

    def test_aSeatThatIsKeptForSomebodyIsNotTaken(self) -> None:
        first = FirstGoes()
        self.build(ConferenceConfig(maxParticipants=2), precedence=first)
        self.host.meetings[RoomID("80001")] = Kept()
        present, urgent = self.join("80001"), self.join("80001")
        assert present.done[-1] == ("hangup", Cause.PREEMPTION)
        assert list(self.host.rooms[RoomID("80001")].participants) == [urgent.legId]

    def test_nobodyHasToGoForWhoIsNotAnsweredYet(self) -> None:
        first = FirstGoes()
        self.build(ConferenceConfig(maxParticipants=1), precedence=first)
        present, urgent = self.join("80001"), self.join("80001", ready=False)
        assert (urgent.done[-1][0], present.done[-1][0]) == ("answer", "answer")
        urgent.release(Cause.NORMAL_CALL_CLEARING)
        assert first.done == []

    def test_aConfiguredRoomHasItsOwnLimit(self) -> None:
        self.build(ConferenceConfig(rooms=(RoomConfig("council", maxParticipants=1),)))
        self.join("council")
        self.assertEqual(self.join("council").done, [("reject", Cause.USER_BUSY)])

    def test_aFullServerIsOutOfResources(self) -> None:
        self.build(ConferenceConfig(maxTotalParticipants=1))
        self.join("80001")
        self.assertEqual(self.join("80002").done, [("reject", Cause.RESOURCE_UNAVAILABLE)])

    def test_whereAllRoomsTogetherAreFullSomebodyLeavesAnother(self) -> None:
        first = FirstGoes()
        self.build(ConferenceConfig(maxTotalParticipants=1), precedence=first)
        present, urgent = self.join("80001"), self.join("80002")
        assert first.done == [(present.legId, urgent.legId)]
        assert present.done[-1] == ("hangup", Cause.PREEMPTION)
        assert list(self.host.rooms) == ["80002"]

    def test_nobodyLeavesSoThatOneMoreRoomCanBeOpened(self) -> None:
        first = FirstGoes()
        self.build(ConferenceConfig(maxRooms=1), precedence=first)
        self.join("80001")
        assert self.join("80002").done == [("reject", Cause.RESOURCE_UNAVAILABLE)]
        assert first.done == []

    def test_tooManyRooms(self) -> None:
        self.build(ConferenceConfig(maxRooms=1))
        self.join("80001")
        self.assertEqual(self.join("80002").done, [("reject", Cause.RESOURCE_UNAVAILABLE)])
        self.assertEqual(self.join("80001").done[0][0], "answer")

    def test_aDigitIsToldWithoutItsValue(self) -> None:
        leg = self.join("80001")
        assert leg.observer is not None
        leg.observer.legDigit(leg, "5", 100, DigitMethod.RTP_EVENT)
        self.assertEqual(self.facts[-1], DigitReceived(0.0, leg.callId, leg.legId, "rfc4733"))

    def test_theSpeakerIsToldByLeg(self) -> None:
        leg = self.join("80001")
        assert leg.port is not None
        room = self.host.rooms[RoomID("80001")]
        room.activeSpeaker(leg.port.portId)
        room.activeSpeaker(leg.port.portId)
        room.levels({leg.port.portId: -20.0, 999: -3.0})
        self.assertEqual(
            [fact for fact in self.facts if isinstance(fact, ActiveSpeakerChanged)],
            [ActiveSpeakerChanged(0.0, room.roomId, leg.legId)],
        )
        self.assertEqual(room.loudness, {leg.legId: -20.0})

    def test_closeHangsUpOnEverybody(self) -> None:
        legs = [self.join("80001"), self.join("80002")]
        self.host.leave()
        self.assertEqual(
            [leg.done[-1] for leg in legs], [("hangup", Cause.NORMAL_CALL_CLEARING)] * 2
        )
        self.assertEqual(self.host.rooms, {})


class SeatTests(HostTestCase):
    """
    Seats that a gate gives.
    """

    def apply(self, verdict: Any) -> FakeLeg:
        """
        Have somebody call a room that a gate stands at.
        """
        self.gate = FakeGate(verdict, (Door.ROOM,))
        self.build(ConferenceConfig(), self.gate)
        return self.join("80001", ready=False)

    def test_aSeatIsAppliedForWithWhatTheCallWas(self) -> None:
        leg = self.apply(PASSED)
        wanted = replace(leg.application(), door=Door.ROOM, room="80001")
        self.assertEqual(self.gate.judged, [wanted])
        self.assertEqual([name for name, _ in leg.done], ["answer"])

    def test_whomAGateRefusesASeatIsRejectedWithItsReason(self) -> None:
        leg = self.apply(Refusal.of(Reason.CAPACITY_EXCEEDED))
        self.assertEqual(leg.done, [("reject", Cause.RESOURCE_UNAVAILABLE)])
        self.assertEqual((leg.reason, self.host.arrivals), (Reason.CAPACITY_EXCEEDED, {}))
        self.assertEqual(self.kinds(), [ApplicationRefused, CallRefused])

    def test_aCallWaitsForAGateThatTakesItsTime(self) -> None:
        slow: Deferred[Admission] = Deferred()
        leg = self.apply(slow)
        self.assertEqual(leg.done, [])
        slow.callback(Admission(Texts("[REDACTED:SSN]")))
        self.assertEqual([name for name, _ in leg.done], ["answer"])
        self.assertEqual(leg.displayName, "[REDACTED:SSN]")

    def test_whoLeavesWhileAGateThinksGetsNoSeat(self) -> None:
        slow: Deferred[Admission] = Deferred()
        lease, leg = Lease(), self.apply(slow)
        leg.release(Cause.NORMAL_CALL_CLEARING)
        slow.callback(Admission(leases=(lease,)))
        self.assertEqual((leg.done, lease.ends), ([], 1))

    def test_whoLeavesBeforeAGateRefusesHasOnlyLeft(self) -> None:
        slow: Deferred[Refusal] = Deferred()
        leg = self.apply(slow)
        leg.release(Cause.NORMAL_CALL_CLEARING)
        slow.callback(Refusal.of(Reason.CAPACITY_EXCEEDED))
        self.assertEqual(self.kinds(), [CallEnded, ApplicationRefused])

    def test_whatAGateKeepsForASeatEndsWithTheCall(self) -> None:
        lease = Lease()
        leg = self.apply(Admission(leases=(lease,)))
        self.assertEqual(lease.ends, 0)
        leg.release(Cause.NORMAL_CALL_CLEARING)
        self.assertEqual(lease.ends, 1)
