"""
What all routed calls have in common.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialGuard, DialRule
from h323d.call.gates import Gates
from h323d.call.homes import Home
from h323d.call.legs import IOffer
from h323d.call.media import IMediaPool
from h323d.call.transport import IOpening
from h323d.errors import DecodeError
from h323d.events.bus import EventBus
from h323d.gatekeeper.identity import Identity, ILocalNumbers
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.config import RoutedConfig
from h323d.gatekeeper.routed.models import CallModels
from h323d.gatekeeper.routed.progress import ProgressTimers
from h323d.gatekeeper.routing.chain import FoundWay, RoutingChain
from h323d.gatekeeper.traversal import Reach
from h323d.h323.calls.callstreams import CallStreams
from h323d.h323.endpoint import ReachedAt
from h323d.h323.signalling.connection import SignallingCall, SignallingConnection
from h323d.values.address import TransportAddress

__all__ = ["CallContext", "CallOwner", "SecureAddressOf", "Summon"]

SecureAddressOf = Callable[[FoundWay], TransportAddress | None]
"""
Where a destination takes calls over TLS; C{None} if it has not said that it does.
"""

Summon = Callable[[Registration, bytes, int, SignallingCall], IOpening]
"""
Has an endpoint that cannot be connected to connect to us, for a call of that identifier; the
connection will carry the call by that reference.
"""


class CallOwner(Protocol):
    """
    What a call needs of whoever keeps all of them.
    """

    def newConnection(self, secure: bool) -> SignallingConnection:
        """A signalling connection to be opened, over TLS or not."""

    def callGone(self, call: IOffer) -> None:
        """The call is over."""

    def usageChanged(self, callIdentifier: bytes) -> None:
        """Channels of a call of that identifier were opened or closed."""

    def callFault(self, door: str, source: TransportAddress, error: DecodeError) -> None:
        """Something of a peer's could not be read."""


@dataclass(frozen=True)
class CallContext:
    """
    What a call needs, besides its Setup.

    @ivar identity: knows our own addresses.
    @ivar streams: for signalling connections, and separate H.245.
    @ivar secureStreams: the same over TLS; C{None} without a certificate.
    @ivar secureAddressOf: who takes calls over TLS.
    @ivar reachedAt: at which of our addresses endpoints reach us.
    @ivar endpointType: what we are, as an H.225.0 C{EndpointType}.  Any: of the ASN.1 value
        model.
    @ivar statusInterval: seconds between two inquiries into an answered call; 0 for none.
    @ivar connectTimeout: seconds that a connection may take to open.
    @ivar reference: draws a call reference value.
    @ivar summon: for endpoints that cannot be connected to.
    @ivar reach: says who is behind a NAT.
    @ivar complaints: hears what sides may not.
    @ivar dialRule: where sides may have us connect to.
    """

    owner: CallOwner
    clock: IReactorTime
    events: EventBus
    gates: Gates
    chain: RoutingChain
    numbers: ILocalNumbers
    models: CallModels
    config: RoutedConfig
    timers: ProgressTimers
    identity: Identity
    streams: CallStreams
    secureStreams: CallStreams | None
    secureAddressOf: SecureAddressOf
    reachedAt: ReachedAt
    pool: IMediaPool
    endpointType: dict[str, Any]
    statusInterval: float
    connectTimeout: float
    reference: Callable[[], int]
    summon: Summon
    reach: Reach
    complaints: Complaints
    dialRule: DialRule

    def guardOf(self, peer: TransportAddress) -> DialGuard:
        """
        What a side may name.

        @param peer: where its signalling comes from.
        """
        return DialGuard(self.dialRule, self.complaints, peer)

    def streamsOf(self, secure: bool, home: Home) -> CallStreams:
        """
        The connections of a side that is connected over TLS, or not.

        @param home: our address towards it.
        """
        streams = self.secureStreams if secure else self.streams
        assert streams is not None  # or there were no such connection
        return streams.towards(home)

    def homeTowards(self, peer: TransportAddress, local: str = "") -> Home:
        """
        Our address towards a side.

        @param local: ours on its connection, if that is there.
        """
        return self.identity.homes.towards(peer.host, local or self.reachedAt(peer))

    def signallingAt(self, home: Home) -> TransportAddress:
        """
        Our call signalling address, as a side is told.
        """
        return TransportAddress(home.told, self.identity.signallingPort)
