"""
All that is measured of a server, at one time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from h323d.call.mediatotals import MediaTotals
from h323d.operation.health import HealthView
from h323d.operation.opinions import Opinions
from h323d.operation.statusviews import StatusView
from h323d.values.distribution import Distribution

__all__ = ["Measures"]


@dataclass(frozen=True, slots=True)
class Measures:
    """
    What is a count of things that happened never falls as long as a server lives, whoever leads.

    @ivar status: what an operator sees at a glance.
    @ivar opinions: how good each codec sounds, by its name in RTP.
    @ivar admitted: calls that were let in.
    @ivar refused: applications that were refused, by reason and gate.
    @ivar badInput: what could not be read, by door.
    @ivar takeOvers: how long each took, in seconds.
    @ivar gates: how long each gate took to answer, in seconds, by name.
    @ivar registered: how many endpoints are, by protocol.
    @ivar guardians: bit/s that each has, by C{terminal_id}; of all in the registry.
    """

    health: HealthView
    status: StatusView
    media: MediaTotals
    opinions: Mapping[str, Opinions]
    admitted: int
    refused: Mapping[tuple[str, str], int]
    badInput: Mapping[str, int]
    takeOvers: Distribution
    gates: Mapping[str, Distribution]
    registered: Mapping[str, int]
    guardians: Mapping[str, int]
