"""
Whom the endpoints ask: the server, seen from outside.

HTTP is no input.  Whoever looks does so between two turns, changes nothing, and is not logged: a
server that follows knows nothing of it, and has nothing to do again
(C{docs/explanation/lockstep.rst}).
"""

from __future__ import annotations

from typing import Protocol

from h323d.operation.health import HealthView
from h323d.operation.measures import Measures
from h323d.values.networks import Networks
from h323d.web import health
from h323d.web.config import WebConfig
from h323d.web.endpoints import Answer, Endpoint, Endpoints
from h323d.web.metrics import Metrics, Seen

__all__ = ["Observed", "Observing"]


class Observed(Protocol):
    """
    A server, for whoever only looks.
    """

    @property
    def reactorLate(self) -> float:
        """Seconds that the reactor was late at most, lately."""

    def health(self) -> HealthView:
        """Whether calls are taken."""

    def measures(self) -> Measures:
        """All that is measured of it."""


class Observing:
    """
    What can be seen of a server by HTTP.

    @ivar endpoints: where.
    """

    def __init__(self, config: WebConfig, observed: Observed, instance: str) -> None:
        """
        @param instance: which server it is, if the configuration does not say.
        """
        self._observed = observed
        self._instance = config.instance or instance
        self.endpoints = Endpoints(
            (
                Endpoint("/health", self._health),
                Endpoint("/metrics", Metrics(self._look).answer, Networks(config.metricsFrom)),
            )
        )

    def _look(self) -> Seen:
        observed = self._observed
        counts = self.endpoints.counts
        return Seen(observed.measures(), self._instance, observed.reactorLate, counts)

    def _health(self) -> Answer:
        return health.told(self._observed.health())
