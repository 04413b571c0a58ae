"""
What H.323 asks for, as applications: ARQ, BRQ and RRQ of RAS, and the Setup of a call
(H.225.0, 7.9 to 7.12 and 7.3.10).
"""

from __future__ import annotations

from h323d.call.applications import PASSED, Admission, Application, Door, textsOf
from h323d.call.legs import IOffer
from h323d.h323.ras.messages import Fields, callKey
from h323d.h323.ras.transactions import RASRequest
from h323d.h323.signalling.addresses import partiesFromAliases
from h323d.values.address import PartyAddress
from h323d.values.proof import Proof

__all__ = [
    "admissionApplication",
    "bandwidthApplication",
    "bandwidthIn",
    "registrationApplication",
    "setupApplication",
]

BANDWIDTH_UNIT = 100  # bit/s: what a BandWidth of H.225.0 counts


def registrationApplication(request: RASRequest, endpointId: str) -> Application:
    """
    @param request: an RRQ.
    @param endpointId: whom it says that it is; empty if it does not.
    """
    return Application(
        Door.RRQ,
        "h323",
        request.source,
        endpointId,
        _proofsOf(request),
        partiesFromAliases(request.message.fields.get("terminalAlias", ())),
    )


def admissionApplication(
    request: RASRequest,
    endpointId: str,
    calling: tuple[PartyAddress, ...],
    called: tuple[PartyAddress, ...],
) -> Application:
    """
    @param request: an ARQ.
    @param endpointId: whose it is.
    @param calling: who calls, as far as that is believed.
    """
    fields = request.message.fields
    return Application(
        Door.ARQ,
        "h323",
        request.source,
        endpointId,
        _proofsOf(request),
        calling,
        called,
        textsOf("", calling),
        BANDWIDTH_UNIT * bandwidthIn(fields),
        callIdentifier=callKey(fields).hex(),
    )


def bandwidthApplication(request: RASRequest, endpointId: str) -> Application:
    """
    @param request: a BRQ.
    @param endpointId: whose it is.
    """
    fields = request.message.fields
    return Application(
        Door.BRQ,
        "h323",
        request.source,
        endpointId,
        _proofsOf(request),
        bandwidth=BANDWIDTH_UNIT * bandwidthIn(fields),
        callIdentifier=callKey(fields).hex(),
    )


def setupApplication(offer: IOffer, endpointId: str = "") -> Application:
    """
    @param offer: a call that a Setup asks for.
    @param endpointId: of the caller, if it is registered.
    """
    return Application(
        Door.SETUP,
        "h323",
        offer.peer,
        endpointId,
        calling=offer.calling,
        called=offer.called,
        texts=textsOf(offer.displayName, offer.calling),
        callIdentifier=offer.callIdentifier,
        callId=offer.callId,
        legId=offer.legId,
    )


def _proofsOf(request: RASRequest) -> tuple[Proof, ...]:
    proof = request.verdict.proof
    return () if proof is None else (proof,)


def bandwidthIn(fields: Fields, admission: Admission = PASSED) -> int:
    """
    How much bandwidth a request asks for, as far as it is admitted; in units of H.225.0.

    @param fields: of an ARQ or BRQ.
    """
    wanted, granted = int(fields["bandWidth"]), admission.bandwidth
    return wanted if granted is None else min(wanted, granted // BANDWIDTH_UNIT)
