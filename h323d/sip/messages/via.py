"""
The Via header field: the way a request took, and its answer takes back (RFC 3261, 20.42).

Also C{received} and C{rport} (RFC 3581), which the side that receives writes in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from h323d.sip.messages.grammar import (
    HOST,
    TOKEN,
    Parameters,
    fail,
    parameterOf,
    parseHost,
    parseParameters,
    parsePort,
    withParameter,
    writeHost,
    writeParameters,
)
from h323d.values.address import TransportAddress

__all__ = ["MAGIC_COOKIE", "Via"]

MAGIC_COOKIE = "z9hG4bK"  # begins every branch that is a transaction's name (8.1.1.7)

_SENT_BY = re.compile(
    rf"({TOKEN})\s*/\s*({TOKEN})\s*/\s*({TOKEN})\s+({HOST})(?:\s*:\s*([0-9]{{1,5}}))?(?=\s*(?:;|\Z))"
)


@dataclass(frozen=True, slots=True)
class Via:
    """
    One hop.

    @ivar transport: in upper case: C{"UDP"}, C{"TCP"}, C{"TLS"}, or anything else.
    @ivar host: as the sender believes itself to be called; IPv6 without brackets.
    @ivar port: C{None} if not given: 5060, or 5061 with TLS (18.1.1).
    @ivar params: see L{Parameters}.
    @ivar protocol: C{"SIP/2.0"}.
    """

    transport: str
    host: str
    port: int | None = None
    params: Parameters = ()
    protocol: str = "SIP/2.0"

    @classmethod
    def parse(cls, text: str) -> Via:
        """
        @raise DecodeError: C{text} is not a Via value.
        """
        found = _SENT_BY.match(text)
        if found is None:
            fail("not a hop", "Via")
        name, version, transport, host, port = found.groups()
        return cls(
            transport.upper(),
            parseHost(host, "Via"),
            parsePort(port, "Via"),
            parseParameters(text[found.end() :], "Via"),
            f"{name.upper()}/{version}",
        )

    @classmethod
    def sentBy(cls, text: str) -> Via:
        """
        Read what can be answered of a value that is malformed behind it (RFC 4475, 3.1.2.1):
        the transport and who sent it.

        @raise DecodeError: not even that is there.
        """
        found = _SENT_BY.match(text)
        if found is None:
            fail("not a hop", "Via")
        return cls.parse(found.group())

    @property
    def branch(self) -> str | None:
        return parameterOf(self.params, "branch") or None

    @property
    def received(self) -> str | None:
        """
        The address the request came from, without brackets.
        """
        value = parameterOf(self.params, "received")
        return value.strip("[]") if value else None

    @property
    def rport(self) -> int | None:
        """
        The port the request came from; C{None} if absent or not filled in.
        """
        value = parameterOf(self.params, "rport")
        return int(value) if value and value.isascii() and value.isdigit() else None

    @property
    def wantsRport(self) -> bool:
        """
        Whether the sender asked for C{rport} (RFC 3581, 3).
        """
        return parameterOf(self.params, "rport") is not None

    @property
    def isAlias(self) -> bool:
        """
        Whether the sender wants to be reached by the connection that it has opened (RFC 5923).
        """
        return parameterOf(self.params, "alias") is not None

    @property
    def maddr(self) -> str | None:
        return parameterOf(self.params, "maddr") or None

    def receivedFrom(self, source: TransportAddress) -> Via:
        """
        @return: this hop, as who has received the request from there passes it on.
        """
        params = withParameter(self.params, "received", source.host)
        if self.wantsRport:
            params = withParameter(params, "rport", str(source.port))
        return Via(self.transport, self.host, self.port, params, self.protocol)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return (
            f"{self.protocol}/{self.transport} {writeHost(self.host)}{port}"
            f"{writeParameters(self.params)}"
        )
