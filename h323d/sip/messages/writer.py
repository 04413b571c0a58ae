"""
SIP messages to octets (RFC 3261, 7).

The same message gives the same octets: header lines in their order, one to a row, no
compact forms, Content-Length always there and always last.
"""

from __future__ import annotations

from h323d.errors import EncodeError
from h323d.sip.messages.grammar import UNPRINTABLE
from h323d.sip.messages.message import SIPRequest, SIPResponse

__all__ = ["write"]


def write(message: SIPRequest | SIPResponse) -> bytes:
    """
    @raise EncodeError: a header field holds a line end or another control character, by
        which somebody's text could become a header field of its own.
    """
    if isinstance(message, SIPRequest):
        lines = [f"{message.method} {message.uri} SIP/2.0"]
    else:
        lines = [f"SIP/2.0 {message.status} {message.reason}"]
    lines.extend(f"{name}: {value}" for name, value in message.headers if name != "Content-Length")
    for line in lines:
        if "\n" in line or UNPRINTABLE.search(line):
            raise EncodeError("a control character", line.partition(":")[0])
    lines.append(f"Content-Length: {len(message.body)}\r\n\r\n")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + message.body
