"""
A party: display name, URI and parameters, as From, To, Contact, Route and their kin
write it (RFC 3261, 20.10).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from h323d.sip.messages.grammar import (
    QUOTED,
    TOKEN,
    Parameters,
    fail,
    parameterOf,
    parseParameters,
    quote,
    showable,
    unquote,
    withParameter,
    writeParameters,
)
from h323d.sip.messages.uri import URI, parseURI

__all__ = ["NameAddr"]

_BRACKETED = re.compile(rf'\s*({QUOTED}\s*|[^<"]*+)<([^<>]*+)>', re.DOTALL)
_TOKENS = re.compile(rf"{TOKEN}(?: {TOKEN})*+")


@dataclass(frozen=True, slots=True)
class NameAddr:
    """
    @ivar uri: whom, or where.
    @ivar displayName: for people; C{""} if there is none.  Unescaped, without control
        characters.
    @ivar params: the header field's own parameters, not the URI's.
    """

    uri: URI
    displayName: str = ""
    params: Parameters = ()

    @classmethod
    def parse(cls, text: str, path: str = "address") -> NameAddr:
        """
        @param path: the header field, for the error.

        @raise DecodeError: C{text} is not an address.
        """
        found = _BRACKETED.match(text)
        if found is not None:
            name = found[1].strip()
            return cls(
                parseURI(found[2].strip(), path),
                showable(unquote(name)) if name else "",
                parseParameters(text[found.end() :], path),
            )
        # Without brackets, parameters are the header field's, and what could be
        # taken for the URI's is not allowed (20.10).
        bare, semicolon, rest = text.partition(";")
        if "<" in bare or '"' in bare:
            fail("quotes or angle brackets do not match", path)
        if "?" in bare or "," in bare:
            fail("a URI that needs angle brackets has none", path)
        return cls(parseURI(bare.strip(), path), "", parseParameters(semicolon + rest, path))

    @property
    def tag(self) -> str | None:
        return parameterOf(self.params, "tag") or None

    def parameter(self, name: str) -> str | None:
        """
        @return: the value as written, C{""} if it has none, C{None} if it is absent.
        """
        return parameterOf(self.params, name)

    def withParameter(self, name: str, value: str | None) -> NameAddr:
        return replace(self, params=withParameter(self.params, name, value))

    def withTag(self, tag: str) -> NameAddr:
        """
        @return: this party, as one end of a dialog (RFC 3261, 19.3).
        """
        return self.withParameter("tag", tag)

    def __str__(self) -> str:
        name = self.displayName
        if name:
            name = (name if _TOKENS.fullmatch(name) else quote(showable(name))) + " "
        return f"{name}<{self.uri}>{writeParameters(self.params)}"
