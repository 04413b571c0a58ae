"""
The types of H.450.2 (02/1998): call transfer.

A transfer without consultation has an empty C{callIdentity}.  X.691 as tshark and
others read it aligns all the same; PTLib, h323plus and ooh323c do not.  We send
what the first say, and L{decode} takes either, telling them apart by which of them
ends where the octets end.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.codec import h450_2 as _codec
from h323d.asn1.namespace import Namespace
from h323d.errors import DecodeError

__all__ = ["decode", "encode", "types"]

# The types that begin with a callIdentity: how many bits stand before the padding.
_BEGINNINGS = {"CTInitiateArg": 5, "CTIdentifyRes": 5, "CTSetupArg": 6}
_LENGTH = 0b111  # the length of a callIdentity, NumericString (SIZE (0..4))

_namespace = Namespace(_codec)
types = _namespace.types
encode = _namespace.encode


def decode(typeName: str, data: bytes) -> Any:
    """
    Decode, as L{Namespace.decode} does, an empty C{callIdentity} of either kind.

    @raise DecodeError: if it is neither.
    """
    width = _BEGINNINGS.get(typeName)
    empty = width and data and not data[0] >> (8 - width) & _LENGTH
    if width and empty and not _fits(typeName, data):
        padded = bytes((data[0] & ~(0xFF >> width), data[0] << width & 0xFF)) + data[1:]
        if _fits(typeName, padded):
            data = padded
    return _namespace.decode(typeName, data)


def _fits(typeName: str, data: bytes) -> bool:
    """
    Whether octets are an encoding, from the first to the last.
    """
    try:
        _, position = _codec.DECODERS[typeName](data + b"\0", 0, len(data) << 3)
    except DecodeError:
        return False
    return bool((position + 7) >> 3 == len(data))
