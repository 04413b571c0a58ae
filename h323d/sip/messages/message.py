"""
SIP messages as values: L{SIPRequest} and L{SIPResponse} (RFC 3261, 7).

L{h323d.sip.messages.parser} makes them of octets, L{h323d.sip.messages.writer} makes octets of
them.  A message that came out of the parser has one well-formed From, To, Call-ID and CSeq and a
well-formed topmost Via, so that C{fromAddress}, C{toAddress}, C{callId}, C{cseq} and C{via} cannot
raise; every other typed property reads its header field when first asked and raises L{DecodeError},
naming the field, if it is malformed.

Content-Length is the writer's and the parser's business alone: a parsed message does not
have it among its headers, and one that is put there is not written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from h323d.errors import DecodeError
from h323d.sip.messages.cseq import CSeq
from h323d.sip.messages.grammar import fail
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import URI
from h323d.sip.messages.via import Via

__all__ = [
    "MAX_SECONDS",
    "RefusedRequest",
    "SIPMessage",
    "SIPRequest",
    "SIPResponse",
    "reasonPhrase",
]

MAX_MAX_FORWARDS = 255  # 20.22
MAX_SECONDS = 2**32 - 1  # what Expires and its kin can say (20.19)

_T = TypeVar("_T")

_COPIED = ("Via", "From", "To", "Call-ID", "CSeq")
_COPIED_INTO_DIALOG = (*_COPIED, "Record-Route")


def _parseFrom(text: str) -> NameAddr:
    return NameAddr.parse(text, "From")


def _parseTo(text: str) -> NameAddr:
    return NameAddr.parse(text, "To")


def _parseContact(text: str) -> NameAddr:
    return NameAddr.parse(text, "Contact")


def _parseRoute(text: str) -> NameAddr:
    return NameAddr.parse(text, "Route")


def _parseRecordRoute(text: str) -> NameAddr:
    return NameAddr.parse(text, "Record-Route")


def _parseSeconds(text: str) -> int:
    """
    Read a delta-seconds, of which parameters and comments may follow.

    A number too large to be said is the largest (RFC 4475, 3.1.2.5).
    """
    digits = text.partition(";")[0].partition("(")[0].strip()
    if not (digits.isascii() and digits.isdigit()):
        raise DecodeError("not a number of seconds")
    return MAX_SECONDS if len(digits) > 10 else min(int(digits), MAX_SECONDS)


def _parseMaxForwards(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > MAX_MAX_FORWARDS:
        fail("not a number from 0 to 255", "Max-Forwards")
    return int(text)


def _parseContentType(text: str) -> str:
    return text.partition(";")[0].strip().lower().replace(" ", "")


class SIPMessage:
    """
    What requests and responses have in common.

    @ivar headers: without Content-Length.
    @ivar body: as it came; not decoded.
    """

    __slots__ = ()

    headers: Headers
    body: bytes

    @property
    def via(self) -> Via:
        """
        The topmost Via.
        """
        return _present(self.headers.first("Via", Via.parse), "Via")

    @property
    def fromAddress(self) -> NameAddr:
        return _present(self.headers.first("From", _parseFrom), "From")

    @property
    def toAddress(self) -> NameAddr:
        return _present(self.headers.first("To", _parseTo), "To")

    @property
    def callId(self) -> str:
        return _present(self.headers.get("Call-ID"), "Call-ID")

    @property
    def cseq(self) -> CSeq:
        return _present(self.headers.first("CSeq", CSeq.parse), "CSeq")

    @property
    def contacts(self) -> tuple[NameAddr, ...]:
        """
        Without the C{*} of a REGISTER: see L{hasWildcardContact}.
        """
        return () if self.hasWildcardContact else self.headers.parsed("Contact", _parseContact)

    @property
    def hasWildcardContact(self) -> bool:
        """
        Whether a REGISTER removes every contact (10.2.2).
        """
        return self.headers.lines("Contact") == ("*",)

    @property
    def contact(self) -> NameAddr | None:
        """
        The first contact: where the next request of this dialog goes.
        """
        contacts = self.contacts
        return contacts[0] if contacts else None

    @property
    def routes(self) -> tuple[NameAddr, ...]:
        return self.headers.parsed("Route", _parseRoute)

    @property
    def recordRoutes(self) -> tuple[NameAddr, ...]:
        return self.headers.parsed("Record-Route", _parseRecordRoute)

    @property
    def contentType(self) -> str | None:
        """
        C{"application/sdp"}: in lower case, without parameters.
        """
        return self.headers.first("Content-Type", _parseContentType)

    def seconds(self, name: str) -> int | None:
        """
        @param name: a header field that tells a time: C{"Expires"}, C{"Session-Expires"},
            C{"Min-SE"}, C{"Retry-After"}.

        @return: seconds, L{MAX_SECONDS} if larger; C{None} if the field is absent.

        @raise DecodeError: not a number.
        """
        text = self.headers.get(name)
        if text is None:
            return None
        try:
            return _parseSeconds(text)
        except DecodeError as error:
            raise DecodeError(error.reason, name) from None


def _present(value: _T | None, name: str) -> _T:
    if value is None:
        fail("missing", name)
    return value


@dataclass(frozen=True, slots=True)
class SIPRequest(SIPMessage):
    """
    @ivar method: by case: C{"INVITE"}.
    @ivar uri: the Request-URI.
    """

    method: str
    uri: URI
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)  # there may be keys in it

    def withHeaders(self, headers: Headers) -> SIPRequest:
        """
        @return: this message with other header fields.
        """
        return SIPRequest(self.method, self.uri, headers, self.body)

    @property
    def maxForwards(self) -> int | None:
        """
        @raise DecodeError: not 0 to 255.
        """
        return self.headers.first("Max-Forwards", _parseMaxForwards)

    def response(
        self, status: int, reason: str | None = None, toTag: str | None = None
    ) -> SIPResponse:
        """
        Begin an answer: Via, From, To, Call-ID and CSeq copied as they came (8.2.6.2), and in
        one that makes a dialog the recorded route, which the peer learns from nothing else
        (12.1.1).

        @param reason: C{None} for the usual words.
        @param toTag: our tag, put on To unless it has one.
        """
        mayMakeDialog = self.method == "INVITE" and toTag is not None and 100 < status < 300
        makesDialog = mayMakeDialog and self.toAddress.tag is None
        headers = self.headers.only(*(_COPIED_INTO_DIALOG if makesDialog else _COPIED))
        if toTag is not None:
            headers = _tagged(headers, toTag)
        return SIPResponse(status, reasonPhrase(status) if reason is None else reason, headers)


@dataclass(frozen=True, slots=True)
class SIPResponse(SIPMessage):
    """
    @ivar status: 100 to 699.
    @ivar reason: words for people; may be empty.
    """

    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)  # there may be keys in it

    def withHeaders(self, headers: Headers) -> SIPResponse:
        """
        @return: this message with other header fields.
        """
        return SIPResponse(self.status, self.reason, headers, self.body)

    @property
    def isProvisional(self) -> bool:
        return self.status < 200

    @property
    def isFinal(self) -> bool:
        return self.status >= 200

    @property
    def isSuccess(self) -> bool:
        return 200 <= self.status < 300


class RefusedRequest(DecodeError):
    """
    A request that cannot be used, but whose sender can be told.

    @ivar method: as it came; an ACK is never answered.
    @ivar status: 400, 413, 416 or 505.
    @ivar phrase: the reason phrase, naming the header field.
    @ivar headers: its Via (the topmost one well-formed), From, To, Call-ID and CSeq as they came.
    """

    def __init__(self, error: DecodeError, status: int, method: str, headers: Headers) -> None:
        super().__init__(error.reason, error.path, error.offset)
        self.status = status
        self.method = method
        self.headers = headers.only(*_COPIED)
        words = reasonPhrase(status)
        self.phrase = f"{words}: {error.path}" if error.path else words

    def response(self, toTag: str | None = None) -> SIPResponse:
        """
        @param toTag: our tag, put on To if that is well-formed and has none (8.2.6.2).

        @return: the answer to send; nothing for an ACK is the caller's care.
        """
        headers = self.headers
        if toTag is not None:
            headers = _tagged(headers, toTag)
        return SIPResponse(self.status, self.phrase, headers)


def _tagged(headers: Headers, tag: str) -> Headers:
    try:
        party = headers.first("To", _parseTo)
    except DecodeError:
        return headers
    if party is None or party.tag is not None:
        return headers
    return headers.replacing("To", f"{headers.get('To')};tag={tag}")


def reasonPhrase(status: int) -> str:
    """
    @return: the usual words for a status code (21), or those of its class.
    """
    return _PHRASES.get(status) or _PHRASES.get(status // 100 * 100, "Unknown")


_PHRASES = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    305: "Use Proxy",
    380: "Alternative Service",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    439: "First Hop Lacks Outbound Support",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    494: "Security Agreement Required",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}
