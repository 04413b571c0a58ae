"""
How others ask where somebody is: LRQ (H.225.0, 7.13; H.323, 8.1.6).

Neighbours and registered endpoints are answered, and what we do not know is
looked for further on their behalf, as far as the hop count goes.  Strangers are
answered only if that is configured, and nobody else is asked for them.

An answer goes to the C{replyAddress} only where a neighbour asks; from anybody
else it is an address in a message, and the answer goes to where that came from.
Whether it is the neighbour, where that has to prove it, is found out before
(L{h323d.gatekeeper.security.neighbours}).
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Refusal
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import EndpointLocated
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.ras.admitting import CallRouting
from h323d.gatekeeper.ras.otherways import OtherWays
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routing.assembly import Routing
from h323d.gatekeeper.routing.chain import Called, Decision, FoundWay
from h323d.gatekeeper.routing.config import NeighbourConfig
from h323d.h323.ras.messages import (
    Fields,
    RASMessage,
    callIdentifierIn,
    identifierIn,
    rejection,
    usableAddresses,
)
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.h323.signalling.addresses import aliasesFromParties, partiesFromAliases, transportToValue
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.proof import Proof

__all__ = ["Locating"]

HOPS_UNSAID = 2  # as if hopCount said so: whom a peer of an old version asks may ask once more


@dataclass(frozen=True, slots=True)
class _Asking:
    """
    Who asks.

    @ivar registration: the endpoint, if it is one of ours.
    @ivar hops: how many gatekeepers more may be asked on its behalf.
    """

    registration: Registration | None
    hops: int


class Locating:
    """
    Answers LRQs.
    """

    def __init__(
        self,
        identity: Identity,
        registry: EndpointRegistry,
        routing: Routing,
        routed: CallRouting,
        clock: IReactorTime,
        events: EventBus,
    ) -> None:
        self._identity = identity
        self._registry = registry
        self._routing = routing
        self._routed = routed
        self._otherWays = OtherWays(registry, routed)
        self._clock = clock
        self._events = events

    def replyTo(
        self, message: RASMessage, source: TransportAddress, proof: Proof | None
    ) -> TransportAddress | None:
        """
        Where the answer to a request that is believed goes instead of to its
        source.

        @param proof: who the asker proved to be, if it did.
        """
        if message.name != "locationRequest":
            return None
        if self._neighbour(message.fields, source, proof) is None:
            return None
        addresses = usableAddresses([message.fields["replyAddress"]])
        return addresses[0] if addresses else None

    def locate(self, request: RASRequest) -> RASAnswer | Deferred[RASAnswer]:
        """
        Answer an LRQ; with silence, if the whole network was asked and we do
        not know, or may not tell.
        """
        fields = request.message.fields
        asking = self._asking(fields, request.source, request.verdict.proof)
        if asking is None:
            return self._refuse(request, "invalidPermission")
        called = Called(
            partiesFromAliases(fields["destinationInfo"]),
            calling=partiesFromAliases(fields.get("sourceEndpointInfo", ())),
            caller=asking.registration,
            source=request.source,
            hops=0 if self._comesRound(fields) else asking.hops,
            call=callIdentifierIn(fields),
            locating=True,
        )
        decision = self._routing.chain.find(called)
        if isinstance(decision, Deferred):
            return decision.addCallback(self._located, request, called)
        return self._located(decision, request, called)

    def _neighbour(
        self, fields: Fields, source: TransportAddress, proof: Proof | None
    ) -> NeighbourConfig | None:
        """
        The neighbour that asks, if it may.
        """
        neighbour = self._routing.neighbourhood.at(source, "" if proof is None else proof.identity)
        if neighbour is None or not neighbour.asks:
            return None
        claimed = identifierIn(fields, "gatekeeperIdentifier")
        expected = neighbour.gatekeeperIdentifier
        return neighbour if not expected or claimed in (None, expected) else None

    def _asking(
        self, fields: Fields, source: TransportAddress, proof: Proof | None
    ) -> _Asking | None:
        if self._neighbour(fields, source, proof) is not None:
            return _Asking(None, int(fields.get("hopCount", HOPS_UNSAID)) - 1)
        if self._routing.neighbourhood.at(source) is not None:
            return None
        registration = self._registry.byId(identifierIn(fields, "endpointIdentifier") or "")
        if registration is not None and registration.source == source:
            return _Asking(registration, int(fields.get("hopCount", self._routing.config.hopCount)))
        return _Asking(None, 0) if self._routing.config.acceptUnknownLRQ else None

    def _comesRound(self, fields: Fields) -> bool:
        """
        Whether a question has come back to where it was asked already.  It is
        answered then from what is known here.
        """
        call = callIdentifierIn(fields)
        if call:
            return self._routing.inquiries.concerns(call)
        return identifierIn(fields, "gatekeeperIdentifier") == self._identity.identifier

    def _located(self, decision: Decision, request: RASRequest, called: Called) -> RASAnswer:
        if isinstance(decision, Refusal):
            return self._refuse(request, "requestDenied")
        if not decision:
            return self._refuse(request, self._reason(called))
        found = decision[0]
        target, home = self._signallingFor(called, decision), self._identity.towards(request)
        signalling = self._identity.told(target, home)
        confirm: Fields = {
            "requestSeqNum": request.message.requestSeqNum,
            "callSignalAddress": transportToValue(signalling),
            "rasAddress": transportToValue(TransportAddress(home.told, self._identity.rasPort)),
        }
        names = aliasesFromParties(_namesOf(found, called))
        if names:
            confirm["destinationInfo"] = names
        if target == found.destination:
            confirm |= self._otherWays.told(called, decision)
        self._events.publish(
            EndpointLocated(self._clock.seconds(), request.source, called.call.hex(), signalling)
        )
        return RASMessage("locationConfirm", confirm)

    def _signallingFor(self, called: Called, found: tuple[FoundWay, ...]) -> TransportAddress:
        """
        Where the Setup goes: to ourselves, if it is for an endpoint of ours whose calls are
        routed through us, and if the call can be known again.
        """
        model = self._routed.modelFor(called, found[0])
        if model is CallModel.DIRECT or found[0].registration is None or not called.call:
            return found[0].destination
        self._routed.remember(called, model, found)
        return self._identity.signalling

    def _reason(self, called: Called) -> str:
        exhausted = called.hops < 1 and self._routing.neighbourhood.rounds(called.names)
        return "hopCountExceeded" if exhausted else "notRegistered"

    def _refuse(self, request: RASRequest, reason: str) -> RASMessage | None:
        return None if request.multicast else rejection(request.message, reason)


def _namesOf(found: FoundWay, called: Called) -> tuple[PartyAddress, ...]:
    """
    What the called party is to be called: for an endpoint that has the name,
    all of its names; not for a gateway, which is called by others' numbers.
    """
    if found.called:
        return found.called
    if found.registration is not None:
        aliases = found.registration.aliases
        if set(aliases) & set(called.names):
            return aliases
    return ()
