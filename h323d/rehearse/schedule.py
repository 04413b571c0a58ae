"""
What happens when in a rehearsal: what is usual, and what of a script can be done at all.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from h323d.rehearse.script import Deed, ScriptedIncident

__all__ = ["Schedule", "stormed", "unfit", "usual"]

STORM_EVERY = 300.0  # seconds
SHARE = 3  # of so many, one leaves in a storm
_OF_REGISTRY = (Deed.BREAK_REGISTRY, Deed.MEND_REGISTRY)


def usual(seconds: float) -> tuple[ScriptedIncident, ...]:
    """
    A storm in the middle of a short rehearsal, and every five minutes of a long one.
    """
    if seconds <= STORM_EVERY:
        return (ScriptedIncident(seconds / 2, Deed.STORM),)
    count = int((seconds - 1) / STORM_EVERY)
    return tuple(ScriptedIncident(STORM_EVERY * (each + 1), Deed.STORM) for each in range(count))


def unfit(
    incident: ScriptedIncident, seconds: float, parties: int, isOurs: bool, isGuarded: bool
) -> str:
    """
    Why something cannot be done in a rehearsal; empty if it can.

    @param seconds: how long it is.
    @param isOurs: whether the server is started for it.
    """
    deed = incident.deed
    if incident.at >= seconds:
        return f"{incident}: all is over after {seconds:g} s"
    if incident.party is not None and incident.party > parties:
        return f"{incident}: there are {parties} parties"
    if not deed.isOfParty and deed is not Deed.STORM and not isOurs:
        return f"{incident}: only a server that is started here is struck"
    if deed in _OF_REGISTRY and not isGuarded:
        return f"{incident}: takes --guarded"
    return ""


def stormed(numbers: Sequence[int], rng: random.Random) -> list[int]:
    """
    Who leaves in a storm, in order.
    """
    return sorted(rng.sample(list(numbers), max(1, len(numbers) // SHARE)))


class Schedule:
    """
    The incidents that are still to come.
    """

    def __init__(self, script: Sequence[ScriptedIncident]) -> None:
        """
        @param script: in the order of time.
        """
        self._coming = list(script)

    @property
    def next(self) -> ScriptedIncident | None:
        return self._coming[0] if self._coming else None

    def due(self, elapsed: float) -> ScriptedIncident | None:
        """
        Take the next one, if its time has come.

        @param elapsed: seconds since everybody has come.
        """
        if self._coming and self._coming[0].at <= elapsed:
            return self._coming.pop(0)
        return None
