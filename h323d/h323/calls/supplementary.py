"""
Call transfer as a supplementary service (H.450.2, 7): C{callTransferInitiate}, by which a peer has
us call somebody else instead of it, and what it is answered.

A transfer that begins with consultation names a second call of the peer.  If that is with us, the
peer has asked there first for its identity (C{callTransferIdentify}, until C{callTransferAbandon});
any other is answered with the error for that.  Of the others of H.450, diversion alone is read
(L{h323d.h323.calls.diverting}).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from zope.interface import implementer

from h323d.asn1 import h450_1, h450_2
from h323d.call.dialrule import DialGuard
from h323d.call.legs import ILeg, ITransferRequest, LegDirection
from h323d.call.ways import Way
from h323d.errors import DecodeError
from h323d.h323.calls.consultations import Consultations
from h323d.h323.signalling.addresses import Choice, aliasesFromParties, partiesFromAliases
from h323d.h323.signalling.uuie import Content
from h323d.values.cause import Cause

__all__ = [
    "CALL_TRANSFER_ABANDON",
    "CALL_TRANSFER_IDENTIFY",
    "CALL_TRANSFER_INITIATE",
    "ServedCall",
    "ServiceWire",
    "TransferInvoke",
    "invokesIn",
    "transferInvoke",
]

CALL_TRANSFER_IDENTIFY = 7  # H.450.2, 7.1
CALL_TRANSFER_ABANDON = 8
CALL_TRANSFER_INITIATE = 9
NOT_AVAILABLE = 3  # of H.450.1's general errors
INVALID_REROUTING_NUMBER = 1004  # those of H.450.2
UNRECOGNIZED_CALL_IDENTITY = 1005
ESTABLISHMENT_FAILURE = 1006
UNSPECIFIED = 1008

_ERRORS = {
    Cause.FACILITY_REJECTED: NOT_AVAILABLE,
    Cause.UNALLOCATED_NUMBER: INVALID_REROUTING_NUMBER,
    Cause.NO_ROUTE_TO_DESTINATION: INVALID_REROUTING_NUMBER,
    Cause.INVALID_NUMBER_FORMAT: INVALID_REROUTING_NUMBER,
}
"""
The error for why somebody is not reached, where it says more than that they are not.
"""


class ServiceWire(Protocol):
    """
    What answers leave by.
    """

    def supplementary(self, apdu: bytes) -> None:
        """Send an C{H4501SupplementaryService}."""


@implementer(ITransferRequest)
class TransferInvoke:
    """
    A C{callTransferInitiate} that waits for its answer, of which there is one: that the call is
    made, or an error.
    """

    referred = None

    def __init__(
        self, wire: ServiceWire, invokeId: int, way: Way, replaces: ILeg | None = None
    ) -> None:
        """
        @param replaces: the leg of the call in which the peer has consulted them.
        """
        self.way = way
        self.replaces = replaces
        self._wire: ServiceWire | None = wire
        self._invokeId = invokeId

    def accept(self) -> None:
        """
        H.450.2 has no word for it.
        """

    def ringing(self) -> None:
        """
        Nor for that.
        """

    def succeed(self) -> None:
        self._answer(("returnResult", {"invokeId": self._invokeId}))

    def fail(self, cause: Cause) -> None:
        self._answer(_error(self._invokeId, _ERRORS.get(cause, ESTABLISHMENT_FAILURE)))

    def _answer(self, component: Choice) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.supplementary(_service(component))


@dataclass(frozen=True, slots=True)
class ServedCall:
    """
    A call in which a peer asks for services.

    @ivar leg: that of the peer.
    @ivar wire: what is sent in it.
    @ivar guard: is told of what cannot be read.
    @ivar consultations: what the peers of all calls have asked for before.
    """

    leg: ILeg
    wire: ServiceWire
    guard: DialGuard
    consultations: Consultations

    def answer(self, component: Choice) -> None:
        self.wire.supplementary(_service(component))

    def refuse(self, invokeId: int, code: int) -> None:
        self.answer(_error(invokeId, code))


def transferInvoke(content: Content, call: ServedCall) -> TransferInvoke | None:
    """
    What a message asks for, but for what is answered at once.
    """
    try:
        for invoke in invokesIn(content):
            kind, opcode = invoke["opcode"]
            if kind != "local":
                continue
            if opcode == CALL_TRANSFER_IDENTIFY:
                _identify(invoke["invokeId"], call)
            elif opcode == CALL_TRANSFER_ABANDON:
                call.consultations.forget(call.leg)
            elif opcode == CALL_TRANSFER_INITIATE:
                return _begun(invoke["invokeId"], invoke.get("argument", b""), call)
    except DecodeError as error:
        call.guard.complaints.about("h225", call.guard.peer, error)
    return None


def _identify(invokeId: int, call: ServedCall) -> None:
    """
    Say how the call is named where the peer transfers another one to the party at its far end.
    """
    leg = call.leg
    isCaller = leg.direction is LegDirection.INCOMING
    addresses = aliasesFromParties(leg.called if isCaller else leg.calling)
    identity = call.consultations.identify(leg)
    if not (identity and addresses):
        call.refuse(invokeId, NOT_AVAILABLE)
        return
    where = {"destinationAddress": addresses}
    value = {"callIdentity": identity, "reroutingNumber": where}
    result = bytes(h450_2.encode("CTIdentifyRes", value))
    said = {"opcode": ("local", CALL_TRANSFER_IDENTIFY), "result": result}
    call.answer(("returnResult", {"invokeId": invokeId, "result": said}))


def _begun(invokeId: int, argument: bytes, call: ServedCall) -> TransferInvoke | None:
    """
    @raise DecodeError: the argument is none; the peer is told, too.
    """
    try:
        wanted = h450_2.decode("CTInitiateArg", argument)
    except DecodeError:
        call.refuse(invokeId, UNSPECIFIED)
        raise
    called = partiesFromAliases(wanted["reroutingNumber"]["destinationAddress"])
    identity = wanted["callIdentity"]
    replaces = call.consultations.of(identity) if identity else None
    if identity and replaces is None:
        call.refuse(invokeId, UNRECOGNIZED_CALL_IDENTITY)
    elif not called:
        call.refuse(invokeId, INVALID_REROUTING_NUMBER)
    else:
        return TransferInvoke(call.wire, invokeId, Way("h323", None, called), replaces)
    return None


def invokesIn(content: Content) -> Iterator[dict[str, Any]]:
    """
    What a message asks for by supplementary services (H.450.1).

    @raise DecodeError: a service is none.
    """
    for octets in content.pdu.get("h4501SupplementaryService", ()):
        _, components = h450_1.decode("H4501SupplementaryService", octets)["serviceApdu"]
        yield from (fields for kind, fields in components if kind == "invoke")


def _error(invokeId: int, code: int) -> Choice:
    return "returnError", {"invokeId": invokeId, "errcode": ("local", code)}


def _service(component: Choice) -> bytes:
    value = {"serviceApdu": ("rosApdus", [component])}
    return bytes(h450_1.encode("H4501SupplementaryService", value))
