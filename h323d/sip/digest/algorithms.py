"""
What digest computes: RFC 7616, 3.4, with C{qop=auth}, by the algorithms of RFC 8760.

Passwords are in one function only, L{secretOf}: whoever has what it returns can prove itself in
that realm, and learns nothing that could be typed elsewhere.
"""

from __future__ import annotations

import enum
import hashlib
import re

__all__ = ["QOP", "Algorithm", "checkSecret", "responseOf", "secretOf"]

QOP = "auth"


class Algorithm(enum.Enum):
    """
    By its name in C{algorithm}.
    """

    SHA_256 = "SHA-256"
    MD5 = "MD5"

    @property
    def digits(self) -> int:
        """
        Hexadecimal digits of what it computes.
        """
        return 64 if self is Algorithm.SHA_256 else 32

    def hash(self, *parts: str) -> str:
        """
        @param parts: what is put together with colons.

        @return: lower-case hexadecimal digits.
        """
        data = ":".join(parts).encode("utf-8", "surrogateescape")
        if self is Algorithm.SHA_256:
            return hashlib.sha256(data).hexdigest()
        return hashlib.md5(data, usedforsecurity=False).hexdigest()


def secretOf(algorithm: Algorithm, user: str, realm: str, password: str) -> str:
    """
    H(A1): what both sides keep of a password (3.4.2).
    """
    return algorithm.hash(user, realm, password)


def responseOf(
    algorithm: Algorithm, secret: str, nonce: str, count: str, cnonce: str, method: str, uri: str
) -> str:
    """
    What shows that somebody has a secret (3.4.1).

    @param secret: as of L{secretOf}.
    @param count: C{nc}, eight hexadecimal digits.
    @param uri: as the credentials have it.
    """
    return algorithm.hash(secret, nonce, count, cnonce, QOP, algorithm.hash(method, uri))


def checkSecret(key: str, text: str) -> None:
    """
    @param key: of a configuration: an algorithm's name, in lower case without its dash.
    @param text: what stands there.

    @raise ValueError: it is not what L{secretOf} makes.
    """
    digits = {each.value.replace("-", "").lower(): each.digits for each in Algorithm}[key]
    if not re.fullmatch(f"[0-9a-f]{{{digits}}}", text):
        raise ValueError(f"{key}: must be {digits} digits, as h323ctl hash prints them")
