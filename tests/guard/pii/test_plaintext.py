"""
What a text looks like, and where it stands.
"""

from __future__ import annotations

import pytest

from h323d.guard.pii.plaintext import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("219-09-9998", "219-09-9998"),
        ("\uff12\uff11\uff19\uff0d09", "219-09"),
        ("\u0662\u0661\u0669", "219"),
        ("2\u200b1\u00ad9", "219"),
        ("2\u20131\u22129\u2014", "2-1-9-"),
        ("a\u00a0b\u3000c", "a b c"),
        ("x\uff20y\u3002z", "x@y.z"),
        ("e\u0301", "e"),
        ("\U000e0041a\ufe0f", "a"),
    ],
)
def test_whatLooksAlikeIsAlike(text: str, shown: str) -> None:
    assert plain(text).text == shown


def test_eachCharacterKnowsWhereItStands() -> None:
    text = "a\u200b\u00ad1\ufb03b"  # one of these is three letters
    shown = plain(text)
    assert shown.text == "a1ffib"
    assert shown.places == (0, 3, 4, 4, 4, 5)
    assert shown.span(1, 4) == (3, 5)
