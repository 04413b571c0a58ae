"""
Who takes calls over TLS, and who is told so (ITU-T H.460.22).

An endpoint that speaks of TLS when it asks is told our TLS address in the GCF
and RCF, and in the ACF that of whom it calls, if that has said its own.  The
plain address is there beside it, for who cannot.  Calls that we make or route
on go to the address for TLS of who has one.  Nothing is assumed: who
registers anew without saying so does not take TLS any more.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred

from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.routing.chain import FoundWay
from h323d.h323.ras.messages import RASMessage
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.h323.signalling.addresses import transportFromValue
from h323d.h323.signalling.features import withFeature
from h323d.h323.signalling.securesignalling import offer, speaksOf
from h323d.values.address import TransportAddress

__all__ = ["SecureOffers"]

_ANSWERS = frozenset(("gatekeeperConfirm", "registrationConfirm", "admissionConfirm"))


class SecureOffers:
    """
    Tells of TLS addresses.
    """

    def __init__(
        self,
        registry: EndpointRegistry,
        identity: Identity,
    ) -> None:
        """
        @param identity: knows our own addresses.
        """
        self._registry = registry
        self._identity = identity

    def completed(
        self, request: RASRequest, answer: RASAnswer | Deferred[RASAnswer]
    ) -> RASAnswer | Deferred[RASAnswer]:
        """
        The answer to a request, with what there is to say of TLS.
        """
        if not speaksOf(request.message.fields):
            return answer
        if isinstance(answer, Deferred):
            return answer.addCallback(self._completed, request)
        return self._completed(answer, request)

    def behind(self, signalling: TransportAddress) -> TransportAddress | None:
        """
        Where the endpoint with that call signalling address takes calls over
        TLS; C{None} if there is none, or it has not said so.
        """
        return self._of(self._registry.bySignalling(signalling))

    def towards(self, way: FoundWay) -> TransportAddress | None:
        """
        The same for where a call is routed.
        """
        if way.registration is None:
            return self.behind(way.destination)
        return self._of(way.registration)

    def _of(self, registration: Registration | None) -> TransportAddress | None:
        if registration is None or registration.traversal:  # which cannot be connected to
            return None
        secure = registration.secure
        return None if secure is None or self._identity.isOurSecure(secure) else secure

    def _completed(self, answer: RASAnswer, request: RASRequest) -> RASAnswer:
        if answer is None or answer.name not in _ANSWERS:
            return answer
        address = self._ours(request)
        if answer.name == "admissionConfirm":
            plain = transportFromValue(answer.fields["destCallSignalAddress"])
            if plain is not None and not self._identity.isOurSignalling(plain):
                address = self.behind(plain)
        if address is None:
            return answer
        return RASMessage(answer.name, withFeature(answer.fields, offer(address)))

    def _ours(self, request: RASRequest) -> TransportAddress | None:
        port = self._identity.securePort
        return TransportAddress(self._identity.towards(request).told, port) if port else None
