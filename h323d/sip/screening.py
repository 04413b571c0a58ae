"""
Which requests are refused before anybody looks at what they want: RFC 3261, 8.2.

The order is that of the standard: method, Request-URI, extensions, content.
Max-Forwards is not looked at: it stops proxies, and a user agent that is meant by a request
answers it whatever is left (RFC 4475, 3.3.11).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TypeVar

from h323d.errors import DecodeError
from h323d.sip.agent import ALLOW, CONTROL, EXTENSIONS, SDP, SUPPORTED, TIMER
from h323d.sip.calls.digits import DIGIT_TYPES
from h323d.sip.messages.bodies import bodyOf
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.sessionexpires import MIN_SE, SessionExpires
from h323d.sip.messages.uri import CALLABLE_SCHEMES, isSecure
from h323d.sip.sdp.description import parse

__all__ = ["ALLOWED", "capabilities", "screen", "statelessTag", "unpacked"]

M = TypeVar("M", SIPRequest, SIPResponse)

ALLOWED = tuple(ALLOW.split(", "))
_ACCEPTED = ("*/*", "application/*", SDP)
_REFRESHES = ("INVITE", "UPDATE")
_WITH_SDP = ("INVITE", "UPDATE", "PRACK")


def screen(
    request: SIPRequest, toTag: str, methods: tuple[str, ...] = ALLOWED
) -> SIPResponse | None:
    """
    @param toTag: ours, for the answer.
    @param methods: what is taken.

    @return: the answer to a request that is refused; C{None} for one that may go on.

    @raise DecodeError: a header field that is looked at is malformed, or the offer of a call.
    """
    if request.method not in methods:
        return _refuse(request, 405, toTag, ("Allow", ", ".join(methods)))
    secured = isSecure(request.uri) and request.via.transport == "TLS"
    if request.uri.scheme not in CALLABLE_SCHEMES and not secured:
        return _refuse(request, 416, toTag)
    if request.method == "CANCEL":
        return None
    required = [each for each in request.headers.all("Require") if each.lower() not in EXTENSIONS]
    if required:
        return _refuse(request, 420, toTag, ("Unsupported", ", ".join(required)))
    if request.method in _REFRESHES and _isTooBrief(request):
        return _refuse(request, 422, toTag, ("Min-SE", str(MIN_SE)))
    return _screenContent(request, toTag)


def unpacked(message: M) -> M:
    """
    A message whose session description stands among other parts, with that alone; a body
    that holds none, or is malformed, stays as it is, and is refused as unknown.
    """
    if not (message.contentType or "").startswith("multipart/"):
        return message
    try:
        body = bodyOf(message, SDP)
    except DecodeError:
        body = None
    if body is None:
        return message
    return replace(message, headers=message.headers.replacing("Content-Type", SDP), body=body)


def statelessTag(request: SIPRequest, secret: bytes = b"") -> str:
    """
    A To tag that the same request gets each time it comes, and its ACK has (8.2.7).

    @param secret: without which nobody can tell what it is.
    """
    via, number = request.via, request.cseq.number
    same = (via.received, via.branch, request.callId, request.fromAddress.tag, number)
    octets = repr(same).encode("ascii", "backslashreplace")
    return hashlib.blake2s(octets, digest_size=4, key=secret).hexdigest()


def _isTooBrief(request: SIPRequest) -> bool:
    """
    Whether a session is to expire sooner than any may; but who does not know of it must not be
    refused for what a proxy has put in (RFC 4028, 9).
    """
    expires = request.headers.first("Session-Expires", SessionExpires.parse)
    if expires is None or expires.interval >= MIN_SE:
        return False
    return TIMER in request.headers.tokens("Supported") | request.headers.tokens("Require")


def _screenContent(request: SIPRequest, toTag: str) -> SIPResponse | None:
    encodings = request.headers.tokens("Content-Encoding") - {"identity"}
    if request.body and encodings:
        return _refuse(request, 415, toTag, ("Accept-Encoding", "identity"))
    if request.method not in _WITH_SDP:
        return None
    if request.body and request.contentType != SDP:
        return _refuse(request, 415, toTag, ("Accept", SDP))
    if "Accept" in request.headers:
        types = {value.partition(";")[0].strip().lower() for value in request.headers.all("Accept")}
        if not types.intersection(_ACCEPTED):
            return _refuse(request, 406, toTag)
    if request.method == "INVITE" and request.body and request.toAddress.tag is None:
        parse(request.body)  # or somebody would be called for it
    return None


def capabilities(
    request: SIPRequest, toTag: str, methods: tuple[str, ...] = ALLOWED, status: int = 200
) -> SIPResponse:
    """
    The answer to an OPTIONS (11.2).

    @param methods: what is taken.
    @param status: that an INVITE would get.
    """
    response = request.response(status, None, toTag)
    headers = response.headers.extending(
        ("Allow", ", ".join(methods)),
        ("Accept", ", ".join((SDP, *DIGIT_TYPES, CONTROL))),
        ("Accept-Encoding", "identity"),
        ("Supported", SUPPORTED),
    )
    return response.withHeaders(headers)


def _refuse(
    request: SIPRequest, status: int, toTag: str, header: tuple[str, str] | None = None
) -> SIPResponse:
    response = request.response(status, None, toTag)
    if header is not None:
        response = response.withHeaders(response.headers.adding(*header))
    return response
