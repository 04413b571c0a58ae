"""
What endpoints tell by themselves: of their calls (IRR; H.225.0, 7.15), whether they have
resources left (RAI; 7.18), and services that they offer or ask for (SCI; 7.20).
"""

from __future__ import annotations

from h323d.gatekeeper.ras.reports import CallReports
from h323d.gatekeeper.registry.registrations import EndpointRegistry
from h323d.h323.ras.messages import PROTOCOL_IDENTIFIER, RASMessage, identifierIn
from h323d.h323.ras.transactions import RASAnswer, RASRequest

__all__ = ["Indications"]


class Indications:
    """
    Answers them.
    """

    def __init__(self, registry: EndpointRegistry, reports: CallReports) -> None:
        self._registry = registry
        self._reports = reports

    def resourcesAvailable(self, request: RASRequest) -> RASAnswer:
        """
        Answer a RAI: a gateway that is almost out of resources is tried last
        from now on, until it says that it has some.  There is no way to refuse
        one, so that of a stranger is passed over in silence.
        """
        fields = request.message.fields
        registration = self._registry.byId(identifierIn(fields, "endpointIdentifier") or "")
        if registration is None or registration.source != request.source:
            return None
        self._registry.exhaust(registration.endpointId, fields["almostOutOfResources"])
        return RASMessage(
            "resourcesAvailableConfirm",
            {
                "requestSeqNum": fields["requestSeqNum"],
                "protocolIdentifier": PROTOCOL_IDENTIFIER,
            },
        )

    def serviceControl(self, request: RASRequest) -> RASAnswer:
        """
        Answer an SCI: we have no such services, so every session that it
        closes is closed, and none that it opens is there.
        """
        fields = request.message.fields
        reasons = {session["reason"][0] for session in fields["serviceControl"]}
        result = "stopped" if reasons == {"close"} else "notAvailable"
        return RASMessage(
            "serviceControlResponse",
            {"requestSeqNum": fields["requestSeqNum"], "result": (result, None)},
        )

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
