"""
Finding one kind of content in a message's body (RFC 3261, 7.4; RFC 5621).

A phone may put its session description beside a location or a legacy network's message, in
a C{multipart} body (RFC 2046, 5.1).  Parts are not decoded and not looked into again.
"""

from __future__ import annotations

import re

from h323d.sip.messages.grammar import fail, unquote
from h323d.sip.messages.message import SIPMessage

__all__ = ["MAX_PARTS", "bodyOf"]

MAX_PARTS = 32

_BOUNDARY = re.compile(
    r';\s*boundary\s*=\s*("[^"\\]{1,70}"|[^\s;"]{1,70})\s*(?:;|\Z)', re.IGNORECASE
)
_PART_TYPE = re.compile(rb"^(?:content-type|c)[ \t]*:[ \t]*([^\s;]+)", re.IGNORECASE | re.MULTILINE)
_AFTER_DELIMITER = re.compile(rb"[ \t]*\r\n")
_DEFAULT_TYPE = "text/plain"


def bodyOf(message: SIPMessage, contentType: str) -> bytes | None:
    """
    @param contentType: in lower case, without parameters.

    @return: the body, or the first part, that is of this type; C{None} if there is none.

    @raise DecodeError: a multipart body that is malformed, or has more than L{MAX_PARTS}
        parts.
    """
    if not message.body:
        return None
    if message.contentType == contentType:
        return message.body
    if not (message.contentType or "").startswith("multipart/"):
        return None
    boundary = _BOUNDARY.search(message.headers.get("Content-Type") or "")
    if boundary is None:
        fail("no boundary", "Content-Type")
    for part in _parts(message.body, unquote(boundary[1]).encode("utf-8", "surrogateescape")):
        kind, content = _divided(part)
        if kind == contentType:
            return content
    return None


def _parts(body: bytes, boundary: bytes) -> list[bytes]:
    """
    @return: what stands between the delimiters, without preamble and epilogue.
    """
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MAX_PARTS + 2)
    ends = [index for index, piece in enumerate(pieces[1:], 1) if piece.startswith(b"--")]
    if not ends or ends[0] > MAX_PARTS + 1:
        fail("no last boundary, or too many parts", "body")
    return pieces[1 : ends[0]]


def _divided(part: bytes) -> tuple[str, bytes]:
    """
    @return: a part's content type and its content.
    """
    start = _AFTER_DELIMITER.match(part)
    if start is None:
        fail("a malformed boundary", "body")
    rest = part[start.end() :]
    if rest.startswith(b"\r\n"):
        return _DEFAULT_TYPE, rest[2:]
    head, end, content = rest.partition(b"\r\n\r\n")
    if not end:
        fail("a part without an end of its header fields", "body")
    found = _PART_TYPE.search(head)
    kind = found[1].decode("ascii", "replace").lower() if found else _DEFAULT_TYPE
    return kind, content
