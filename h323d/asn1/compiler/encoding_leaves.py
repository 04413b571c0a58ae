"""
The encoders of types without components: numbers, names and strings.
"""

from __future__ import annotations

from h323d.asn1.compiler import shapes
from h323d.asn1.compiler.encoding_bits import BitEncoding
from h323d.asn1.compiler.source import bitsFor, lengthOctets

__all__ = ["LeafEncoding"]


class LeafEncoding(BitEncoding):
    """
    Writes what writes values without components.  C{value} is always the name of a
    variable.
    """

    def _unbounded(self, value: str) -> None:
        """
        A length determinant and octets.
        """
        source, out = self._source, self._out
        self._align()
        source.line(f"y = len({value})")
        with source.block("if y < 128:"):
            source.line(f"{out}.append(y)")
            source.line(f"{out} += {value}")
        with source.block("else:"):
            source.line(f"putOctets({out}, {value})")

    def _require(self, test: str, value: str, low: object, high: object) -> None:
        with self._source.block(f"if not {test}:"):
            self._source.line(f"outOfRange({value}, {low!r}, {high!r})")

    def _integer(self, shape: shapes.Integer, value: str) -> None:
        source, out = self._source, self._out
        low, high = shape.low, shape.high
        if shape.extensible:
            self._spill()
            with source.block(f"if {low} <= {value} <= {high}:"):
                self._put("0", 1)
                self._integer(shapes.Integer(low, high, False), value)
                self._spill()
            with source.block("else:"):
                self._put("1", 1)
                self._align()
                source.line(f"{out} += integerOctets({value}, None)")
                self._spill()
            return
        if low is None or high is None:
            self._align()
            source.line(f"{out} += integerOctets({value}, {low})")
            return
        span = high - low + 1
        minus = f" - {low}" if low > 0 else f" + {-low}" if low < 0 else ""
        if span == 1:
            self._require(f"{value} == {low}", value, low, high)
        elif span <= 255:
            self._require(f"{low} <= {value} <= {high}", value, low, high)
            self._put(f"{value}{minus}", bitsFor(span))
        elif span == 256:
            self._align()
            source.line(f"{out}.append({value}{minus})")
        elif span <= 65536:
            if span < 65536:
                self._require(f"{low} <= {value} <= {high}", value, low, high)
            self._align()
            text = f"({value}{minus})" if minus else value
            source.line(f"{out} += {text}.to_bytes(2)")
        else:
            self._require(f"{low} <= {value} <= {high}", value, low, high)
            number, size = source.fresh("x"), source.fresh("s")
            source.line(f"{number} = {value}{minus}")
            source.line(f"{size} = ({number}.bit_length() + 7) >> 3 or 1")
            self._put(f"{size} - 1", bitsFor(lengthOctets(low, high)))
            self._align()
            source.line(f"{out} += {number}.to_bytes({size})")

    def _enumerated(self, shape: shapes.Enumerated, value: str) -> None:
        source = self._source
        root, added = shape.names[: shape.rootCount], shape.names[shape.rootCount :]
        table = self._constant("K", repr({name: index for index, name in enumerate(root)}))
        number = source.fresh("x")
        width = bitsFor(shape.rootCount)
        if not shape.extensible:
            source.line(f"{number} = {table}[{value}]")
            self._put(number, width)
            return
        self._spill()
        source.line(f"{number} = {table}.get({value}, -1)")
        with source.block(f"if {number} >= 0:"):
            self._put(number, 1 + width)
            self._spill()
        with source.block("else:"):
            source.line(f"a, n = putAdded({value}, {added!r}, {self._out}, a, n)")

    def _length(self, shape: shapes.Sized, length: str, value: str) -> None:
        """
        The length of something with a visible upper bound.
        """
        low, high = shape.low, shape.high
        assert high is not None
        span = high - low + 1
        minus = f" - {low}" if low else ""
        test = f"{length} == {low}" if span == 1 else f"{low} <= {length} <= {high}"
        with self._source.block(f"if not {test}:"):
            self._source.line(f"badLength({length}, {low}, {high})")
        if span == 1:
            return
        if span <= 255:
            if length == "y":  # a name that stays until it is written
                length = self._source.fresh("y")
                self._source.line(f"{length} = y")
            self._put(f"{length}{minus}", bitsFor(span))
        elif span == 256:
            self._align()
            self._source.line(f"{self._out}.append({length}{minus})")
        else:
            self._align()
            text = f"({length}{minus})" if minus else length
            self._source.line(f"{self._out} += {text}.to_bytes(2)")

    def _octets(self, shape: shapes.Octets, value: str) -> None:
        source, out = self._source, self._out
        if shape.high is None:
            if shape.low:
                with source.block(f"if len({value}) < {shape.low}:"):
                    source.line(f"badLength(len({value}), {shape.low}, None)")
            self._unbounded(value)
            return
        length = source.fresh("y")
        source.line(f"{length} = len({value})")
        self._length(shape, length, value)
        if shape.low == shape.high <= 2:
            number = source.fresh("x")
            source.line(f"{number} = I({value})")
            self._put(number, 8 * shape.low)
            return
        self._align()
        source.line(f"{out} += {value}")

    def _bits(self, shape: shapes.Bits, value: str) -> None:
        source, out = self._source, self._out
        if shape.high is None:
            self._align()
            source.line(f"a, n = putBitString({value}, {out}, {shape.low}, None)")
            self._known = None
            return
        number, length = source.fresh("x"), source.fresh("y")
        source.line(f"{number}, {length} = {value}")
        self._length(shape, length, value)
        if shape.low == shape.high <= 16:
            self._require(f"0 <= {number} < {1 << shape.low}", number, 0, (1 << shape.low) - 1)
            self._put(number, shape.low)
            return
        self._align()
        source.line(f"a, n = putBits({value}, {out})")
        self._known = None

    def _text(self, shape: shapes.Text, value: str) -> None:
        source, out = self._source, self._out
        width, high = shape.width, shape.high
        raw, length = self._characters(shape, value)
        if high is None:
            if shape.low:
                with source.block(f"if {length} < {shape.low}:"):
                    source.line(f"badLength({length}, {shape.low}, None)")
            self._align()
            source.line(f"putUnbounded({out}, {length})")
        else:
            self._length(shape, length, value)
            if high * width < 16 or (shape.low == high and high * width <= 16):
                self._shortText(shape, raw, length)
                return
            self._align()
        if width != 4:
            source.line(f"{out} += {raw}")
            return
        with source.block(f"if {length} & 1:"):
            source.line(f"{out} += HEX({raw}[:-1])")
            source.line(f"a = int({raw}[-1], 16)")
            source.line("n = 4")
        with source.block("else:"):
            source.line(f"{out} += HEX({raw})")
            source.line("a = n = 0")
        self._known = None

    def _characters(self, shape: shapes.Text, value: str) -> tuple[str, str]:
        """
        Turn a string into what is sent.

        @return: the names of its octets - of its hexadecimal digits where a character
            is of four bits - and of its length in characters.
        """
        source = self._source
        raw, length = source.fresh("w"), source.fresh("y")
        if shape.alphabet:
            with source.block(f"if {value}.strip({shape.alphabet!r}):"):
                source.line("badCharacter()")
        if shape.width == 4:
            table = {ord(letter): f"{index:x}" for index, letter in enumerate(shape.alphabet)}
            name = self._constant("T", repr(table))
            source.line(f"{length} = len({value})")
            source.line(f"{raw} = {value}.translate({name})")
        elif shape.width == 16:
            source.line(f'{raw} = {value}.encode("utf-16-be")')
            source.line(f"{length} = len({raw}) >> 1")
        else:
            source.line(f'{raw} = {value}.encode("ascii")')
            source.line(f"{length} = len({raw})")
        return raw, length

    def _shortText(self, shape: shapes.Text, raw: str, length: str) -> None:
        """
        A string that is too short to be aligned (X.691, 30.5.6 and 30.5.7).
        """
        source, width = self._source, shape.width
        number = f"int({raw} or '0', 16)" if width == 4 else f"I({raw})"
        if shape.low == shape.high:
            value = source.fresh("x")
            source.line(f"{value} = {number}")
            self._put(value, shape.low * width)
        else:
            self._spill()
            source.line(f"a = a << {length} * {width} | {number}")
            source.line(f"n += {length} * {width}")
