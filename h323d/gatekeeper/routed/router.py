"""
All routed calls: which Setup becomes one, and who may have one.

This is the L{h323d.h323.gatekept.SetupOwner} of a server with a gatekeeper.  A Setup for
one of our own rooms, or of the direct model, is left to the endpoint.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from twisted.internet.defer import Deferred, succeed

from h323d.call.callers import CallerName
from h323d.call.complaints import Complaints
from h323d.call.legs import IOffer
from h323d.call.parts import Part
from h323d.call.shares import Shares
from h323d.errors import DecodeError
from h323d.gatekeeper.context import ZoneContext
from h323d.gatekeeper.origins import Origins
from h323d.gatekeeper.reaching import Reaching
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.call import RoutedCall
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routed.context import CallContext, CallRules, RoutedAdmitter
from h323d.gatekeeper.routed.models import Endpoint, stricter
from h323d.gatekeeper.routed.remembered import AdmittedRoutes, RouteMemory
from h323d.gatekeeper.routed.side import Side
from h323d.gatekeeper.routed.usage import Usage
from h323d.gatekeeper.routing.chain import Called, FoundWay, RoutingChain
from h323d.gatekeeper.settings import ZoneSettings
from h323d.h323.calls.admission import AdmissionRequest
from h323d.h323.calls.callstreams import newStreams
from h323d.h323.calls.incoming import IncomingSetup
from h323d.h323.signalling import messages
from h323d.h323.signalling.addresses import transportFromValue
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import Content
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, newCallID, newLegID

__all__ = ["RoutedCalls"]

MAXIMUM_PASSES = 3  # how often one call may come by at one time: once more is a loop


class RoutedCalls(Part[ZoneSettings]):
    """
    The calls that are routed through us.
    """

    def __init__(
        self,
        settings: ZoneSettings,
        zone: ZoneContext,
        chain: RoutingChain,
        reaching: Reaching,
        origins: Origins,
        parents: RoutedAdmitter,
    ) -> None:
        """
        @param chain: says where a call goes.
        @param origins: says from where calls may come.
        @param parents: have to admit some calls.
        """
        world = zone.world
        self._zone = zone
        self._tables = zone.tables
        self._origins = origins
        self._shares = Shares(zone.site.shareRule, "calls")
        self._memory = RouteMemory(world.clock)
        self._calls: dict[CallID, RoutedCall] = {}
        self._byIdentifier: dict[bytes, dict[CallID, RoutedCall]] = {}
        self._connections: dict[SignallingConnection, None] = {}
        self._complaints = Complaints(world.clock, world.events)
        streams = newStreams(settings.h323, world, zone.identity.homes.main)
        self._rules = CallRules(settings.routed, settings.h323)
        self._context = CallContext(
            self, zone, chain, reaching, parents, self._rules, streams, self._complaints
        )

    def reconfigure(self, settings: ZoneSettings) -> None:
        """
        Route calls that begin from now on otherwise.
        """
        self._rules = CallRules(settings.routed, settings.h323)
        streams = self._context.streams.opening(settings.h323.connectTimeout)
        self._context = replace(self._context, rules=self._rules, streams=streams)

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[RoutedCall]:
        return iter(tuple(self._calls.values()))

    def byId(self, callId: CallID) -> RoutedCall | None:
        """
        One call.
        """
        return self._calls.get(callId)

    def hangup(self, callId: CallID, cause: Cause = Cause.NORMAL_CALL_CLEARING) -> bool:
        """
        End a call.

        @return: whether there is such a call.
        """
        call = self._calls.get(callId)
        if call is not None:
            call.hangup(cause)
        return call is not None

    def clear(self, callIdentifier: bytes, cause: Cause) -> None:
        """
        End the calls that H.323 calls so: one, or one that comes by several times.
        """
        for call in tuple(self._byIdentifier.get(callIdentifier, {}).values()):
            call.hangup(cause)

    def transfer(self, callId: CallID, which: int, target: PartyAddress) -> bool:
        """
        Ask one side of an answered call to call somebody else instead.

        @param which: L{h323d.gatekeeper.routed.side.CALLER} or C{CALLED}.

        @return: whether it was asked.
        """
        call = self._calls.get(callId)
        return call is not None and call.transfer(which, target)

    def leave(self) -> None:
        for call in self:
            call.hangup(Cause.NORMAL_CALL_CLEARING)

    def close(self) -> Deferred[None]:
        self.leave()
        for connection in tuple(self._connections):
            connection.close()
        return succeed(None)

    # What an ARQ asks.

    def modelFor(self, called: Called, way: FoundWay) -> CallModel:
        """
        The model of a call that is about to be admitted.  One to ourselves goes to a room,
        and there is nothing to route.
        """
        if way.parent:
            return stricter(CallModel.ROUTED, self._chosen(called, way, ""))
        if way.destination == self._zone.identity.signalling:
            return CallModel.DIRECT
        if not self._rules.models.anyRouted and not _onlyThroughUs(called.caller, way.registration):
            return CallModel.DIRECT
        return self._chosen(called, way, way.destination.host)

    def _chosen(self, called: Called, way: FoundWay, host: str) -> CallModel:
        """
        @param host: where the called party is; empty if that is not known yet.
        """
        source = Endpoint.registered(
            called.caller, called.calling, called.source.host if called.source else ""
        )
        names = way.called or called.names
        target = Endpoint.registered(way.registration, names, host)
        return self._rules.models.choose(source, target)

    def remember(self, called: Called, model: CallModel, routes: tuple[FoundWay, ...]) -> None:
        """
        A call was admitted, or another gatekeeper asked where to send it (LRQ), and the
        caller is told to send the Setup to us.
        """
        if called.call:
            self._memory.remember(called.call, AdmittedRoutes(called.caller, model, routes))

    def carries(self, callIdentifier: bytes) -> bool:
        """
        Whether a call goes through us, as its called side may ask.
        """
        return callIdentifier in self._byIdentifier

    def involves(self, callIdentifier: bytes, endpointId: str, hosts: Container[str]) -> bool:
        """
        Whether an endpoint has a side of a call that goes through us.

        @param hosts: where it is, where we do not know whose a side is.
        """
        calls = self._byIdentifier.get(callIdentifier, {}).values()
        return any(call.involves(endpointId, hosts) for call in calls)

    # What the endpoint asks.

    def takesSetup(self, connection: SignallingConnection, setup: IncomingSetup) -> bool:
        call = setup.identity.callIdentifier
        # Where it goes through us already, others may have sent it back to us.
        return self.carries(call) or self._origins.takesSetup(connection.peer, call)

    def routeSetup(
        self, connection: SignallingConnection, message: Q931Message, setup: IncomingSetup
    ) -> Side | None:
        """
        Take a call, unless it ends here.
        """
        if any(map(self._endsHere, setup.called)):
            return None
        identifier = setup.identity.callIdentifier
        lenient = not self._origins.refuses
        admitted = self._memory.recall(identifier, connection.peer.host, lenient)
        if admitted is None and any(map(self._leavesByTrunk, setup.called)):
            return None
        caller = admitted.caller if admitted else self._callerOf(connection, setup)
        sent = self._sent(connection.peer, setup)
        if admitted is None and not self._isRouted(setup, caller, sent):
            return None
        if self._isForUs(setup):
            return None
        if sent is None:  # or its sender answers for the caller
            setup = self._introduced(connection.peer, setup, caller)
        rng = self._zone.world.rng
        ids = (newCallID(rng), newLegID(rng))
        call = RoutedCall(self._context, ids, connection, message, setup, caller, admitted, sent)
        full = len(self._calls) >= self._rules.config.maxCalls or not self._shares.mayTake(
            connection.peer.host, self._rules.config.maxCalls
        )
        self._calls[call.callId] = call
        self._zone.world.wire.belongs(call.callIdentifier, call.callId)
        self._shares.take(connection.peer.host)
        passes = self._byIdentifier.setdefault(identifier, {})
        passes[call.callId] = call
        # The connection carries the call when this has returned.
        clock = self._zone.world.clock
        if len(passes) > MAXIMUM_PASSES:
            clock.callLater(0, call.refuse, Cause.EXCHANGE_ROUTING_ERROR, "loop")
        elif full:
            clock.callLater(0, call.refuse, Cause.RESOURCE_UNAVAILABLE, "tooManyCalls")
        else:
            clock.callLater(0, call.begin)
        return call.callerSide

    def _sent(self, peer: TransportAddress, setup: IncomingSetup) -> AdmissionRequest | None:
        """
        What a gatekeeper that we are registered with has to be asked, if it has sent the call.
        """
        request = AdmissionRequest(
            setup.identity, setup.reference, True, setup.calling, setup.called, peer
        )
        return request if self._context.parents.concerns(request) else None

    def _isRouted(
        self, setup: IncomingSetup, caller: Registration | None, sent: AdmissionRequest | None
    ) -> bool:
        """
        Whether a call goes through us of which nobody has asked before.
        """
        if caller is None and sent is None and not self._rules.config.acceptUnregistered:
            return False
        if self._rules.models.anyRouted or _onlyThroughUs(caller):
            return True
        return sent is not None and any(map(self._isEndpoints, setup.called))

    def _isEndpoints(self, name: PartyAddress) -> bool:
        """
        Whether an endpoint of ours has that name, or serves that number.
        """
        registry = self._tables.registry
        having = registry.allByAlias(name)
        return any(each.protocol == "h323" for each in having) or bool(
            registry.byPrefix(name.number)
        )

    def _endsHere(self, name: PartyAddress) -> bool:
        """
        Whether a call to that name becomes a leg of ours: one to a room, or to a SIP phone.
        """
        phones = self._tables.registry.phonesOf(name)
        return bool(phones) or self._zone.numbers.serves(name)

    def _leavesByTrunk(self, name: PartyAddress) -> bool:
        """
        The same for one that nobody was asked about: whether it goes to a trunk, as far as can be
        said without asking.
        """
        registry = self._tables.registry
        if registry.allByAlias(name) or registry.byPrefix(name.number):
            return False
        return self._zone.trunks.serves(name)

    def _introduced(
        self, peer: TransportAddress, setup: IncomingSetup, caller: Registration | None
    ) -> IncomingSetup:
        """
        A Setup that says of the caller what it may.
        """
        claimed = CallerName(setup.calling, setup.displayName)
        call = setup.identity.callIdentifier
        known = caller or self._tables.callers.of("h323", peer, setup.calling, call)
        name = self._tables.callers.named(known, claimed, peer)
        if name == claimed:
            return setup
        return replace(setup, calling=name.calling, displayName=name.displayName, renamed=True)

    def _isForUs(self, setup: IncomingSetup) -> bool:
        """
        Whether a Setup names nobody but ourselves.
        """
        if setup.called:
            return False
        named = transportFromValue(setup.content.fields.get("destCallSignalAddress"))
        return named is None or self._zone.identity.isOurSignalling(named)

    def _callerOf(
        self, connection: SignallingConnection, setup: IncomingSetup
    ) -> Registration | None:
        """
        The registration of who sent a Setup without having asked first: by its identifier,
        or by its address; from where it is registered in either case.
        """
        fields = setup.content.fields
        identifier = fields.get("endpointIdentifier")
        address = transportFromValue(fields.get("sourceCallSignalAddress"))
        found = (
            self._tables.registry.byId(identifier) if identifier else None,
            self._tables.registry.bySignalling(address) if address else None,
        )
        host = connection.peer.host
        return next((each for each in found if each and host in each.hosts), None)

    def legsGone(self, callIdentifier: bytes) -> None:
        """
        A call is not in a room any more.
        """
        if not self.carries(callIdentifier):
            self._tables.admissions.watch(callIdentifier, None)

    # What calls and connections want.

    def newConnection(self, secure: bool) -> SignallingConnection:
        world = self._zone.world
        connection = SignallingConnection(
            self, world.clock, self._rules.h323, True, secure, world.wire
        )
        self._connections[connection] = None
        return connection

    def callGone(self, call: IOffer) -> None:
        gone = self._calls.pop(call.callId, None)
        if gone is None:
            return
        self._shares.giveBack(gone.peer.host)
        identifier = gone.identity.callIdentifier
        passes = self._byIdentifier[identifier]
        del passes[gone.callId]
        if passes:
            self.usageChanged(identifier)
        else:
            del self._byIdentifier[identifier]
            self._tables.admissions.watch(identifier, None)

    def usageChanged(self, callIdentifier: bytes) -> None:
        """
        A call that comes by more than once counts with what it uses at its widest; whoever
        has a part in it twice asked twice, too.
        """
        seen = [call.usage for call in self._byIdentifier.get(callIdentifier, {}).values()]
        if seen:
            most = Usage(max(each.used for each in seen), all(each.complete for each in seen))
            self._tables.admissions.watch(callIdentifier, most)
            self._context.parents.used(callIdentifier, most.used)

    def callFault(self, door: str, source: TransportAddress, error: DecodeError) -> None:
        self._complaints.about(door, source, error)

    def setupReceived(
        self, connection: SignallingConnection, message: Q931Message, content: Content
    ) -> None:
        """
        A called side calls back on the connection that we opened for one call.
        """
        answer = messages.release(Cause.SERVICE_NOT_AVAILABLE)
        connection.send(messages.addressed(answer, message.callReference, True))

    def facilityReceived(self, connection: SignallingConnection, content: Content) -> bool:
        """
        Nobody connects back on a connection that we opened.
        """
        return False

    def badInput(self, connection: SignallingConnection, error: DecodeError) -> None:
        self._complaints.about("h225", connection.peer, error)

    def connectionGone(self, connection: SignallingConnection) -> None:
        self._connections.pop(connection, None)


def _onlyThroughUs(*parties: Registration | None) -> bool:
    """
    Whether one of them cannot be connected to.
    """
    return any(each is not None and each.traversal for each in parties)
