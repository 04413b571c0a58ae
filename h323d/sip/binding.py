"""
What a REGISTER binds to an address of record: one contact, and how it is reached (RFC 3261, 10).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from h323d.sip.dialogs.routing import protocolOf, sameHost
from h323d.sip.messages.grammar import quote
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI
from h323d.sip.outbound import INSTANCE, REG_ID
from h323d.sip.ports import defaultPort
from h323d.values.address import TransportAddress

__all__ = ["Binding", "reachedAt"]


@dataclass(frozen=True, slots=True)
class Binding:
    """
    One contact of an address of record.

    @ivar uri: the contact, as it was registered.
    @ivar address: where requests to it go: the contact's own address if it is
        the one that the REGISTER came from, otherwise where that came from,
        because then the contact is behind a NAT, or is not the registrant's.
        What came over a connection is reached over that, and so where it came from.
    @ivar deadline: when it expires, in seconds of the clock.
    @ivar q: 0 to 1; the contact with the most is the best.
    @ivar callId: of the request that made or renewed it last.
    @ivar cseq: of that request.
    @ivar renewed: when that was, in seconds of the clock; 0 if that is not known.
    @ivar instance: which user agent it is (RFC 5626, 4.1), whatever address it has at
        the moment; empty if it does not say so.
    @ivar connected: C{address} is the far end of a connection.
    @ivar flow: which of the ways that the user agent keeps open to us (C{reg-id}, RFC 5626,
        4.2); 0 if it keeps none.
    @ivar path: the proxies on the way there, URIs, nearest first (RFC 3327).
    """

    uri: SIPURI
    address: TransportAddress
    deadline: float
    q: float = 1.0
    callId: str = ""
    cseq: int = 0
    renewed: float = 0.0
    instance: str = ""
    connected: bool = False
    flow: int = 0
    path: tuple[str, ...] = ()

    def disconnected(self) -> Binding | None:
        """
        What is left of it when its connection is closed: C{None} if it cannot be reached
        in any other way, because its contact is not where it registered from.
        """
        if self.path:
            return replace(self, connected=False)
        if self.flow or not sameHost(self.uri.host, self.address.host) or self.uri.port == 0:
            return None
        address = reachedAt(self.uri, self.address, connected=False)
        return replace(self, address=address, connected=False)

    def makesWayFor(self, fresh: Binding) -> bool:
        """
        Whether another takes its place: it has the same URI, or is of the same user agent,
        unless that told of both at once, or keeps both as ways to us (RFC 5626, 6).
        """
        if self.flow and fresh.flow:
            return (self.instance, self.flow) == (fresh.instance, fresh.flow)
        if self.uri.matches(fresh.uri):
            return True
        both = (self.callId, self.cseq) == (fresh.callId, fresh.cseq)
        return not both and self.instance == fresh.instance != ""

    def told(self, now: float) -> str:
        """
        A Contact of the answer to a REGISTER (RFC 3261, 10.3, step 8).
        """
        contact = NameAddr(self.uri).withParameter("expires", str(round(self.deadline - now)))
        if self.instance:
            contact = contact.withParameter(INSTANCE, quote(self.instance))
        if self.flow:
            contact = contact.withParameter(REG_ID, str(self.flow))
        return str(contact if self.q == 1.0 else contact.withParameter("q", f"{self.q:g}"))


def reachedAt(uri: SIPURI, source: TransportAddress, connected: bool) -> TransportAddress:
    """
    Where requests go to who has registered: to the address of a URI, if that is the host that the
    REGISTER came from.

    @param uri: the contact, or the first proxy on the way to it.
    @param connected: it came over a connection, which is taken then.
    """
    port = defaultPort(protocolOf(uri)) if uri.port is None else uri.port
    if connected or not port or not sameHost(uri.host, source.host):
        return source
    return TransportAddress(source.host, port)
