"""
Chance that nobody can guess, and that a follower draws alike.

Each draw is SHAKE-256 (FIPS 202) of a secret and the number of the draw: whoever has the secret,
and counts, has the same; whoever has seen what was drawn knows nothing of what will be.
"""

from __future__ import annotations

import hashlib
import random

__all__ = ["SECRET_OCTETS", "SharedChance"]

SECRET_OCTETS = 32  # of a secret: as strong as SHAKE-256 gets
_COUNTER_OCTETS = 8
_SIGNIFICANT = 53  # bits of a float


class SharedChance(random.Random):
    """
    A sequence that follows from a secret.
    """

    def __init__(self, secret: bytes, drawn: int = 0) -> None:
        """
        @param secret: of L{SECRET_OCTETS} or more, drawn by the system.
        @param drawn: how much of the sequence was had already.

        @raise ValueError: the secret is too short to be one.
        """
        if len(secret) < SECRET_OCTETS:
            raise ValueError(f"a secret of {len(secret)} octets, and not of {SECRET_OCTETS}")
        super().__init__()
        self._secret = secret
        self._drawn = drawn

    def __new__(cls, secret: bytes, drawn: int = 0) -> SharedChance:
        return super().__new__(cls)

    def __reduce__(self) -> tuple[type[SharedChance], tuple[bytes, int]]:
        return SharedChance, (self._secret, self._drawn)

    def seed(self, *_: object) -> None:
        """
        What is drawn follows from the secret alone.
        """

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """
        As the other that is normally distributed, which keeps nothing for the next time.
        """
        return self.normalvariate(mu, sigma)

    def getrandbits(self, count: int, /) -> int:
        if count < 0:
            raise ValueError("number of bits must be non-negative")
        octets = self.randbytes((count + 7) // 8)
        return int.from_bytes(octets, "big") >> (-count % 8)

    def random(self) -> float:
        return self.getrandbits(_SIGNIFICANT) / (1 << _SIGNIFICANT)

    def randbytes(self, count: int) -> bytes:
        self._drawn += 1
        number = self._drawn.to_bytes(_COUNTER_OCTETS, "big")
        return hashlib.shake_256(self._secret + number).digest(count)
