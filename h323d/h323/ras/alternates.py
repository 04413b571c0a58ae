"""
The other gatekeepers that an endpoint's gatekeeper told it of, or sends it to
(H.323, 7.2.6; H.225.0, C{AlternateGK} and C{AltGKInfo}).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.h323.ras.messages import Fields, identifierIn, usableAddresses
from h323d.values.address import TransportAddress

__all__ = ["Alternate", "Alternates", "alternatesIn"]

MAX_ALTERNATES = 16  # that are tried, however many are told
MAX_REDIRECTIONS = 5  # from one gatekeeper to the next without a registration: they may go round


@dataclass(frozen=True, slots=True)
class Alternate:
    """
    One of them.

    @ivar ras: where to ask.
    @ivar identifier: as it calls itself; C{None} if that was not told.
    @ivar needToRegister: whether it knows only who has registered there.
    """

    ras: TransportAddress
    identifier: str | None
    needToRegister: bool = True


def alternatesIn(fields: Fields) -> tuple[Alternate, ...]:
    """
    @param fields: what may have an C{alternateGatekeeper}.

    @return: those that can be asked, the first to try first.
    """
    told = fields.get("alternateGatekeeper", ())
    ordered = sorted(told, key=lambda each: int(each["priority"]))[:MAX_ALTERNATES]
    return tuple(
        Alternate(address, identifierIn(each, "gatekeeperIdentifier"), bool(each["needToRegister"]))
        for each in ordered
        for address in usableAddresses([each["rasAddress"]])
    )


class Alternates:
    """
    Which of them to try next.
    """

    def __init__(self) -> None:
        self._known: tuple[Alternate, ...] = ()
        self._untried: list[Alternate] = []
        self._redirections = 0

    def learn(self, fields: Fields) -> None:
        """
        @param fields: what may have an C{alternateGatekeeper}; if it has one,
            what was known before is forgotten.
        """
        if "alternateGatekeeper" in fields:
            self._use(alternatesIn(fields))

    def sent(self, there: tuple[Alternate, ...]) -> bool:
        """
        Our gatekeeper sends us away: only these are to be tried.

        @return: whether to go; not if it sends us nowhere, or we were sent from
            one to the next too often.
        """
        self._redirections += 1
        if not there or self._redirections > MAX_REDIRECTIONS:
            self.reached()
            return False
        self._use(there)
        return True

    def reached(self) -> None:
        """
        A gatekeeper takes us: if it falls silent, all can be tried again.
        """
        self._redirections = 0
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

    def _use(self, alternates: tuple[Alternate, ...]) -> None:
        self._known = alternates
        self._untried = list(alternates)
