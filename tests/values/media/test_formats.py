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
