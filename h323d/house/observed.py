"""
The server of a house, for whoever only looks at it.
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.protection import Standing
from h323d.operation.health import HealthView
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

    def __init__(self, house: _House) -> None:
        self._house = house

    def health(self) -> HealthView:
        """
        Whether calls are taken.
        """
        return self._house.server.operator.vitals.health(self._house.standing())
