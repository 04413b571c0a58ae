"""
Where a request came from, in its topmost Via (RFC 3261, 18.2.1; RFC 3581, 4).
"""

from __future__ import annotations

import pytest

from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.messages.received import stamped
from h323d.values.address import TransportAddress


def viasOf(topmost: str, source: TransportAddress) -> tuple[str, ...]:
    text = (
        "OPTIONS sip:a@10.0.0.1 SIP/2.0\r\n"
        f"Via: {topmost}\r\n"
        "Via: SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK7\r\n"
        "From: <sip:b@10.0.0.9>;tag=1\r\nTo: <sip:a@10.0.0.1>\r\nCall-ID: c\r\n"
        "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
    request = parse(text.encode())
    assert isinstance(request, SIPRequest)
    return stamped(request, source).headers.lines("Via")


@pytest.mark.parametrize(
    ("topmost", "written"),
    [
        ("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1", "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1"),
        (
            "SIP/2.0/UDP b.example;branch=z9hG4bK1",
            "SIP/2.0/UDP b.example;branch=z9hG4bK1;received=10.0.0.9",
        ),
        (
            "SIP/2.0/UDP 10.0.0.9;rport;branch=z9hG4bK1",
            "SIP/2.0/UDP 10.0.0.9;rport=40000;branch=z9hG4bK1;received=10.0.0.9",
        ),
        (
            "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1;received=10.0.0.66",
            "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1;received=10.0.0.9",
        ),
    ],
    ids=["as it says", "by another name", "asked for the port", "forged"],
)
def test_theTopmostViaSaysWhereTheRequestCameFrom(topmost: str, written: str) -> None:
    first, second = viasOf(topmost, TransportAddress("10.0.0.9", 40000))
    assert first == written
    assert second == "SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK7"


def test_whatStandsBehindTheTopmostInOneLineStays() -> None:
    both = "SIP/2.0/UDP b.example;branch=z9hG4bK1, SIP/2.0/UDP c.example;branch=z9hG4bK2"
    lines = viasOf(both, TransportAddress("10.0.0.9", 40000))
    assert lines == (
        "SIP/2.0/UDP b.example;branch=z9hG4bK1;received=10.0.0.9",
        "SIP/2.0/UDP c.example;branch=z9hG4bK2",
        "SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK7",
    )
