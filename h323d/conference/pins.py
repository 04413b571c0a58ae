"""
PINs, as a configuration has them: in plain digits, or as a hash that does not tell them.

A PIN has so few digits that its hash keeps nobody out for long who has the file; it keeps the PIN
from who merely sees the file, and may know where else it opens a door.
"""

from __future__ import annotations

import hashlib
import hmac
import re

__all__ = ["LONGEST", "PIN", "SHORTEST", "hashed"]

SHORTEST, LONGEST = 4, 12  # digits
ROUNDS = 10_000  # some milliseconds, in which nobody else is served
MAX_ROUNDS = 50_000

_SCHEME = "pbkdf2-sha256"
_HASH = re.compile(rf"{_SCHEME}:([0-9]{{1,6}}):([0-9a-f]{{16,64}}):([0-9a-f]{{64}})")


class PIN:
    """
    One PIN, which is compared and never told.
    """

    __slots__ = ("_digest", "_rounds", "_salt")

    def __init__(self, text: str) -> None:
        """
        @param text: digits, or what L{hashed} makes of them.

        @raise ValueError: it is neither.
        """
        if isPIN(text):
            self._rounds, self._salt = 1, b""
            self._digest = _digest(text, self._salt, self._rounds)
            return
        parts = _HASH.fullmatch(text)
        if parts is None or not 1 <= int(parts[1]) <= MAX_ROUNDS:
            raise ValueError(
                f"is neither {SHORTEST} to {LONGEST} digits nor what h323ctl hash made"
            )
        self._rounds, self._salt = int(parts[1]), bytes.fromhex(parts[2])
        self._digest = bytes.fromhex(parts[3])

    def matches(self, entered: str) -> bool:
        """
        Whether somebody has entered it; to find that out takes as long as that it is another.
        """
        return hmac.compare_digest(_digest(entered, self._salt, self._rounds), self._digest)


def isPIN(text: str) -> bool:
    """
    Whether a text can be one, in digits.
    """
    return text.isascii() and text.isdigit() and SHORTEST <= len(text) <= LONGEST


def hashed(digits: str, salt: bytes) -> str:
    """
    What stands for a PIN in a configuration.

    @param salt: 8 to 32 octets of chance.

    @raise ValueError: it is no PIN.
    """
    if not isPIN(digits):
        raise ValueError(f"a PIN has {SHORTEST} to {LONGEST} digits, and nothing else")
    return f"{_SCHEME}:{ROUNDS}:{salt.hex()}:{_digest(digits, salt, ROUNDS).hex()}"


def _digest(entered: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", entered.encode("ascii", "replace"), salt, rounds)
