"""
The signalling connection to the called side: opened by us, or by an endpoint behind a NAT that
we have asked to (H.460.18).
"""

from __future__ import annotations

from h323d.call.transport import IOpening
from h323d.gatekeeper.routed.context import CallContext
from h323d.gatekeeper.routed.side import Side
from h323d.gatekeeper.routing.chain import Destination
from h323d.gatekeeper.traversal import DialledBack

__all__ = ["dial"]


def dial(
    context: CallContext, route: Destination, side: Side, reference: int, callIdentifier: bytes
) -> IOpening:
    """
    Get a connection for one side of a call; what becomes of it, the side is told.

    @param reference: the call reference value, of our choice.
    """
    registration = route.registration
    opening: IOpening
    if registration is not None and registration.traversal:
        opening = DialledBack(context.summon(registration, callIdentifier), reference, side)
        return opening
    connection = context.owner.newConnection()
    connection.carry(reference, True, side)
    opening = context.opener.open(route.signalling, connection, context.connectTimeout)
    return opening
