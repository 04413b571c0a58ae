"""
What an endpoint answers its gatekeeper: URQ, DRQ, BRQ and IRQ (H.225.0, 7.10, 7.12, 7.13
and 7.15).

It believes nobody else, except about a call that another gatekeeper admitted: it stays
that one's, though the endpoint has moved to another since.
"""

from __future__ import annotations

from typing import Protocol

from h323d.h323.calls.admission import AdmissionRequest
from h323d.h323.ras.alternates import Alternate, alternatesIn
from h323d.h323.ras.calls import ClientCalls
from h323d.h323.ras.clientasking import OurGatekeeper
from h323d.h323.ras.messages import Fields, RASMessage, callKey, identifierIn, rejection
from h323d.h323.ras.transactions import RASAnswer, RASRequest

__all__ = ["ClientAnswers"]


class AnswersOwner(Protocol):
    """
    What the answers need of the client that owns them.
    """

    @property
    def here(self) -> OurGatekeeper | None:
        """Where we are registered; C{None} while we are not."""

    @property
    def gatekeeperHost(self) -> str:
        """Where our gatekeeper is."""

    @property
    def gatekeeperIdentifier(self) -> str | None:
        """As the gatekeeper calls itself, if it does."""

    def expelled(self, others: tuple[Alternate, ...]) -> None:
        """The gatekeeper ends our registration, and may send us elsewhere."""

    def callDropped(self, request: AdmissionRequest) -> None:
        """The gatekeeper ends a call."""

    def information(self, gatekeeper: OurGatekeeper, calls: list[Fields]) -> Fields:
        """What an IRR has, C{calls} being its C{perCallInfo}."""


class ClientAnswers:
    """
    Answers requests.
    """

    def __init__(self, owner: AnswersOwner, calls: ClientCalls) -> None:
        self._owner = owner
        self._calls = calls

    def rasRequested(self, request: RASRequest) -> RASAnswer:
        """
        Answer our gatekeeper, and nobody else.
        """
        message, host = request.message, request.source.host
        ours = host == self._owner.gatekeeperHost
        gatekeeper = self._owner.here if ours else self._calls.gatekeeperAt(host)
        if not ours and gatekeeper is None:
            return None
        match message.name:
            case "unregistrationRequest" if ours:
                return self._expelled(message)
            case "disengageRequest":
                return self._dropped(message, gatekeeper)
            case "bandwidthRequest":
                return self._squeezed(message)
            case "infoRequest":
                return self._queried(message, gatekeeper)
        if not ours:
            return None
        return RASMessage(
            "unknownMessageResponse",
            {"requestSeqNum": message.requestSeqNum, "messageNotUnderstood": request.octets},
        )

    def _expelled(self, request: RASMessage) -> RASMessage:
        here = self._owner.here
        if (
            here is None
            or identifierIn(request.fields, "endpointIdentifier")
            not in (here.endpointIdentifier, None)
            or self._isForOther(request)
        ):
            return rejection(request, "notCurrentlyRegistered")
        self._owner.expelled(alternatesIn(request.fields))
        return RASMessage("unregistrationConfirm", {"requestSeqNum": request.requestSeqNum})

    def _dropped(self, request: RASMessage, gatekeeper: OurGatekeeper | None) -> RASMessage:
        named = identifierIn(request.fields, "endpointIdentifier")
        if gatekeeper is None or named != gatekeeper.endpointIdentifier:
            return rejection(request, "notRegistered")
        for admitted in self._calls.dropped(callKey(request.fields)):
            self._owner.callDropped(admitted)
        return RASMessage("disengageConfirm", {"requestSeqNum": request.requestSeqNum})

    def _squeezed(self, request: RASMessage) -> RASMessage:
        used = self._calls.bandwidth(callKey(request.fields))
        if used is None:
            return rejection(request, "invalidConferenceID", allowedBandWidth=0)
        wanted = request.fields["bandWidth"]
        if wanted < used:  # what is negotiated cannot be made less
            return rejection(request, "insufficientResources", allowedBandWidth=used)
        return RASMessage(
            "bandwidthConfirm", {"requestSeqNum": request.requestSeqNum, "bandWidth": wanted}
        )

    def _queried(self, request: RASMessage, gatekeeper: OurGatekeeper | None) -> RASMessage | None:
        if gatekeeper is None:
            return None
        everything = request.fields["callReferenceValue"] == 0
        call = None if everything else callKey(request.fields)
        calls = self._calls.described(call, gatekeeper)
        fields = self._owner.information(gatekeeper, calls)
        fields["requestSeqNum"] = request.requestSeqNum
        if not everything:
            fields["irrStatus"] = ("complete" if calls else "invalidCall", None)
        return RASMessage("infoRequestResponse", fields)

    def _isForOther(self, request: RASMessage) -> bool:
        named = identifierIn(request.fields, "gatekeeperIdentifier")
        return named is not None and named != self._owner.gatekeeperIdentifier
