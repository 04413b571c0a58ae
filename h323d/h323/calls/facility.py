"""
What a Facility wants of a call: that somebody else is called, or the same party elsewhere.
"""

from __future__ import annotations

from h323d.call.forwarding import Forwarding
from h323d.call.legs import ITransferRequest
from h323d.call.ways import Way
from h323d.h323.calls.supplementary import ServedCall, transferInvoke
from h323d.h323.signalling import reading
from h323d.h323.signalling.uuie import Content
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["forwards", "transferRequest"]

_FORWARDS = frozenset(("callForwarded", "routeCallToGatekeeper", "routeCallToMC"))


def transferRequest(
    content: Content, called: tuple[PartyAddress, ...], call: ServedCall
) -> ITransferRequest | None:
    """
    Whom we are asked to call instead: as a supplementary service (H.450.2), or by the Facility
    itself.

    @param called: whom we called, whom a Facility without a name means; empty if we are called.

    @return: C{None} if nobody is named; an MC is another matter (H.323, 8.4.3.8).
    """
    invoke: ITransferRequest | None = transferInvoke(content, call)
    elsewhere = reading.redirection(content)
    if invoke is not None or elsewhere is None or content.reason == "routeCallToMC":
        return invoke
    names, destination = elsewhere
    host = PartyAddress(AddressKind.TRANSPORT, str(destination))
    forwarding: ITransferRequest = Forwarding(Way("h323", destination, names or called or (host,)))
    return forwarding


def forwards(content: Content) -> bool:
    """
    Whether a caller is to give up this call for it.
    """
    return content.reason in _FORWARDS
