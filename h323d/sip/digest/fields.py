"""
The header fields of digest: C{WWW-Authenticate} and C{Authorization}, and those of proxies
(RFC 7616, 3.3 and 3.4; RFC 3261, 20.7, 20.27, 20.28 and 20.44).

One line is one challenge, or one proof.  Other schemes, and what cannot be read, are C{None}:
whoever looks for credentials that it can use has nothing to do with others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from h323d.sip.digest.algorithms import QOP, Algorithm
from h323d.sip.messages.grammar import QUOTED, TOKEN, quote, unquote

__all__ = ["Challenge", "Credentials", "nextNonce"]

MAX_DIRECTIVES = 32  # of one line

_SCHEME = re.compile(r"\s*digest\s+", re.IGNORECASE)
_DIRECTIVE = re.compile(rf'\s*({TOKEN})\s*=\s*({QUOTED}|[^\s,"]+)\s*(?:,|\Z)', re.DOTALL)
_COUNT = re.compile(r"[0-9A-Fa-f]{8}")


@dataclass(frozen=True, slots=True)
class Challenge:
    """
    What a server wants to be shown.

    @ivar algorithm: C{None} for one that we do not have.
    @ivar stale: what was shown was right, and is too old.
    @ivar qop: it takes L{QOP}.
    """

    realm: str
    nonce: str
    algorithm: Algorithm | None
    opaque: str | None = None
    stale: bool = False
    qop: bool = True

    @classmethod
    def read(cls, line: str) -> Challenge | None:
        """
        @param line: of C{WWW-Authenticate} or C{Proxy-Authenticate}.
        """
        told = _directives(line)
        if told is None or "realm" not in told or "nonce" not in told:
            return None
        offered = {each.strip().lower() for each in told.get("qop", "").split(",")}
        return cls(
            told["realm"],
            told["nonce"],
            _algorithmOf(told),
            told.get("opaque"),
            told.get("stale", "").lower() == "true",
            QOP in offered,
        )

    def __str__(self) -> str:
        algorithm = Algorithm.MD5 if self.algorithm is None else self.algorithm
        parts = [
            f"realm={quote(self.realm)}",
            f"nonce={quote(self.nonce)}",
            f"algorithm={algorithm.value}",
            f"qop={quote(QOP)}",
        ]
        if self.opaque is not None:
            parts.append(f"opaque={quote(self.opaque)}")
        if self.stale:
            parts.append("stale=true")
        return "Digest " + ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Credentials:
    """
    What somebody shows.

    @ivar algorithm: C{None} for one that we do not have.
    @ivar count: C{nc}, eight hexadecimal digits: how often the nonce has been used.
    """

    user: str
    realm: str
    nonce: str
    uri: str
    algorithm: Algorithm | None
    cnonce: str
    count: str
    response: str = field(repr=False)
    opaque: str | None = None

    @classmethod
    def read(cls, line: str) -> Credentials | None:
        """
        @param line: of C{Authorization} or C{Proxy-Authorization}.

        @return: C{None} also for what has no L{QOP}, which we always ask for.
        """
        told = _directives(line)
        wanted = ("username", "realm", "nonce", "uri", "cnonce", "nc", "response", "qop")
        if told is None or any(name not in told for name in wanted):
            return None
        if told["qop"].lower() != QOP or not _COUNT.fullmatch(told["nc"]):
            return None
        return cls(
            told["username"],
            told["realm"],
            told["nonce"],
            told["uri"],
            _algorithmOf(told),
            told["cnonce"],
            told["nc"],
            told["response"].lower(),
            told.get("opaque"),
        )

    def __str__(self) -> str:
        algorithm = Algorithm.MD5 if self.algorithm is None else self.algorithm
        parts = [
            f"username={quote(self.user)}",
            f"realm={quote(self.realm)}",
            f"nonce={quote(self.nonce)}",
            f"uri={quote(self.uri)}",
            f"response={quote(self.response)}",
            f"algorithm={algorithm.value}",
            f"cnonce={quote(self.cnonce)}",
            f"qop={QOP}",
            f"nc={self.count}",
        ]
        if self.opaque is not None:
            parts.append(f"opaque={quote(self.opaque)}")
        return "Digest " + ", ".join(parts)


def nextNonce(line: str) -> str:
    """
    @param line: of C{Authentication-Info} (RFC 7616, 3.5).

    @return: what is to be used from now on; empty if it does not say.
    """
    told = _directives(f"Digest {line}") or {}
    return told.get("nextnonce", "")


def _directives(line: str) -> dict[str, str] | None:
    """
    @return: C{None} if it is of another scheme, or malformed; nothing is said twice in it.
    """
    scheme = _SCHEME.match(line)
    if scheme is None:
        return None
    told: dict[str, str] = {}
    position = scheme.end()
    while position < len(line):
        found = _DIRECTIVE.match(line, position)
        if found is None or len(told) >= MAX_DIRECTIVES or found[1].lower() in told:
            return None
        told[found[1].lower()] = unquote(found[2])
        position = found.end()
    return told


def _algorithmOf(told: dict[str, str]) -> Algorithm | None:
    name = told.get("algorithm", Algorithm.MD5.value).upper()  # as RFC 2617 had it
    return next((each for each in Algorithm if each.value == name), None)
