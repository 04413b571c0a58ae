"""
Trunks as an operator sees them (L{h323d.operation.views}).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.gatekeeper.trunks.registration import TrunkRegistration
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.operation.views import View

__all__ = ["TrunkView", "trunkView"]


@dataclass(frozen=True, slots=True)
class TrunkView(View):
    """
    A trunk, and how it is.

    @ivar state: C{"up"}, C{"failing"}, C{"down"}, or C{"not tried yet"}.
    @ivar since: how long ago it went down or came up last, or we began to use it, in seconds.
    @ivar reason: what it fails with; empty if it does not.
    @ivar obstacle: why no call is sent there at present.
    @ivar roundTrip: seconds that its last answer took.
    @ivar calls: that we have sent there, and are not over.
    @ivar capacity: how many there may be; 0 for any number.
    @ivar lastCause: why the last one ended.
    @ivar registration: C{"registered"}, or that we are not, and why; C{None} where we do not want
        to be.
    @ivar expires: how long it is valid from now if it is not lengthened, in seconds.
    @ivar targets: its servers, where it has several: where each is, and how.
    """

    trunk: str
    protocol: str
    address: str
    state: str
    since: float
    reason: str
    obstacle: str | None
    roundTrip: float | None
    calls: int
    capacity: int
    lastCause: str | None
    prefixes: tuple[str, ...]
    priority: int
    weight: int
    registration: str | None = None
    expires: float | None = None
    targets: tuple[str, ...] = ()


def trunkView(trunk: Trunk, now: float, registration: TrunkRegistration | None = None) -> TrunkView:
    """
    A trunk, and how it is.
    """
    config, obstacle = trunk.config, trunk.obstacle
    until = None if registration is None else registration.until
    return TrunkView(
        trunk=trunk.name,
        protocol=config.protocol.value,
        address=config.address if trunk.address is None else str(trunk.address),
        state=trunk.state,
        since=round(now - trunk.since, 3),
        reason=trunk.reason if trunk.isInDoubt else "",
        obstacle=None if obstacle is None else obstacle.value,
        roundTrip=None if trunk.roundTrip is None else round(trunk.roundTrip, 3),
        calls=trunk.calls,
        capacity=config.capacity,
        lastCause=None if trunk.lastCause is None else trunk.lastCause.name,
        prefixes=tuple(each or "all" for each in config.prefixes),
        priority=config.priority,
        weight=config.weight,
        registration=None if registration is None else _stateOf(registration),
        expires=None if until is None else round(until - now, 3),
        targets=_targetsOf(trunk) if len(trunk.targets) > 1 else (),
    )


def _targetsOf(trunk: Trunk) -> tuple[str, ...]:
    return tuple(f"{each.place} {each.state}" for each in trunk.targets)


def _stateOf(registration: TrunkRegistration) -> str:
    if registration.until is not None:
        return "registered"
    reason = registration.reason
    return f"not registered: {reason}" if reason else "not registered yet"
