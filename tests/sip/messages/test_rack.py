"""
RSeq and RAck: which provisional response a PRACK is about.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.cseq import CSeq
from h323d.sip.messages.rack import MAX_RSEQ, RAck, parseRSeq


@pytest.mark.parametrize(
    ("text", "rseq", "cseq"),
    [
        ("776656 1 INVITE", 776656, CSeq(1, "INVITE")),
        ("4294967295\t 2147483647 \t INVITE", MAX_RSEQ, CSeq(2147483647, "INVITE")),
    ],
)
def test_anAcknowledgementIsTwoNumbersAndAMethod(text: str, rseq: int, cseq: CSeq) -> None:
    assert RAck.parse(text) == RAck(rseq, cseq)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "RAck"),
        ("1", "RAck"),
        ("x 1 INVITE", "RAck"),
        ("4294967296 1 INVITE", "RAck"),
        ("00000000001 1 INVITE", "RAck"),
        ("\u0661 1 INVITE", "RAck"),
        ("1 INVITE", "CSeq"),
        ("1 4294967296 INVITE", "CSeq"),
    ],
)
def test_anythingElseIsNoAcknowledgement(text: str, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        RAck.parse(text)
    assert caught.value.path == path


def test_anAcknowledgementIsWrittenAsItIsRead() -> None:
    assert str(RAck.parse("7 1 INVITE")) == "7 1 INVITE"


@pytest.mark.parametrize("text", ["1", "4294967295"])
def test_aNumberIsOne(text: str) -> None:
    assert parseRSeq(text) == int(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "4294967296", "00000000001", "1 1", "\u0661"])
def test_anythingElseIsNoNumber(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        parseRSeq(text)
    assert caught.value.path == "RSeq"
