"""
The header fields of a message: ordered, immutable, by canonical name (RFC 3261, 7.3).

Values stay text until somebody asks for more; L{Headers.parsed} remembers what a
parser made of them.  Which names have compact forms, which hold several values in
one line, and which may stand only once, is told by the tables here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from typing import TypeVar, cast

from h323d.sip.messages.grammar import splitCommas

__all__ = ["LIST_HEADERS", "SINGLE_HEADERS", "Headers", "canonicalName"]

_T = TypeVar("_T")

LIST_HEADERS = frozenset(
    [
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Alert-Info",
        "Allow",
        "Allow-Events",
        "Call-Info",
        "Contact",
        "Content-Encoding",
        "Content-Language",
        "Diversion",
        "Error-Info",
        "History-Info",
        "In-Reply-To",
        "P-Asserted-Identity",
        "P-Preferred-Identity",
        "Path",
        "Proxy-Require",
        "Reason",
        "Record-Route",
        "Require",
        "Route",
        "Service-Route",
        "Supported",
        "Unsupported",
        "Via",
        "Warning",
    ]
)
"""
Names whose lines may hold several values between commas.
"""

SINGLE_HEADERS = frozenset(
    [
        "CSeq",
        "Call-ID",
        "Content-Disposition",
        "Content-Length",
        "Content-Type",
        "Event",
        "Expires",
        "From",
        "Max-Forwards",
        "MIME-Version",
        "Min-Expires",
        "Min-SE",
        "RAck",
        "RSeq",
        "Refer-To",
        "Replaces",
        "Session-Expires",
        "Subscription-State",
        "To",
    ]
)
"""
Names that may stand only once, because something is decided by them.
"""

_OTHERS = [
    "Authentication-Info",
    "Authorization",
    "Date",
    "Organization",
    "Priority",
    "Privacy",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Referred-By",
    "Reply-To",
    "Retry-After",
    "Server",
    "Session-ID",
    "Subject",
    "Timestamp",
    "User-Agent",
    "WWW-Authenticate",
]

_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
}

_NAMES = (*LIST_HEADERS, *SINGLE_HEADERS, *_OTHERS, *_COMPACT.values())
_CANONICAL = {name.lower(): name for name in _NAMES} | _COMPACT
_AS_WRITTEN = {name: name for name in _NAMES} | _CANONICAL

_Parsed = dict[tuple[str, object, bool], object]  # by canonical name, parser, and first alone
_Lines = dict[str, tuple[str, ...]]  # by canonical name


def canonicalName(name: str) -> str:
    """
    @return: the one spelling that L{Headers} knows: C{"Call-ID"} for C{"i"} or
        C{"call-id"}, C{"X-Some-Thing"} for C{"x-some-THING"}.
    """
    known = _AS_WRITTEN.get(name) or _CANONICAL.get(name.lower())
    return known or "-".join(part.capitalize() for part in name.split("-"))


def knownName(name: str) -> str | None:
    """
    @return: the canonical name, if C{name} is one that is known and written as usual, so
        that nobody needs to look at it again.
    """
    return _AS_WRITTEN.get(name)


class Headers:
    """
    Header lines in their order.  Never changed: every change gives another.

    Names given to any method may be in any case or compact.

    Values are one line's text without the white space around it and with folding
    undone.  Octets that were not UTF-8 are kept as lone surrogates (C{surrogateescape}),
    so that an answer can repeat them as they came.
    """

    __slots__ = ("_lines", "_parsed", "_rows")

    def __init__(self, rows: Iterable[tuple[str, str]] = ()) -> None:
        """
        @param rows: name and value of each line.
        """
        self._rows = tuple((canonicalName(name), value) for name, value in rows)
        self._lines: _Lines | None = None  # made when first asked for: most are only passed on
        self._parsed: _Parsed = {}

    @classmethod
    def ofCanonical(cls, rows: Iterable[tuple[str, str]]) -> Headers:
        """
        As the constructor, for names that are canonical already.
        """
        self = cls.__new__(cls)
        self._rows = tuple(rows)
        self._lines = None
        self._parsed = {}
        return self

    def get(self, name: str) -> str | None:
        """
        @return: the first line of this name, whole; C{None} if there is none.
        """
        lines = self.lines(name)
        return lines[0] if lines else None

    def lines(self, name: str) -> tuple[str, ...]:
        """
        @return: every line of this name, whole.
        """
        if self._lines is None:
            self._lines = _byName(self._rows)
        return self._lines.get(_AS_WRITTEN.get(name) or canonicalName(name), ())

    def all(self, name: str) -> tuple[str, ...]:
        """
        @return: every value of this name: lines of L{LIST_HEADERS} divided at commas, other
            lines whole.

        @raise DecodeError: a line cannot be divided.
        """
        lines = self.lines(name)
        wanted = _AS_WRITTEN.get(name) or canonicalName(name)
        if not lines or wanted not in LIST_HEADERS:
            return lines
        # An empty list is a line with nothing in it.
        return tuple(value for line in lines if line for value in splitCommas(line, wanted))

    def parsed(self, name: str, parse: Callable[[str], _T]) -> tuple[_T, ...]:
        """
        @param parse: makes something of one value of L{all}.  It must be a function that
            lives on, because what it made is remembered under it.

        @raise DecodeError: what C{parse} raises.
        """
        wanted = _AS_WRITTEN.get(name) or canonicalName(name)
        key = (wanted, parse, False)
        known = self._parsed.get(key)
        if known is None:
            known = self._parsed[key] = tuple(map(parse, self.all(wanted)))
        return cast(tuple[_T, ...], known)

    def first(self, name: str, parse: Callable[[str], _T]) -> _T | None:
        """
        As L{parsed}, for the first value alone: the others may be malformed.

        @return: C{None} if there is no such line.
        """
        wanted = _AS_WRITTEN.get(name) or canonicalName(name)
        key = (wanted, parse, True)
        known = self._parsed.get(key)
        if known is None:
            line = self.get(wanted)
            if line is None:
                return None
            text = splitCommas(line, wanted)[0] if wanted in LIST_HEADERS else line
            known = self._parsed[key] = parse(text)
        return cast(_T, known)

    def tokens(self, name: str) -> frozenset[str]:
        """
        @return: the values of a list of words in lower case: C{Supported}, C{Require}.
        """
        return frozenset(value.lower() for value in self.all(name) if value)

    def replacing(self, name: str, *values: str) -> Headers:
        """
        @return: these, with the lines of this name replaced: at the place of the first, or
            at the end if there was none.
        """
        wanted = canonicalName(name)
        fresh = [(wanted, value) for value in values]
        rows: list[tuple[str, str]] = []
        placed = False
        for row in self._rows:
            if row[0] != wanted:
                rows.append(row)
            elif not placed:
                rows.extend(fresh)
                placed = True
        if not placed:
            rows.extend(fresh)
        return self._changed(rows, {wanted})

    def headedBy(self, name: str, parse: Callable[[str], _T], first: _T, *others: str) -> Headers:
        """
        As L{replacing}, where it is known what C{parse} makes of the first line.

        @param first: that; the line is its text.
        @param others: the lines behind it.
        """
        headed = self.replacing(name, str(first), *others)
        headed._parsed[(canonicalName(name), parse, True)] = first
        return headed

    def adding(self, name: str, *values: str) -> Headers:
        """
        @return: these, with lines of this name after all others.
        """
        wanted = canonicalName(name)
        return self._changed((*self._rows, *((wanted, value) for value in values)), {wanted})

    def extending(self, *rows: tuple[str, str]) -> Headers:
        """
        @param rows: name and value of each line.

        @return: these, with several lines after all others.
        """
        fresh = [(canonicalName(name), value) for name, value in rows]
        return self._changed((*self._rows, *fresh), {name for name, _ in fresh})

    def prepending(self, name: str, *values: str) -> Headers:
        """
        @return: these, with lines of this name before all others: a Via or Record-Route.
        """
        wanted = canonicalName(name)
        return self._changed((*((wanted, value) for value in values), *self._rows), {wanted})

    def without(self, *names: str) -> Headers:
        """
        @return: these, less every line of these names.
        """
        unwanted = set(map(canonicalName, names))
        return self._changed([row for row in self._rows if row[0] not in unwanted], unwanted)

    def only(self, *names: str) -> Headers:
        """
        @return: the lines of these names, in their order here.
        """
        wanted = set(map(canonicalName, names))
        other = Headers.ofCanonical([row for row in self._rows if row[0] in wanted])
        other._parsed = {key: made for key, made in self._parsed.items() if key[0] in wanted}
        return other

    def _changed(self, rows: Iterable[tuple[str, str]], names: Set[str]) -> Headers:
        """
        Other rows, in which what was parsed still holds but for these names.
        """
        other = Headers.ofCanonical(rows)
        other._parsed = {key: made for key, made in self._parsed.items() if key[0] not in names}
        return other

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return self._rows == other._rows if isinstance(other, Headers) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._rows)

    def __repr__(self) -> str:
        return f"Headers({list(self._rows)!r})"


def _byName(rows: Iterable[tuple[str, str]]) -> _Lines:
    lines: _Lines = {}
    for name, value in rows:
        lines[name] = (*lines[name], value) if name in lines else (value,)
    return lines
