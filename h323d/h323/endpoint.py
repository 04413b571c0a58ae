"""
Our H.323 endpoint: takes calls on the signalling port, and makes calls.

Of each Setup it asks its L{SetupOwner} whether the call is routed on; otherwise the call
ends here and becomes an L{H323Leg}, offered to the switch.  Where we are registered with a
gatekeeper, an L{Admitter} is asked on both sides of every call.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Container
from dataclasses import replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialRule
from h323d.call.homes import Home, Homes
from h323d.call.legs import ILeg, ILegObserver, ILegOwner, IOriginator, LegDirection
from h323d.call.listeners import listenAll
from h323d.call.media import IMediaPool
from h323d.call.parts import Change, Commit
from h323d.call.shares import UNSHARED, ShareRule, Shares
from h323d.call.transport import (
    IListening,
    IOpening,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    SecureStreams,
)
from h323d.call.ways import MAX_HOPS, Way
from h323d.errors import DecodeError, RemoteProtocolError
from h323d.events.bus import EventBus
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest, Admitter
from h323d.h323.calls.admissions import Admissions
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.calls.callstreams import CallStreams, callStreams, secureCallStreams
from h323d.h323.calls.incoming import IncomingSetup, readSetup
from h323d.h323.calls.leg import H323Leg
from h323d.h323.calls.legcontext import CallDescription, LegContext
from h323d.h323.config import H323Config
from h323d.h323.ports import SIGNALLING_PORT
from h323d.h323.signalling import addresses, messages
from h323d.h323.signalling.connection import SignallingCall, SignallingConnection
from h323d.h323.signalling.endpointtype import mcuType
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import CallIdentity, Content, Fields, SetupParties
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID, newCallID, newGUID, newLegID
from h323d.values.media.profile import MediaProfile

__all__ = ["DialBackOwner", "H323Endpoint", "ReachedAt", "SecureAddressOf", "SetupOwner"]

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


@implementer(IOriginator)
class H323Endpoint:
    """
    The H.323 side of the server, or of a caller program.

    @ivar legs: all that are not over, by their identifier.
    @ivar complaints: counts what could not be read.
    """

    protocol = "h323"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        rng: random.Random,
        events: EventBus,
        config: H323Config,
        pool: IMediaPool,
        listener: IStreamListener,
        opener: IStreamOpener,
        homes: Homes,
        owner: ILegOwner,
        setupOwner: SetupOwner | None = None,
        admitter: Admitter | None = None,
        endpointType: Fields | None = None,
        dialBacks: DialBackOwner | None = None,
        secure: SecureStreams | None = None,
        secureAddressOf: SecureAddressOf | None = None,
        rule: ShareRule = UNSHARED,
        dialRule: DialRule | None = None,
        reachedAt: ReachedAt | None = None,
    ) -> None:
        """
        @param homes: our addresses.
        @param owner: takes incoming legs.
        @param setupOwner: may route calls on; without one, all end here.
        @param admitter: our registration with a gatekeeper, if there is one.
        @param endpointType: what we are, as an H.225.0 C{EndpointType}; an MCU by default.
        @param dialBacks: has endpoints connect that we cannot connect to, and is told of
            Facilities that belong to no call.
        @param secure: TLS, for calls that come to the configured port for it, and those that
            we make to whom C{secureAddressOf} knows.
        @param secureAddressOf: who takes calls over TLS, and where.
        @param rule: how many calls one source may have.
        @param dialRule: where peers may have us connect to; anywhere but to this machine, if
            not given.
        @param reachedAt: at which of our addresses peers reach us; without it, nobody's is known.
        """
        self._reachedAt = reachedAt
        self._secure = secure
        self._secureAddressOf = secureAddressOf
        self._secureListening: IListening | None = None
        self._dialBacks = dialBacks
        self._clock = clock
        self._rng = rng
        self._config = config
        self._listener = listener
        self._homes = homes
        self._owner = owner
        self._setupOwner = setupOwner
        self._admissions = None if admitter is None else Admissions(admitter)
        self._listening: IListening | None = None
        self._connections: dict[SignallingConnection, None] = {}
        self._openings: dict[LegID, IOpening] = {}
        self._streams = callStreams(config, clock, rng, listener, opener, homes.main)
        self._secureStreams = secureCallStreams(config, clock, rng, secure, homes.main)
        self.complaints = Complaints(clock, events)
        self._context = LegContext(
            self,
            clock,
            rng,
            config,
            pool,
            self._streams.control,
            endpointType or mcuType(config.name),
            self.complaints,
            dialRule or DialRule(homes),
        )
        self._shares = Shares(rule, "calls")
        self.legs: dict[LegID, H323Leg] = {}
        self._byIdentifier: dict[bytes, dict[LegID, None]] = {}

    @property
    def address(self) -> TransportAddress:
        """
        Where we take calls: our call signalling address, as far as it is the same for all.
        """
        return self._addressAt(self._homes.main)

    def _addressAt(self, home: Home) -> TransportAddress:
        port = self._listening.address.port if self._listening else self._config.port
        return TransportAddress(home.told, port)

    def start(self) -> None:
        """
        Take calls from now on.

        @raise ResourceUnavailable: the port cannot be bound.
        """
        binds, config = self._homes.binds, self._config
        self._listening = listenAll(self._listener, binds, config.port, self._newPlainConnection)
        if self._secure is not None and config.tlsPort:
            self._secureListening = listenAll(
                self._secure.listener, binds, config.tlsPort, self._newSecureConnection
            )

    def stop(self) -> None:
        """
        Take no more calls; those that are there go on.
        """
        for listening in (self._listening, self._secureListening):
            if listening is not None:
                listening.stop()
        self._listening = self._secureListening = None

    def close(self) -> None:
        """
        Hang up on everybody, and close all connections.
        """
        self.stop()
        for leg in tuple(self.legs.values()):
            leg.reject(Cause.NORMAL_CALL_CLEARING)
        for connection in tuple(self._connections):
            connection.close()

    def prepare(self, config: H323Config) -> Commit:
        """
        Have another configuration ready.

        @param config: that in force but for what can change while we run.
        """
        return Change(self, config)

    def reconfigure(self, config: H323Config) -> None:
        """
        Use another configuration for calls from now on.
        """
        self._config = config
        self._streams = self._streams.opening(config.connectTimeout)
        if self._secureStreams is not None:
            self._secureStreams = self._secureStreams.opening(config.connectTimeout)
        self._context = replace(self._context, config=config, network=self._streams.control)

    def has(self, callIdentifier: bytes, hosts: Container[str]) -> bool:
        """
        Whether a call that H.323 calls so has a leg here with one of these hosts.
        """
        legIds = self._byIdentifier.get(callIdentifier, ())
        return any(self.legs[each].peer.host in hosts for each in legIds)

    def hangup(
        self, callIdentifier: bytes, cause: Cause, hosts: Container[str] | None = None
    ) -> None:
        """
        End the legs of a call that H.323 calls so.

        @param hosts: only those with one of these.
        """
        for legId in tuple(self._byIdentifier.get(callIdentifier, ())):
            leg = self.legs[legId]
            if hosts is None or leg.peer.host in hosts:
                leg.hangup(cause)

    def _keep(self, leg: H323Leg) -> None:
        self.legs[leg.legId] = leg
        self._byIdentifier.setdefault(leg.identity.callIdentifier, {})[leg.legId] = None

    def _forget(self, legId: LegID) -> None:
        leg = self.legs.pop(legId, None)
        if leg is not None:
            if leg.direction is LegDirection.INCOMING:
                self._shares.giveBack(leg.peer.host)
            members = self._byIdentifier[leg.identity.callIdentifier]
            del members[legId]
            if not members:
                del self._byIdentifier[leg.identity.callIdentifier]
                if self._setupOwner is not None:
                    self._setupOwner.legsGone(leg.identity.callIdentifier)

    # Incoming calls.

    def _newPlainConnection(self, peer: TransportAddress) -> IStreamUser | None:
        return self._newConnection(False)

    def _newSecureConnection(self, peer: TransportAddress) -> IStreamUser | None:
        return self._newConnection(True)

    def _newConnection(self, secure: bool) -> IStreamUser | None:
        if len(self._connections) >= self._config.maxConnections:
            return None
        connection = SignallingConnection(self, self._clock, self._config, False, secure)
        self._connections[connection] = None
        user: IStreamUser = connection
        return user

    def _contextOf(self, secure: bool, home: Home) -> LegContext:
        """
        What legs share: where the call is over TLS, its H.245 goes by TLS.

        @param home: our address towards the peer.
        """
        streams = self._secureStreams if secure else self._streams
        assert streams is not None  # or there were no such connection
        return replace(self._context, network=streams.towards(home).control)

    def setupReceived(
        self, connection: SignallingConnection, message: Q931Message, content: Content
    ) -> None:
        try:
            setup = readSetup(message, content, self._rng)
        except RemoteProtocolError as error:
            self._refuse(connection, message, error.cause)
            return
        call = None
        if self._setupOwner is not None:
            if not self._setupOwner.takesSetup(connection, setup):
                self._refuse(connection, message, Cause.CALL_REJECTED)
                return
            call = self._setupOwner.routeSetup(connection, message, setup)
        if call is not None:
            if not connection.carry(setup.reference, False, call):
                self._refuse(connection, message, Cause.RESOURCE_UNAVAILABLE)
                call.connectionLost("it carries too many calls")
            return
        self._terminate(connection, message, setup)

    def facilityReceived(self, connection: SignallingConnection, content: Content) -> bool:
        dialBacks = self._dialBacks
        return dialBacks is not None and dialBacks.facilityReceived(connection, content)

    def _terminate(
        self, connection: SignallingConnection, message: Q931Message, setup: IncomingSetup
    ) -> None:
        home = self._homes.towards(connection.peer.host, connection.local.host)
        leg = H323Leg(
            self._contextOf(connection.isSecure, home),
            CallDescription(
                newLegID(self._rng),
                newCallID(self._rng),
                LegDirection.INCOMING,
                setup.identity,
                setup.reference,
                setup.calling,
                setup.called,
                setup.displayName,
                connection.peer,
                setup.content.hopCount,
                setup.restricted,
            ),
            StartUpOptions(self._config.fastStart, self._config.tunnelling),
        )
        maximum, caller = self._config.maxCalls, connection.peer.host
        full = len(self.legs) >= maximum or not self._shares.mayTake(caller, maximum)
        if full or not connection.carry(setup.reference, False, leg):
            self._refuse(connection, message, Cause.RESOURCE_UNAVAILABLE)
            return
        self._keep(leg)
        self._shares.take(caller)
        leg.offered(connection, setup.content)
        if self._admissions is None:
            self._owner.legOffered(leg)
            return
        leg.proceed()
        request = AdmissionRequest(
            setup.identity, setup.reference, True, setup.calling, setup.called, connection.peer
        )
        self._admissions.ask(leg, request, self._admittedIncoming)

    def _admittedIncoming(
        self, legId: LegID, request: AdmissionRequest, grant: AdmissionGrant
    ) -> None:
        self._owner.legOffered(self.legs[legId])

    def _refuse(self, connection: SignallingConnection, message: Q931Message, cause: Cause) -> None:
        answer = messages.release(cause)
        connection.send(messages.addressed(answer, message.callReference, True))

    # Admission.

    def dropCall(self, request: AdmissionRequest) -> None:
        """
        The gatekeeper took back its admission: hang up.
        """
        if self._admissions is not None:
            self._admissions.withdrawn(request)

    # Outgoing calls.

    def originate(
        self,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        way: Way,
        profile: MediaProfile,
        observer: ILegObserver,
        hops: int = MAX_HOPS,
        options: StartUpOptions | None = None,
    ) -> H323Leg:
        """
        Call somebody.

        @param options: how media and H.245 start; as configured by default.
        """
        config = self._config
        if options is None:
            options = StartUpOptions(config.fastStart, config.tunnelling, config.earlyH245)
        caller = calling or (PartyAddress(AddressKind.H323_ID, config.name),)
        names = tuple(name for name in way.called[:1] if name.kind is not AddressKind.TRANSPORT)
        target = way.destination or addresses.hostOf(way.called[0], SIGNALLING_PORT)
        secure = self._secureAddress(target)
        description = CallDescription(
            newLegID(self._rng),
            callId,
            LegDirection.OUTGOING,
            CallIdentity(newGUID(self._rng), newGUID(self._rng)),
            self._rng.randrange(1, 0x8000),
            caller,
            way.called[:1],
            "",
            secure or target or TransportAddress("0.0.0.0", 0),
        )
        home = self._homeTowards(target)
        leg = H323Leg(self._contextOf(secure is not None, home), description, options)
        leg.observe(observer)
        leg.dial(SetupParties(caller, names, self._addressAt(home), target, hops=hops), profile)
        self._keep(leg)
        self._clock.callLater(0, self._begin, leg, names, target, secure)
        return leg

    def _homeTowards(self, target: TransportAddress | None) -> Home:
        if target is None:
            return self._homes.main
        reached = "" if self._reachedAt is None else self._reachedAt(target)
        return self._homes.towards(target.host, reached)

    def _secureAddress(self, target: TransportAddress | None) -> TransportAddress | None:
        """
        Where to connect over TLS, instead of C{target}.  A gatekeeper of ours may send the
        call elsewhere, so then nothing is known yet.
        """
        if target is None or self._secureAddressOf is None:
            return None
        if self._secure is None or self._admissions is not None:
            return None
        return self._secureAddressOf(target)

    def _begin(
        self,
        leg: H323Leg,
        names: tuple[PartyAddress, ...],
        target: TransportAddress | None,
        secure: TransportAddress | None,
    ) -> None:
        if leg.released:
            return
        if len(self.legs) > self._config.maxCalls:
            leg.fail(Cause.RESOURCE_UNAVAILABLE)
        elif self._admissions is not None:
            request = AdmissionRequest(
                leg.identity, leg.reference, False, leg.calling, names, None, target
            )
            self._admissions.ask(leg, request, self._admittedOutgoing)
        elif target is None:
            leg.fail(Cause.NO_ROUTE_TO_DESTINATION)
        elif self._secureStreams is not None and secure is not None:
            self._connect(leg, secure, self._secureStreams, True)
        else:
            self._connect(leg, target, self._streams)

    def _admittedOutgoing(
        self, legId: LegID, request: AdmissionRequest, grant: AdmissionGrant
    ) -> None:
        leg = self.legs[legId]
        first, *others = grant.ways or (Way("h323", request.destination),)
        if first.destination is None:
            leg.fail(Cause.NO_ROUTE_TO_DESTINATION)
            return
        leg.redirect(first, grant.endpointIdentifier, others)
        self._connect(leg, first.destination, self._streams)

    def _connect(
        self, leg: H323Leg, target: TransportAddress, streams: CallStreams, secure: bool = False
    ) -> None:
        if self._summon(leg, target):
            return
        connection = SignallingConnection(self, self._clock, self._config, True, secure)
        self._connections[connection] = None
        connection.carry(leg.reference, True, leg)
        opener, timeout = streams.signalling, self._config.connectTimeout
        self._openings[leg.legId] = opener.open(target, connection, timeout, leg.home.bind)

    def _summon(self, leg: H323Leg, target: TransportAddress) -> bool:
        """
        Whether the endpoint there is asked to connect, because we cannot (H.460.18).
        """
        if self._dialBacks is None:
            return False
        opening = self._dialBacks.summonBehind(
            target, leg.identity.callIdentifier, leg.reference, leg
        )
        if opening is None:
            return False
        if not leg.released:
            self._openings[leg.legId] = opening
        return True

    # What legs and connections report.

    def legGoesOn(self, leg: ILeg, way: Way) -> None:
        # Not before the connection that failed has ended.
        self._clock.callLater(0, self._connectAgain, leg.legId, way)

    def _connectAgain(self, legId: LegID, way: Way) -> None:
        leg = self.legs.get(legId)
        if leg is None:
            return
        if way.destination is None:
            leg.fail(Cause.NO_ROUTE_TO_DESTINATION)
        else:
            self._connect(leg, way.destination, self._streams)

    def legGone(self, leg: ILeg, cause: Cause) -> None:
        self._forget(leg.legId)
        opening = self._openings.pop(leg.legId, None)
        if opening is not None:
            opening.cancel()
        if self._admissions is not None:
            self._admissions.gone(leg.legId, cause)

    def legConnected(self, leg: ILeg) -> None:
        if self._admissions is not None:
            self._admissions.answered(leg.legId)

    def connectionGone(self, connection: SignallingConnection) -> None:
        self._connections.pop(connection, None)

    def badInput(self, connection: SignallingConnection, error: DecodeError) -> None:
        self.complaints.about("h225", connection.peer, error)
