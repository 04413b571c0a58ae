"""
Octets to SIP messages (RFC 3261, 7 and 18.3).

L{parse} reads a datagram; L{parseHead} what comes before a body, for
L{h323d.sip.messages.framing}, which reads streams.  Every message that comes out has the header
fields without which it cannot be answered or matched, well-formed; in a request the
fields that steer it (Contact, Route, Record-Route, Max-Forwards) are well-formed too if
they are there.  The rest stays text until asked for.

Lines end with CR LF and nothing else, folding is undone, and white space before a colon
is no part of a name, so that no other element can see a header field here that we do not.
"""

from __future__ import annotations

import re

from h323d.errors import DecodeError
from h323d.sip.messages.grammar import TOKEN, UNPRINTABLE, fail
from h323d.sip.messages.headers import SINGLE_HEADERS, Headers, canonicalName, knownName
from h323d.sip.messages.message import RefusedRequest, SIPMessage, SIPRequest, SIPResponse
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.sip.messages.via import Via

__all__ = [
    "MAX_BODY_OCTETS",
    "MAX_HEADER_LINES",
    "MAX_HEADER_OCTETS",
    "MAX_METHOD_LENGTH",
    "contentLength",
    "parse",
    "parseHead",
    "withBody",
]

MAX_HEADER_OCTETS = 16384  # start line and header fields together
MAX_HEADER_LINES = 256
MAX_METHOD_LENGTH = 64
MAX_BODY_OCTETS = 262144

_END = b"\r\n\r\n"
_LENGTH = "Content-Length"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FOLD = re.compile(r"\r\n[ \t]+")
_TOKEN = re.compile(TOKEN)
_VERSION = re.compile(r"SIP/[0-9]+\.[0-9]+", re.IGNORECASE)
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?", re.IGNORECASE)
_CALL_ID = re.compile(r"\S+")
_ONCE_IN_ANSWER = ("From", "To", "Call-ID", "CSeq")


class _UnknownVersion(DecodeError):
    """
    A request in another version of SIP: 505, not 400.
    """


def parse(data: bytes) -> SIPRequest | SIPResponse:
    """
    Read the one message of a datagram.

    @raise RefusedRequest: a request that is malformed, but can be answered.
    @raise DecodeError: anything else that is not a message.
    """
    start = len(data) - len(data.lstrip(b"\r\n"))
    end = data.find(_END, start)
    if end < 0:
        raise DecodeError("the header fields do not end", "message", len(data))
    message, length = parseHead(data[start:end])
    body = data[end + len(_END) :]
    if length is not None and length > len(body):
        error = DecodeError("says more than there is", _LENGTH, len(data))
        raise _refusal(error, message) from None
    # What is left over after the length that was told is not ours (18.3).
    return withBody(message, body if length is None else body[:length])


def parseHead(head: bytes) -> tuple[SIPRequest | SIPResponse, int | None]:
    """
    Read the start line and the header fields.

    @param head: without the empty line that ends them.

    @return: the message, still without a body, and its Content-Length, which is not among its
        header fields.

    @raise RefusedRequest: a request that is malformed, but can be answered.
    @raise DecodeError: anything else that is not the head of a message.
    """
    if len(head) > MAX_HEADER_OCTETS:
        raise DecodeError("too many octets of header fields", "message", MAX_HEADER_OCTETS)
    text = head.decode("utf-8", "surrogateescape")
    _checkCharacters(text)
    startLine, *lines = _unfolded(text).split("\r\n")
    rows, error = _parseLines(lines)
    lengths = [value for name, value in rows if name == _LENGTH]
    headers = Headers.ofCanonical([row for row in rows if row[0] != _LENGTH])
    if startLine[:4].upper() == "SIP/":
        if error is not None:
            raise error
        response = _parseStatusLine(startLine, headers)
        _checkMandatory(response)
        return response, _lengthOf(lengths)
    try:
        if error is not None:
            raise error
        length = _lengthOf(lengths)
        request = _parseRequestLine(startLine, headers)
        _checkMandatory(request)
        _checkSteering(request)
    except DecodeError as fault:
        raise _refusalOf(fault, startLine.partition(" ")[0], headers) from None
    return request, length


def _checkCharacters(text: str) -> None:
    lines = text.count("\r\n")
    if text.count("\r") == text.count("\n") == lines and not _CONTROL.search(text):
        return
    bad = UNPRINTABLE.search(text)
    if bad is not None:
        raise DecodeError("a control character", "message", bad.start())


def _unfolded(text: str) -> str:
    return _FOLD.sub(" ", text) if "\r\n " in text or "\r\n\t" in text else text


def _parseLines(lines: list[str]) -> tuple[list[tuple[str, str]], DecodeError | None]:
    """
    Read as many header lines as are lines at all, so that a refusal has something to copy.

    @return: rows by canonical name, and the first fault.
    """
    error = None
    rows = []
    if len(lines) > MAX_HEADER_LINES:
        error = DecodeError("too many header fields", "message")
        del lines[MAX_HEADER_LINES:]
    for line in lines:
        written, colon, value = line.partition(":")
        name = knownName(written)
        if name is None:
            written = written.rstrip(" \t")
            if not _TOKEN.fullmatch(written):
                error = error or DecodeError("not a header field", "message")
                continue
            name = canonicalName(written)
        if not colon:
            error = error or DecodeError("not a header field", "message")
            continue
        rows.append((name, value.strip(" \t")))
    names = [name for name, _ in rows]
    if error is None and len(set(names)) < len(names):
        for name in sorted(SINGLE_HEADERS.intersection(names)):
            if names.count(name) > 1:
                error = DecodeError("stands more than once", name)
                break
    return rows, error


def _parseRequestLine(line: str, headers: Headers) -> SIPRequest:
    parts = line.split(" ")
    if len(parts) != 3 or not _VERSION.fullmatch(parts[2]):
        fail("not a request line", "Request-Line")
    if parts[2].upper() != "SIP/2.0":
        raise _UnknownVersion("another version of SIP", "Request-Line")
    method = parts[0]
    if len(method) > MAX_METHOD_LENGTH or not _TOKEN.fullmatch(method):
        fail("not a method", "Request-Line")
    uri = parseURI(parts[1], "Request-URI")
    if isinstance(uri, SIPURI) and uri.headers:
        fail("holds header fields", "Request-URI")  # 19.1.1, table 1
    return SIPRequest(method, uri, headers)


def _parseStatusLine(line: str, headers: Headers) -> SIPResponse:
    found = _STATUS_LINE.fullmatch(line)
    if found is None:
        fail("not a status line", "Status-Line")
    return SIPResponse(int(found[1]), found[2] or "", headers)


def _lengthOf(lengths: list[str]) -> int | None:
    """
    @param lengths: the lines of Content-Length, one at most.
    """
    if not lengths:
        return None
    (text,) = lengths
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        fail("not a number of octets", _LENGTH)
    return int(text)


def contentLength(head: bytes) -> int | None:
    """
    Find the length of the body behind a head that L{parseHead} refused.

    @return: C{None} if the head does not tell, or tells more than one thing.
    """
    if len(head) > MAX_HEADER_OCTETS:
        return None
    lines = _unfolded(head.decode("utf-8", "surrogateescape")).split("\r\n")[1:]
    rows, _ = _parseLines(lines)
    lengths = [value for name, value in rows if name == _LENGTH]
    if len(lengths) != 1:
        return None
    try:
        return _lengthOf(lengths)
    except DecodeError:
        return None


def _checkMandatory(message: SIPMessage) -> None:
    """
    @raise DecodeError: a header field that every message has (8.1.1, 8.2.6.2) is missing
        or malformed.
    """
    if not _CALL_ID.fullmatch(message.callId):
        fail("not a Call-ID", "Call-ID")
    _ = (message.via, message.fromAddress, message.toAddress)
    sequence = message.cseq
    if isinstance(message, SIPRequest) and sequence.method != message.method:
        fail("names another method than the request line", "CSeq")


def _checkSteering(request: SIPRequest) -> None:
    """
    @raise DecodeError: a header field by which a request travels, or by which a dialog is
        made, is malformed.
    """
    _ = (request.maxForwards, request.contacts, request.routes, request.recordRoutes)


def withBody(message: SIPRequest | SIPResponse, body: bytes) -> SIPRequest | SIPResponse:
    """
    @param message: as L{parseHead} has read it.

    @return: it, with its body.
    """
    if isinstance(message, SIPRequest):
        return SIPRequest(message.method, message.uri, message.headers, body)
    return SIPResponse(message.status, message.reason, message.headers, body)


def _refusal(error: DecodeError, message: SIPRequest | SIPResponse) -> DecodeError:
    if isinstance(message, SIPRequest):
        return _refusalOf(error, message.method, message.headers)
    return error


def _refusalOf(error: DecodeError, method: str, headers: Headers) -> DecodeError:
    """
    @return: a L{RefusedRequest} if there is enough to answer with, C{error} otherwise.
    """
    if not _TOKEN.fullmatch(method) or not all(name in headers for name in _ONCE_IN_ANSWER):
        return error
    try:
        rows = [("Via", via) for via in _waysBack(headers)]
    except DecodeError:
        return error
    rows += [(name, headers.get(name) or "") for name in _ONCE_IN_ANSWER]
    copied = Headers.ofCanonical(rows)
    return RefusedRequest(error, 505 if isinstance(error, _UnknownVersion) else 400, method, copied)


def _waysBack(headers: Headers) -> tuple[str, ...]:
    """
    The Via lines as they came; of a topmost hop that is malformed, what can be read, alone.

    @raise DecodeError: nothing can.
    """
    lines = headers.lines("Via")
    if not lines:
        fail("missing", "Via")
    try:
        _ = headers.first("Via", Via.parse)
    except DecodeError:
        return (str(Via.sentBy(lines[0])),)
    return lines
