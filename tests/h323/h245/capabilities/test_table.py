"""
Capability sets, as told and as understood.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.asn1 import h245
from h323d.h323.h245.capabilities.audio import AUDIO, AudioAbility
from h323d.h323.h245.capabilities.kinds import suits
from h323d.h323.h245.capabilities.table import (
    MAXIMUM_ENTRIES,
    TELEPHONE_EVENT_TYPE,
    CapabilityTable,
    RemoteCapabilities,
    capabilitySet,
    emptyCapabilitySet,
    received,
)
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import ReceiveFormat

G722 = MediaFormat("G722")
G729 = MediaFormat("G729")
EVERYTHING = (G711_ULAW, G711_ALAW, G722, G729, MediaFormat("G723"), MediaFormat("GSM"))
PDUS = Path(__file__).parents[5] / "shared" / "data" / "pdus.json"
VERSION = (0, 0, 8, 245, 0, 7)


def throughTheWire(capabilities: dict[str, Any]) -> dict[str, Any]:
    data = h245.encode("TerminalCapabilitySet", capabilities)
    result: dict[str, Any] = h245.decode("TerminalCapabilitySet", data)
    return result


def remoteOf(profile: MediaProfile) -> RemoteCapabilities:
    return CapabilityTable().update(throughTheWire(capabilitySet(profile, 1)))


def soundIn(remote: RemoteCapabilities) -> list[AudioAbility]:
    return [a for a in remote.of(Medium.AUDIO) if isinstance(a, AudioAbility)]


def tableOf(*capabilities: tuple[str, Any]) -> dict[str, Any]:
    """
    A capability set without descriptors.
    """
    return {
        "sequenceNumber": 1,
        "protocolIdentifier": VERSION,
        "capabilityTable": [
            {"capabilityTableEntryNumber": number, "capability": capability}
            for number, capability in enumerate(capabilities, 1)
        ],
    }


def test_ourSetSaysWhatTheProfileSays() -> None:
    remote = remoteOf(MediaProfile.audio(EVERYTHING))
    assert [a.format.name for a in remote.of(Medium.AUDIO)] == (
        ["PCMU", "PCMA", "G722"] + ["G729"] * 4 + ["G723", "GSM"]
    )
    assert {a.packetMs for a in soundIn(remote)} == {60}
    assert remote.telephoneEventType == TELEPHONE_EVENT_TYPE
    assert remote.digitMethods == (
        DigitMethod.H245_SIGNAL,
        DigitMethod.RTP_EVENT,
        DigitMethod.H245_ALPHANUMERIC,
    )
    assert remote.skipped == 0


def test_aProfileWithoutTelephoneEventsClaimsNone() -> None:
    remote = remoteOf(MediaProfile.audio((G711_ULAW,), telephoneEvents=False))
    assert remote.telephoneEventType is None
    assert DigitMethod.RTP_EVENT not in remote.digitMethods


def test_aSetOfDigitsAloneIsNotEmpty() -> None:
    remote = remoteOf(MediaProfile.audio(()))
    assert remote.of(Medium.AUDIO) == ()
    assert not remote.isEmpty


def test_theEmptySetHoldsTheCallAndForgetsTheTable() -> None:
    table = CapabilityTable()
    table.update(capabilitySet(MediaProfile.audio(EVERYTHING), 1))
    assert table.update(throughTheWire(emptyCapabilitySet(2))) == RemoteCapabilities(isEmpty=True)
    later = table.update({**tableOf(("receiveAudioCapability", ("g711Ulaw64k", 20)))})
    assert [a.format for a in later.of(Medium.AUDIO)] == [G711_ULAW]


def test_aSetThatNamesOnlyItsMultiplexIsEmptyToo() -> None:
    fields = emptyCapabilitySet(1)
    fields["multiplexCapability"] = capabilitySet(MediaProfile.audio(EVERYTHING), 1)[
        "multiplexCapability"
    ]
    assert CapabilityTable().update(fields).isEmpty


def test_onlyWhatADescriptorMentionsIsUsable() -> None:
    fields = tableOf(
        ("receiveAudioCapability", ("g711Ulaw64k", 20)),
        ("receiveAudioCapability", ("g711Alaw64k", 20)),
    )
    fields["capabilityDescriptors"] = [
        {"capabilityDescriptorNumber": 0, "simultaneousCapabilities": [[2, 99]]}
    ]
    assert [a.format for a in CapabilityTable().update(fields).of(Medium.AUDIO)] == [G711_ALAW]


def test_withoutDescriptorsEverythingIsUsable() -> None:
    fields = tableOf(
        ("receiveAudioCapability", ("g711Ulaw64k", 20)),
        ("receiveAudioCapability", ("g711Alaw64k", 20)),
    )
    assert len(CapabilityTable().update(fields).of(Medium.AUDIO)) == 2


def test_anEntryIsReplacedOrDeletedByItsNumber() -> None:
    table = CapabilityTable()
    table.update(
        tableOf(
            ("receiveAudioCapability", ("g711Ulaw64k", 20)),
            ("receiveAudioCapability", ("g711Alaw64k", 20)),
        )
    )
    update = {
        "sequenceNumber": 2,
        "protocolIdentifier": VERSION,
        "capabilityTable": [
            {"capabilityTableEntryNumber": 1},
            {
                "capabilityTableEntryNumber": 2,
                "capability": ("receiveAudioCapability", ("g722-64k", 20)),
            },
        ],
    }
    assert [a.format for a in table.update(update).of(Medium.AUDIO)] == [G722]


def test_videoAndTheUnknownAreToleratedAndCounted() -> None:
    remote = CapabilityTable().update(
        tableOf(
            ("receiveVideoCapability", ("h261VideoCapability", {})),
            ("receiveAudioCapability", ("g728", 4)),
            ("receiveAudioCapability", ("g711Ulaw64k", 20)),
            ("_ext_40", b"whatever"),
            ("conferenceCapability", {"chairControlCapability": False}),
            ("transmitAudioCapability", ("g711Alaw64k", 20)),
            ("receiveUserInputCapability", ("hookflash", None)),
        )
    )
    assert [a.format for a in remote.of(Medium.AUDIO)] == [G711_ULAW]
    assert remote.skipped == 5
    assert remote.digitMethods == (DigitMethod.H245_ALPHANUMERIC,)


def test_aHugeSetIsBounded() -> None:
    table = CapabilityTable()
    for block in range(4):
        table.update(
            {
                "sequenceNumber": 1,
                "protocolIdentifier": VERSION,
                "capabilityTable": [
                    {
                        "capabilityTableEntryNumber": 1 + block * 256 + index,
                        "capability": ("receiveAudioCapability", ("g711Ulaw64k", 20)),
                    }
                    for index in range(256)
                ],
            }
        )
    remote = table.update(tableOf(("receiveAudioCapability", ("g711Alaw64k", 20))))
    assert len(remote.of(Medium.AUDIO)) == MAXIMUM_ENTRIES


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(EVERYTHING), unique=True),
    st.integers(10, 60),
    st.booleans(),
)
def test_anySetOfOursSurvivesTheWire(
    audio: list[MediaFormat], maxPacketMs: int, events: bool
) -> None:
    profile = MediaProfile.audio(tuple(audio), maxPacketMs=maxPacketMs, telephoneEvents=events)
    fields = capabilitySet(profile, 255)
    assert throughTheWire(fields) == fields
    remote = CapabilityTable().update(fields)
    ours = AUDIO.receivable(profile.of(Medium.AUDIO))
    theirs = remote.of(Medium.AUDIO)
    assert [each.capability() for each in theirs] == [each.capability() for each in ours]
    assert all(suits(one.format, other.format) for one, other in zip(ours, theirs, strict=True))


@pytest.mark.skipif(not PDUS.exists(), reason="the captured PDUs are not beside the repository")
def test_capturedSetsAreUnderstood() -> None:
    formats = []
    for pdu in json.loads(PDUS.read_text()):
        if pdu["kind"] == "h245" and pdu["name"] == "request.terminalCapabilitySet":
            message = h245.decode("MultimediaSystemControlMessage", bytes.fromhex(pdu["hex"]))
            remote = CapabilityTable().update(message[1][1])
            formats.append([(a.format.name, a.packetMs) for a in soundIn(remote)])
    assert formats == [[("PCMA", 30)], [("PCMA", 240)], [("PCMU", 20)]]


@pytest.mark.parametrize(
    ("formats", "events", "eventType"),
    [({0: G711_ULAW}, True, 101), ({0: G711_ULAW}, False, None), ({101: G711_ULAW}, True, None)],
)
def test_eventsComeBesideSoundUnlessTheirTypeIsTakenForIt(
    formats: dict[int, MediaFormat], events: bool, eventType: int | None
) -> None:
    sound = MediaProfile.audio((G711_ULAW,), telephoneEvents=events).of(Medium.AUDIO)
    assert received(formats, sound) == ReceiveFormat(formats, eventType)
