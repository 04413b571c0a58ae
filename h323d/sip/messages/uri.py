"""
URIs as SIP writes them: C{sip:} and C{sips:} in full, others by scheme (RFC 3261, 19.1).

L{parseURI} reads any of them.  Escapes are undone in the values and made again by
C{str}, so that C{sip:%61lice@example.com} and C{sip:alice@example.com} are one value.
Nothing is resolved here (RFC 3263 is the transport's).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import quote as escape
from urllib.parse import unquote_to_bytes

from h323d.sip.messages.grammar import (
    HOST,
    MAX_PARAMETERS,
    Parameters,
    fail,
    parameterOf,
    parseHost,
    parsePort,
    withParameter,
    writeHost,
)

__all__ = ["CALLABLE_SCHEMES", "URI", "OtherURI", "SIPURI", "isSecure", "parseURI"]

CALLABLE_SCHEMES = ("sip", "tel")
"""
Of those whom we are called for, or call, over any transport; C{sips} is for TLS alone.
"""

_SIP_URI = re.compile(
    rf"(?:([^@:]++)(?::([^@]*+))?@)?({HOST})(?::([0-9]{{1,5}}))?((?:;[^?]*+)?)(?:\?(.*+))?"
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+\-.]*):(.*)")
_FORBIDDEN = re.compile('[\x00-\x20\x7f<>"\ud800-\udfff]')
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MARK = "-_.!~*'()"
_USER_SAFE = _MARK + "&=+$,;?/"
_PASSWORD_SAFE = _MARK + "&=+$,"
_PARAMETER_SAFE = _MARK + "[]/:&+$"
_HEADER_SAFE = _MARK + "[]/?:+$"
_NEVER_DEFAULT = ("user", "ttl", "method", "maddr", "transport")
_SEPARATORS = str.maketrans("", "", "-.() ")


def _unescape(text: str, path: str) -> str:
    """
    @raise DecodeError: C{%} without two hexadecimal digits, or octets that are not UTF-8.
    """
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        fail("malformed escape in a URI", path)
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        fail("escaped octets in a URI are not UTF-8", path)


def _parseURIParameters(text: str, path: str) -> Parameters:
    if not text:
        return ()
    if text.count(";") > MAX_PARAMETERS:
        fail("too many parameters", path)
    parameters: list[tuple[str, str | None]] = []
    for part in text[1:].split(";"):
        name, equals, value = part.partition("=")
        if not name:
            fail("a URI parameter without a name", path)
        parameters.append(
            (_unescape(name, path).lower(), _unescape(value, path) if equals else None)
        )
    return tuple(parameters)


def _parseURIHeaders(text: str | None, path: str) -> tuple[tuple[str, str], ...]:
    if not text:
        return ()
    if text.count("&") >= MAX_PARAMETERS:
        fail("too many header fields", path)
    headers = []
    for part in text.split("&"):
        name, equals, value = part.partition("=")
        if not name or not equals:
            fail("a malformed header in a URI", path)
        headers.append((_unescape(name, path), _unescape(value, path)))
    return tuple(headers)


@dataclass(frozen=True, slots=True)
class SIPURI:
    """
    A C{sip:} or C{sips:} URI.

    C{==} compares the values as they are; L{matches} compares as RFC 3261 does.

    @ivar host: a name, or a literal address; IPv6 without brackets.
    @ivar user: unescaped; C{None} if there is none.  It may hold any character that the
        caller escaped, control characters too: show C{str(uri)}, not this.
    @ivar port: C{None} if not given.
    @ivar params: unescaped, names in lower case.
    @ivar headers: the part after C{?}, unescaped.
    @ivar secure: C{sips}.
    @ivar password: unescaped; hardly ever there.
    """

    host: str
    user: str | None = None
    port: int | None = None
    params: Parameters = ()
    headers: tuple[tuple[str, str], ...] = ()
    secure: bool = False
    password: str | None = None

    @property
    def scheme(self) -> str:
        return "sips" if self.secure else "sip"

    @property
    def transport(self) -> str | None:
        """
        The C{transport} parameter in lower case, C{None} if absent.
        """
        value = parameterOf(self.params, "transport")
        return value.lower() if value else None

    @property
    def isLooseRouter(self) -> bool:
        """
        Whether there is an C{lr} parameter (RFC 3261, 16.12).
        """
        return self.parameter("lr") is not None

    def parameter(self, name: str) -> str | None:
        """
        @return: the value, C{""} if the parameter has none, C{None} if it is absent.
        """
        return parameterOf(self.params, name)

    def withParameter(self, name: str, value: str | None = None) -> SIPURI:
        return replace(self, params=withParameter(self.params, name, value))

    def withoutParameters(self) -> SIPURI:
        """
        The address alone: no parameters, no headers.
        """
        return replace(self, params=(), headers=()) if self.params or self.headers else self

    def matches(self, other: URI) -> bool:
        """
        Compare as RFC 3261, 19.1.4: user by case, the rest without; parameters that both
        have must agree, and those that change the meaning must be in both.
        """
        if not isinstance(other, SIPURI):
            return False
        if (self.secure, self.user, self.password, self.port) != (
            other.secure,
            other.user,
            other.password,
            other.port,
        ):
            return False
        if self.host.lower() != other.host.lower():
            return False
        return self._parametersMatch(other) and _folded(self.headers) == _folded(other.headers)

    def _parametersMatch(self, other: SIPURI) -> bool:
        ours = {name: (value or "").lower() for name, value in self.params}
        theirs = {name: (value or "").lower() for name, value in other.params}
        if any((name in ours) != (name in theirs) for name in _NEVER_DEFAULT):
            return False
        return all(theirs[name] == value for name, value in ours.items() if name in theirs)

    def __str__(self) -> str:
        parts = [self.scheme, ":"]
        if self.user:
            parts.append(escape(self.user, _USER_SAFE))
            if self.password is not None:
                parts.append(":" + escape(self.password, _PASSWORD_SAFE))
            parts.append("@")
        parts.append(writeHost(self.host))
        if self.port is not None:
            parts.append(f":{self.port}")
        for name, value in self.params:
            parts.append(";" + escape(name, _PARAMETER_SAFE))
            if value is not None:
                parts.append("=" + escape(value, _PARAMETER_SAFE))
        if self.headers:
            parts.append("?")
            parts.append(
                "&".join(
                    f"{escape(name, _HEADER_SAFE)}={escape(value, _HEADER_SAFE)}"
                    for name, value in self.headers
                )
            )
        return "".join(parts)


def _folded(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers)


@dataclass(frozen=True, slots=True)
class OtherURI:
    """
    A URI of any other scheme: C{tel:}, C{urn:}, C{h323:}.

    @ivar scheme: in lower case.
    @ivar opaque: what follows the colon, as written.
    """

    scheme: str
    opaque: str

    @property
    def user(self) -> str | None:
        """
        The number of a C{tel:} URI without visual separators (RFC 3966, 5.1.1); C{None}
        for other schemes.
        """
        if self.scheme != "tel":
            return None
        return self.opaque.split(";", 1)[0].translate(_SEPARATORS)

    def matches(self, other: URI) -> bool:
        """
        Equal numbers for C{tel:} (RFC 3966, 4), equal text otherwise.
        """
        if not isinstance(other, OtherURI) or self.scheme != other.scheme:
            return False
        if self.scheme != "tel":
            return self.opaque == other.opaque
        return self.user == other.user and self._telParameters() == other._telParameters()

    def _telParameters(self) -> list[str]:
        return sorted(self.opaque.lower().split(";")[1:])

    def __str__(self) -> str:
        return f"{self.scheme}:{self.opaque}"


URI: TypeAlias = SIPURI | OtherURI


def parseURI(text: str, path: str = "URI") -> URI:
    """
    @param text: one URI, nothing around it.
    @param path: the header field it stands in, for the error.

    @raise DecodeError: it is not a URI.
    """
    found = _SCHEME.fullmatch(text)
    if found is None or not found[2] or _FORBIDDEN.search(text):
        fail("not a URI", path)
    scheme = found[1].lower()
    if scheme not in ("sip", "sips"):
        return OtherURI(scheme, found[2])
    parts = _SIP_URI.fullmatch(found[2])
    if parts is None:
        fail("not a SIP URI", path)
    user, password, host, port, params, headers = parts.groups()
    return SIPURI(
        parseHost(host, path),
        None if user is None else _unescape(user, path),
        parsePort(port, path),
        _parseURIParameters(params, path),
        _parseURIHeaders(headers, path),
        scheme == "sips",
        None if password is None else _unescape(password, path),
    )


def isSecure(uri: URI) -> bool:
    """
    Whether it is C{sips}.
    """
    return isinstance(uri, SIPURI) and uri.secure
