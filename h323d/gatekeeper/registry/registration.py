"""
One registered endpoint, and who hears of it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from h323d.values.address import PartyAddress, TransportAddress

__all__ = [
    "Contact",
    "EndpointKind",
    "Registration",
    "RegistrationStore",
    "RegistryObserver",
]


class EndpointKind(enum.Enum):
    """
    What sort of party an endpoint is (H.225.0, C{EndpointType}).
    """

    TERMINAL = "terminal"
    GATEWAY = "gateway"
    MCU = "mcu"
    GATEKEEPER = "gatekeeper"


@dataclass(frozen=True, slots=True)
class Contact:
    """
    What a SIP phone has registered of one place where it is reached.

    @ivar uri: the contact itself.
    @ivar rank: those with the same are equally good, and 0 is the best (1000 times what its q
        lacks to 1).
    @ivar instance: which user agent it is (RFC 5626, 4.1); empty where that is not known.
    @ivar flow: which of the ways that the user agent keeps open (C{reg-id}, RFC 5626, 4.2); 0 where
        it keeps none.
    @ivar connected: its address is the far end of a connection.
    @ivar path: the proxies on the way there, URIs, nearest first (RFC 3327).
    @ivar callId: of the REGISTER that made or renewed it last.
    @ivar cseq: the number of that.
    """

    uri: str
    rank: int = 0
    instance: str = ""
    flow: int = 0
    connected: bool = False
    path: tuple[str, ...] = ()
    callId: str = ""
    cseq: int = 0


@dataclass(frozen=True, slots=True)
class Registration:
    """
    One endpoint.

    @ivar endpointId: the C{endpointIdentifier} that we gave it.
    @ivar protocol: C{"h323"} or C{"sip"}.
    @ivar source: where it registered from; only from there may it change or
        end the registration, and there our requests to it go.
    @ivar signalling: where calls to it go, best first; at least one.
    @ivar ras: the RAS addresses that it named; told, never sent to.
    @ivar aliases: its names.
    @ivar timeToLive: seconds between renewals.
    @ivar version: of H.225.0; 0 for other protocols, and if it does not tell.
    @ivar product: what it calls itself, printable, for people to read.
    @ivar prefixes: number prefixes that a gateway serves, digits.
    @ivar authenticated: the identity whose password proved the registration;
        empty if none was asked for.
    @ivar scheme: how it was proved, as L{h323d.values.proof.Proof} has it.
    @ivar traversal: it is behind a NAT, and is reached through the connections
        that it opens itself (H.460.18).
    @ivar exhausted: a gateway that told it has no more resources (RAI).
    @ivar contacts: what is behind each of C{signalling}, for SIP.
    @ivar usage: it can tell when its calls were answered.
    @ivar secure: where it takes calls over TLS (H.460.22); C{None} if it has not said so.
    @ivar since: when it registered first, in seconds of the clock.
    """

    endpointId: str
    protocol: str
    source: TransportAddress
    signalling: tuple[TransportAddress, ...]
    ras: tuple[TransportAddress, ...]
    aliases: tuple[PartyAddress, ...]
    kind: EndpointKind
    timeToLive: int
    version: int = 0
    product: str = ""
    prefixes: tuple[str, ...] = ()
    authenticated: str = ""
    scheme: str = ""
    traversal: bool = False
    exhausted: bool = False
    contacts: tuple[Contact, ...] = ()
    usage: bool = False
    secure: TransportAddress | None = None
    since: float = 0.0

    @property
    def hosts(self) -> tuple[str, ...]:
        """
        Where its signalling may come from: where it registered from, and where it takes calls,
        as a gateway with several addresses does.
        """
        return tuple(dict.fromkeys((self.source.host, *(each.host for each in self.signalling))))

    @property
    def ownAddresses(self) -> tuple[TransportAddress, ...]:
        """
        The signalling addresses that nobody else can have: those of H.323.  A
        SIP phone has one address for all its names, each registered by itself.
        """
        return () if self.protocol == "sip" else self.signalling


class RegistryObserver(Protocol):
    """
    Who has to clear up after an endpoint.
    """

    def endpointExpires(self, registration: Registration) -> None:
        """
        Its time to live is over: it is about to be unregistered.
        """

    def endpointGone(self, registration: Registration) -> None:
        """
        It is not registered any more, for whatever reason.
        """


class RegistrationStore(Protocol):
    """
    Who remembers registrations across a restart.  Each is told of from within
    the answering of a request, so it must not take its time.
    """

    def keep(self, registration: Registration, deadline: float) -> None:
        """
        An endpoint registered, or changed its registration.

        @param deadline: when it expires, in seconds of the clock.
        """

    def prolong(self, endpointId: str, deadline: float) -> None:
        """
        A registration was renewed.
        """

    def forget(self, endpointId: str) -> None:
        """
        An endpoint is not registered any more.
        """
