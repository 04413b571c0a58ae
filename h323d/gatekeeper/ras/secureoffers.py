"""
Who takes calls over TLS, and who is told so (ITU-T H.460.22).

An endpoint that speaks of TLS when it asks is told our TLS address in the GCF
and RCF, and in the ACF that of whom it calls, if that has said its own.  The
plain address is there beside it, for who cannot.  Calls that we make or route
on go to the address for TLS of who has one.  Nothing is assumed: after a
restart, nobody takes TLS until it says so again, and who registers anew
without saying so does not take it any more.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred

from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.routing.chain import Destination
from h323d.gatekeeper.traversal import Reach
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
        reach: Reach,
    ) -> None:
        """
        @param signalling: our own call-signalling address.
        @param secure: the same for TLS; C{None} if there is none.
        @param reach: says where an address leads that an endpoint names.
        """
        self._reach = reach
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
        if not speaksOf(request.message.fields) and not self._takesBack(request.message):
            return answer
        if isinstance(answer, Deferred):
            return answer.addCallback(self._completed, request)
        return self._completed(answer, request)

    def forget(self, endpointId: str) -> None:
        """
        An endpoint is not registered any more.
        """
        self._addresses.pop(endpointId, None)

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
        return self._addresses.get(registration.endpointId)

    def _takesBack(self, message: RASMessage) -> bool:
        """
        Whether a message that says nothing of TLS may be from an endpoint that did.
        """
        return (
            bool(self._addresses)
            and message.name == "registrationRequest"
            and not _isPartial(message.fields)
        )

    def _completed(self, answer: RASAnswer, request: RASRequest) -> RASAnswer:
        if answer is None or answer.name not in _ANSWERS:
            return answer
        address = self._secure
        if answer.name == "registrationConfirm":
            self._note(answer.fields["endpointIdentifier"], request)
            if not speaksOf(request.message.fields):
                return answer
        elif answer.name == "admissionConfirm":
            address = self._addressBehind(answer.fields)
        if address is None:
            return answer
        return RASMessage(answer.name, withFeature(answer.fields, offer(address)))

    def _note(self, endpointId: str, request: RASRequest) -> None:
        fields = request.message.fields
        address = addressIn(fields)
        if address is not None and address != self._secure:
            (reachable,) = self._reach.signalling((address,), request.source, False)
            self._addresses[endpointId] = reachable
        elif not _isPartial(fields):
            self.forget(endpointId)

    def _addressBehind(self, confirm: Fields) -> TransportAddress | None:
        plain = transportFromValue(confirm["destCallSignalAddress"])
        if plain is None or plain == self._signalling:
            return self._secure
        return self.behind(plain)


def _isPartial(fields: Fields) -> bool:
    """
    Whether an RRQ says less than the one before it: what it leaves out stays so.
    """
    return bool(fields.get("keepAlive")) or "additiveRegistration" in fields
