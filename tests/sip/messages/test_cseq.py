"""
CSeq: which request a message belongs to.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.cseq import MAX_CSEQ, CSeq


@pytest.mark.parametrize(
    ("text", "number", "method"),
    [
        ("1 INVITE", 1, "INVITE"),
        ("0   invite", 0, "invite"),
        ("0001\tX-a.b", 1, "X-a.b"),
        ("2147483647 BYE", MAX_CSEQ, "BYE"),
    ],
)
def test_itIsANumberAndAMethod(text: str, number: int, method: str) -> None:
    assert CSeq.parse(text) == CSeq(number, method)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "INVITE",
        "1INVITE",
        "-1 INVITE",
        "1 IN VITE",
        "2147483648 BYE",
        "00000000001 BYE",
        "\u0661 BYE",
    ],
)
def test_anythingElseIsRefused(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        CSeq.parse(text)
    assert caught.value.path == "CSeq"


def test_itIsWrittenAsItIsRead() -> None:
    assert str(CSeq.parse("007 INFO")) == "7 INFO"
