"""
Sound that goes by an object identifier.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h245
from h323d.h323.h245.capabilities.audio import AUDIO, AudioAbility
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

G7221, G7222 = (0, 0, 7, 7221, 1, 0), (0, 0, 7, 7222, 1, 0)
ILBC, AMR = (0, 0, 8, 245, 1, 1, 11), (0, 0, 8, 245, 1, 1, 1)
WIDE = MediaFormat("G7221", 16000, parameters=(("bitrate", "32000"),))
WIDER, LOW_DELAY = (0, 0, 7, 7221, 1, 1, 0), (0, 0, 8, 245, 1, 1, 0)
FULLER = MediaFormat("G7221", 32000, parameters=(("bitrate", "48000"),))
AAC_LD = MediaFormat(
    "MP4A-LATM",
    90000,
    parameters=(("bitrate", "64000"), ("object", "23"), ("profile-level-id", "24")),
)
SHORT = MediaFormat("iLBC", parameters=(("mode", "20"),))
MOBILE = MediaFormat("AMR-WB", 16000)
ALIGNED = MediaFormat("AMR-WB", 16000, parameters=(("octet-align", "1"),))
NARROW = MediaFormat("AMR", parameters=(("octet-align", "1"),))
LOGICAL = ("logical", None)


def capability(
    identifier: tuple[int, ...], rate: int | None = None, **parameters: tuple[str, Any]
) -> tuple[str, dict[str, Any]]:
    """
    @param parameters: C{p1}, C{p2} and so on.
    """
    fields: dict[str, Any] = {
        "capabilityIdentifier": ("standard", identifier),
        "collapsing": [
            {"parameterIdentifier": ("standard", int(name[1:])), "parameterValue": value}
            for name, value in parameters.items()
        ],
    }
    return ("genericAudioCapability", fields if rate is None else fields | {"maxBitRate": rate})


def number(value: int) -> tuple[str, int]:
    return ("unsignedMin", value)


def bits(value: int) -> tuple[str, int]:
    return ("booleanArray", value)


def aac(
    rate: int, level: int = 24, kind: int = 23, **parameters: tuple[str, Any]
) -> tuple[str, Any]:
    """
    @param kind: C{audioObjectType}.
    """
    alternative, fields = capability(LOW_DELAY, rate, **parameters)
    said = {0: ("unsignedMax", level), 1: LOGICAL, 3: ("unsignedMax", kind)}
    fields["nonCollapsing"] = [
        {"parameterIdentifier": ("standard", number), "parameterValue": value}
        for number, value in said.items()
    ]
    return alternative, fields


def readAs(value: tuple[str, Any]) -> tuple[MediaFormat, int] | None:
    ability = AUDIO.read(value)
    return None if ability is None else (ability.format, ability.packetMs)


@pytest.mark.parametrize(
    ("value", "form", "packetMs"),
    [
        (capability(G7221, 320, p1=number(3)), WIDE, 60),
        (capability(G7222, 238, p0=number(1)), MOBILE, 20),
        (capability(G7222, 238, p0=number(1), p2=LOGICAL), ALIGNED, 20),
        (capability(ILBC, 152, p0=number(2), p1=number(20)), SHORT, 40),
        (capability(AMR, 122, p0=number(1), p2=LOGICAL), NARROW, 20),
        (capability(WIDER, 480, p1=number(1), p2=bits(0x70)), FULLER, 20),
        (aac(640, p2=number(2)), AAC_LD, 20),
    ],
)
def test_aCapabilityIsReadAndWrittenBack(
    value: tuple[str, Any], form: MediaFormat, packetMs: int
) -> None:
    ability = AUDIO.read(value)
    assert ability is not None
    assert (ability.format, ability.packetMs) == (form, packetMs)
    assert ability.capability() == value
    octets = h245.encode("AudioCapability", value)
    assert h245.decode("AudioCapability", octets) == value


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (capability(G7221, 32000, p1=number(1)), (WIDE, 20)),  # in bit/s
        (capability(G7221, 320), (WIDE, 20)),  # a packet has one frame at least
        (capability(G7222, p0=number(1), p3=number(0x1FF)), (MOBILE, 20)),  # all that it has
        (capability(ILBC, 122, p0=number(1), p1=("unsignedMax", 20)), (SHORT, 20)),
        (capability(AMR, 122, p0=number(1)), (NARROW, 20)),  # without silence descriptors
        (capability(WIDER, 480, p1=number(1)), (FULLER, 20)),  # whatever it might do besides
        (
            aac(640, level=25, p2=number(2), p5=number(1)),
            (AAC_LD, 20),
        ),  # a decoder that can do more
    ],
)
def test_whatPeersSayOtherwiseIsRead(value: tuple[str, Any], read: tuple[MediaFormat, int]) -> None:
    assert readAs(value) == read


@pytest.mark.parametrize(
    "value",
    [
        capability(G7221, 480, p1=number(1)),  # of a rate that there is not
        capability(G7221, p1=number(1)),
        capability(G7222, 238, p0=number(1), p3=number(0x0F)),  # some of its modes
        capability(G7222, 238, p0=number(1), p6=LOGICAL),  # with checks
        capability(WIDER, 640, p1=number(1)),
        capability(WIDER, 480, p1=number(1), p2=bits(0x10)),
        capability(LOW_DELAY, 640, p2=number(2)),  # in no format that has a name
        aac(640, kind=2, p2=number(2)),  # not of low delay
        aac(640, p2=number(2), p5=number(2)),  # two in one
        capability(ILBC, 152, p0=number(1)),
        capability(AMR, 122, p0=number(1), p3=LOGICAL),  # with those of another codec
        capability(AMR, 67, p0=number(1)),  # the lower of its modes
        capability(ILBC, 152, p0=number(1), p1=("octetString", b"20")),
        capability((0, 0, 8, 245, 1, 1, 99), 152, p0=number(1)),
    ],
)
def test_whatCouldMeanOtherOctetsIsNotKnown(value: tuple[str, Any]) -> None:
    assert AUDIO.read(value) is None


def test_itGoesUnderAPayloadTypeOfItsOwn() -> None:
    sound = MediaProfile.audio((WIDE, SHORT, MOBILE, ALIGNED)).of(Medium.AUDIO)
    types = [ability.payloadType for ability in AUDIO.sendable(sound)]
    assert len(set(types)) == 4
    assert all(96 <= each <= 127 for each in types)


@pytest.mark.parametrize("form", [WIDE, FULLER, AAC_LD, SHORT, MOBILE, ALIGNED, NARROW])
def test_aModeIsKnownAgain(form: MediaFormat) -> None:
    sound = MediaProfile.audio((form,)).of(Medium.AUDIO)
    (ability,) = AUDIO.sendable(sound)
    name, mode = ability.mode()
    h245.encode("AudioMode", (name, mode))
    assert AUDIO.codingOf((name, mode)) == ability.coding


def test_longPacketsOfWhatMerelyPassesAreNotTooMuch() -> None:
    sound = MediaProfile.audio((WIDE,), passed=(WIDE,)).of(Medium.AUDIO)
    assert AudioAbility(WIDE, 80, "G.722.1 32000").fits(sound)


@pytest.mark.parametrize(
    ("form", "named"),
    [
        (WIDE, True),
        (FULLER, True),
        (AAC_LD, True),
        (MediaFormat("MP4A-LATM", 90000, parameters=(("config", "400027103FC0"),)), False),
        (MediaFormat("iLBC"), True),
        (MediaFormat("AMR-WB", 16000, parameters=(("mode-change-capability", "2"),)), True),
        (MediaFormat("AMR-WB", 16000, parameters=(("mode-set", "0,1,2"),)), False),
        (MediaFormat("SILK", 16000), False),
    ],
)
def test_whatHasParametersThatCannotBeSaidHasNoName(form: MediaFormat, named: bool) -> None:
    assert AUDIO.names(form) is named
