"""
What the keeper and whoever leads tell each other.
"""

from __future__ import annotations

import pytest

from h323d.keeper.messages import (
    Accepted,
    BadMessage,
    Bound,
    Lead,
    Listen,
    Message,
    NotBound,
    StopListening,
    decode,
    encode,
)
from h323d.values.address import TransportAddress

HERE = TransportAddress("127.0.0.1", 1720)
THERE = TransportAddress("2001:db8::1", 5060)

ALL: list[Message] = [
    Listen("12.1", 5, HERE),
    StopListening(5),
    Lead(12),
    Bound("12.1", THERE),
    NotBound("12.1", "Address already in use"),
    Accepted(5, -1_000_000_007, THERE),
]


@pytest.mark.parametrize("message", ALL, ids=str)
def test_whatIsWrittenIsRead(message: Message) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize(
    "octets", [b"", b"{", b"\xff", b"[]", b'["listen"]', b'["lead","me"]', b'["stop",5,6]']
)
def test_whatIsNoneIsRefused(octets: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(octets)
