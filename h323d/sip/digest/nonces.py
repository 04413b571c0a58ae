"""
Nonces: what each proof is made for, and is no proof without (RFC 7616, 5.3 to 5.5).

A nonce says when it was made, and to whom it was given, and is signed; so nothing is remembered of
those that are given away, to whomever asks for one.  Whoever has moved meanwhile can use it still;
but who shows it from where it was given to is there for certain.

What is remembered is how often one was used, and only once somebody has proved a password with it;
of those there is a bounded number, and what is older than the ones that had to be forgotten is too
old.
"""

from __future__ import annotations

import enum
import hmac
import random

from twisted.internet.interfaces import IReactorTime

__all__ = ["LIFETIME", "Nonces", "Standing"]

LIFETIME = 300.0  # seconds that one can be used
MAX_USED = 20_000  # that are remembered

_KEY = 32  # octets
_SIGNATURE = 16  # octets
_COUNTER = 4  # octets
_NUMBER = 6 + _COUNTER  # octets: milliseconds, counter
_MARK = 8  # octets that say to whom it was given
_DIGITS = 2 * (_NUMBER + _SIGNATURE + _MARK)


class Standing(enum.Enum):
    """
    What use of a nonce is.
    """

    GOOD = "good"
    OLD = "old"
    USED = "used"
    FOREIGN = "foreign"


class Nonces:
    """
    Makes them, and knows them again.
    """

    def __init__(
        self,
        clock: IReactorTime,
        rng: random.Random,
        lifetime: float = LIFETIME,
        maximum: int = MAX_USED,
    ) -> None:
        """
        @param rng: gives the key; C{SystemRandom} in service.
        @param maximum: of used ones that are remembered.
        """
        self._clock = clock
        self._key = rng.randbytes(_KEY)
        self._lifetime = lifetime
        self._maximum = maximum
        self._counter = 0
        self._used: dict[int, int] = {}  # how often, by number, those used first in front
        self._forgotten = -1  # the highest number of those that are not remembered any more

    def __len__(self) -> int:
        """
        How many are remembered.
        """
        return len(self._used)

    def fresh(self, host: str = "") -> str:
        """
        One that nobody has had.

        @param host: to whom it is given.
        """
        self._counter = (self._counter + 1) % (1 << 8 * _COUNTER)
        number = (self._now() << 8 * _COUNTER) | self._counter
        octets = number.to_bytes(_NUMBER)
        return (octets + self._signature(octets) + self._mark(octets, host)).hex()

    def gaveTo(self, host: str, nonce: str) -> bool:
        """
        Whether a nonce is ours, and was given to that host, at whatever time.
        """
        number = self._numberIn(nonce)
        if number is None:
            return False
        mark = self._mark(number.to_bytes(_NUMBER), host)
        return hmac.compare_digest(mark, bytes.fromhex(nonce)[-_MARK:])

    def use(self, nonce: str, count: int) -> Standing:
        """
        Somebody has proved a password with one.

        @param count: C{nc}: how often they say that they have done that.
        """
        number = self._numberIn(nonce)
        if number is None:
            return Standing.FOREIGN
        age = self._now() - (number >> 8 * _COUNTER)
        if age > self._lifetime * 1000:
            return Standing.OLD
        before = self._used.get(number)
        if before is None and number <= self._forgotten:
            return Standing.OLD
        if count <= (before or 0):
            return Standing.USED
        self._used[number] = count
        self._forget()
        return Standing.GOOD

    def _forget(self) -> None:
        """
        The first in front are too old, or too many.
        """
        oldest = (self._now() - int(self._lifetime * 1000)) << 8 * _COUNTER
        while self._used:
            first = next(iter(self._used))
            if len(self._used) <= self._maximum and first >= oldest:
                break
            del self._used[first]
            self._forgotten = max(self._forgotten, first)

    def _numberIn(self, nonce: str) -> int | None:
        """
        @return: C{None} if it is not one of ours.
        """
        if len(nonce) != _DIGITS:
            return None
        try:
            octets = bytes.fromhex(nonce)
        except ValueError:
            return None
        number, signature = octets[:_NUMBER], octets[_NUMBER:-_MARK]
        genuine = hmac.compare_digest(signature, self._signature(number))
        return int.from_bytes(number) if genuine else None

    def _signature(self, octets: bytes) -> bytes:
        return hmac.digest(self._key, octets, "sha256")[:_SIGNATURE]

    def _mark(self, octets: bytes, host: str) -> bytes:
        return hmac.digest(self._key, octets + host.encode(), "sha256")[:_MARK]

    def _now(self) -> int:
        return int(self._clock.seconds() * 1000)
