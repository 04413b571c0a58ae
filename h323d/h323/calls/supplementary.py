"""
Call transfer as a supplementary service (H.450.2, 7): C{callTransferInitiate}, by which a peer has
us call somebody else instead of it, and what it is answered.

Of the others of H.450 nothing is done.  A transfer that begins with consultation names a second
call of the peer, of which we know nothing: it is answered with the error for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from zope.interface import implementer

from h323d.asn1 import h450_1, h450_2
from h323d.call.dialrule import DialGuard
from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.ways import Way
from h323d.errors import DecodeError
from h323d.h323.signalling.addresses import Choice, partiesFromAliases
from h323d.h323.signalling.uuie import Content
from h323d.values.cause import Cause

__all__ = ["CALL_TRANSFER_INITIATE", "ServiceWire", "TransferInvoke", "transferInvoke"]

CALL_TRANSFER_INITIATE = 9  # H.450.2, 7.1
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

    replaces: ILeg | None = None
    referred = None

    def __init__(self, wire: ServiceWire, invokeId: int, way: Way) -> None:
        self.way = way
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


def transferInvoke(content: Content, wire: ServiceWire, guard: DialGuard) -> TransferInvoke | None:
    """
    What a message asks for.

    @param wire: of its call.
    @param guard: is told of what cannot be read.
    """
    try:
        for invoke in _invokes(content):
            if invoke["opcode"] == ("local", CALL_TRANSFER_INITIATE):
                return _begun(invoke["invokeId"], invoke.get("argument", b""), wire)
    except DecodeError as error:
        guard.complaints.about("h225", guard.peer, error)
    return None


def _begun(invokeId: int, argument: bytes, wire: ServiceWire) -> TransferInvoke | None:
    """
    @raise DecodeError: the argument is none; the peer is told, too.
    """
    try:
        wanted = h450_2.decode("CTInitiateArg", argument)
    except DecodeError:
        wire.supplementary(_service(_error(invokeId, UNSPECIFIED)))
        raise
    called = partiesFromAliases(wanted["reroutingNumber"]["destinationAddress"])
    if wanted["callIdentity"]:
        wire.supplementary(_service(_error(invokeId, UNRECOGNIZED_CALL_IDENTITY)))
    elif not called:
        wire.supplementary(_service(_error(invokeId, INVALID_REROUTING_NUMBER)))
    else:
        return TransferInvoke(wire, invokeId, Way("h323", None, called))
    return None


def _invokes(content: Content) -> Iterator[dict[str, Any]]:
    """
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
