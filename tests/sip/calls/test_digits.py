"""
Digits in INFO requests.
"""

from __future__ import annotations

import pytest

from h323d.sip.calls.digits import relayBody, relayedDigit

RELAY = "application/dtmf-relay"


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        (RELAY, b"Signal=5\r\nDuration=250\r\n", ("5", 250)),
        (RELAY, b"Signal= 5\nDuration= 250\n", ("5", 250)),
        (RELAY, b"signal=#", ("#", 160)),
        (RELAY, b"Signal=11\r\nDuration=100", ("#", 100)),
        (RELAY, b"Signal=a\r\n", ("A", 160)),
        (RELAY, b"Signal=5\r\nDuration=999999\r\n", ("5", 6000)),
        ("application/dtmf", b"5", ("5", 160)),
        ("application/dtmf", b"*\r\n", ("*", 160)),
    ],
)
def test_aDigitIsRead(kind: str, body: bytes, told: tuple[str, int]) -> None:
    assert relayedDigit(kind, body) == told


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (RELAY, b""),
        (RELAY, b"Signal=99\r\n"),
        (RELAY, b"Signal=\xff\r\n"),
        (RELAY, b"x" * 100_000),
        ("application/dtmf", b"55"),
        ("text/plain", b"5"),
        (None, b"5"),
    ],
)
def test_whatIsNoDigitIsNone(kind: str | None, body: bytes) -> None:
    assert relayedDigit(kind, body) is None


def test_whatWeWriteWeRead() -> None:
    for digit in "0123456789*#ABCD":
        assert relayedDigit(RELAY, relayBody(digit, 200)) == (digit, 200)
