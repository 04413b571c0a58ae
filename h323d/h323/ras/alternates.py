"""
The other gatekeepers that an endpoint's gatekeeper told it of (H.323, 7.2.6).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.h323.ras.messages import Fields, identifierIn, usableAddresses
from h323d.values.address import TransportAddress

__all__ = ["Alternate", "Alternates"]

MAX_ALTERNATES = 16  # that are tried, however many are told


@dataclass(frozen=True, slots=True)
class Alternate:
    """
    One of them.

    @ivar ras: where to ask.
    @ivar identifier: as it calls itself; C{None} if that was not told.
    """

    ras: TransportAddress
    identifier: str | None


class Alternates:
    """
    Which of them to try next.
    """

    def __init__(self) -> None:
        self._known: tuple[Alternate, ...] = ()
        self._untried: list[Alternate] = []

    def learn(self, fields: Fields) -> None:
        """
        @param fields: what may have an C{alternateGatekeeper}; if it has one,
            what was known before is forgotten.
        """
        told = fields.get("alternateGatekeeper")
        if told is None:
            return
        ordered = sorted(told, key=lambda each: int(each["priority"]))[:MAX_ALTERNATES]
        self._known = tuple(
            Alternate(address, identifierIn(each, "gatekeeperIdentifier"))
            for each in ordered
            for address in usableAddresses([each["rasAddress"]])
        )
        self.reached()

    def reached(self) -> None:
        """
        A gatekeeper answers: if it falls silent, all can be tried again.
        """
        self._untried = list(self._known)

    def next(self) -> Alternate | None:
        """
        @return: one that was not tried since the last answer; C{None} if all
            were, and then they can be tried again.
        """
        if self._untried:
            return self._untried.pop(0)
        self.reached()
        return None
