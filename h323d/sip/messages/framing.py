"""
SIP messages in a stream: where one ends and the next begins (RFC 3261, 18.3), and the
empty lines between them that keep a connection alive (RFC 5626, 4.4.1).

No socket here: a connection feeds what it received to its own L{StreamReader}, and acts
on what comes out.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

from h323d.errors import DecodeError
from h323d.sip.messages.message import RefusedRequest, SIPRequest, SIPResponse
from h323d.sip.messages.parser import (
    MAX_BODY_OCTETS,
    MAX_HEADER_OCTETS,
    contentLength,
    parseHead,
    withBody,
)

__all__ = ["PING", "PONG", "KeepAlive", "StreamItem", "StreamReader", "isKeepAlive"]

PING = b"\r\n\r\n"  # a keep-alive of ours
PONG = b"\r\n"  # the answer to a ping

_END = b"\r\n\r\n"


class KeepAlive(enum.Enum):
    """
    What is not a message, and yet wants an answer.
    """

    PING = "ping"


StreamItem: TypeAlias = SIPRequest | SIPResponse | DecodeError | KeepAlive
"""
What a stream held: a message; a L{RefusedRequest} to be answered; another L{DecodeError}
to be counted; a ping to be answered with L{PONG}.
"""


def isKeepAlive(datagram: bytes) -> bool:
    """
    @return: whether there is nothing in it but line ends and zeros, as phones send to hold
        a NAT binding open.  It wants no answer.
    """
    return not datagram.strip(b"\r\n\0 ")


class StreamReader:
    """
    One connection's messages.

    @ivar octets: what each of the items was made of that were fed last; of what is no message,
        nothing.
    @ivar awaitsPong: a ping of ours is unanswered: an empty line is the answer, and no half of a
        ping.
    @ivar broken: nobody can tell any more where the next message begins: the connection
        must be closed once the items have been answered.  What is fed after is dropped.
    """

    def __init__(self) -> None:
        self.broken = False
        self.octets: list[bytes] = []
        self.awaitsPong = False
        self._buffer = bytearray()
        self._scanned = 0
        self._blankLines = 0
        # The message whose body is still to come: what will be made of it, how it begins, and the
        # length of the rest.
        self._head: SIPRequest | SIPResponse | DecodeError | None = None
        self._beginning = b""
        self._length = 0

    @property
    def pending(self) -> bool:
        """
        Whether a message has begun, and its end is still to come.
        """
        return self._head is not None or bool(self._buffer.strip(b"\r\n"))

    def feed(self, data: bytes) -> list[StreamItem]:
        """
        @param data: what the connection received.

        @return: what ended with it, in order; often nothing.  Several pings in a row are
            one.
        """
        self.octets = []
        if self.broken:
            return []
        if self.awaitsPong and data.startswith(PONG) and not self.pending:
            self.awaitsPong = False
            data = data[len(PONG) :]
        self._buffer += data
        items: list[StreamItem] = []
        while not self.broken:
            if self._head is None and not self._readHead(items):
                break
            if not self._readBody(items):
                break
        if self.broken:
            self._buffer.clear()
        return items

    def _readHead(self, items: list[StreamItem]) -> bool:
        """
        @return: whether there is a head now.
        """
        self._skipBlankLines(items)
        end = self._buffer.find(_END, max(0, self._scanned - 3))
        if end < 0:
            self._scanned = len(self._buffer)
            if self._scanned > MAX_HEADER_OCTETS:
                self._break(items, DecodeError("too many octets of header fields", "message"))
            return False
        self._beginning = bytes(self._buffer[: end + len(_END)])
        del self._buffer[: end + len(_END)]
        self._scanned = 0
        self._blankLines = 0
        self._begin(self._beginning[:end], items)
        return not self.broken

    def _begin(self, head: bytes, items: list[StreamItem]) -> None:
        length: int | None
        try:
            self._head, length = parseHead(head)
        except DecodeError as error:
            self._head = error
            length = contentLength(head)
        if length is None:
            self._break(
                items, _refused(self._head, "without it nobody knows where a message ends", 400)
            )
        elif length > MAX_BODY_OCTETS:
            self._break(items, _refused(self._head, "a body too large", 413))
        else:
            self._length = length

    def _readBody(self, items: list[StreamItem]) -> bool:
        """
        @return: whether the message has ended.
        """
        if self._head is None or len(self._buffer) < self._length:
            return False
        body = bytes(self._buffer[: self._length])
        del self._buffer[: self._length]
        head, self._head = self._head, None
        if isinstance(head, DecodeError):
            self._add(items, head)
        else:
            self._add(items, withBody(head, body), self._beginning + body)
        return True

    def _add(self, items: list[StreamItem], item: StreamItem, octets: bytes = b"") -> None:
        items.append(item)
        self.octets.append(octets)

    def _skipBlankLines(self, items: list[StreamItem]) -> None:
        if bytes(self._buffer[:1]) not in (b"\r", b"\n"):
            return
        blank = len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))
        if blank == len(self._buffer) and self._buffer.endswith(b"\r"):
            blank -= 1  # its other half is still to come
        self._blankLines += self._buffer.count(b"\r\n", 0, blank)
        del self._buffer[:blank]
        self._scanned = 0
        if self._blankLines >= 2:
            self._blankLines = 0
            if not items or items[-1] is not KeepAlive.PING:
                self._add(items, KeepAlive.PING)

    def _break(self, items: list[StreamItem], error: DecodeError) -> None:
        self._add(items, error)
        self._head = None
        self.broken = True


def _refused(head: SIPRequest | SIPResponse | DecodeError, reason: str, status: int) -> DecodeError:
    """
    @return: what to tell about a message whose end cannot be found or waited for.
    """
    if isinstance(head, DecodeError):
        return head
    error = DecodeError(reason, "Content-Length")
    if isinstance(head, SIPRequest):
        return RefusedRequest(error, status, head.method, head.headers)
    return error
