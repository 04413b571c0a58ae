"""
What the gateway asks and tells of the trunks that its calls leave by.

Declared here because bridges ask; a zone has the trunks (L{h323d.gatekeeper.trunks.table}).
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.legs import ILeg
from h323d.call.ways import Way
from h323d.values.cause import Cause

__all__ = ["NO_TRUNKS", "TrunkLines"]


class TrunkLines(Protocol):
    """
    Who has the trunks.  What is no trunk's business does not matter to them.
    """

    def obstacle(self, way: Way) -> Cause | None:
        """Why a call cannot be sent by a way at present."""

    def lineOf(self, way: Way) -> str:
        """The name of the trunk that is where a way leads; empty if none is."""

    def began(self, way: Way, leg: ILeg) -> None:
        """One is."""

    def reached(self, leg: ILeg) -> None:
        """Its party's telephone rings, or is answered."""

    def ended(self, leg: ILeg, cause: Cause) -> None:
        """It is over."""


class _NoTrunks:
    """
    Where there are none.
    """

    def obstacle(self, way: Way) -> Cause | None:
        return None

    def lineOf(self, way: Way) -> str:
        return ""

    def began(self, way: Way, leg: ILeg) -> None:
        pass

    def reached(self, leg: ILeg) -> None:
        pass

    def ended(self, leg: ILeg, cause: Cause) -> None:
        pass


NO_TRUNKS: TrunkLines = _NoTrunks()
