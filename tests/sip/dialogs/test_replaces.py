"""
What a Replaces header field names.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.dialogs.replaces import Replaces


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b;to-tag=1;from-tag=2", Replaces("a@b", "1", "2")),
        ("a@b ; from-tag=2 ; to-tag=1", Replaces("a@b", "1", "2")),
        ("a@b;to-tag=1;from-tag=2;early-only", Replaces("a@b", "1", "2", earlyOnly=True)),
        ("a@b;TO-TAG=1;From-Tag=2;x=y", Replaces("a@b", "1", "2")),
        ("a@b;to-tag=1;from-tag=0", Replaces("a@b", "1", None)),
    ],
)
def test_itIsRead(text: str, found: Replaces) -> None:
    assert Replaces.parse(text) == found


@pytest.mark.parametrize(
    "text",
    ["a@b;to-tag=1;from-tag=2", "a@b;to-tag=1;from-tag=2;early-only", "a;to-tag=1;from-tag=0"],
)
def test_itIsWrittenAsItWasRead(text: str) -> None:
    assert str(Replaces.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";to-tag=1;from-tag=2",
        "a@b",
        "a@b;to-tag=1",
        "a@b;from-tag=1",
        "a@b;to-tag;from-tag=1",
        "a@b;to-tag=1;to-tag=2;from-tag=3",
        "a@b;to-tag=1;from-tag=2;=",
        "a\r\nVia: b;to-tag=1;from-tag=2",
        "a b;to-tag=1;from-tag=2",
        'a@b;to-tag="1\r\nVia: b";from-tag=2',
        f"{'a' * 65000};to-tag=1;from-tag=2",
    ],
)
def test_whatNamesNoDialogIsMalformed(text: str) -> None:
    with pytest.raises(DecodeError, match="Replaces"):
        Replaces.parse(text)
