"""
Kinds of media in H.245: sound, and beside it one that is made up for the test.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h245
from h323d.h323.h245.answers import answerTo
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.capabilities.kinds import Kind, carried, chooseAbility, readData
from h323d.h323.h245.capabilities.table import CapabilityTable, RemoteCapabilities, capabilitySet
from h323d.h323.h245.messages import request
from h323d.h323.h245.modes import readModes, requestedModes
from h323d.h323.h245.parameters import (
    OfferedChannel,
    RefusedChannel,
    forwardChannel,
    judgeChannel,
)
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from tests.support.fakevideo import FAKE_VIDEO, H261, MAXIMUM, FakeVideoAbility

BOTH: tuple[Kind, ...] = (AUDIO, FAKE_VIDEO)
SOUND = MediumProfile(Medium.AUDIO, (G711_ULAW, G711_ALAW))
PICTURES = MediumProfile(Medium.VIDEO, (H261,))
PROFILE = MediaProfile((SOUND, PICTURES))
HERE = TransportAddress("192.0.2.1", 5001)


def remoteOf(profile: MediaProfile, kinds: tuple[Kind, ...] = BOTH) -> RemoteCapabilities:
    data = h245.encode("TerminalCapabilitySet", capabilitySet(profile, 1, BOTH))
    return CapabilityTable(kinds).update(h245.decode("TerminalCapabilitySet", data))


def channelOf(ability: FakeVideoAbility, session: int = 2) -> tuple[Any, Any]:
    """
    C{DataType} and C{multiplexParameters} of a channel.
    """
    forward = forwardChannel(7, FAKE_VIDEO, ability, HERE)["forwardLogicalChannelParameters"]
    kind, parameters = forward["multiplexParameters"]
    return forward["dataType"], (kind, {**parameters, "sessionID": session})


def test_aSetTellsAllMediaThatCanBeReceivedTogether() -> None:
    fields = capabilitySet(PROFILE, 1, BOTH)
    names = [entry["capability"][0] for entry in fields["capabilityTable"]]
    assert names[:3] == ["receiveAudioCapability"] * 2 + ["receiveVideoCapability"]
    (descriptor,) = fields["capabilityDescriptors"]
    assert descriptor["simultaneousCapabilities"] == [[1, 2], [3], [4], [5]]


def test_whatThePeerCanDoIsKnownByMedium() -> None:
    remote = remoteOf(PROFILE)
    assert [ability.format for ability in remote.of(Medium.AUDIO)] == [G711_ULAW, G711_ALAW]
    assert remote.of(Medium.VIDEO) == (FakeVideoAbility(MAXIMUM),)
    assert remote.of(Medium.SLIDES) == ()


def test_aMediumThatWeOnlySendIsNotTold() -> None:
    silent = MediumProfile(Medium.AUDIO, (G711_ULAW,), Direction.SENDONLY, telephoneEvents=True)
    remote = remoteOf(MediaProfile((silent, PICTURES)))
    assert [ability.format for ability in remote.abilities] == [H261]
    assert remote.telephoneEventType is None


def test_aKindThatWeDoNotKnowIsSkipped() -> None:
    remote = remoteOf(PROFILE, kinds=(AUDIO,))
    assert remote.of(Medium.VIDEO) == ()
    assert remote.skipped == 1


def test_aMediumThatH245CannotCarryIsLeftOut() -> None:
    slides = MediumProfile(Medium.SLIDES, (H261,))
    media = MediaProfile((slides, PICTURES, SOUND))
    assert list(carried(media, BOTH)) == [(FAKE_VIDEO, PICTURES), (AUDIO, SOUND)]


def test_theOtherDirectionWinsInEveryKindWhereThePeerIsSymmetric() -> None:
    small, large = FakeVideoAbility(100), FakeVideoAbility(200, symmetric=True)
    assert chooseAbility(PICTURES, [small, large]) == small
    assert chooseAbility(PICTURES, [small, large], preferred=H261) == large


def test_aChannelIsJudgedByTheKindThatItNames() -> None:
    ability = FakeVideoAbility(100)
    assert judgeChannel(*channelOf(ability), PROFILE, BOTH) == OfferedChannel(FAKE_VIDEO, ability)


@pytest.mark.parametrize(
    ("bitRate", "session", "profile", "kinds", "cause"),
    [
        (MAXIMUM + 1, 2, PROFILE, BOTH, "dataTypeNotSupported"),
        (MAXIMUM, 2, MediaProfile((SOUND,)), BOTH, "dataTypeNotSupported"),
        (MAXIMUM, 2, PROFILE, (AUDIO,), "dataTypeNotSupported"),
        (MAXIMUM, 1, PROFILE, BOTH, "invalidSessionID"),
    ],
)
def test_aChannelOfAnyKindIsRefusedWithItsCause(
    bitRate: int, session: int, profile: MediaProfile, kinds: tuple[Kind, ...], cause: str
) -> None:
    channel = channelOf(FakeVideoAbility(bitRate), session)
    assert judgeChannel(*channel, profile, kinds) == RefusedChannel(cause)


def test_aDataTypeIsReadByItsKind() -> None:
    ability = FakeVideoAbility(100)
    assert readData(("videoData", ability.capability()), BOTH) == (FAKE_VIDEO, ability)
    assert readData(("audioData", ability.capability()), BOTH) is None


def test_modesNameAllMediaAtOnce() -> None:
    modes = requestedModes(PROFILE, BOTH)
    assert [[element["type"][0] for element in mode] for mode in modes] == [
        ["audioMode", "videoMode"]
    ] * 2
    fields = {"sequenceNumber": 1, "requestedModes": modes}
    data = h245.encode("RequestMode", fields)
    assert readModes(h245.decode("RequestMode", data), BOTH) == [
        {Medium.AUDIO: "g711Ulaw64k", Medium.VIDEO: "h261VideoCapability"},
        {Medium.AUDIO: "g711Alaw64k", Medium.VIDEO: "h261VideoCapability"},
    ]
    assert readModes(fields, (AUDIO,)) == [None, None]


def test_theCommunicationModeIsToldOfAllMedia() -> None:
    message = answerTo(request("communicationModeRequest", {}), PROFILE, BOTH)
    assert message is not None
    _kind, entries = message[1][1]
    assert [(e["sessionID"], e["dataType"][0]) for e in entries] == [
        (1, "audioData"),
        (2, "videoData"),
    ]
    h245.encode("MultimediaSystemControlMessage", message)
