"""
What generated decoders call (X.691).

Positions are counted in bits from the start of C{data}; C{end} is where the
innermost open type ends.  C{data} has an octet more than there is to read.
Everything here raises L{DecodeError} without a path.
"""

from __future__ import annotations

from functools import lru_cache

from h323d.asn1.runtime.failures import refuse
from h323d.asn1.runtime.limits import ELEMENT_LIMIT, INTEGER_LIMIT
from h323d.errors import DecodeError

__all__ = [
    "Reassembled",
    "SignedBits",
    "additions",
    "additionsKept",
    "arcs",
    "bitString",
    "choiceIndex",
    "count",
    "fragments",
    "generalBitString",
    "generalInteger",
    "keep",
    "octets",
    "openType",
    "signedBitString",
    "smallNumber",
    "unbounded",
]

_FRAGMENT = 16384
_CACHED = 512  # object identifiers remembered

_toInt = int.from_bytes


class Reassembled(bytes):
    """
    Octets put together from fragments: positions in them say nothing about
    positions in the message.
    """


class SignedBits(tuple[int, int]):
    """
    A BIT STRING value C{(number, length)} that also says where it was.

    @ivar offset: its first octet in the message, or C{-1} if it came in fragments.
    @ivar octets: how many octets it takes there.
    """

    offset: int
    octets: int


def unbounded(data: bytes, position: int, end: int) -> tuple[int, int]:
    """
    A length determinant that is not a fragment's.

    @param position: aligned.
    @return: the length, and the position behind it.
    """
    at = position >> 3
    first = data[at]
    if first >= 0xC0:
        refuse("fragments where none are taken", position)
    if first < 0x80:
        return first, position + 8
    return (first & 0x3F) << 8 | data[at + 1], position + 16


def fragments(data: bytes, position: int, end: int, unit: int) -> tuple[Reassembled, int, int]:
    """
    The contents behind a length determinant of 128 or more: whole or in fragments.

    @param position: of the length determinant, aligned.
    @param unit: how many bits one counted thing has.
    @return: the octets, the number of things, and the position behind.
    """
    parts = []
    total = 0
    while True:
        if position >= end:
            refuse("ends too early", position)
        first = data[position >> 3]
        more = first >= 0xC0
        if more:
            amount = (first & 0x3F) * _FRAGMENT
            if not 0 < first & 0x3F <= 4:
                refuse("a fragment is of 1 to 4 times 16K", position)
            position += 8
        else:
            amount, position = unbounded(data, position, end)
        behind = position + amount * unit
        if behind > end:
            refuse("ends too early", position)
        parts.append(data[position >> 3 : (behind + 7) >> 3])
        total += amount
        position = behind
        if not more:
            return Reassembled(b"".join(parts)), total, position


def count(data: bytes, position: int, end: int, least: int) -> tuple[int, int]:
    """
    The number of elements of a list without an upper bound.

    @param position: of the length determinant, aligned.
    @param least: how many bits an element has at least.
    """
    number, position = unbounded(data, position, end)
    if number > ELEMENT_LIMIT:
        refuse(f"more than {ELEMENT_LIMIT} elements", position)
    if number * least > end - position:
        refuse("more elements than there are octets for", position)
    return number, position


def smallNumber(data: bytes, position: int, end: int) -> tuple[int, int]:
    """
    A normally small non-negative whole number (X.691, 11.6).
    """
    behind = position + 7
    value = _toInt(data[position >> 3 : (behind + 7) >> 3]) >> (-behind & 7) & 127
    if value < 64:
        return value, behind
    position = (position + 8) & -8
    length, position = unbounded(data, position, end)
    if length > 4:
        refuse("a small number of more than 4 octets", position)
    behind = position + 8 * length
    return _toInt(data[position >> 3 : behind >> 3]), behind


def additions(data: bytes, position: int, end: int, known: int) -> tuple[int, int, int]:
    """
    The bitmap of a SEQUENCE's additions, of whatever length the sender knows.

    @param known: how many additions our schema has.
    @return: which of the known ones are there (the first is the highest bit), which
        unknown ones - likewise, below a bit that stands for the last known one; 0 if
        there are none - and the position of the first addition.
    """
    behind = position + 7
    length = _toInt(data[position >> 3 : (behind + 7) >> 3]) >> (-behind & 7) & 127
    if length < 64:
        length += 1
        position = behind
    else:
        length, position = unbounded(data, (position + 8) & -8, end)
    behind = position + length
    if behind > end:
        refuse("ends too early", position)
    present = _toInt(data[position >> 3 : (behind + 7) >> 3]) >> (-behind & 7) & ((1 << length) - 1)
    behind = (behind + 7) & -8
    more = length - known
    if more <= 0:
        return present << -more, 0, behind
    unknown = present & ((1 << more) - 1)
    return present >> more, unknown and unknown | 1 << more, behind


def openType(data: bytes, position: int, end: int) -> tuple[bytes, int, int, int]:
    """
    An open type: a length determinant and as many octets.

    @param position: aligned.
    @return: the octets to read on in, with one more, the position in them, where the open type
        ends in them, and the position in C{data} behind it.
    """
    at = position >> 3
    first = data[at]
    if first < 0x80:
        position += 8
        behind = position + (first << 3)
    elif first < 0xC0:
        position += 16
        behind = position + (((first & 0x3F) << 8 | data[at + 1]) << 3)
    else:
        whole, length, behind = fragments(data, position, end, 8)
        return Reassembled(whole + b"\0"), 0, length << 3, behind
    if behind > end:
        refuse("ends too early", position)
    return data, position, behind, behind


def keep(
    data: bytes, position: int, end: int, unknown: int, known: int, value: dict[str, object]
) -> int:
    """
    Keep additions that our schema does not know: their octets, under their numbers.

    @param unknown: which, as L{additions} has it.
    @param known: how many additions our schema has.
    @param value: gets them, as C{_ext_7} and so on.
    @return: the position behind them.
    """
    below = unknown.bit_length() - 1
    for index in range(below):
        if unknown >> (below - 1 - index) & 1:
            inside, first, last, position = openType(data, position, end)
            value[f"_ext_{known + index}"] = bytes(inside[first >> 3 : last >> 3])
    return position


def additionsKept(data: bytes, position: int, end: int, value: dict[str, object]) -> int:
    """
    Keep all the additions of a SEQUENCE of which we know none.
    """
    _, unknown, position = additions(data, position, end, 0)
    return keep(data, position, end, unknown, 0, value) if unknown else position


def choiceIndex(data: bytes, position: int, end: int) -> tuple[int, bytes, int, int, int]:
    """
    The index of an added alternative and the open type that holds it.
    """
    index, position = smallNumber(data, position, end)
    return index, *openType(data, (position + 7) & -8, end)


def octets(data: bytes, position: int, end: int) -> tuple[bytes, int]:
    """
    An OCTET STRING of 128 octets or more.
    """
    whole, _, position = fragments(data, position, end, 8)
    return bytes(whole), position


def generalInteger(data: bytes, position: int, end: int, low: int | None) -> tuple[int, int]:
    """
    An INTEGER without an upper bound.

    @param position: aligned.
    @param low: the lower bound, or C{None}.
    """
    length, position = unbounded(data, position, end)
    behind = position + 8 * length
    if not 0 < length <= INTEGER_LIMIT:
        refuse(f"an INTEGER of {length} octets", position)
    if behind > end:
        refuse("ends too early", position)
    raw = data[position >> 3 : behind >> 3]
    if low is None:
        return _toInt(raw, signed=True), behind
    return _toInt(raw) + low, behind


@lru_cache(_CACHED)
def arcs(raw: bytes) -> tuple[int, ...]:
    """
    The arcs of an OBJECT IDENTIFIER; none at all is taken, as it is sent by some.
    """
    found = []
    value = 0
    for octet in raw:
        value = value << 7 | octet & 127
        if octet < 128:
            found.append(value)
            value = 0
    if raw and raw[-1] >= 128:
        raise DecodeError("an OBJECT IDENTIFIER ends in the middle of an arc")
    if not found:
        return ()
    first = min(found[0] // 40, 2)
    return (first, found[0] - 40 * first, *found[1:])


def bitString(data: bytes, position: int, end: int, length: int) -> tuple[tuple[int, int], int]:
    """
    The contents of a BIT STRING of a known length.

    @param position: where they start.
    """
    behind = position + length
    if behind > end:
        refuse("ends too early", position)
    raw = _toInt(data[position >> 3 : (behind + 7) >> 3])
    return (raw >> (-behind & 7) & ((1 << length) - 1), length), behind


def generalBitString(data: bytes, position: int, end: int) -> tuple[tuple[int, int], int]:
    """
    A BIT STRING without an upper bound.

    @param position: of the length determinant, aligned.
    """
    if data[position >> 3] < 0xC0:
        length, position = unbounded(data, position, end)
        return bitString(data, position, end, length)
    whole, length, position = fragments(data, position, end, 1)
    return bitString(whole, 0, len(whole) << 3, length)[0], position


def signedBitString(data: bytes, position: int, end: int) -> tuple[SignedBits, int]:
    """
    The same, for a C{hash} or a C{signature}: the value knows its place.
    """
    value, behind = generalBitString(data, position, end)
    placed = SignedBits(value)
    placed.octets = (value[1] + 7) >> 3
    placed.offset = (behind - value[1]) >> 3 if value[1] < _FRAGMENT else -1
    if isinstance(data, Reassembled):
        placed.offset = -1
    return placed, behind
