"""
One kind of content out of a body.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.bodies import MAX_PARTS, bodyOf
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import SIPURI
from tests.support.sip_messages import OFFER

SDP = "application/sdp"


def request(contentType: str | None, body: bytes) -> SIPRequest:
    headers = Headers([] if contentType is None else [("c", contentType)])
    return SIPRequest("INVITE", SIPURI("h"), headers, body)


def multipart(*parts: bytes, boundary: bytes = b"xy") -> bytes:
    return (
        b"".join(b"--" + boundary + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    )


TEXT = b"\r\n\r\nhello"
DESCRIPTION = b" \r\nContent-Disposition: session\r\nc : Application/SDP;x=y\r\n\r\n" + OFFER


def test_wholeBodyIsTheContent() -> None:
    assert bodyOf(request("Application/SDP; charset=utf-8", OFFER), SDP) == OFFER


@pytest.mark.parametrize(
    ("contentType", "body"), [(SDP, b""), (None, OFFER), ("text/plain", OFFER), ("text/plain", b"")]
)
def test_otherOrNoContentIsNone(contentType: str | None, body: bytes) -> None:
    assert bodyOf(request(contentType, body), SDP) is None


@pytest.mark.parametrize(
    "contentType", ["multipart/mixed;boundary=xy", 'Multipart/Mixed; a=b ; Boundary="xy" ; c=d']
)
def test_contentIsFoundAmongParts(contentType: str) -> None:
    body = b"preamble\r\n" + multipart(TEXT, DESCRIPTION) + b"epilogue"
    assert bodyOf(request(contentType, body), SDP) == OFFER


def test_partsWithoutTheContentAreNone() -> None:
    assert bodyOf(request("multipart/mixed;boundary=xy", multipart(TEXT, TEXT)), SDP) is None


def test_mostPartsAreRead() -> None:
    body = multipart(*[TEXT] * (MAX_PARTS - 1), DESCRIPTION)
    assert bodyOf(request("multipart/mixed;boundary=xy", body), SDP) == OFFER


@pytest.mark.parametrize(
    ("contentType", "body"),
    [
        ("multipart/mixed", multipart(DESCRIPTION)),
        ("multipart/mixed;boundary=", multipart(DESCRIPTION)),
        ('multipart/mixed;boundary="xy', multipart(DESCRIPTION)),
        ("multipart/mixed;boundary=" + "x" * 71, multipart(DESCRIPTION, boundary=b"x" * 71)),
        ("multipart/mixed;boundary=z", multipart(DESCRIPTION)),
        ("multipart/mixed;boundary=xy", multipart(DESCRIPTION)[:-5]),
        ("multipart/mixed;boundary=xy", multipart(b"-\r\n" + DESCRIPTION)),
        ("multipart/mixed;boundary=xy", multipart(b"\r\nContent-Type: text/plain")),
        ("multipart/mixed;boundary=xy", multipart(*[TEXT] * (MAX_PARTS + 1))),
        ("multipart/mixed;boundary=xy", b"--xy\r\n" * 10000),
    ],
)
def test_malformedPartsAreRefused(contentType: str, body: bytes) -> None:
    with pytest.raises(DecodeError):
        bodyOf(request(contentType, body), SDP)
