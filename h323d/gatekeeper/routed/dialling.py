"""
The signalling connection to the called side: opened by us, over TLS where it takes that, or by
an endpoint behind a NAT that we have asked to (H.460.18).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.transport import IOpening
from h323d.gatekeeper.routed.context import CallContext
from h323d.gatekeeper.routed.side import Side
from h323d.gatekeeper.routing.chain import FoundWay
from h323d.values.address import TransportAddress

__all__ = ["Target", "dial", "targetOf"]


@dataclass(frozen=True, slots=True)
class Target:
    """
    How a destination is connected to.

    @ivar address: where.
    @ivar secure: over TLS.  If that fails, the destination has failed: TCP is not tried
        instead, or whoever can break TLS could have the call in the clear.
    """

    address: TransportAddress
    secure: bool = False


def targetOf(context: CallContext, route: FoundWay) -> Target:
    """
    Over TLS to an endpoint that has said where it takes that (H.460.22), if we can.
    """
    secure = context.secureAddressOf(route)
    return Target(route.destination) if secure is None else Target(secure, True)


def dial(
    context: CallContext,
    route: FoundWay,
    target: Target,
    side: Side,
    reference: int,
    callIdentifier: bytes,
) -> IOpening:
    """
    Get a connection for one side of a call; what becomes of it, the side is told.

    @param reference: the call reference value, of our choice.
    """
    registration = route.registration
    if registration is not None and registration.traversal:
        summoned: IOpening = context.summon(registration, callIdentifier, reference, side)
        return summoned
    connection = context.owner.newConnection(target.secure)
    connection.carry(reference, True, side)
    home = context.homeTowards(target.address)
    opener = context.streamsOf(target.secure, home).signalling
    timeout = context.rules.h323.connectTimeout
    opening: IOpening = opener.open(target.address, connection, timeout, home.bind)
    return opening
