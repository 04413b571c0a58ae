"""
What single received messages say, where an element tells it; absent and unreadable alike.
"""

from __future__ import annotations

from h323d.call.dialrule import DialGuard
from h323d.errors import DecodeError
from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.signalling import causes, elements, uuie
from h323d.h323.signalling.addresses import transportFromValue
from h323d.h323.signalling.elements import CallState, CauseElement
from h323d.h323.signalling.q931 import IE, Q931Message
from h323d.h323.signalling.uuie import Content
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause

__all__ = [
    "causeOfElement",
    "displayName",
    "keypadDigits",
    "redirection",
    "releaseCause",
    "reportedState",
]

_REDIRECTIONS = frozenset(("callForwarded", "routeCallToGatekeeper", "routeCallToMC"))


def causeOfElement(contents: bytes) -> Cause | None:
    """
    What a cause element says; C{None} where it cannot be read.
    """
    try:
        return Cause.fromWire(CauseElement.decode(contents).value)
    except DecodeError:
        return None


def releaseCause(message: Q931Message, content: Content) -> Cause:
    """
    Why a ReleaseComplete releases: its cause element is believed before its reason.
    """
    try:
        cause = Cause.fromWire(CauseElement.decode(message.contents(IE.CAUSE) or b"").value)
    except DecodeError:
        return causes.believed(None, content.reason)
    return causes.believed(cause, content.reason)


def reportedState(message: Q931Message, otherwise: CallNumber) -> int:
    """
    The call state that a Status reports.

    @param otherwise: what to take it for, if it reports none.
    """
    try:
        return CallState.decode(message.contents(IE.CALL_STATE) or b"").value
    except DecodeError:
        return otherwise


def keypadDigits(message: Q931Message) -> str:
    """
    The digits of an Information.
    """
    return elements.decodeText(message.contents(IE.KEYPAD_FACILITY) or b"")


def displayName(message: Q931Message) -> str:
    """
    The sender's name for people to read.
    """
    return elements.decodeText(message.contents(IE.DISPLAY) or b"")


def believed(content: Content, guard: DialGuard) -> Content:
    """
    What a message says, without the places that its sender may not have us connect to.
    """
    control, other = "h245Address", "alternativeAddress"
    place = _placeIn(content, control)
    if place is not None and not guard.mayNameControl(place):
        content = uuie.without(content, control)
    place = _placeIn(content, other)
    if place is not None and not guard.mayName("h225", place, other):
        content = uuie.without(content, other)
    return content


def _placeIn(content: Content, field: str) -> TransportAddress | None:
    return uuie.usable(transportFromValue(content.fields.get(field)))


def redirection(
    content: Content,
) -> tuple[tuple[PartyAddress, ...], TransportAddress | None] | None:
    """
    Who is to be called instead, and where, as a Facility says; C{None} if it does not.
    """
    if content.reason not in _REDIRECTIONS:
        return None
    address = _placeIn(content, "alternativeAddress")
    names = content.aliases("alternativeAliasAddress")
    return (names, address) if names or address is not None else None
