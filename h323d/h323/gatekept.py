"""
What a gatekeeper of ours does for the calls of our endpoint.

Declared here because calls ask; a zone (L{h323d.gatekeeper.zone}) answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from h323d.call.transport import IOpening
from h323d.h323.calls.incoming import IncomingSetup
from h323d.h323.signalling.connection import SignallingCall, SignallingConnection
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import Content
from h323d.values.address import TransportAddress

__all__ = [
    "NOT_GATEKEPT",
    "DialBackOwner",
    "Gatekept",
    "ReachedAt",
    "SecureAddressOf",
    "SetupOwner",
]

ReachedAt = Callable[[TransportAddress], str]
"""
The address of ours at which whoever has that call signalling address reaches us; empty if that
is not known.
"""

SecureAddressOf = Callable[[TransportAddress], TransportAddress | None]
"""
Where whoever has that call signalling address takes calls over TLS; C{None} if it has not
said that it does.
"""


class SetupOwner(Protocol):
    """
    Who decides what becomes of a Setup: it ends here, or it is routed on.
    """

    def routeSetup(
        self, connection: SignallingConnection, message: Q931Message, setup: IncomingSetup
    ) -> SignallingCall | None:
        """
        @return: what carries the call from now on; C{None} to make it a leg of ours.
        """

    def takesSetup(self, connection: SignallingConnection, setup: IncomingSetup) -> bool:
        """
        Whether a call may come from there at all; asked first.
        """

    def legsGone(self, callIdentifier: bytes) -> None:
        """
        A call of that identifier has no leg of ours any more.
        """


class DialBackOwner(Protocol):
    """
    Who waits for endpoints behind a NAT to connect.
    """

    def summonBehind(
        self,
        signalling: TransportAddress,
        callIdentifier: bytes,
        reference: int,
        call: SignallingCall,
    ) -> IOpening | None:
        """
        Have the endpoint with a call signalling address connect to us for a call.

        @param reference: of the call on the connection, which will carry it.

        @return: C{None} where nobody has to be summoned: one can connect there.
        """

    def facilityReceived(self, connection: SignallingConnection, content: Content) -> bool:
        """
        A Facility that belongs to no call of its connection.

        @return: whether it was what was waited for.
        """


@dataclass(frozen=True, slots=True)
class Gatekept:
    """
    All of it.

    @ivar setups: may route calls on; without it, all end here.
    @ivar dialBacks: has endpoints connect that we cannot connect to, and is told of Facilities
        that belong to no call.
    @ivar secureAddressOf: who takes calls over TLS, and where.
    @ivar reachedAt: at which of our addresses peers reach us; without it, nobody's is known.
    """

    setups: SetupOwner | None = None
    dialBacks: DialBackOwner | None = None
    secureAddressOf: SecureAddressOf | None = None
    reachedAt: ReachedAt | None = None


NOT_GATEKEPT = Gatekept()
"""
Where there is no gatekeeper of ours.
"""
