"""
Who takes calls over TLS, and who is told so (ITU-T H.460.22).

An endpoint that speaks of TLS when it asks is told our TLS address in the GCF
and RCF, and in the ACF that of whom it calls, if that has said its own.  The
plain address is there beside it, for who cannot.  Nothing is assumed: after a
restart, nobody takes TLS until it says so again.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred

from h323d.gatekeeper.registrations import EndpointRegistry
from h323d.h323.addresses import transportFromValue
from h323d.h323.features import Fields, withFeature
from h323d.h323.ras.messages import RASMessage
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.h323.securesignalling import addressIn, offer, speaksOf
from h323d.values.address import TransportAddress

__all__ = ["SecureOffers"]

_ANSWERS = frozenset(("gatekeeperConfirm", "registrationConfirm", "admissionConfirm"))


class SecureOffers:
    """
    What is known of TLS addresses.
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
        self._addresses: dict[str, TransportAddress] = {}

    def __len__(self) -> int:
        return len(self._addresses)

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

    def forget(self, endpointId: str) -> None:
        """
        An endpoint is not registered any more.
        """
        self._addresses.pop(endpointId, None)

    def _completed(self, answer: RASAnswer, request: RASRequest) -> RASAnswer:
        if answer is None or answer.name not in _ANSWERS:
            return answer
        address = self._secure
        if answer.name == "registrationConfirm":
            self._note(answer.fields["endpointIdentifier"], request.message.fields)
        elif answer.name == "admissionConfirm":
            address = self._addressBehind(answer.fields)
        if address is None:
            return answer
        return RASMessage(answer.name, withFeature(answer.fields, offer(address)))

    def _note(self, endpointId: str, fields: Fields) -> None:
        address = addressIn(fields)
        if address is None:
            self.forget(endpointId)
        else:
            self._addresses[endpointId] = address

    def _addressBehind(self, confirm: Fields) -> TransportAddress | None:
        plain = transportFromValue(confirm["destCallSignalAddress"])
        if plain is None or plain == self._signalling:
            return self._secure
        registration = self._registry.bySignalling(plain)
        return None if registration is None else self._addresses.get(registration.endpointId)
