"""
Octets as people copy them: from a log, from Wireshark, from C{tcpdump -X}, C{xxd}, C{hexdump -C},
or out of a program's source.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from h323d.errors import DecodeError

__all__ = ["isHex", "octetsOf"]

PLACE = "HEX"  # what errors call it
LONGEST_LINE = 64  # octets

_OFFSET = re.compile(r"\s*(?:0[xX])?([0-9A-Fa-f]{3,8})(:?)(\s+)(.*)")
_PREFIX = re.compile(r"0[xX]|\\x")
_SEPARATORS = str.maketrans("", "", " \t\r\n\f\v:,;.-{}[]()\"'")
_COLUMN = {True: re.compile(r"\s{2,}"), False: re.compile(r"\s{3,}")}  # with a colon, and without
_NO_HEX = re.compile(r"[^0-9A-Fa-f]")


def octetsOf(text: str) -> bytes:
    """
    @param text: hexadecimal digits with what may stand between them, or lines with offsets
        before, and perhaps characters behind.

    @raise DecodeError: it is neither, or holds nothing.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    dumped = _dumped(lines)
    digits = _digits(text) if dumped is None else "".join(dumped)
    bad = _NO_HEX.search(digits)
    if bad is not None:
        raise DecodeError(f"not hexadecimal: {bad[0]!r}", PLACE)
    if len(digits) % 2:
        raise DecodeError("not hexadecimal: half an octet is missing", PLACE)
    if not digits:
        raise DecodeError("no octets", PLACE)
    return bytes.fromhex(digits)


def isHex(text: str) -> bool:
    """
    Whether there is nothing in it but digits, and what may stand between them.
    """
    return _NO_HEX.search(_digits(text)) is None


def _digits(text: str) -> str:
    return _PREFIX.sub("", text).translate(_SEPARATORS)


@dataclass(frozen=True, slots=True)
class _Line:
    """
    One line of a dump.

    @ivar offset: of its first octet.
    @ivar colon: whether one follows the offset, as with tcpdump and xxd.
    @ivar gap: how many spaces do.
    @ivar rest: what follows.
    """

    offset: int
    colon: bool
    gap: int
    rest: str


def _dumped(lines: list[str]) -> list[str] | None:
    """
    The digits of each line of a dump; C{None} for what is none.
    """
    read = []
    for line in lines:
        found = _OFFSET.fullmatch(line)
        if found is None:
            return None
        read.append(_Line(int(found[1], 16), bool(found[2]), len(found[3]), found[4]))
    if len(read) == 1 and (read[0].offset or not (read[0].colon or read[0].gap > 1)):
        return None
    lengths = [after.offset - line.offset for line, after in itertools.pairwise(read)]
    if not read or not all(0 < each <= LONGEST_LINE for each in lengths):
        return None
    return [
        *(_first(line.rest, length) for line, length in zip(read, lengths, strict=False)),
        _last(read[-1], max(lengths, default=LONGEST_LINE)),
    ]


def _first(rest: str, octets: int) -> str:
    """
    The digits of so many octets.
    """
    digits = _digits(rest.partition("|")[0])[: 2 * octets]
    if len(digits) < 2 * octets:
        raise DecodeError(f"a line of {len(digits) // 2} octets, not {octets}", PLACE)
    return digits


def _last(line: _Line, octets: int) -> str:
    """
    The digits of the last line, which nothing tells the length of: what stands before the
    characters.
    """
    return _digits(_COLUMN[line.colon].split(line.rest.partition("|")[0])[0])[: 2 * octets]
