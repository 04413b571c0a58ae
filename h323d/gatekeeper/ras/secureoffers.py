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

from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.routing.chain import Destination
from h323d.h323.addresses import transportFromValue
from h323d.h323.features import Fields, withFeature
from h323d.h323.ras.messages import RASMessage
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.h323.securesignalling import offer, speaksOf
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
        signalling: TransportAddress,
        secure: TransportAddress | None,
    ) -> None:
        """
        @param signalling: our own call-signalling address.
        @param secure: the same for TLS; C{None} if there is none.
        """
        self._registry = registry
        self._signalling = signalling
        self._secure = secure

    def completed(
        self, request: RASRequest, answer: RASAnswer | Deferred[RASAnswer]
    ) -> RASAnswer | Deferred[RASAnswer]:
        """
        The answer to a request, with what there is to say of TLS.
        """
        if not speaksOf(request.message.fields):
            return answer
        if isinstance(answer, Deferred):
            return answer.addCallback(self._completed)
        return self._completed(answer)

    def behind(self, signalling: TransportAddress) -> TransportAddress | None:
        """
        Where the endpoint with that call signalling address takes calls over
        TLS; C{None} if there is none, or it has not said so.
        """
        return self._of(self._registry.bySignalling(signalling))

    def towards(self, destination: Destination) -> TransportAddress | None:
        """
        The same for where a call is routed.
        """
        if destination.registration is None:
            return self.behind(destination.signalling)
        return self._of(destination.registration)

    def _of(self, registration: Registration | None) -> TransportAddress | None:
        if registration is None or registration.traversal:  # which cannot be connected to
            return None
        return None if registration.secure == self._secure else registration.secure

    def _completed(self, answer: RASAnswer) -> RASAnswer:
        if answer is None or answer.name not in _ANSWERS:
            return answer
        address = self._secure
        if answer.name == "admissionConfirm":
            address = self._addressBehind(answer.fields)
        if address is None:
            return answer
        return RASMessage(answer.name, withFeature(answer.fields, offer(address)))

    def _addressBehind(self, confirm: Fields) -> TransportAddress | None:
        plain = transportFromValue(confirm["destCallSignalAddress"])
        if plain is None or plain == self._signalling:
            return self._secure
        return self.behind(plain)
