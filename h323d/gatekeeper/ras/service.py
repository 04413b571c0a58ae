"""
The gatekeeper's side of RAS: each request goes to who answers it (H.225.0,
clause 7).

Answers go to where the request came from, and nowhere else: an address that
stands in a message is data.  The one exception is L{h323d.gatekeeper.ras.locating}'s.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred

from h323d.gatekeeper.maintenance import Maintenance
from h323d.gatekeeper.ras.admitting import Admitting
from h323d.gatekeeper.ras.enrolment import Enrolment
from h323d.gatekeeper.ras.indications import Indications
from h323d.gatekeeper.ras.leaving import Leaving
from h323d.gatekeeper.ras.locating import Locating
from h323d.gatekeeper.ras.reports import CallReports
from h323d.gatekeeper.ras.secureoffers import SecureOffers
from h323d.gatekeeper.registry.registrations import EndpointRegistry
from h323d.h323.ras.messages import RASMessage, identifierIn
from h323d.h323.ras.transactions import RASAnswer, RASRequest

__all__ = ["GatekeeperRAS"]

MAX_ECHO = 1024  # octets of a message not understood that are sent back


class GatekeeperRAS:
    """
    A L{h323d.h323.ras.transactions.RASOwner}.
    """

    def __init__(
        self,
        registry: EndpointRegistry,
        enrolment: Enrolment,
        leaving: Leaving,
        admitting: Admitting,
        locating: Locating,
        maintenance: Maintenance,
        indications: Indications,
        reports: CallReports,
        secureOffers: SecureOffers,
    ) -> None:
        self._registry = registry
        self._maintenance = maintenance
        self._reports = reports
        self._secureOffers = secureOffers
        self._answerers: dict[str, Callable[[RASRequest], RASAnswer | Deferred[RASAnswer]]] = {
            "gatekeeperRequest": enrolment.discover,
            "registrationRequest": enrolment.register,
            "unregistrationRequest": leaving.unregister,
            "admissionRequest": admitting.admit,
            "bandwidthRequest": admitting.changeBandwidth,
            "disengageRequest": admitting.disengage,
            "locationRequest": locating.locate,
            "infoRequestResponse": self.informed,
            "resourcesAvailableIndicate": indications.resourcesAvailable,
            "serviceControlIndication": indications.serviceControl,
        }

    def rasRequested(self, request: RASRequest) -> RASAnswer | Deferred[RASAnswer]:
        """
        Answer a request; one that is not for a gatekeeper, or not known here,
        by C{unknownMessageResponse}.
        """
        name = request.message.name
        if request.multicast and name not in ("gatekeeperRequest", "locationRequest"):
            return None
        if self._maintenance.turnsAway(request):
            return self._maintenance.refuse(request)
        answerer = self._answerers.get(name)
        if answerer is None:
            return _notUnderstood(request)
        return self._secureOffers.completed(request, answerer(request))

    def informed(self, request: RASRequest) -> RASAnswer:
        """
        Take an IRR that nobody asked for; say so if it wants to know.
        """
        fields = request.message.fields
        registration = self._registry.byId(identifierIn(fields, "endpointIdentifier") or "")
        own = registration is not None and registration.source == request.source
        if registration is not None and own:
            self._reports.told(registration.endpointId, fields)
        if not fields.get("needResponse"):
            return None
        if not own:
            return RASMessage(
                "infoRequestNak",
                {"requestSeqNum": fields["requestSeqNum"], "nakReason": ("notRegistered", None)},
            )
        return RASMessage("infoRequestAck", {"requestSeqNum": fields["requestSeqNum"]})


def _notUnderstood(request: RASRequest) -> RASMessage:
    return RASMessage(
        "unknownMessageResponse",
        {
            "requestSeqNum": request.message.requestSeqNum,
            "messageNotUnderstood": request.octets[:MAX_ECHO],
        },
    )
