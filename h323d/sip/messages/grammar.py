"""
The pieces of SIP grammar that several header fields share (RFC 3261, 25.1).

Tokens, quoted strings, hosts and parameters.  Every expression is linear in its
input: quoted strings and angle brackets never give back what they took, and an
unterminated one swallows the rest, so that no text of a peer's is scanned twice.
This is I{not} a validator of the whole grammar: what is not needed to tell where a
field ends and the next begins is left alone.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NoReturn, TypeAlias

from h323d.errors import DecodeError

__all__ = [
    "Parameters",
    "UNPRINTABLE",
    "fail",
    "parameterOf",
    "parseHost",
    "parseParameters",
    "parsePort",
    "quote",
    "showable",
    "splitCommas",
    "unquote",
    "withParameter",
    "writeHost",
    "writeParameters",
]

Parameters: TypeAlias = tuple[tuple[str, str | None], ...]
"""
Parameters in the order they came: name in lower case, value as written (a quoted
string with its quotes), C{None} where there was no C{=}.
"""

TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]+"
QUOTED = r'"(?:[^"\\]|\\.)*+"'
HOST = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9\-._]*[A-Za-z0-9_.])?"
MAX_PORT = 65535
MAX_PARAMETERS = 128  # of one value
MAX_VALUES = 256  # in one line

_PARAMETER = re.compile(rf'\s*;\s*({TOKEN})\s*(?:=\s*({QUOTED}|[^\s;,"<>]+))?\s*', re.DOTALL)
_BREAKS = re.compile(r'"(?:[^"\\]|\\.)*("|\\?\Z)|<[^>]*(>|\Z)|,', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
UNPRINTABLE = re.compile(r"(?<!\\)[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")
"""
Characters that no header field may hold: controls, except where a backslash quotes them
(C{quoted-pair}, 25.1), and half a line end.
"""
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def fail(reason: str, path: str) -> NoReturn:
    """
    @param path: the header field that is wrong.

    @raise DecodeError: always.
    """
    raise DecodeError(reason, path)


def splitCommas(text: str, path: str) -> list[str]:
    """
    Divide a header field that holds several values (RFC 3261, 7.3.1).

    Commas within quotes or angle brackets do not divide.

    @raise DecodeError: a quoted string or an angle bracket never ends, a value is empty,
        or there are more than L{MAX_VALUES}.
    """
    if "," not in text:
        return [text]
    values: list[str] = []
    start = 0
    for found in _BREAKS.finditer(text):
        if found[0] == ",":
            values.append(text[start : found.start()].strip())
            start = found.end()
            if len(values) >= MAX_VALUES:
                fail("too many values", path)
        elif found[0][-1] not in '">' or len(found[0]) == 1:
            fail("a quoted string or angle bracket does not end", path)
    values.append(text[start:].strip())
    if "" in values:
        fail("an empty value between commas", path)
    return values


def parseParameters(text: str, path: str) -> Parameters:
    """
    @param text: nothing, or C{;name=value;name} with spaces where RFC 3261 allows.

    @raise DecodeError: C{text} is anything else.
    """
    parameters: list[tuple[str, str | None]] = []
    position = 0
    end = len(text)
    while position < end:
        found = _PARAMETER.match(text, position)
        if found is None or len(parameters) >= MAX_PARAMETERS:
            fail("malformed or too many parameters", path)
        parameters.append((found[1].lower(), found[2]))
        position = found.end()
    return tuple(parameters)


def parameterOf(parameters: Parameters, name: str) -> str | None:
    """
    @return: the first value of this name; C{""} if it stands there without one,
        C{None} if it is absent.
    """
    for key, value in parameters:
        if key == name:
            return value or ""
    return None


def withParameter(parameters: Parameters, name: str, value: str | None) -> Parameters:
    """
    @return: C{parameters} with this one set, at its old place if it had one.
    """
    changed = [(key, value if key == name else old) for key, old in parameters]
    return tuple(changed) if name in dict(parameters) else (*parameters, (name, value))


def writeParameters(parameters: Parameters) -> str:
    return "".join(
        [f";{name}" if value is None else f";{name}={value}" for name, value in parameters]
    )


def parseHost(text: str, path: str) -> str:
    """
    @param text: what matched L{HOST}.

    @return: a name or address, an IPv6 address without its brackets.

    @raise DecodeError: between brackets there is no IPv6 address.
    """
    if text[0] != "[":
        return text
    try:
        ipaddress.IPv6Address(text[1:-1])
    except ValueError:
        fail("not an IPv6 address", path)
    return text[1:-1]


def writeHost(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def parsePort(text: str | None, path: str) -> int | None:
    """
    @param text: digits, or C{None} for no port.

    @raise DecodeError: the port does not fit 16 bits.
    """
    if text is None:
        return None
    port = int(text)
    if port > MAX_PORT:
        fail("port out of range", path)
    return port


def quote(text: str) -> str:
    """
    @return: C{text} as a quoted string.
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unquote(text: str) -> str:
    """
    @return: what a quoted string says; anything else, unchanged.
    """
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    return _ESCAPED.sub(r"\1", text[1:-1]) if "\\" in text else text[1:-1]


def showable(text: str) -> str:
    """
    @return: C{text} with U+FFFD for control characters and for octets that were not
        UTF-8, so that it can be stored and shown anywhere.
    """
    return _UNSHOWABLE.sub("\ufffd", text)
