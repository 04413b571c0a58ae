"""
What the relays tell the reactor's side, as frozen values.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.relaying import RelayStatistics
from h323d.values.address import TransportAddress

__all__ = ["RelayClosed", "RelayHeard", "RelayReport", "RelaysSurveyed"]


@dataclass(frozen=True, slots=True)
class RelayHeard:
    """
    The first valid packet of a side arrived.
    """

    relayId: int
    side: int
    source: TransportAddress


@dataclass(frozen=True, slots=True)
class RelaysSurveyed:
    """
    How some relays fare: by number, their two sides.
    """

    figures: dict[int, tuple[RelayStatistics, RelayStatistics]]


@dataclass(frozen=True, slots=True)
class RelayClosed:
    """
    A relay's ports are free again.
    """

    relayId: int


RelayReport = RelayHeard | RelaysSurveyed | RelayClosed
