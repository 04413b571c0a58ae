"""
What an H.323 leg is made from: what all legs share, and what is this call's alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Door, Priority
from h323d.call.complaints import Complaints
from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.call.dialrule import DialRule
from h323d.call.gates import Gates
from h323d.call.legmedia import LegMedia
from h323d.call.legs import ILeg, LegDirection
from h323d.call.media import IMediaPool, IMediaPort, Signalling
from h323d.call.replacing import Replacement
from h323d.call.ways import Way
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.calls.callstart import CallStart
from h323d.h323.calls.channelgate import ChannelGate, ChannelLeg
from h323d.h323.calls.consultations import Consultations
from h323d.h323.calls.incoming import proofsInConnect
from h323d.h323.calls.wire import CallWire
from h323d.h323.config import H323Config
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.h245.parameters import MediaAddresses
from h323d.h323.h245.session import H245Owner, H245Session
from h323d.h323.signalling.callpriority import CallPriority
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import CallIdentity, Content, Fields
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.diversion import Diversion
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.proof import Proof, ofConnection

__all__ = ["CallDescription", "CallSessions", "DescribedCall", "LegContext", "LegOwner"]


class LegOwner(Protocol):
    """
    What a leg needs of the endpoint that owns it.
    """

    def legGone(self, leg: ILeg, cause: Cause) -> None:
        """The leg is over."""

    def legConnected(self, leg: ILeg) -> None:
        """The call is answered, by whichever side is to answer it."""

    def legGoesOn(self, leg: ILeg, way: Way) -> None:
        """One way led nowhere: connect the leg by the next."""

    def legCutOff(self, leg: Any) -> None:
        """
        Its connection was lost by a fault of ours: connect it again.

        @param leg: Any: an L{H323Leg<h323d.h323.calls.leg.H323Leg>}, which is made of this.
        """


@dataclass(frozen=True, slots=True)
class LegContext:
    """
    What all legs of an endpoint share.

    @ivar endpointType: what we are, as an H.225.0 C{EndpointType}.
    @ivar complaints: hears what peers may not.
    @ivar dialRule: where peers may have us connect to.
    @ivar consultations: those that peers have identified.
    @ivar gates: judge the answers to our calls.
    @ivar signing: signs our Setups and Connects; C{None} if nobody does.
    """

    owner: LegOwner
    clock: IReactorTime
    rng: random.Random
    config: H323Config
    pool: IMediaPool
    network: ControlNetwork
    endpointType: Fields
    complaints: Complaints
    dialRule: DialRule
    consultations: Consultations
    gates: Gates
    signing: CallSigning | None = None

    def newWire(self, description: CallDescription, startUp: CallStart) -> CallWire:
        """
        Make what sends the messages of one call.

        @param startUp: says whether we tunnel, and how media starts.
        """
        return CallWire(
            description.identity,
            description.reference,
            description.direction is LegDirection.OUTGOING,
            self.endpointType,
            self.config.name,
            startUp,
            self.signing,
            description.priority,
        )

    def proofsIn(self, message: Q931Message, content: Content, wire: CallWire) -> tuple[Proof, ...]:
        """
        What who answers a call of ours shows of who they are, not verified.

        @param message: the Connect.
        @param wire: the call's.
        """
        shown = ofConnection(wire.peerKey, self.clock.seconds())
        return (*proofsInConnect(message, content, wire.identity), *shown)


@dataclass(frozen=True, slots=True)
class CallSessions:
    """
    Makes the H.245 sessions of one call.
    """

    context: LegContext
    leg: ChannelLeg

    @property
    def judge(self) -> ChannelGate | None:
        """
        Who says how much its channels may need; C{None} if nobody minds.
        """
        gates = self.context.gates
        return ChannelGate(self.leg, gates) if gates.standAt(Door.OLC) else None

    def __call__(self, owner: H245Owner, profile: MediaProfile, media: LegMedia) -> H245Session:
        """
        @param media: has the ports where media is received, if any is.
        """
        context = self.context
        return H245Session(
            owner,
            context.clock,
            context.rng,
            context.config.terminalType,
            profile,
            _Ports(media, TransportAddress(context.network.home.told, 0)),
            judge=self.judge,
        )


@dataclass(frozen=True, slots=True)
class _Ports:
    """
    The L{MediaPlaces<h323d.h323.h245.media.MediaPlaces>} of a leg: its ports.

    @ivar nowhere: what is told of a medium that has none.
    """

    media: LegMedia
    nowhere: TransportAddress

    def addressesOf(self, medium: Medium) -> MediaAddresses:
        port = self.media.of(medium).port
        if port is None:
            return MediaAddresses(self.nowhere, self.nowhere)
        return MediaAddresses(port.rtp, port.rtcp)


@dataclass(frozen=True, slots=True)
class CallDescription:
    """
    Who calls whom, and by which identifiers.

    @ivar hops: over how many more servers the call may go; C{None} if that is not said.
    @ivar restricted: the caller does not want to be known to the called party.
    @ivar diversion: who has sent the call on; C{None} if nobody has, or that is not said.
    @ivar replaces: whose place it is to take; C{None} if nobody's.
    @ivar proofs: what the caller shows, not verified.
    @ivar declaration: what it declares of the call.
    @ivar priority: what it asks for by H.460.4; C{None} for none.
    @ivar reachedAt: where it takes calls itself; C{None} if it does not say.
    """

    legId: LegID
    callId: CallID
    direction: LegDirection
    identity: CallIdentity
    reference: int
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]
    displayName: str
    peer: TransportAddress
    hops: int | None = None
    restricted: bool = False
    diversion: Diversion | None = None
    replaces: Replacement | None = None
    proofs: tuple[Proof, ...] = ()
    declaration: Declaration = NOTHING_DECLARED
    priority: CallPriority | None = None
    reachedAt: TransportAddress | None = None


class DescribedCall:
    """
    What a leg tells of its call, as it was described to it, and what it is told that says nothing
    to its peer.

    @ivar identity: the call's identifiers in H.323.
    @ivar reference: its call reference value.
    @ivar reachedAt: where the caller takes calls itself; C{None} if it does not say.
    """

    protocol, vouched, discord, referred = "h323", False, "", None
    peerEnded, refusedEverywhere, retryAfter = False, False, 0

    def __init__(self, description: CallDescription) -> None:
        self.priority: Priority | None = None
        self.legId, self.callId = description.legId, description.callId
        self.direction, self.reference = description.direction, description.reference
        self.calling, self.called = description.calling, description.called
        self.displayName, self.peer = description.displayName, description.peer
        self.hops, self.restricted = description.hops, description.restricted
        self.diversion, self.replaces = description.diversion, description.replaces
        self.proofs, self.identity = description.proofs, description.identity
        self.reachedAt = description.reachedAt
        self.callIdentifier = self.identity.callIdentifier.hex()
        self.conferenceId = self.identity.conferenceID.hex()

    def introduce(self, calling: tuple[PartyAddress, ...], displayName: str) -> None:
        self.calling, self.displayName = calling, displayName

    def prioritize(self, priority: Priority) -> None:
        self.priority = priority

    def focus(self, name: str) -> None:
        pass

    def refreshPicture(self) -> None:
        pass  # there is no channel that pictures come by

    @property
    def signalling(self) -> Signalling:
        return Signalling(self.peer.host, self.direction is LegDirection.OUTGOING)

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        pass
