"""
Whom the endpoints ask: the server, seen from outside.

HTTP is no input.  Whoever looks does so between two turns, changes nothing, and is not logged: a
server that follows knows nothing of it, and has nothing to do again
(C{docs/explanation/lockstep.rst}).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from h323d.operation.health import HealthView
from h323d.web import health
from h323d.web.endpoints import Answer, Endpoint

__all__ = ["Observed", "Observing"]


class Observed(Protocol):
    """
    A server, for whoever only looks.
    """

    def health(self) -> HealthView:
        """Whether calls are taken."""


class Observing:
    """
    What can be seen of a server by HTTP.
    """

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    @property
    def table(self) -> Sequence[Endpoint]:
        """
        The endpoints.
        """
        return (Endpoint("/health", self._health),)

    def _health(self) -> Answer:
        return health.told(self._observed.health())
