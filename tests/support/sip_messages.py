"""
SIP messages for tests: plain ones, and a way to write variants of them.
"""

from __future__ import annotations

__all__ = ["INVITE", "OFFER", "OK", "message"]

OFFER = (
    b"v=0\r\n"
    b"o=alice 2890844526 2890844526 IN IP4 192.0.2.10\r\n"
    b"s=-\r\n"
    b"c=IN IP4 192.0.2.10\r\n"
    b"t=0 0\r\n"
    b"m=audio 49170 RTP/AVP 0 8 9 101\r\n"
    b"a=rtpmap:0 PCMU/8000\r\n"
    b"a=rtpmap:8 PCMA/8000\r\n"
    b"a=rtpmap:9 G722/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\n"
    b"a=fmtp:101 0-16\r\n"
    b"a=ptime:20\r\n"
    b"a=sendrecv\r\n"
)


def message(startLine: str, *lines: str, body: bytes = b"") -> bytes:
    """
    @param lines: header fields, without line ends.
    """
    return "\r\n".join((startLine, *lines, "", "")).encode("utf-8", "surrogateescape") + body


INVITE = message(
    "INVITE sip:8000@192.0.2.1;transport=udp SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK776asdhds;rport",
    "Max-Forwards: 70",
    'From: "Alice Liddell" <sip:alice@192.0.2.10>;tag=1928301774',
    "To: <sip:8000@192.0.2.1>",
    "Call-ID: a84b4c76e66710@192.0.2.10",
    "CSeq: 314159 INVITE",
    "Contact: <sip:alice@192.0.2.10:5060>",
    "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO",
    "Supported: replaces, timer",
    "User-Agent: a phone",
    "Content-Type: application/sdp",
    f"Content-Length: {len(OFFER)}",
    body=OFFER,
)

OK = message(
    "SIP/2.0 200 OK",
    "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK776asdhds;rport=5060;received=192.0.2.10",
    'From: "Alice Liddell" <sip:alice@192.0.2.10>;tag=1928301774',
    "To: <sip:8000@192.0.2.1>;tag=314159",
    "Call-ID: a84b4c76e66710@192.0.2.10",
    "CSeq: 314159 INVITE",
    "Contact: <sip:8000@192.0.2.1:5060>",
    "Content-Length: 0",
)
