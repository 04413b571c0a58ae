"""
The Q.931 messages that we send, put together from their elements (H.225.0, 7.3).

The elements stand in the order of their identifiers, as Q.931, 4.5.1 wants.  A message is
made without a call reference, and L{addressed} gives it one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.signalling import elements
from h323d.h323.signalling.elements import (
    MAXIMUM_NUMBER_DIGITS,
    CallState,
    CauseElement,
    PartyNumber,
    ProgressDescription,
    ProgressIndicator,
)
from h323d.h323.signalling.q931 import (
    IE,
    USER_USER_DISCRIMINATOR,
    Element,
    MessageType,
    Q931Message,
)
from h323d.values.address import ANONYMOUS, PartyAddress
from h323d.values.cause import Cause

__all__ = ["addressed", "facility", "keypad", "make", "release", "setup", "status"]

_NUMBER_CHARACTERS = frozenset("0123456789*#")
_PASSED = 1  # the screening indicator: said by the user, and verified
_WITHHELD = PartyNumber("", plan=0, presentation=1, screening=3)  # restricted, by the network


def addressed(message: Q931Message, reference: int, toOriginator: bool) -> Q931Message:
    """
    The message with its call reference.

    @param toOriginator: the flag: TRUE if the other side chose the reference.
    """
    return replace(message, callReference=reference, toOriginator=toOriginator)


def _userUser(octets: bytes | None) -> list[Element]:
    if octets is None:
        return []
    return [Element(IE.USER_USER, bytes([USER_USER_DISCRIMINATOR]) + octets)]


def make(
    messageType: MessageType, userUser: bytes | None, others: Iterable[Element] = ()
) -> Q931Message:
    """
    Any message.

    @param userUser: the encoded C{H323-UserInformation}.
    @param others: the other elements, in any order.
    """
    ordered = sorted(others, key=lambda element: element.identifier)
    return Q931Message(0, False, messageType, (*ordered, *_userUser(userUser)))


def numberOf(parties: Iterable[PartyAddress]) -> PartyNumber | None:
    """
    The first of a party's names that is a number.
    """
    for party in parties:
        digits = party.number
        if 0 < len(digits) <= MAXIMUM_NUMBER_DIGITS and _NUMBER_CHARACTERS.issuperset(digits):
            return PartyNumber(digits)
    return None


def setup(
    userUser: bytes,
    display: str,
    calling: tuple[PartyAddress, ...],
    called: tuple[PartyAddress, ...],
    more: Sequence[Element] = (),
    isVerified: bool = False,
) -> Q931Message:
    """
    A Setup for an audio call.

    @param more: what else it says.
    @param isVerified: whether the caller's number is known to be its own.
    """
    others = [Element(IE.BEARER_CAPABILITY, elements.PACKET_VIDEO.encode()), *more]
    if display:
        others.append(Element(IE.DISPLAY, elements.encodeDisplay(display)))
    caller = _WITHHELD if ANONYMOUS in calling else numberOf(calling)
    if caller is not None and isVerified and not caller.restricted:
        caller = replace(caller, presentation=0, screening=_PASSED)
    if caller is not None:
        others.append(Element(IE.CALLING_PARTY_NUMBER, caller.encode()))
    if (callee := numberOf(called)) is not None:
        others.append(Element(IE.CALLED_PARTY_NUMBER, callee.encode()))
    return make(MessageType.SETUP, userUser, others)


def inBand() -> Element:
    """
    The progress indicator that there is something to hear before the answer.
    """
    indicator = ProgressIndicator(ProgressDescription.IN_BAND_INFORMATION)
    return Element(IE.PROGRESS_INDICATOR, indicator.encode())


def connect(userUser: bytes, display: str) -> Q931Message:
    """
    A Connect.
    """
    others = [Element(IE.BEARER_CAPABILITY, elements.PACKET_VIDEO.encode())]
    if display:
        others.append(Element(IE.DISPLAY, elements.encodeDisplay(display)))
    return make(MessageType.CONNECT, userUser, others)


def release(cause: Cause, userUser: bytes | None = None) -> Q931Message:
    """
    A ReleaseComplete.
    """
    element = Element(IE.CAUSE, CauseElement(cause).encode())
    return make(MessageType.RELEASE_COMPLETE, userUser, [element])


def facility(userUser: bytes) -> Q931Message:
    """
    A Facility; its facility element is mandatory, and empty.
    """
    return make(MessageType.FACILITY, userUser, [Element(IE.FACILITY)])


def keypad(digits: str, userUser: bytes) -> Q931Message:
    """
    An Information with digits.
    """
    element = Element(IE.KEYPAD_FACILITY, elements.encodeKeypad(digits))
    return make(MessageType.INFORMATION, userUser, [element])


def status(state: CallNumber, cause: Cause, userUser: bytes | None = None) -> Q931Message:
    """
    A Status.
    """
    others = [
        Element(IE.CAUSE, CauseElement(cause).encode()),
        Element(IE.CALL_STATE, CallState(state).encode()),
    ]
    return make(MessageType.STATUS, userUser, others)
