"""
The redirecting number of a Setup: Q.931, 4.5.20, as H.225.0, 7.3.10 allows it.
"""

from __future__ import annotations

from h323d.errors import DecodeError
from h323d.h323.signalling.elements import PartyNumber
from h323d.h323.signalling.messages import numberOf
from h323d.h323.signalling.q931 import IE, Element, Q931Message
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.diversion import Diversion, DiversionReason

__all__ = ["diversionOf", "elementOf"]

RESTRICTED, NOT_AVAILABLE = 1, 2  # of presentation

_REASONS = {
    DiversionReason.UNKNOWN: 0,
    DiversionReason.BUSY: 1,
    DiversionReason.NO_ANSWER: 2,
    DiversionReason.DEFLECTION: 4,
    DiversionReason.OUT_OF_SERVICE: 9,
    DiversionReason.UNCONDITIONAL: 15,
}
_BY_NUMBER = {number: reason for reason, number in _REASONS.items()}


def diversionOf(message: Q931Message) -> Diversion | None:
    """
    @return: C{None} if a Setup says none, or none that can be read.
    """
    contents = message.contents(IE.REDIRECTING_NUMBER)
    if contents is None:
        return None
    try:
        number = PartyNumber.decode(contents)
    except DecodeError:
        return None
    reason = _BY_NUMBER.get(number.reason or 0, DiversionReason.UNKNOWN)
    if number.restricted or not number.digits:
        return Diversion(None, reason)
    return Diversion(PartyAddress(AddressKind.DIALLED_DIGITS, number.digits), reason)


def elementOf(diversion: Diversion) -> Element:
    """
    What a Setup says of it.
    """
    reason, party = _REASONS[diversion.reason], diversion.party
    if party is None:
        number = PartyNumber("", presentation=RESTRICTED, reason=reason)
    else:
        known = numberOf((party,))
        digits = "" if known is None else known.digits
        number = PartyNumber(digits, presentation=0 if digits else NOT_AVAILABLE, reason=reason)
    return Element(IE.REDIRECTING_NUMBER, number.encode())
