"""
Messages to octets.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.errors import EncodeError
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import SIPURI
from h323d.sip.messages.writer import write
from tests.support.sip_messages import INVITE, OK


@pytest.mark.parametrize("data", [INVITE, OK])
def test_writtenMessageIsTheOneRead(data: bytes) -> None:
    assert write(parse(data)) == data


def test_contentLengthIsTheBodys() -> None:
    response = SIPResponse(200, "OK", Headers([("l", "99"), ("To", "x")]), b"12345")
    assert write(response) == b"SIP/2.0 200 OK\r\nTo: x\r\nContent-Length: 5\r\n\r\n12345"


@pytest.mark.parametrize("text", ["a\r\nRoute: <sip:x>", "a\nb", "a\rb", "a\0b", "a\x1bb"])
def test_textCannotBecomeAHeaderOfItsOwn(text: str) -> None:
    with pytest.raises(EncodeError):
        write(SIPRequest("INFO", SIPURI("h"), Headers([("Subject", text)])))
    with pytest.raises(EncodeError):
        write(SIPResponse(200, text))


def test_octetsThatAreNotUTF8AreWrittenAsTheyCame() -> None:
    data = INVITE.replace(b"Liddell", b"L\xefddell")
    parsed = parse(data)
    assert write(parsed) == data
    assert write(replace(parsed, body=b"")).endswith(b"Content-Length: 0\r\n\r\n")
