"""
The server of a house, for whoever only looks at it.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.protection import Standing
from h323d.house.lateness import Lateness
from h323d.operation.health import HealthView
from h323d.operation.measures import Measures
from h323d.operation.vitals import Vitals
from h323d.server.server import Server

__all__ = ["ObservedHouse"]


class _House(Protocol):
    @property
    def server(self) -> Server:
        """It."""

    def standing(self) -> Standing:
        """How it is protected, by whoever sees to that; no input is needed to know."""


class ObservedHouse:
    """
    What is asked of it outside of turns (L{h323d.web.observing.Observed}).
    """

    def __init__(self, house: _House, reactor: IReactorTime) -> None:
        self._house = house
        self._lateness = Lateness(reactor)

    @property
    def reactorLate(self) -> float:
        """
        Seconds that the reactor was late at most, lately.
        """
        return self._lateness.worst

    @property
    def _vitals(self) -> Vitals:
        return self._house.server.operator.vitals

    def health(self) -> HealthView:
        """
        Whether calls are taken.
        """
        return self._vitals.health(self._house.standing())

    def measures(self) -> Measures:
        """
        All that is measured of it.
        """
        return self._vitals.measures(self._house.standing())
