"""
What all routed calls have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialGuard
from h323d.call.homes import Home
from h323d.call.legs import IOffer
from h323d.call.transport import IOpening
from h323d.errors import DecodeError
from h323d.events.bus import Fact
from h323d.gatekeeper.context import ZoneContext
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.reaching import Reaching
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.config import RoutedConfig
from h323d.gatekeeper.routed.models import CallModels
from h323d.gatekeeper.routed.progress import ProgressTimers
from h323d.gatekeeper.routed.side import Side, SideOwner
from h323d.gatekeeper.routing.chain import FoundWay, RoutingChain
from h323d.h323.calls.admission import USUAL_BANDWIDTH, Admitter
from h323d.h323.calls.callstreams import CallStreams, PlainAndSecure
from h323d.h323.config import H323Config
from h323d.h323.signalling.connection import SignallingCall, SignallingConnection
from h323d.h323.signalling.endpointtype import gatekeeperType
from h323d.h323.signalling.uuie import Fields
from h323d.values.address import TransportAddress

__all__ = ["CallContext", "CallOwner", "CallRules", "RoutedAdmitter"]


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


class CallRules:
    """
    What calls that begin now go by, as it is configured.

    @ivar config: which calls go through us, and what happens when a way fails.
    @ivar h323: the limits and timers of call signalling.
    @ivar models: how much of each call goes through us.
    @ivar timers: how long is waited.
    @ivar endpointType: what we are, as an H.225.0 C{EndpointType}.
    """

    def __init__(self, config: RoutedConfig, h323: H323Config) -> None:
        self.config = config
        self.h323 = h323
        self.models = CallModels(config)
        self.timers = ProgressTimers(config.setupTimeout, h323.proceedingTimeout, h323.ringTimeout)
        self.endpointType: Fields = gatekeeperType(h323.name)


class RoutedAdmitter(Admitter, Protocol):
    """
    Who has to admit some calls, and wants to know what they use.
    """

    def used(self, call: bytes, bandwidth: int) -> None:
        """A call uses so much, in units of 100 bit/s."""


@dataclass(frozen=True, slots=True)
class CallContext:
    """
    What a call needs, besides its Setup.

    @ivar zone: what it shares with all of the zone.
    @ivar chain: says where it goes.
    @ivar reaching: how endpoints are reached.
    @ivar parents: the gatekeepers that have to admit some calls.
    @ivar streams: for signalling connections, and separate H.245.
    @ivar complaints: hears what sides may not.
    """

    owner: CallOwner
    zone: ZoneContext
    chain: RoutingChain
    reaching: Reaching
    parents: RoutedAdmitter
    rules: CallRules
    streams: PlainAndSecure
    complaints: Complaints

    @property
    def clock(self) -> IReactorTime:
        """
        Runs the timers.
        """
        return self.zone.world.clock

    @property
    def identity(self) -> Identity:
        """
        Knows our own addresses.
        """
        return self.zone.identity

    def newSide(
        self,
        owner: SideOwner,
        which: int,
        reference: int,
        peer: TransportAddress,
        connection: SignallingConnection | None = None,
    ) -> Side:
        """
        A side of a call, as L{Side}.
        """
        interval = self.rules.h323.statusInterval
        return Side(owner, which, reference, peer, self.clock, interval, connection)

    def publish(self, fact: Fact) -> None:
        """
        Tell what has happened.
        """
        self.zone.world.events.publish(fact)

    def bandwidthOf(self, call: bytes) -> int:
        """
        What the sides of a call may use as we have admitted them; if we have not, what sound
        uses.  In units of 100 bit/s.
        """
        admitted = self.zone.tables.admissions.ofCall(call)
        return max((each.bandwidth for each in admitted), default=USUAL_BANDWIDTH)

    def newReference(self) -> int:
        """
        A call reference value of our choice.
        """
        return self.zone.world.rng.randrange(1, 0x8000)

    def secureAddressOf(self, way: FoundWay) -> TransportAddress | None:
        """
        Where a way's end takes calls over TLS; C{None} if we have none, or it has not said
        that it does.
        """
        if self.streams.secure is None:
            return None
        return self.reaching.secureOffers.towards(way)

    def summon(
        self,
        registration: Registration,
        callIdentifier: bytes,
        reference: int,
        call: SignallingCall,
    ) -> IOpening:
        """
        Have an endpoint that cannot be connected to connect to us, for a call of that
        identifier; the connection will carry the call by that reference.
        """
        return self.reaching.dialBacks.summon(registration, callIdentifier, reference, call)

    def guardOf(self, peer: TransportAddress) -> DialGuard:
        """
        What a side may name.

        @param peer: where its signalling comes from.
        """
        return DialGuard(self.zone.site.dialRule, self.complaints, peer)

    def streamsOf(self, secure: bool, home: Home) -> CallStreams:
        """
        The connections of a side that is connected over TLS, or not.

        @param home: our address towards it.
        """
        return self.streams.of(secure).towards(home)

    def homeTowards(self, peer: TransportAddress, local: str = "") -> Home:
        """
        Our address towards a side.

        @param local: ours on its connection, if that is there.
        """
        return self.identity.homes.towards(peer.host, local or self.reaching.reachedAt(peer))

    def signallingAt(self, home: Home) -> TransportAddress:
        """
        Our call signalling address, as a side is told.
        """
        return TransportAddress(home.told, self.identity.signallingPort)
