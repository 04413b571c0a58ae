"""
What the generated codecs call: the parts of aligned PER that are long or rare.

Positions are counted in bits from the start of C{data}; C{end} is where the
innermost open type ends.  C{data} has an octet more than there is to read.  Everything here raises L{DecodeError} or L{EncodeError}
without a path: each generated function on the way out adds its part.

Not here: anything about a particular type.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NoReturn

from h323d.errors import DecodeError, EncodeError

__all__ = [
    "DEPTH_LIMIT",
    "ELEMENT_LIMIT",
    "INTEGER_LIMIT",
    "OID_LIMIT",
    "Reassembled",
    "SignedBits",
    "additions",
    "additionsPast",
    "arcs",
    "badCharacter",
    "badLength",
    "bitString",
    "choiceIndex",
    "count",
    "decodeFailure",
    "encodeFailure",
    "fragments",
    "generalBitString",
    "generalInteger",
    "integerOctets",
    "notThese",
    "octets",
    "oidOctets",
    "openType",
    "outOfRange",
    "putAdded",
    "putBitString",
    "putBits",
    "putOctets",
    "putSmall",
    "putUnbounded",
    "putUnknown",
    "refuse",
    "refuseOID",
    "signedBitString",
    "skip",
    "smallNumber",
    "unbounded",
]

DEPTH_LIMIT = 64  # decoders within decoders, among types that contain each other
ELEMENT_LIMIT = 4096  # elements of a list whose type sets no bound
INTEGER_LIMIT = 256  # octets of an INTEGER without bounds
OID_LIMIT = 127  # octets of an OBJECT IDENTIFIER: a length of one octet
_FRAGMENT = 16384
_CACHED = 512  # object identifiers remembered each way

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


# --- errors


def refuse(reason: str, position: int) -> NoReturn:
    """
    @raise DecodeError: always.
    @param position: where, in bits.
    """
    raise DecodeError(reason, "", position >> 3)


def decodeFailure(error: Exception, place: str, position: int) -> DecodeError:
    """
    What a generated decoder raises on its way out.

    @param place: the component in hand, C{""} if none.
    """
    if not isinstance(error, DecodeError):
        reason = "nested too deep" if isinstance(error, RecursionError) else "ends too early"
        return DecodeError(reason, place, position >> 3)
    if error.offset < 0:
        error.offset = position >> 3
    if place:
        inner = error.path
        joint = "." if inner and inner[0] != "[" else ""
        error.path = f"{place}{joint}{inner}"
    return error


def encodeFailure(error: Exception, place: str) -> EncodeError:
    """
    What a generated encoder raises on its way out.

    @param place: the component in hand, C{""} if none.
    """
    if not isinstance(error, EncodeError):
        if isinstance(error, KeyError):
            reason = f"missing, or not known here: {error}"
        else:
            reason = f"{type(error).__name__}: {error}"
        return EncodeError(reason, place)
    if place:
        inner = error.path
        joint = "." if inner and inner[0] != "[" else ""
        error.path = f"{place}{joint}{inner}"
    return error


def outOfRange(value: object, low: object, high: object) -> NoReturn:
    """
    @raise EncodeError: always.
    """
    raise EncodeError(f"{value!r:.40} is not within {low}..{high}")


# --- lengths (X.691, 11.9)


def unbounded(data: bytes, position: int, end: int) -> tuple[int, int]:
    """
    A length determinant that is not a fragment's.

    @param position: aligned.
    @return: the length, and the position behind it.
    """
    at = position >> 3
    first = data[at]
    if first < 0x80:
        return first, position + 8
    if first < 0xC0:
        return (first & 0x3F) << 8 | data[at + 1], position + 16
    refuse("fragments where none are taken", position)


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


# --- extensions (X.691, 19.7-19.9, 23.8)


def additions(data: bytes, position: int, end: int, known: int) -> tuple[int, int, int]:
    """
    The bitmap of a SEQUENCE's additions, of whatever length the sender knows.

    @param known: how many additions our schema has.
    @return: which of the known ones are there (the first is the highest bit), how
        many unknown ones, and the position of the first addition.
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
    return present >> more, (present & ((1 << more) - 1)).bit_count(), behind


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


def skip(data: bytes, position: int, end: int, number: int) -> int:
    """
    Pass over additions that our schema does not know.

    @return: the position behind them.
    """
    for _ in range(number):
        position = openType(data, position, end)[3]
    return position


def additionsPast(data: bytes, position: int, end: int) -> int:
    """
    Pass over all the additions of a SEQUENCE of which we know none.
    """
    _, unknown, position = additions(data, position, end, 0)
    return skip(data, position, end, unknown)


def choiceIndex(data: bytes, position: int, end: int) -> tuple[int, bytes, int, int, int]:
    """
    The index of an added alternative and the open type that holds it.
    """
    index, position = smallNumber(data, position, end)
    return index, *openType(data, (position + 7) & -8, end)


# --- values


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


def refuseOID(length: int, position: int) -> NoReturn:
    """
    @raise DecodeError: always, for an OBJECT IDENTIFIER that is too long for us, or
        for its octets.
    """
    if length > OID_LIMIT:
        refuse(f"an OBJECT IDENTIFIER of more than {OID_LIMIT} octets", position)
    refuse("ends too early", position)


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


# --- writing


def putOctets(out: bytearray, content: bytes) -> None:
    """
    Append a length determinant and octets, in fragments if need be.

    @param out: at an octet boundary.
    """
    length = len(content)
    if length < 128:
        out.append(length)
        out += content
        return
    at = 0
    while length >= _FRAGMENT:
        blocks = min(length // _FRAGMENT, 4)
        size = blocks * _FRAGMENT
        out.append(0xC0 | blocks)
        out += content[at : at + size]
        at += size
        length -= size
    out += length.to_bytes(1) if length < 128 else (0x8000 | length).to_bytes(2)
    out += content[at:]


def putUnbounded(out: bytearray, length: int) -> None:
    """
    Append a length determinant that stands alone.
    """
    if length < 128:
        out.append(length)
    elif length < _FRAGMENT:
        out += (0x8000 | length).to_bytes(2)
    else:
        raise EncodeError(f"a list of {length} elements")


def putBits(value: tuple[int, int], out: bytearray) -> tuple[int, int]:
    """
    Append the contents of a BIT STRING.

    @param out: at an octet boundary.
    @return: the bits that do not fill an octet, and how many they are.
    """
    number, length = value
    if number >> length:
        raise EncodeError(f"a number of more than {length} bits")
    spare = length & 7
    out += (number >> spare).to_bytes(length >> 3)
    return number & ((1 << spare) - 1), spare


def putAdded(
    name: str, known: tuple[str, ...], out: bytearray, accumulated: int, bits: int
) -> tuple[int, int]:
    """
    Append an ENUMERATED value, or the index of an alternative, that is not of the root.

    @param known: the added names; C{_ext_7} stands for the one with the number 7.
    """
    if name in known:
        number = known.index(name)
    elif name.startswith("_ext_"):
        number = int(name[5:])
    else:
        raise EncodeError(f"{name!r:.40} is not known here")
    return putSmall(number, out, accumulated << 1 | 1, bits + 1)


def putUnknown(name: str, content: bytes, out: bytearray, accumulated: int, bits: int) -> None:
    """
    Append an alternative that our schema does not know, as it was decoded.
    """
    accumulated, bits = putAdded(name, (), out, accumulated, bits)
    if bits:
        out += (accumulated << (-bits & 7)).to_bytes((bits + 7) >> 3)
    putOctets(out, content)


def putSmall(value: int, out: bytearray, accumulated: int, bits: int) -> tuple[int, int]:
    """
    Append a normally small number.
    """
    if value < 64:
        return accumulated << 7 | value, bits + 7
    accumulated = accumulated << 1 | 1
    bits += 1
    out += (accumulated << (-bits & 7)).to_bytes((bits + 7) >> 3)
    raw = value.to_bytes((value.bit_length() + 7) >> 3)
    out.append(len(raw))
    out += raw
    return 0, 0


def putBitString(
    value: tuple[int, int], out: bytearray, low: int, high: int | None
) -> tuple[int, int]:
    """
    Append a BIT STRING without an upper bound that PER sees.

    @param out: at an octet boundary.
    @return: the bits that do not fill an octet, and how many they are.
    """
    number, length = value
    if length < low or number >> length:
        outOfRange(value, low, high)
    at = 0
    while length - at >= _FRAGMENT:
        blocks = min((length - at) // _FRAGMENT, 4)
        size = blocks * _FRAGMENT
        out.append(0xC0 | blocks)
        out += (number >> (length - at - size) & ((1 << size) - 1)).to_bytes(size >> 3)
        at += size
    rest = length - at
    putUnbounded(out, rest)
    number &= (1 << rest) - 1
    spare = rest & 7
    out += (number >> spare).to_bytes(rest >> 3)
    return number & ((1 << spare) - 1), spare


def integerOctets(value: int, low: int | None) -> bytes:
    """
    An INTEGER without an upper bound, with its length determinant.
    """
    if low is None:
        length = (value + (value < 0)).bit_length() // 8 + 1
        raw = value.to_bytes(length, signed=True)
    else:
        if value < low:
            outOfRange(value, low, "MAX")
        value -= low
        raw = value.to_bytes((value.bit_length() + 7) >> 3 or 1)
    if len(raw) > INTEGER_LIMIT:
        raise EncodeError(f"an INTEGER of more than {INTEGER_LIMIT} octets")
    return (len(raw).to_bytes(1) if len(raw) < 128 else (0x8000 | len(raw)).to_bytes(2)) + raw


@lru_cache(_CACHED)
def oidOctets(arcs: tuple[int, ...]) -> bytes:
    """
    An OBJECT IDENTIFIER, with its length determinant.
    """
    if not arcs:
        return b"\0"
    if len(arcs) < 2 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39) or min(arcs) < 0:
        raise EncodeError(f"{arcs!r:.60} is no OBJECT IDENTIFIER")
    out = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        groups = [arc & 127]
        while arc := arc >> 7:
            groups.append(arc & 127 | 128)
        out += bytes(reversed(groups))
    if len(out) > OID_LIMIT:
        raise EncodeError(f"an OBJECT IDENTIFIER of more than {OID_LIMIT} octets")
    return bytes((len(out), *out))


def badLength(length: int, low: int, high: int | None) -> NoReturn:
    """
    @raise EncodeError: always.
    """
    raise EncodeError(
        f"a length of {length} is not within {low}..{'MAX' if high is None else high}"
    )


def badCharacter() -> NoReturn:
    """
    @raise EncodeError: always.
    """
    raise EncodeError("a character outside the alphabet")


def notThese(value: dict[str, object], names: tuple[str, ...]) -> NoReturn:
    """
    @raise EncodeError: always.
    """
    missing = [name for name in names if name not in value]
    if missing:
        raise EncodeError(f"{missing[0]} is missing")
    extra = [name for name in value if name not in names]
    raise EncodeError(f"{extra[0]!r:.40} is not known here")
