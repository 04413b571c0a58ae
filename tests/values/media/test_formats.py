"""
Ways to encode a medium.
"""

from __future__ import annotations

import pytest

from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (MediaFormat("pcmu"), True),
        (MediaFormat("PCMU", parameters=(("a", "b"),)), True),
        (MediaFormat("PCMU", 16000), False),
        (MediaFormat("PCMU", channels=2), False),
        (G711_ALAW, False),
    ],
)
def test_encodingsAreComparedWithoutCaseOrParameters(other: MediaFormat, same: bool) -> None:
    assert G711_ULAW.sameEncoding(other) is other.sameEncoding(G711_ULAW) is same


def test_aFormatIsShownWithItsRate() -> None:
    assert str(G711_ALAW) == "PCMA/8000"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (G711_ULAW, MediaFormat("pcmu"), True),
        (G711_ULAW, G711_ALAW, False),
        (MediaFormat("opus", 48000, 2), MediaFormat("opus", 48000, 1), False),
        (MediaFormat("G729", parameters=(("annexb", "no"),)), MediaFormat("G729"), True),
        (
            MediaFormat("G7221", 16000, parameters=(("bitrate", "32000"),)),
            MediaFormat("G7221", 16000, parameters=(("bitrate", "24000"),)),
            False,
        ),
        (MediaFormat("AMR", parameters=(("octet-align", "0"),)), MediaFormat("AMR"), True),
        (MediaFormat("AMR", parameters=(("octet-align", "1"),)), MediaFormat("AMR"), False),
        (MediaFormat("AMR", parameters=(("crc", "1"),)), MediaFormat("AMR"), False),
        (MediaFormat("AMR", parameters=(("interleaving", "30"),)), MediaFormat("AMR"), False),
        (MediaFormat("AMR", parameters=(("mode-set", "7"),)), MediaFormat("AMR"), True),
    ],
)
def test_formatsAreOfTheSameOctetsWhereOneSideDecodesTheOther(
    ours: MediaFormat, theirs: MediaFormat, expected: bool
) -> None:
    assert ours.sameOctets(theirs) is theirs.sameOctets(ours) is expected


def test_aFormatIsCalledByItsNameAloneOrWithItsRate() -> None:
    wide = MediaFormat("speex", 16000)
    assert wide.isCalled("Speex")
    assert wide.isCalled("SPEEX/16000")
    assert not wide.isCalled("speex/8000")
