"""
Sound whose names are its makers' own.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h245
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

G726, AAL2, SPEEX = map(MediaFormat, ("G726-32", "AAL2-G726-32", "speex"))
EQUIVALENCE, CISCO = (9, 0, 61), (181, 0, 18)


def named(data: bytes, maker: tuple[int, int, int] = EQUIVALENCE) -> tuple[str, dict[str, Any]]:
    country, extension, manufacturer = maker
    identifier = {
        "t35CountryCode": country,
        "t35Extension": extension,
        "manufacturerCode": manufacturer,
    }
    fields = {"nonStandardIdentifier": ("h221NonStandard", identifier), "data": data}
    return ("nonStandard", fields)


@pytest.mark.parametrize(
    ("value", "form", "payloadType"),
    [
        (named(b"G.726-32k"), G726, 111),
        (named(b"G726r32", CISCO), AAL2, 2),
        (named(b"Speex"), SPEEX, 110),
        (named(b"Speex bs4 Narrow5"), SPEEX, 110),
    ],
)
def test_aNameIsReadAndWrittenBack(
    value: tuple[str, Any], form: MediaFormat, payloadType: int
) -> None:
    ability = AUDIO.read(value)
    assert ability is not None
    assert (ability.format, ability.payloadType) == (form, payloadType)
    assert ability.capability() == value
    for kind in ("AudioCapability", "AudioMode"):
        assert h245.decode(kind, h245.encode(kind, ability.capability())) == value
    assert AUDIO.codingOf(ability.mode()) == ability.coding


def test_whoTellsTheNameDoesNotMatter() -> None:
    """
    chan_ooh323 tells its own maker.
    """
    ability = AUDIO.read(named(b"G.726-32k", (184, 0, 60)))
    assert ability is not None
    assert ability.format == G726


@pytest.mark.parametrize(
    "value",
    [
        named(b"Speex bs4 Wide3"),
        named(b"G.726-32k\0"),
        named(b"\xff"),
        ("nonStandard", {"nonStandardIdentifier": ("object", (1, 2, 3)), "data": b"Speex"}),
    ],
)
def test_otherNamesAreNotKnown(value: tuple[str, Any]) -> None:
    assert AUDIO.read(value) is None


def test_bothNamesOfSpeexAreOffered() -> None:
    sound = MediaProfile.audio((SPEEX,)).of(Medium.AUDIO)
    names = [ability.coding for ability in AUDIO.receivable(sound)]
    assert names == ["nonStandard Speex", "nonStandard Speex bs4 Narrow5"]
    assert {ability.packetMs for ability in AUDIO.sendable(sound)} == {20}
