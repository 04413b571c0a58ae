"""
The H.245 session of a call, alone and with another at the far end.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245.capabilities.table import capabilitySet, emptyCapabilitySet
from h323d.h323.h245.cese import T101
from h323d.h323.h245.conversation import END_TIMEOUT
from h323d.h323.h245.liveness import INTERVAL
from h323d.h323.h245.messages import Message, command, indication, request, response
from h323d.h323.h245.msdse import T106, MSDRole
from h323d.h323.h245.owner import H245Failure
from h323d.h323.h245.session import H245Session
from h323d.h323.h245.telling import CLOSING
from h323d.values.address import TransportAddress
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.h245peers import (
    PROFILE,
    Pair,
    RecordingOwner,
    alone,
    flowing,
    joined,
    mediaChannel,
    newSession,
    openChannel,
)

ALAW_FIRST = MediaProfile.audio((G711_ALAW, G711_ULAW))
HOLDING = PROFILE.directed(Direction.SENDONLY)


def test_bothSidesTellAllAtOnce() -> None:
    owner, clock = RecordingOwner(), Clock()
    session = newSession(owner, clock)
    session.start()
    session.start()  # once is enough
    assert owner.names() == ["terminalCapabilitySet", "masterSlaveDetermination"]
    session.stop()
    assert clock.getDelayedCalls() == []


def test_mediaFlowsBothWays() -> None:
    pair = joined()
    assert flowing(pair) == [("PCMU", "PCMU"), ("PCMU", "PCMU")]
    first, second = pair.owners
    assert first.transmit is not None
    assert first.transmit.rtp == TransportAddress("192.0.2.2", 5000)
    assert first.transmit.rtcp == TransportAddress("192.0.2.2", 5001)
    assert first.transmit.packetMs == 20
    assert first.transmit.telephoneEventType == 101
    assert second.told == ["receiveReady", "transmitReady"]
    assert [session.role for session in pair.sessions] == [MSDRole.SLAVE, MSDRole.MASTER]
    assert first.failures == second.failures == []
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


def test_whatItsChannelsNeedIsKnown() -> None:
    pair = Pair(Clock())
    pair.start()
    assert [each.bitRate for each in pair.sessions] == [0, 0]
    pair.run(1)
    assert [each.bitRate for each in pair.sessions] == [128_000, 128_000]
    pair.stop()


@pytest.mark.parametrize("seed", range(40))
def test_mediaFlowsBothWaysWhoeverIsFaster(seed: int) -> None:
    pair = Pair(Clock(), seed, profiles=(PROFILE, ALAW_FIRST), terminalTypes=(60, 60))
    pair.start()
    pair.run(1)
    (sentA, heardA), (sentB, heardB) = flowing(pair)
    assert (sentA, sentB) == (heardB, heardA) == ("PCMU", "PCMA")
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


@pytest.mark.parametrize("late", [0, 1])
def test_aSideThatStartsLateIsWaitedFor(late: int) -> None:
    pair = Pair(Clock())
    pair.sessions[1 - late].start()
    pair.run(5)
    assert None in flowing(pair)[0]
    pair.sessions[late].start()
    pair.run(1)
    assert flowing(pair) == [("PCMU", "PCMU"), ("PCMU", "PCMU")]
    pair.stop()


def test_theSameSeedGivesTheSameMessages() -> None:
    runs = []
    for _ in range(2):
        pair = Pair(Clock(), seed=7)
        pair.start()
        pair.run(1)
        runs.append([owner.sent for owner in pair.owners])
        pair.stop()
    assert runs[0] == runs[1]


def test_nothingInCommonIsReported() -> None:
    pair = joined(profiles=(PROFILE, MediaProfile.audio((MediaFormat("G722"),))))
    assert [owner.failures for owner in pair.owners] == [[H245Failure.NO_COMMON_FORMAT]] * 2
    pair.stop()


@pytest.mark.parametrize("holder", [0, 1])
def test_holdAndResume(holder: int) -> None:
    pair = joined()
    pair.sessions[holder].changeProfile(HOLDING)
    pair.run(1)
    expected: list[tuple[str | None, str | None]] = [(None, "PCMU"), (None, "PCMU")]
    expected[holder] = ("PCMU", None)
    assert flowing(pair) == expected
    assert pair.owners[1 - holder].capabilities[-1].isEmpty
    pair.sessions[holder].changeProfile(PROFILE)
    pair.run(1)
    assert flowing(pair) == [("PCMU", "PCMU"), ("PCMU", "PCMU")]
    assert pair.owners[1 - holder].names().count("masterSlaveDetermination") == 2
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


def held() -> tuple[Clock, RecordingOwner, H245Session]:
    """
    A session that holds a peer, whose channel is still open.
    """
    clock, owner, session = alone()
    sound = ("audioData", ("g711Ulaw64k", 20))
    session.received(openChannel(sound, mediaControlChannel=mediaChannel("192.0.2.2", 5001)))
    session.changeProfile(HOLDING)
    assert owner.receive is not None
    owner.sent.clear()
    return clock, owner, session


def told(owner: RecordingOwner) -> int:
    return owner.names().count("terminalCapabilitySet")


def test_aPeerIsResumedWhenItHasClosedItsChannel() -> None:
    clock, owner, session = held()
    session.changeProfile(PROFILE)
    clock.advance(CLOSING / 2)
    assert told(owner) == 0
    source = {"forwardLogicalChannelNumber": 7, "source": ("user", None)}
    session.received(request("closeLogicalChannel", source))
    assert owner.names()[-2:] == ["closeLogicalChannelAck", "terminalCapabilitySet"]
    assert owner.last("terminalCapabilitySet").get("capabilityTable")
    session.stop()
    assert clock.getDelayedCalls() == []


def test_aPeerThatClosesNoChannelIsResumedAllTheSame() -> None:
    clock, owner, session = held()
    session.changeProfile(PROFILE)
    clock.advance(CLOSING)
    assert told(owner) == 1
    session.stop()


def test_aPeerThatHasBeenHeldForLongIsResumedAtOnce() -> None:
    clock, owner, session = held()
    clock.advance(CLOSING)
    session.changeProfile(PROFILE)
    assert told(owner) == 1
    session.stop()


def test_aPeerThatIsHeldAgainIsToldNothing() -> None:
    clock, owner, session = held()
    session.changeProfile(PROFILE)
    session.changeProfile(HOLDING)
    clock.advance(CLOSING)
    assert told(owner) == 0
    session.stop()
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize("seed", range(20))
def test_bothHoldAndResumeInAnyTiming(seed: int) -> None:
    pair = Pair(Clock(), seed)
    pair.start()
    pair.run(1)
    for session in pair.sessions:
        session.changeProfile(HOLDING)
    pair.run(0.02)
    for session in pair.sessions:
        session.changeProfile(PROFILE)
    pair.run(1)
    assert flowing(pair) == [("PCMU", "PCMU"), ("PCMU", "PCMU")]
    assert pair.owners[0].failures == pair.owners[1].failures == []
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        (Direction.SENDONLY, [("PCMU", None), (None, "PCMU")]),
        (Direction.RECVONLY, [(None, "PCMU"), ("PCMU", None)]),
        (Direction.INACTIVE, [(None, None), (None, None)]),
    ],
)
def test_aProfilesDirectionIsFollowedThereAndBack(
    direction: Direction, expected: list[tuple[str | None, str | None]]
) -> None:
    pair = joined()
    pair.sessions[0].changeProfile(PROFILE.directed(direction))
    pair.run(1)
    assert flowing(pair) == expected
    pair.sessions[0].changeProfile(PROFILE)
    pair.run(1)
    assert flowing(pair) == [("PCMU", "PCMU"), ("PCMU", "PCMU")]
    pair.stop()


def test_anUnsuitedFormatIsReplacedBothWays() -> None:
    pair = joined()
    pair.sessions[0].changeProfile(MediaProfile.audio((G711_ALAW,)))
    pair.run(1)
    assert flowing(pair) == [("PCMA", "PCMA"), ("PCMA", "PCMA")]
    assert "requestChannelClose" in pair.owners[0].names()
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


def test_aPreferenceIsAskedForByModeRequest() -> None:
    pair = joined()
    pair.sessions[0].changeProfile(ALAW_FIRST)
    pair.run(1)
    assert flowing(pair) == [("PCMA", "PCMA"), ("PCMA", "PCMA")]
    assert pair.owners[1].last("requestModeAck")["response"][0] == "willTransmitMostPreferredMode"
    pair.stop()


def test_anUnchangedProfileChangesNothing() -> None:
    pair = joined()
    before = [len(owner.sent) for owner in pair.owners]
    pair.sessions[0].changeProfile(PROFILE)
    pair.run(1)
    assert [len(owner.sent) for owner in pair.owners] == before
    pair.stop()


def test_telephoneEventsCanBeTurnedOff() -> None:
    pair = joined()
    pair.sessions[0].changeProfile(
        MediaProfile.audio((G711_ULAW, G711_ALAW), telephoneEvents=False)
    )
    pair.run(1)
    assert [o.transmit.telephoneEventType for o in pair.owners if o.transmit] == [None, None]
    pair.stop()


@pytest.mark.parametrize("method", [DigitMethod.H245_ALPHANUMERIC, DigitMethod.H245_SIGNAL])
def test_digitsArrive(method: DigitMethod) -> None:
    pair = joined()
    for digit in "19*#AD":
        pair.sessions[0].sendDigit(digit, 160, method)
        pair.run(0.3)
    assert pair.owners[1].digits == [(digit, 160, method) for digit in "19*#AD"]
    pair.stop()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (("videoFastUpdatePicture", None), ["picture"]),
        (("videoFastUpdateGOB", {"firstGOB": 0, "numberOfGOBs": 1}), ["picture"]),
        (("videoFreezePicture", None), []),
    ],
)
def test_aPeerThatWantsAWholePictureIsHeard(kind: tuple[str, object], told: list[str]) -> None:
    _, owner, session = alone()
    before = len(owner.told)
    fields = {"logicalChannelNumber": 1, "type": kind}
    session.received(command("miscellaneousCommand", fields))
    assert owner.told[before:] == told
    session.stop()


def test_aPeerMayCorrectTheLengthOfADigit() -> None:
    clock, owner, session = alone()
    signal = {"signalType": "5", "duration": 100}
    session.received(indication("userInput", ("signal", signal)))
    clock.advance(0.05)
    session.received(indication("userInput", ("signalUpdate", {"duration": 400})))
    clock.advance(1)
    assert owner.digits == [("5", 400, DigitMethod.H245_SIGNAL)]
    session.stop()


def test_whatIsNoDigitOrNotOursToSendIsNotSent() -> None:
    pair = joined()
    before = len(pair.owners[0].sent)
    pair.sessions[0].sendDigit("x", 100, DigitMethod.H245_SIGNAL)
    pair.sessions[0].sendDigit("1", 100, DigitMethod.RTP_EVENT)
    assert len(pair.owners[0].sent) == before
    pair.stop()


def test_theRoundTripIsMeasuredEveryMinute() -> None:
    pair = joined()
    pair.run(3 * INTERVAL)
    for owner in pair.owners:
        assert owner.roundTrips == pytest.approx([0.02] * 3, abs=0.011)
        assert owner.failures == []
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


@pytest.mark.parametrize("ender", [0, 1])
def test_theSessionEndsForBoth(ender: int) -> None:
    pair = joined()
    pair.sessions[ender].end()
    pair.sessions[ender].end()
    pair.run(0.1)
    for owner in pair.owners:
        assert owner.told.count("ended") == 1
        assert owner.names().count("endSessionCommand") == 1
    assert pair.clock.getDelayedCalls() == []


def test_anEndWithoutAnswerTakesThreeSeconds() -> None:
    owner, clock = RecordingOwner(), Clock()
    session = newSession(owner, clock)
    session.start()
    session.end()
    clock.advance(END_TIMEOUT - 0.001)
    assert "ended" not in owner.told
    clock.advance(0.001)
    assert owner.told == ["ended"]
    assert clock.getDelayedCalls() == []


def test_nothingIsAnsweredAfterTheEnd() -> None:
    owner, clock = RecordingOwner(), Clock()
    session = newSession(owner, clock)
    session.start()
    session.end()
    session.received(request("roundTripDelayRequest", {"sequenceNumber": 1}))
    session.changeProfile(ALAW_FIRST)
    session.sendDigit("1", 100, DigitMethod.H245_SIGNAL)
    assert owner.names()[-1] == "endSessionCommand"
    session.stop()


# A peer that keeps silent, or gives odd answers.


def test_aSilentPeerIsReportedByBothEntities() -> None:
    clock, owner = Clock(), RecordingOwner()
    session = newSession(owner, clock)
    session.start()
    clock.advance(max(T101, T106))
    assert sorted(f.name for f in owner.failures) == ["NO_CAPABILITIES", "NO_ROLE"]
    assert owner.names()[2:] == ["terminalCapabilitySetRelease", "masterSlaveDeterminationRelease"]
    session.stop()
    assert clock.getDelayedCalls() == []


def test_ourCapabilitiesAreSentAgainOnCommand() -> None:
    _clock, owner, session = alone()
    session.received(command("sendTerminalCapabilitySet", ("genericRequest", None)))
    assert owner.last("terminalCapabilitySet")["sequenceNumber"] == 2
    session.stop()


def test_anOldPeerThatRefusesTheEmptySetKeepsItsCall() -> None:
    _clock, owner, session = alone()
    session.changeProfile(HOLDING)
    sequenceNumber = owner.last("terminalCapabilitySet")["sequenceNumber"]
    session.received(
        response(
            "terminalCapabilitySetReject",
            {"sequenceNumber": sequenceNumber, "cause": ("unspecified", None)},
        )
    )
    assert owner.failures == []
    session.stop()


def test_anOwnerMayStopTheSessionFromAnyReport() -> None:
    class Stopper(RecordingOwner):
        session: H245Session

        def h245Failed(self, failure: H245Failure) -> None:
            super().h245Failed(failure)
            self.session.stop()

    clock, owner = Clock(), Stopper()
    owner.session = newSession(owner, clock)
    owner.session.start()
    clock.advance(T101)
    assert len(owner.failures) == 1
    assert clock.getDelayedCalls() == []


def test_messagesThatArriveWhileWeSendAreTakenInTheirTurn() -> None:
    class Direct(RecordingOwner):
        far: H245Session

        def sendControl(self, message: Message) -> None:
            super().sendControl(message)
            self.far.received(self.sent[-1])

    clock, owners = Clock(), (Direct(), Direct())
    sessions = [newSession(owner, clock, host=host) for host, owner in enumerate(owners, 1)]
    owners[0].far, owners[1].far = sessions[1], sessions[0]
    for session in sessions:
        session.start()
    for owner in owners:
        assert owner.transmit is not None
        assert owner.receive is not None
    acks = [name for name in owners[1].names() if name.endswith("Ack")]
    assert acks[0] == "terminalCapabilitySetAck"
    sessions[0].end()
    assert [owner.told.count("ended") for owner in owners] == [1, 1]
    assert clock.getDelayedCalls() == []


def test_stoppingCancelsAModeRequest() -> None:
    pair = joined()
    pair.sessions[0].changeProfile(ALAW_FIRST)
    assert pair.sessions[0].states["MRSE out"] == "awaitingResponse"
    pair.stop()
    pair.run(1)
    assert pair.clock.getDelayedCalls() == []


def test_rolesOnceAgreedOutliveADeterminationThatFails() -> None:
    clock, owner, session = alone()
    session.received(request("terminalCapabilitySet", emptyCapabilitySet(2)))
    session.received(request("terminalCapabilitySet", capabilitySet(PROFILE, 3)))
    assert owner.names().count("masterSlaveDetermination") == 2
    session.received(response("terminalCapabilitySetAck", {"sequenceNumber": 2}))
    clock.advance(T106)
    assert owner.names()[-1] != "masterSlaveDetermination"
    assert H245Failure.NO_ROLE not in owner.failures
    session.stop()


def test_whatChangesBeforeTheStartIsNotToldYet() -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    session.changeProfile(HOLDING)
    session.received(command("sendTerminalCapabilitySet", ("genericRequest", None)))
    assert owner.names() == []
