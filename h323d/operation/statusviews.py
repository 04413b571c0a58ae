"""
How an operator sees the server itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from h323d.operation.views import View

__all__ = ["BanFigures", "Figures", "MaintenanceView", "StatusView"]


@dataclass(frozen=True, slots=True)
class Figures:
    """
    How many of everything a gatekeeper has.

    @ivar bandwidth: that admissions use, in units of 100 bit/s.
    """

    registrations: int
    routed: int
    admissions: int
    bandwidth: int


@dataclass(frozen=True, slots=True)
class BanFigures:
    """
    How it stands with the defence.

    @ivar bans: in force.
    @ivar suspects: addresses of which is remembered that they tried doors.
    @ivar turnedAway: messages, connections and calls that were, at any door and for any reason.
    """

    bans: int
    suspects: int
    turnedAway: int


@dataclass(frozen=True, slots=True)
class StatusView(View):
    """
    The server at a glance.  What is not told here is of L{Figures} and L{BanFigures}.

    @ivar uptime: in seconds.
    @ivar listeners: where what is listened for, by name.
    @ivar shut: why no calls are taken; C{None} while they are.
    @ivar media: how the media plane fares
        (L{IMediaPool.figures<h323d.call.media.IMediaPool.figures>}).
    @ivar facts: how often each has happened.
    @ivar witness: how the witness's log fares
        (L{IWitnessLog.figures<h323d.events.witness.IWitnessLog.figures>}); C{None} where none is
        kept.
    @ivar ha: how the server is protected, by the names of metrics; C{None} where it is not to be.
    """

    version: str
    uptime: float
    listeners: Mapping[str, str]
    shut: str | None
    calls: int
    rooms: int
    participants: int
    registrations: int
    routed: int
    admissions: int
    bandwidth: int
    bans: int
    suspects: int
    turnedAway: int
    media: Mapping[str, float]
    facts: Mapping[str, int]
    witness: Mapping[str, int | str] | None = None
    ha: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class MaintenanceView(View):
    """
    Whether the server is in maintenance, and what is left.

    The others are L{Figures}.
    """

    maintenance: bool
    calls: int
    registrations: int
    routed: int
    admissions: int
    bandwidth: int
