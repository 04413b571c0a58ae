"""
Who has sent a call on, as a supplementary service of a Setup tells it (H.450.3,
C{divertingLegInformation2}), beside the redirecting number, or in its place.

Diversion itself is no service here: who is to be called instead is said by a Facility.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1 import h450_1, h450_3
from h323d.errors import DecodeError
from h323d.h323.calls.supplementary import invokesIn
from h323d.h323.signalling.addresses import aliasesFromParties, partiesFromAliases
from h323d.h323.signalling.uuie import Content
from h323d.values.diversion import Diversion, DiversionReason

__all__ = ["DIVERTING_LEG_INFORMATION_2", "diversionIn", "diversionService"]

DIVERTING_LEG_INFORMATION_2 = 21  # H.450.3, 9
_INVOKE = 1  # there is no other in a Setup of ours

_REASONS = {
    DiversionReason.UNCONDITIONAL: "cfu",
    DiversionReason.BUSY: "cfb",
    DiversionReason.NO_ANSWER: "cfnr",
}
_BY_NAME = {name: reason for reason, name in _REASONS.items()}


def diversionIn(content: Content) -> Diversion | None:
    """
    @return: C{None} if a Setup says none, or none that can be read.
    """
    try:
        for invoke in invokesIn(content):
            if invoke["opcode"] == ("local", DIVERTING_LEG_INFORMATION_2):
                argument = invoke.get("argument", b"")
                return _read(h450_3.decode("ARG-divertingLegInformation2", argument))
    except DecodeError:
        pass  # no call fails for want of it
    return None


def _read(argument: dict[str, Any]) -> Diversion:  # Any: ASN.1 values
    reason = _BY_NAME.get(argument["diversionReason"], DiversionReason.UNKNOWN)
    number = argument.get("divertingNr", {})
    shown = number.get("destinationAddressPresentationIndicator", ("presentationAllowed", None))
    names = partiesFromAliases(number.get("destinationAddress", ()))
    isKnown = bool(names) and shown[0] == "presentationAllowed"
    return Diversion(names[0] if isKnown else None, reason)


def diversionService(diversion: Diversion) -> bytes:
    """
    The C{H4501SupplementaryService} of a Setup.  Who does not know it may pass it over.
    """
    argument: dict[str, Any] = {
        "diversionCounter": 1,
        "diversionReason": _REASONS.get(diversion.reason, "unknown"),
    }
    names = () if diversion.party is None else (diversion.party,)
    aliases = aliasesFromParties(names)
    if aliases:
        argument["divertingNr"] = {"destinationAddress": aliases}
    invoke = {
        "invokeId": _INVOKE,
        "opcode": ("local", DIVERTING_LEG_INFORMATION_2),
        "argument": h450_3.encode("ARG-divertingLegInformation2", argument),
    }
    value = {
        "interpretationApdu": ("discardAnyUnrecognizedInvokePdu", None),
        "serviceApdu": ("rosApdus", [("invoke", invoke)]),
    }
    return bytes(h450_1.encode("H4501SupplementaryService", value))
