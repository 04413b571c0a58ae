"""
Texts with personal data, and without it.
"""

from __future__ import annotations

import pytest

from h323d.guard.pii.detection import LONGEST, found, foundAmong, redacted
from h323d.guard.pii.rules import PIIKind


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Anna", "Anna"),
        ("Anna 219-09-9998!", "Anna [REDACTED:SSN]!"),
        ("a@example.org, 10.1.2.3", "[REDACTED:EMAIL], [REDACTED:IP]"),
        ("<\uff12\uff11\uff19\u200b-09-9998\u200b>", "<[REDACTED:SSN]\u200b>"),
        ("4111 1111 1111 1111", "[REDACTED:CARD]"),
        ("\u0664111\u00ad1111 1111 1111", "[REDACTED:CARD]"),
        ("x" * (LONGEST + 1), "[REDACTED:UNEXAMINED]"),
        ("\ufdfa" * 60, "[REDACTED:UNEXAMINED]"),
        ("", ""),
    ],
)
def test_itIsCutOutOfTheOriginal(text: str, left: str) -> None:
    assert redacted(text) == left


def test_aRedactedTextHasNothingToRedact() -> None:
    text = "a@example.org or +44 20 7183 8750 or 10.1.2.3 or 219-09-9998"
    assert redacted(redacted(text)) == redacted(text)
    assert found(redacted(text)) == []


def test_whatOverlapsIsOne() -> None:
    ((kind, start, end),) = found("::ffff:192.0.2.17")
    assert (kind, start, end) == (PIIKind.IP, 0, 17)


def test_numbersAreFoundThatAreSpreadOverTexts() -> None:
    assert foundAmong(["4111 1111", "1111 1111"]) == {PIIKind.CARD}
    assert foundAmong(["219-09", "-9998"]) == {PIIKind.SSN}
    assert foundAmong(["Anna", "1001"]) == frozenset()
    assert foundAmong([]) == frozenset()


def test_eachTextIsLookedThrough() -> None:
    assert foundAmong(["a@example.org", "10.1.2.3"]) == {PIIKind.EMAIL, PIIKind.IP}
    assert foundAmong(["x" * 600, "y"]) == {PIIKind.UNEXAMINED}


@pytest.mark.parametrize(
    "text", ["1" * 512, "1-" * 256, "a@" * 256, ":" * 512, "1." * 256, "a." * 255 + "@"]
)
def test_hostileTextsAreLookedThroughToo(text: str) -> None:
    assert isinstance(found(text), list)
