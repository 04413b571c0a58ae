"""
What H.323 asks for, as applications: the requests of RAS, the Setup of a call, and the Connect that
answers one of ours (H.225.0, 7.9 to 7.18, 7.3.10 and 7.3.3).
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.applications import PASSED, Admission, Application, Door, textsOf
from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.call.legs import IOffer
from h323d.errors import DecodeError
from h323d.h323.ras.messages import Fields, callKey, usableAddresses
from h323d.h323.ras.transactions import RASRequest
from h323d.h323.security.guarddata import heardIn
from h323d.h323.security.guardtoken import proofIn
from h323d.h323.signalling.addresses import partiesFromAliases
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.ed25519 import SCHEME
from h323d.values.identifiers import CallID, LegID
from h323d.values.proof import Proof, malformed

__all__ = [
    "AnsweringParty",
    "admissionApplication",
    "bandwidthApplication",
    "bandwidthIn",
    "beliefApplication",
    "connectApplication",
    "registrationApplication",
    "setupApplication",
]

BANDWIDTH_UNIT = 100  # bit/s: what a BandWidth of H.225.0 counts


class AnsweringParty(Protocol):
    """
    Who answers a call of ours.
    """

    @property
    def peer(self) -> TransportAddress: ...

    @property
    def proofs(self) -> tuple[Proof, ...]: ...

    @property
    def called(self) -> tuple[PartyAddress, ...]: ...

    @property
    def callIdentifier(self) -> str: ...

    @property
    def callId(self) -> CallID: ...

    @property
    def legId(self) -> LegID: ...


def registrationApplication(
    request: RASRequest, endpointId: str, registered: tuple[PartyAddress, ...] = ()
) -> Application:
    """
    @param request: an RRQ.
    @param endpointId: whom it says that it is; empty if it does not.
    @param registered: the names of that one.
    """
    fields = request.message.fields
    told = (*fields.get("rasAddress", ()), *fields.get("callSignalAddress", ()))
    return Application(
        Door.RRQ,
        "h323",
        request.source,
        endpointId,
        _proofsOf(request),
        partiesFromAliases(fields.get("terminalAlias", ())),
        registered=registered,
        addresses=usableAddresses(told),
    )


def admissionApplication(
    request: RASRequest,
    endpointId: str,
    calling: tuple[PartyAddress, ...],
    called: tuple[PartyAddress, ...],
    registered: tuple[PartyAddress, ...] = (),
) -> Application:
    """
    @param request: an ARQ.
    @param endpointId: whose it is.
    @param calling: who calls, as far as that is believed.
    @param registered: the names of whose it is.
    """
    fields = request.message.fields
    declaration = heardIn(fields)
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
        declaration.callType,
        callKey(fields).hex(),
        registered=registered,
        declaredPII=declaration.hasPII,
        answering=fields["answerCall"],
    )


def bandwidthApplication(
    request: RASRequest, endpointId: str, registered: tuple[PartyAddress, ...] = ()
) -> Application:
    """
    @param request: a BRQ.
    @param endpointId: whose it is.
    @param registered: the names of whose it is.
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
        registered=registered,
    )


def beliefApplication(
    door: Door, request: RASRequest, endpointId: str, registered: tuple[PartyAddress, ...]
) -> Application:
    """
    @param request: what an endpoint says of its registration, or of a call that it has.
    @param endpointId: whose it is.
    @param registered: the names of whose it is.
    """
    return Application(
        door,
        "h323",
        request.source,
        endpointId,
        _proofsOf(request),
        callIdentifier=callKey(request.message.fields).hex() if door is Door.DRQ else "",
        registered=registered,
    )


def setupApplication(
    offer: IOffer, declaration: Declaration = NOTHING_DECLARED, endpointId: str = ""
) -> Application:
    """
    @param offer: a call that a Setup asks for.
    @param declaration: what it declares.
    @param endpointId: of the caller, if it is registered.
    """
    return Application(
        Door.SETUP,
        "h323",
        offer.peer,
        endpointId,
        offer.proofs,
        calling=offer.calling,
        called=offer.called,
        texts=textsOf(offer.displayName, offer.calling),
        callType=declaration.callType,
        declaredPII=declaration.hasPII,
        callIdentifier=offer.callIdentifier,
        callId=offer.callId,
        legId=offer.legId,
    )


def connectApplication(callee: AnsweringParty, bandwidth: int = 0) -> Application:
    """
    @param callee: who has answered a call of ours by a Connect.
    @param bandwidth: bit/s that the channels need that are open by then.
    """
    return Application(
        Door.ANSWER,
        "h323",
        callee.peer,
        proofs=callee.proofs,
        called=callee.called,
        bandwidth=bandwidth,
        callIdentifier=callee.callIdentifier,
        callId=callee.callId,
        legId=callee.legId,
        answering=True,
    )


def _proofsOf(request: RASRequest) -> tuple[Proof, ...]:
    """
    What a request shows: a password, which has been verified, or a signature, which has not.
    """
    proof = request.verdict.proof
    try:
        signature = proofIn(request.message.fields, request.octets)
    except DecodeError:
        signature = malformed(SCHEME)
    return tuple(each for each in (proof, signature) if each is not None)


def bandwidthIn(fields: Fields, admission: Admission = PASSED) -> int:
    """
    How much bandwidth a request asks for, as far as it is admitted; in units of H.225.0.

    @param fields: of an ARQ or BRQ.
    """
    wanted, granted = int(fields["bandWidth"]), admission.bandwidth
    return wanted if granted is None else min(wanted, granted // BANDWIDTH_UNIT)
