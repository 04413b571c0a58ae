"""
The gatekeeper's side of RAS: each request goes to who answers it (H.225.0,
clause 7).

Answers go to where the request came from, and nowhere else: an address that
stands in a message is data.  The one exception is L{h323d.gatekeeper.ras.locating}'s.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred

from h323d.gatekeeper.maintenance import Maintenance
from h323d.gatekeeper.ras.admitting import Admitting
from h323d.gatekeeper.ras.enrolment import Enrolment
from h323d.gatekeeper.ras.indications import Indications
from h323d.gatekeeper.ras.leaving import Leaving
from h323d.gatekeeper.ras.locating import Locating
from h323d.gatekeeper.ras.ongoing import OngoingCalls
from h323d.gatekeeper.ras.secureoffers import SecureOffers
from h323d.gatekeeper.ras.senders import Answerer, Senders
from h323d.h323.ras.messages import RASMessage
from h323d.h323.ras.transactions import RASAnswer, RASRequest

__all__ = ["GatekeeperRAS"]

MAX_ECHO = 1024  # octets of a message not understood that are sent back


class GatekeeperRAS:
    """
    A L{h323d.h323.ras.transactions.RASOwner}.
    """

    def __init__(
        self,
        enrolment: Enrolment,
        leaving: Leaving,
        admitting: Admitting,
        ongoing: OngoingCalls,
        locating: Locating,
        maintenance: Maintenance,
        indications: Indications,
        secureOffers: SecureOffers,
        senders: Senders,
    ) -> None:
        """
        @param senders: whether who says something is who they say they are.
        """
        self._maintenance = maintenance
        self._secureOffers = secureOffers
        self._senders = senders
        self._answerers: dict[str, Answerer] = {
            "gatekeeperRequest": enrolment.discover,
            "registrationRequest": enrolment.register,
            "unregistrationRequest": leaving.unregister,
            "admissionRequest": admitting.admit,
            "bandwidthRequest": ongoing.changeBandwidth,
            "disengageRequest": ongoing.disengage,
            "locationRequest": locating.locate,
            "infoRequestResponse": indications.informed,
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
        return self._secureOffers.completed(request, self._senders.heard(request, answerer))


def _notUnderstood(request: RASRequest) -> RASMessage:
    return RASMessage(
        "unknownMessageResponse",
        {
            "requestSeqNum": request.message.requestSeqNum,
            "messageNotUnderstood": request.octets[:MAX_ECHO],
        },
    )
