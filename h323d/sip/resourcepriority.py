"""
C{Resource-Priority} (RFC 4412): before whom a call wants to go.

Of the namespaces, those of the emergency services count: C{ets} (RFC 4412) and C{esnet} (RFC 7135),
whatever the priority within them.  Others mean nothing here, as to whoever does not know them.
"""

from __future__ import annotations

from h323d.call.applications import CallType
from h323d.sip.messages.message import SIPRequest

__all__ = ["HEADER", "headersOfType", "typeIn"]

HEADER = "Resource-Priority"
_NAMESPACES = ("ets", "esnet")
_HIGHEST = "ets.0"


def typeIn(request: SIPRequest) -> CallType | None:
    """
    As which type of call an INVITE is declared by it; C{None} if it is not.
    """
    values = ",".join(request.headers.lines(HEADER)).split(",")
    namespaces = {value.partition(".")[0].strip().lower() for value in values}
    return CallType.EMERGENCY if namespaces.intersection(_NAMESPACES) else None


def headersOfType(callType: CallType | None) -> list[tuple[str, str]]:
    """
    What an INVITE says of a type of call.
    """
    return [(HEADER, _HIGHEST)] if callType is CallType.EMERGENCY else []
