"""
What generated encoders call (X.691).

C{out} holds the octets written so far; bits that do not fill an octet yet are kept
beside it, as a number and a count.  Everything here raises L{EncodeError} without a
path.
"""

from __future__ import annotations

from functools import lru_cache

from h323d.asn1.runtime.failures import outOfRange
from h323d.asn1.runtime.limits import INTEGER_LIMIT, OID_LIMIT
from h323d.errors import EncodeError

__all__ = [
    "integerOctets",
    "oidOctets",
    "presence",
    "putAdded",
    "putAdditions",
    "putBitmap",
    "putBitString",
    "putBits",
    "putOctets",
    "putSmall",
    "putUnbounded",
    "putUnknown",
    "putUnknownOnly",
]

_FRAGMENT = 16384
_CACHED = 512  # object identifiers remembered
_BITMAP_LIMIT = 16383  # additions that a bitmap can tell of
_KEPT = "_ext_"  # what the names of additions begin with that our schema does not know


def presence(value: dict[str, object], known: dict[str, int], optional: int, added: int) -> int:
    """
    Which components and additions a SEQUENCE has, where some are unknown or missing.

    @param known: for each component its bit; 0 for one that must be there.
    @param optional: how many components of the root may be absent.
    @param added: how many additions our schema has.
    @return: the bits, with one above them if there are additions that were kept.
    """
    present = 0
    for name in value:
        bit = known.get(name)
        if bit is None:
            _number(name, added)
            bit = 1 << (optional + added)
        present |= bit
    for name, bit in known.items():
        if not bit and name not in value:
            raise EncodeError(f"{name} is missing")
    return present


def _number(name: str, added: int) -> int:
    """
    The number of an addition that was kept.
    """
    digits = name.removeprefix(_KEPT)
    if digits == name or not digits.isdecimal() or not added <= int(digits) < _BITMAP_LIMIT:
        raise EncodeError(f"{name!r:.40} is not known here")
    return int(digits)


def _kept(value: dict[str, bytes], added: int) -> list[tuple[int, bytes]]:
    return sorted(
        (_number(name, added), octets) for name, octets in value.items() if name.startswith(_KEPT)
    )


def putBitmap(
    value: dict[str, bytes], present: int, added: int, out: bytearray, accumulated: int, bits: int
) -> tuple[int, int]:
    """
    Append the bitmap of the additions of a SEQUENCE some of which our schema does not know.

    @param present: which known ones are there, below a bit of no meaning here.
    @param added: how many additions our schema has.
    """
    numbers = [number for number, _ in _kept(value, added)]
    length = numbers[-1] + 1
    bitmap = (present & ((1 << added) - 1)) << (length - added)
    for number in numbers:
        bitmap |= 1 << (length - 1 - number)
    if length <= 64:
        return accumulated << 7 + length | length - 1 << length | bitmap, bits + 7 + length
    accumulated = accumulated << 1 | 1
    bits += 1
    out += (accumulated << (-bits & 7)).to_bytes((bits + 7) >> 3)
    putUnbounded(out, length)
    return bitmap, length


def putAdditions(value: dict[str, bytes], out: bytearray, added: int) -> None:
    """
    Append the additions that our schema does not know, as they were decoded.

    @param out: at an octet boundary.
    """
    for _, octets in _kept(value, added):
        putOctets(out, octets or b"\0")


def putUnknownOnly(value: dict[str, bytes], out: bytearray, accumulated: int, bits: int) -> None:
    """
    Append the additions of a SEQUENCE for which our schema has none.
    """
    accumulated, bits = putBitmap(value, 0, 0, out, accumulated, bits)
    out += (accumulated << (-bits & 7)).to_bytes((bits + 7) >> 3)
    putAdditions(value, out, 0)


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
