"""
Two media in one session: sound, and a kind of pictures that is made up for the test.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.capabilities.kinds import Kind
from h323d.h323.h245.capabilities.table import capabilitySet
from h323d.h323.h245.messages import Message, request, response
from h323d.h323.h245.session import H245Session
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from tests.support.fakevideo import FAKE_VIDEO, H261, MAXIMUM, FakeVideoAbility
from tests.support.h245peers import (
    Pair,
    RecordingOwner,
    acknowledge,
    mediaChannel,
    newSession,
    openChannel,
)

KINDS: tuple[Kind, ...] = (AUDIO, FAKE_VIDEO)
SOUND = MediumProfile(Medium.AUDIO, (G711_ULAW, G711_ALAW), telephoneEvents=True)
PICTURES = MediumProfile(Medium.VIDEO, (H261,))
PROFILE = MediaProfile((SOUND, PICTURES))
SOUND_ALONE = MediaProfile((SOUND,))
H261_CHANNEL = ("videoData", FakeVideoAbility(MAXIMUM).capability())


def joined(*profiles: MediaProfile) -> Pair:
    """
    Two sessions that have opened what they can.
    """
    first, second = profiles or (PROFILE, PROFILE)
    pair = Pair(Clock(), profiles=(first, second), kinds=KINDS)
    pair.start()
    pair.run(1)
    return pair


def alone(profile: MediaProfile = PROFILE) -> tuple[Clock, RecordingOwner, H245Session]:
    """
    A session that has asked the peer, who can do all of it, to open its channels.
    """
    clock, owner = Clock(), RecordingOwner()
    session = newSession(owner, clock, profile, kinds=KINDS)
    session.start()
    session.received(request("terminalCapabilitySet", capabilitySet(PROFILE, 1, KINDS)))
    session.received(response("terminalCapabilitySetAck", {"sequenceNumber": 1}))
    session.received(response("masterSlaveDeterminationAck", {"decision": ("master", None)}))
    return clock, owner, session


def rejected(number: int) -> Message:
    fields = {"forwardLogicalChannelNumber": number, "cause": ("dataTypeNotSupported", None)}
    return response("openLogicalChannelReject", fields)


def opened(owner: RecordingOwner) -> list[tuple[int, int, str]]:
    """
    Number, session and data type of the channels that an owner's session has opened.
    """
    channels = [fields for _, (name, fields) in owner.sent if name == "openLogicalChannel"]
    return [
        (
            fields["forwardLogicalChannelNumber"],
            fields["forwardLogicalChannelParameters"]["multiplexParameters"][1]["sessionID"],
            fields["forwardLogicalChannelParameters"]["dataType"][0],
        )
        for fields in channels
    ]


def test_bothMediaFlowBothWays() -> None:
    pair = joined()
    for owner in pair.owners:
        assert opened(owner) == [(101, 1, "audioData"), (102, 2, "videoData")]
        assert {medium: sent.format for medium, sent in owner.sends.items()} == {
            Medium.AUDIO: G711_ULAW,
            Medium.VIDEO: H261,
        }
        assert owner.hears[Medium.VIDEO].formats == {31: H261}
        assert owner.hears[Medium.VIDEO].telephoneEventType is None
        assert owner.failures == []
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


def test_theOrderOfTheProfileIsThatOfTheChannels() -> None:
    pair = joined(MediaProfile((PICTURES, SOUND)), PROFILE)
    assert [kind for _, _, kind in opened(pair.owners[0])] == ["videoData", "audioData"]
    pair.stop()


def test_eachMediumHasItsAddresses() -> None:
    pair = joined()
    pictures = pair.owners[0].sends[Medium.VIDEO]
    assert pictures.rtp == TransportAddress("192.0.2.2", 5002)
    assert pictures.rtcp == TransportAddress("192.0.2.2", 5003)
    channel = pair.owners[0].last("openLogicalChannel")["forwardLogicalChannelParameters"]
    parameters = channel["multiplexParameters"][1]
    assert parameters["mediaControlChannel"] == mediaChannel("192.0.2.1", 5003)
    pair.stop()


def test_aMediumThatOneSideDoesNotHaveIsLeftOut() -> None:
    pair = joined(PROFILE, SOUND_ALONE)
    for owner in pair.owners:
        assert opened(owner) == [(101, 1, "audioData")]
        assert set(owner.sends) == set(owner.hears) == {Medium.AUDIO}
        assert owner.failures == []
    pair.stop()


def test_aMediumThatIsRefusedLeavesTheOther() -> None:
    _clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    session.received(rejected(102))
    assert set(owner.sends) == {Medium.AUDIO}
    assert owner.failures == []
    assert session.states["video out"] == "lacking"
    session.stop()


def test_withoutTheFirstMediumThereIsNoCall() -> None:
    _clock, owner, session = alone()
    for number in (101, 103):
        session.received(rejected(number))
    assert [failure.name for failure in owner.failures] == ["NO_CHANNEL"]
    session.stop()


def test_aMediumThatWeDoNotWantIsRefused() -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock(), SOUND_ALONE, kinds=KINDS)
    session.received(openChannel(H261_CHANNEL, 7, sessionID=2))
    assert owner.last("openLogicalChannelReject")["cause"][0] == "dataTypeNotSupported"
    assert owner.hears == {}


@pytest.mark.parametrize("side", [0, 1])
def test_aMediumIsAddedToACall(side: int) -> None:
    pair = joined(SOUND_ALONE, SOUND_ALONE)
    for session in (pair.sessions[side], pair.sessions[1 - side]):
        session.changeProfile(PROFILE)
        pair.run(1)
    for owner in pair.owners:
        assert set(owner.sends) == set(owner.hears) == {Medium.AUDIO, Medium.VIDEO}
        assert not [told for told in owner.told if told.endswith("Stopped")]
    pair.stop()


def test_aMediumIsClosedAndTheOtherGoesOn() -> None:
    pair = joined()
    pair.sessions[0].changeProfile(SOUND_ALONE)
    pair.run(1)
    for owner in pair.owners:
        assert set(owner.sends) == set(owner.hears) == {Medium.AUDIO}
        stopped = sorted(told for told in owner.told if "Stopped" in told)
        assert stopped == ["receiveStopped video", "transmitStopped video"]
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


def test_aMediumMayFlowOneWayAlone() -> None:
    shown = MediumProfile(Medium.VIDEO, (H261,), Direction.RECVONLY)
    pair = joined(MediaProfile((SOUND, shown)), PROFILE)
    assert Medium.VIDEO not in pair.owners[0].sends
    assert Medium.VIDEO in pair.owners[0].hears
    pair.stop()


def test_thePeerMayHoldOneMediumAlone() -> None:
    _clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    session.received(acknowledge(102, mediaChannel=mediaChannel("192.0.2.2", 5002)))
    session.received(request("terminalCapabilitySet", capabilitySet(SOUND_ALONE, 2, KINDS)))
    assert set(owner.sends) == {Medium.AUDIO}
    assert owner.last("closeLogicalChannel")["forwardLogicalChannelNumber"] == 102
    assert owner.failures == []
    session.stop()


def test_thePeerMayAskUsToCloseOneMedium() -> None:
    _clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    session.received(acknowledge(102, mediaChannel=mediaChannel("192.0.2.2", 5002)))
    ask = {"forwardLogicalChannelNumber": 102, "reason": ("normal", None)}
    session.received(request("requestChannelClose", ask))
    assert owner.told[-1] == "transmitStopped video"
    assert set(owner.sends) == {Medium.AUDIO}
    session.stop()


def test_thePeerClosesOneOfItsChannels() -> None:
    _clock, owner, session = alone()
    session.received(openChannel(("audioData", ("g711Ulaw64k", 20)), 7))
    session.received(openChannel(H261_CHANNEL, 8, sessionID=2))
    assert set(owner.hears) == {Medium.AUDIO, Medium.VIDEO}
    close = {"forwardLogicalChannelNumber": 8, "source": ("user", None)}
    session.received(request("closeLogicalChannel", close))
    assert set(owner.hears) == {Medium.AUDIO}
    session.stop()


def test_aChannelThatIsOpenedAnewForAnotherMediumIsTakenFromTheFirst() -> None:
    _clock, owner, session = alone()
    session.received(openChannel(("audioData", ("g711Ulaw64k", 20)), 7))
    session.received(openChannel(H261_CHANNEL, 7, sessionID=2))
    assert set(owner.hears) == {Medium.VIDEO}
    assert [name for name in session.states if name.startswith("LCSE in")] == ["LCSE in 7"]
    session.stop()


def test_aChannelThatIsOpenedAnewForWhatNobodyKnowsIsGone() -> None:
    _clock, owner, session = alone()
    session.received(openChannel(("audioData", ("g711Ulaw64k", 20)), 7))
    session.received(openChannel(("audioData", ("g728", 4)), 7))
    assert owner.last("openLogicalChannelReject")["forwardLogicalChannelNumber"] == 7
    assert owner.hears == {}
    session.stop()


def test_manyChannelsOfOneMediumLeaveRoomForTheOther() -> None:
    _clock, owner, session = alone()
    for number in range(1, 10):
        session.received(openChannel(("audioData", ("g711Ulaw64k", 20)), number))
    session.received(openChannel(H261_CHANNEL, 50, sessionID=2))
    assert set(owner.hears) == {Medium.AUDIO, Medium.VIDEO}
    session.stop()


def test_aModeOfAllMediaIsTakenOrRefusedAsAWhole() -> None:
    def ask(*types: tuple[str, Any]) -> None:
        mode = [{"type": element} for element in types]
        fields = {"sequenceNumber": 1, "requestedModes": [mode]}
        session.received(request("requestMode", fields))

    _clock, owner, session = alone()
    video = ("videoMode", FakeVideoAbility(MAXIMUM).mode())
    ask(("audioMode", ("g711Alaw64k", None)), video)
    assert owner.names()[-2:] == ["requestModeAck", "closeLogicalChannel"]
    ask(("audioMode", ("g722-64k", None)), video)
    assert owner.names()[-1] == "requestModeReject"
    session.stop()


def test_theEndClosesAllMedia() -> None:
    pair = joined()
    pair.sessions[0].end()
    pair.run(0.1)
    names = pair.owners[0].names()
    assert names.count("closeLogicalChannel") == 2
    assert [owner.told.count("ended") for owner in pair.owners] == [1, 1]
    assert pair.clock.getDelayedCalls() == []
