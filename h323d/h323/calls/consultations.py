"""
The calls in which peers have consulted somebody before they transfer another call there (H.450.2,
8.2): each has a call identity, by which it is named in that other call.

The identity has four digits at most, and anybody can guess it: that a call has one gives nobody a
right to it (L{h323d.call.replacing}).
"""

from __future__ import annotations

import random

from h323d.call.legs import ILeg

__all__ = ["MAX_CONSULTATIONS", "Consultations"]

MAX_CONSULTATIONS = 1000  # at a time
_IDENTITIES = 10_000  # that there are


class Consultations:
    """
    Those of one endpoint.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._legs: dict[str, ILeg] = {}

    def identify(self, leg: ILeg) -> str:
        """
        The identity of the call of a leg: the same until it is forgotten.

        @return: empty if there are too many.
        """
        for identity, other in self._legs.items():
            if other is leg:
                return identity
        if len(self._legs) >= MAX_CONSULTATIONS:
            return ""
        identity = self._draw()
        self._legs[identity] = leg
        return identity

    def of(self, identity: str) -> ILeg | None:
        return self._legs.get(identity)

    def forget(self, leg: ILeg) -> None:
        """
        Its peer transfers nobody there, or it is over.
        """
        for identity, other in tuple(self._legs.items()):
            if other is leg:
                del self._legs[identity]

    def _draw(self) -> str:
        while True:
            identity = f"{self._rng.randrange(_IDENTITIES):04}"
            if identity not in self._legs:
                return identity
