"""
Our H.323 endpoint: takes calls on the signalling port; its originator makes them.

Of each Setup it asks a gatekeeper of ours, where there is one, whether the call is routed on
(L{h323d.h323.gatekept}); otherwise the call ends here and becomes an L{H323Leg}, offered to
the switch.  Where we are registered with a gatekeeper, an L{Admitter} is asked on both sides of
every call.
"""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from h323d.call.complaints import Complaints
from h323d.call.homes import Home
from h323d.call.legs import ILeg, ILegOwner, LegDirection
from h323d.call.listeners import listenAll
from h323d.call.parts import Change, Commit, Part
from h323d.call.replacing import Replacement
from h323d.call.shares import Shares
from h323d.call.site import Site
from h323d.call.surroundings import Surroundings
from h323d.call.transport import IListening, IStreamListener, IStreamUser, NewUser
from h323d.call.ways import Way
from h323d.errors import DecodeError, RemoteProtocolError
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest, Admitter
from h323d.h323.calls.admissions import Admissions
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.calls.callstreams import newStreams
from h323d.h323.calls.consultations import Consultations
from h323d.h323.calls.incoming import IncomingSetup, readSetup
from h323d.h323.calls.leg import H323Leg
from h323d.h323.calls.legcontext import CallDescription, LegContext
from h323d.h323.calls.legtable import LegTable
from h323d.h323.calls.originator import H323Originator
from h323d.h323.config import H323Config
from h323d.h323.gatekept import NOT_GATEKEPT, Gatekept
from h323d.h323.signalling import messages
from h323d.h323.signalling.addresses import transportFromValue
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.endpointtype import mcuType
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import Content, Fields
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID, newCallID, newLegID
from h323d.values.proof import ofConnection

__all__ = ["H323Endpoint"]


class H323Endpoint(Part[H323Config]):
    """
    The H.323 side of the server, or of a caller program.

    @ivar config: what is in force.
    @ivar streams: how connections are made.
    @ivar legs: all that are not over.
    @ivar originator: makes calls.
    @ivar complaints: counts what could not be read.
    """

    _log = Logger()

    def __init__(
        self,
        config: H323Config,
        world: Surroundings,
        site: Site,
        owner: ILegOwner,
        gatekept: Gatekept = NOT_GATEKEPT,
        admitter: Admitter | None = None,
        endpointType: Fields | None = None,
        legs: LegTable | None = None,
        signing: CallSigning | None = None,
    ) -> None:
        """
        @param world: its TLS is for calls that come to the configured port for it, and those
            that we make to whom C{gatekept} knows.
        @param owner: takes incoming legs.
        @param gatekept: what a gatekeeper of ours does for our calls.
        @param admitter: our registration with another gatekeeper, if there is one.
        @param endpointType: what we are, as an H.225.0 C{EndpointType}; an MCU by default.
        @param legs: where legs are kept; in a table of our own, if not given.
        @param signing: signs our Setups and Connects; C{None} if nobody does.
        """
        self.config = config
        self.complaints = Complaints(world.clock, world.events)
        self.legs = LegTable() if legs is None else legs
        self.streams = newStreams(config, world, site.homes.main)
        self._world = world
        self._homes = site.homes
        self._owner = owner
        self._gatekept = gatekept
        self._admissions = None if admitter is None else Admissions(admitter)
        self._listenings: list[IListening] = []
        self._connections: dict[SignallingConnection, None] = {}
        self._shares = Shares(site.shareRule, "calls")
        self._context = LegContext(
            self,
            world.clock,
            world.rng,
            config,
            world.pool,
            self.streams.plain.control,
            endpointType or mcuType(config.name),
            self.complaints,
            site.dialRule,
            Consultations(world.rng),
            owner.gates,
            signing,
        )
        self.originator = H323Originator(
            self, world, site.homes, gatekept, self._admissions, self.legs
        )

    @property
    def address(self) -> TransportAddress:
        """
        Where we take calls: our call signalling address, as far as it is the same for all.
        """
        return self.addressAt(self._homes.main)

    def addressAt(self, home: Home) -> TransportAddress:
        """
        The same for a peer, which is told C{home}.
        """
        port = self._listenings[0].address.port if self._listenings else self.config.port
        return TransportAddress(home.told, port)

    # The life of a part.

    def start(self) -> None:
        self._listen(self._world.listener, self.config.port, self._newPlainConnection)
        if self._world.secure is not None and self.config.tlsPort:
            listener, port = self._world.secure.listener, self.config.tlsPort
            self._listen(listener, port, self._newSecureConnection)

    def _listen(self, listener: IStreamListener, port: int, newUser: NewUser) -> None:
        self._listenings.append(listenAll(listener, self._homes.binds, port, newUser))

    def prepare(self, config: H323Config) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: H323Config) -> None:
        """
        Use another configuration for calls from now on.
        """
        self.config = config
        self.streams = self.streams.opening(config.connectTimeout)
        self._context = replace(self._context, config=config, network=self.streams.plain.control)

    def leave(self) -> None:
        for leg in self.legs:
            leg.hangup(Cause.NORMAL_CALL_CLEARING)

    def close(self) -> Deferred[None]:
        for listening in self._listenings:
            listening.stop()
        self._listenings.clear()
        for leg in self.legs:
            leg.reject(Cause.NORMAL_CALL_CLEARING)
        for connection in tuple(self._connections):
            connection.close()
        return succeed(None)

    # Incoming calls.

    def _newPlainConnection(self, peer: TransportAddress) -> IStreamUser | None:
        return self._accepted(False)

    def _newSecureConnection(self, peer: TransportAddress) -> IStreamUser | None:
        return self._accepted(True)

    def _accepted(self, secure: bool) -> IStreamUser | None:
        if len(self._connections) >= self.config.maxConnections:
            return None
        user: IStreamUser = self._keep(self._connection(False, secure))
        return user

    def newConnection(self, secure: bool) -> SignallingConnection:
        return self._keep(self._connection(True, secure))

    def _connection(self, dialled: bool, secure: bool) -> SignallingConnection:
        world = self._world
        return SignallingConnection(self, world.clock, self.config, dialled, secure, world.wire)

    def _keep(self, connection: SignallingConnection) -> SignallingConnection:
        self._connections[connection] = None
        return connection

    def contextOf(self, secure: bool, home: Home) -> LegContext:
        """
        What legs share: where the call is over TLS, its H.245 goes by TLS.

        @param home: our address towards the peer.
        """
        return replace(self._context, network=self.streams.of(secure).towards(home).control)

    def setupReceived(
        self, connection: SignallingConnection, message: Q931Message, content: Content
    ) -> None:
        try:
            setup = readSetup(message, content, self._world.rng)
        except RemoteProtocolError as error:
            self._refuse(connection, message, error.cause)
            return
        proofs = ofConnection(connection.peerKey, self._world.clock.seconds())
        setup = replace(setup, proofs=(*setup.proofs, *proofs))
        call, setups = None, self._gatekept.setups
        if setups is not None:
            if not setups.takesSetup(connection, setup):
                self._refuse(connection, message, Cause.CALL_REJECTED)
                return
            call = setups.routeSetup(connection, message, setup)
        if call is not None:
            if not connection.carry(setup.reference, False, call):
                self._refuse(connection, message, Cause.RESOURCE_UNAVAILABLE)
                call.connectionLost("it carries too many calls")
            return
        self._terminate(connection, message, setup)

    def facilityReceived(self, connection: SignallingConnection, content: Content) -> bool:
        dialBacks = self._gatekept.dialBacks
        return dialBacks is not None and dialBacks.facilityReceived(connection, content)

    def _terminate(
        self, connection: SignallingConnection, message: Q931Message, setup: IncomingSetup
    ) -> None:
        home = self._homes.towards(connection.peer.host, connection.local.host)
        leg = H323Leg(
            self.contextOf(connection.isSecure, home),
            CallDescription(
                newLegID(self._world.rng),
                newCallID(self._world.rng),
                LegDirection.INCOMING,
                setup.identity,
                setup.reference,
                setup.calling,
                setup.called,
                setup.displayName,
                connection.peer,
                setup.content.hopCount,
                setup.restricted,
                setup.diversion,
                proofs=setup.proofs,
                replaces=self._replacedBy(connection, setup),
                declaration=setup.declaration,
                priority=setup.priority,
                reachedAt=transportFromValue(setup.content.fields.get("sourceCallSignalAddress")),
            ),
            StartUpOptions(self.config.fastStart, self.config.tunnelling),
        )
        maximum, caller = self.config.maxCalls, connection.peer.host
        full = len(self.legs) >= maximum or not self._shares.mayTake(caller, maximum)
        if full or not connection.carry(setup.reference, False, leg):
            self._refuse(connection, message, Cause.RESOURCE_UNAVAILABLE)
            return
        self.legs.keep(leg)
        self._world.wire.belongs(leg.callIdentifier, leg.callId)
        self._shares.take(caller)
        leg.offered(connection, setup.content)
        request = AdmissionRequest(
            setup.identity, setup.reference, True, setup.calling, setup.called, connection.peer
        )
        if self._admissions is None or not self._admissions.concern(request):
            self._owner.legOffered(leg)
            return
        leg.proceed()
        self._admissions.ask(leg, request, self._admitted)

    def _replacedBy(
        self, connection: SignallingConnection, setup: IncomingSetup
    ) -> Replacement | None:
        """
        Whose place a call is to take: of the same call, by the same caller, that was cut off.
        """
        call = setup.identity.callIdentifier
        former = (leg for leg in self.legs.ofCall(call) if leg.cutOff.awaits(connection))
        leg = next(former, None)
        return None if leg is None else Replacement(leg)

    def _admitted(self, legId: LegID, request: AdmissionRequest, grant: AdmissionGrant) -> None:
        leg = self.legs.get(legId)
        assert leg is not None  # or it would not be admitted
        self._owner.legOffered(leg)

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

    # What legs and connections report.

    def legGoesOn(self, leg: ILeg, way: Way) -> None:
        # Not before the connection that failed has ended.
        self._world.clock.callLater(0, self.originator.goOn, leg.legId, way)

    def legCutOff(self, leg: H323Leg) -> None:
        self.originator.connectAgain(leg)

    def legGone(self, leg: ILeg, cause: Cause) -> None:
        self._forget(leg.legId)
        self._context.consultations.forget(leg)
        self.originator.forget(leg.legId)
        if self._admissions is not None:
            self._admissions.gone(leg.legId, cause)

    def _forget(self, legId: LegID) -> None:
        leg = self.legs.remove(legId)
        if leg is None:
            return
        if leg.direction is LegDirection.INCOMING:
            self._shares.giveBack(leg.peer.host)
        call = leg.identity.callIdentifier
        if self._gatekept.setups is not None and not self.legs.knows(call):
            self._gatekept.setups.legsGone(call)

    def legConnected(self, leg: ILeg) -> None:
        if self._admissions is not None:
            self._admissions.answered(leg.legId)

    def connectionGone(self, connection: SignallingConnection) -> None:
        self._connections.pop(connection, None)

    def badInput(self, connection: SignallingConnection, error: DecodeError) -> None:
        self.complaints.about("h225", connection.peer, error)
