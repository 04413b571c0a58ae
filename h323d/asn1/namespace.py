"""
The types of one ASN.1 module, to be encoded and decoded by name.

This is what the rest of the program sees of ASN.1: plain Python values in, octets
out, and the reverse.  SEQUENCE is a C{dict} with the standard's field names (an
absent component is an absent key), CHOICE a tuple C{(alternative, value)},
SEQUENCE OF a list, OCTET STRING C{bytes}, BIT STRING C{(number, length)},
ENUMERATED its name, OBJECT IDENTIFIER a tuple of arcs, and an open type the
octets within it.  What our schema does not know decodes to C{("_ext_3", octets)}
where it is an alternative, and to octets under such a
key where it is a component; both are encoded as they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from h323d.asn1.runtime.reading import SignedBits
from h323d.errors import DecodeError, EncodeError

__all__ = ["Namespace", "Placement", "placements"]

# A generated decoder: (octets and one more, position, end) -> (value, position), in bits.
_Decoder = Callable[[bytes, int, int], tuple[Any, int]]
# A generated encoder: (value, out, bits, count) -> (bits, count).
_Encoder = Callable[[Any, bytearray, int, int], tuple[int, int]]


@dataclass(frozen=True)
class Placement:
    """
    Where a C{hash} or C{signature} lies in an encoded message: H.235 computes it
    over the message with these octets zeroed.

    @ivar path: as in C{"RasMessage.registrationRequest.cryptoTokens[0].token.hash"}.
    @ivar offset: its first octet; C{-1} when the message came in fragments.
    @ivar length: how many octets.
    """

    path: str
    offset: int
    length: int


class Namespace:
    """
    The codec of one ASN.1 module.
    """

    def __init__(self, codec: ModuleType) -> None:
        self._decoders: Mapping[str, _Decoder] = codec.DECODERS
        self._encoders: Mapping[str, _Encoder] = codec.ENCODERS

    @property
    def types(self) -> tuple[str, ...]:
        """
        The names of the types, as the standard writes them.
        """
        return tuple(self._decoders)

    def decode(self, typeName: str, data: bytes | bytearray | memoryview) -> Any:
        """
        Decode a complete encoding.  Octets behind it are passed over, as peers pad.

        @param typeName: the standard's name, as in C{"H323-UserInformation"}.
        @return: the value; its form depends on the type.
        @raise DecodeError: for whatever is wrong with the octets.
        @raise KeyError: if there is no such type.
        """
        decoder = self._decoders[typeName]
        end = len(data) << 3
        try:
            value, position = decoder(bytes(data) + b"\0", 0, end)
        except DecodeError as error:
            error.path = f"{typeName}.{error.path}" if error.path else typeName
            error.offset = min(error.offset, len(data))
            raise
        if position > end:
            raise DecodeError("ends too early", typeName, len(data))
        return value

    def encode(self, typeName: str, value: Any) -> bytes:
        """
        Encode a value.

        @raise EncodeError: if the value does not fit the type.
        @raise KeyError: if there is no such type.
        """
        encoder = self._encoders[typeName]
        out = bytearray()
        try:
            accumulated, bits = encoder(value, out, 0, 0)
        except EncodeError as error:
            error.path = f"{typeName}.{error.path}" if error.path else typeName
            raise
        if bits:
            out += (accumulated << (-bits & 7)).to_bytes((bits + 7) >> 3)
        return bytes(out) or b"\0"

    def decodePlaced(self, typeName: str, data: bytes) -> tuple[Any, tuple[Placement, ...]]:
        """
        Decode, and tell where each C{hash} and C{signature} lies.
        """
        value = self.decode(typeName, data)
        return value, tuple(placements(value, typeName))

    def encodePlaced(self, typeName: str, value: Any) -> tuple[bytes, tuple[Placement, ...]]:
        """
        Encode a value whose C{hash} or C{signature} fields hold zeroes of the right
        length, and tell where they lie, to be filled in.
        """
        data = self.encode(typeName, value)
        return data, self.decodePlaced(typeName, data)[1]


def placements(value: Any, path: str) -> Iterator[Placement]:
    """
    Find the hashes and signatures in a decoded value.

    @param path: of the value itself.
    """
    if isinstance(value, dict):
        for name, part in value.items():
            yield from placements(part, f"{path}.{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from placements(part, f"{path}[{index}]")
    elif isinstance(value, SignedBits):
        yield Placement(path, value.offset, value.octets)
    elif isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        yield from placements(value[1], f"{path}.{value[0]}")
