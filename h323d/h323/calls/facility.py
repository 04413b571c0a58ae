"""
What a Facility wants of a call: that somebody else is called, or the same party elsewhere.
"""

from __future__ import annotations

from h323d.call.ways import Way
from h323d.h323.signalling import reading
from h323d.h323.signalling.uuie import Content
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["forwards", "transferWay"]

_FORWARDS = frozenset(("callForwarded", "routeCallToGatekeeper", "routeCallToMC"))


def transferWay(content: Content, called: tuple[PartyAddress, ...]) -> Way | None:
    """
    Whom we are asked to call instead.

    @param called: whom we called, whom a Facility without a name means; empty if we are called.

    @return: C{None} if nobody is named; an MC is another matter (H.323, 8.4.3.8).
    """
    elsewhere = reading.redirection(content)
    if elsewhere is None or content.reason == "routeCallToMC":
        return None
    names, destination = elsewhere
    host = PartyAddress(AddressKind.TRANSPORT, str(destination))
    return Way("h323", destination, names or called or (host,))


def forwards(content: Content) -> bool:
    """
    Whether a caller is to give up this call for it.
    """
    return content.reason in _FORWARDS
