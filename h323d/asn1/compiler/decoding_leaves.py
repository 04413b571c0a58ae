"""
The decoders of types without components: numbers, names and strings.
"""

from __future__ import annotations

from h323d.asn1.compiler import shapes
from h323d.asn1.compiler.decoding_bits import BitDecoding
from h323d.asn1.compiler.source import bitsFor, lengthOctets

__all__ = ["LeafDecoding"]

_SIGNED = {"hash", "signature"}  # components whose place H.235 asks for


class LeafDecoding(BitDecoding):
    """
    Writes what reads values without components.  Each method returns the expression
    for the value; C{head} names bits of it that were read already, C{""} if none.
    """

    def _open(self, shape: shapes.Shape) -> str:
        """
        What is a length determinant and octets, whatever its type.
        """
        source = self._source
        value = source.fresh("v")
        if isinstance(shape, shapes.ObjectIdentifier):
            d = self._data
            self._octet()
            source.line(f"n = {d}[i]")
            source.line("i += 1")
            source.line("j = i + n")
            source.line("p = j << 3")
            with source.block(f"if n > OID_LIMIT or p > {self._end}:"):
                source.line("refuseOID(n, p)")
            source.line(f"{value} = arcs({d}[i:j])")
            self._phase = 0
            return value
        self._unboundedOctets(value)
        if isinstance(shape, shapes.GeneralText):
            return f'{value}.decode("latin-1")'
        return value

    def _unboundedOctets(self, value: str) -> None:
        source, d = self._source, self._data
        self._octet()
        source.line(f"n = {d}[i]")
        with source.block("if n < 128:"):
            source.line("i += 1")
            source.line("j = i + n")
            source.line(f"{value} = {d}[i:j]")
            source.line("p = j << 3")
            self._check()
        with source.block("else:"):
            source.line(f"{value}, p = octets({d}, i << 3, {self._end})")
        self._phase = 0

    def _integer(self, shape: shapes.Integer, head: str) -> str:
        if shape.extensible:
            return self._extensibleInteger(shape)
        source, d = self._source, self._data
        value = source.fresh("v")
        low, high = shape.low, shape.high
        if low is None or high is None:
            self._align()
            source.line(f"{value}, p = generalInteger({d}, p, {self._end}, {low})")
            return value
        span = high - low + 1
        plus = f" + {low}" if low > 0 else f" - {-low}" if low < 0 else ""
        if span == 1:
            return str(low)
        if span <= 255:
            raw = head or self._take(bitsFor(span))
            if not plus and span == 1 << bitsFor(span):
                return raw
            source.line(f"{value} = {raw}{plus}")
        elif span <= 65536:
            self._octet()
            if span == 256:
                source.line(f"{value} = {d}[i]{plus}")
                source.line("p = (i + 1) << 3")
            else:
                raw = f"{d}[i] << 8 | {d}[i + 1]"
                source.line(f"{value} = {f'({raw})' if plus else raw}{plus}")
                source.line("p = (i + 2) << 3")
            self._phase = 0
        else:
            size = head or self._take(bitsFor(lengthOctets(low, high)))
            self._octet()
            source.line(f"j = i + {size} + 1")
            source.line(f"{value} = I({d}[i:j]){plus}")
            source.line("p = j << 3")
            self._phase = 0
        if span < _patterns(low, high):
            with source.block(f"if {value} > {high}:"):
                source.line(f'refuse("more than {high}", p)')
        return value

    def _extensibleInteger(self, shape: shapes.Integer) -> str:
        source = self._source
        value = source.fresh("v")
        extended = self._take(1)
        with source.block(f"if {extended}:"):
            source.line("p = (p + 7) & -8")
            source.line(f"{value}, p = generalInteger({self._data}, p, {self._end}, None)")
        with source.block("else:"):
            plain = self._integer(shapes.Integer(shape.low, shape.high, False), "")
            source.line(f"{value} = {plain}")
        self._phase = None
        return value

    def _enumerated(self, shape: shapes.Enumerated, head: str) -> str:
        source = self._source
        width = bitsFor(shape.rootCount)
        table = self._constant("N", repr(shape.names[: shape.rootCount]))
        if not shape.extensible:
            index = head or (self._take(width) if width else "0")
            if shape.rootCount < 1 << width:
                with source.block(f"if {index} >= {shape.rootCount}:"):
                    source.line('refuse("no such name", p)')
            return f"{table}[{index}]"
        raw = head or self._take(1 + width)
        value = source.fresh("v")
        with source.block(f"if {raw} < {shape.rootCount}:"):
            source.line(f"{value} = {table}[{raw}]")
        if shape.rootCount < 1 << width:
            with source.block(f"elif {raw} < {1 << width}:"):
                source.line('refuse("no such name", p)')
        with source.block("else:"):
            if width:
                source.line(f"p -= {width}")
            source.line(f"n, p = smallNumber({self._data}, p, {self._end})")
            added = shape.names[shape.rootCount :]
            if added:
                more = self._constant("N", repr(added))
                source.line(f'{value} = {more}[n] if n < {len(added)} else f"_ext_{{n}}"')
            else:
                source.line(f'{value} = f"_ext_{{n}}"')
        self._phase = None
        return value

    def _length(self, shape: shapes.Sized, head: str) -> str:
        """
        The length of something with a visible upper bound.
        """
        source, d = self._source, self._data
        low, high = shape.low, shape.high
        assert high is not None
        span = high - low + 1
        if span == 1:
            return str(low)
        if span <= 255:
            raw = head or self._take(bitsFor(span))
            source.line(f"n = {raw}" + (f" + {low}" if low else ""))
        elif span == 256:
            self._octet()
            source.line(f"n = {d}[i]" + (f" + {low}" if low else ""))
            source.line("i += 1")
            self._cursor = True
        else:
            self._octet()
            raw = f"({d}[i] << 8 | {d}[i + 1])"
            source.line(f"n = {raw}" + (f" + {low}" if low else ""))
            source.line("i += 2")
            self._cursor = True
        if span < _patterns(low, high):
            with source.block(f"if n > {high}:"):
                source.line(f'refuse("longer than {high}", p)')
        return "n"

    def _octets(self, shape: shapes.Octets, head: str) -> str:
        source, d = self._source, self._data
        if shape.extensible:
            raise NotImplementedError("a string of extensible size")
        value = source.fresh("v")
        if shape.high is None:
            self._unboundedOctets(value)
            if shape.low:
                with source.block(f"if len({value}) < {shape.low}:"):
                    source.line(f'refuse("shorter than {shape.low}", p)')
            return value
        if shape.low == shape.high <= 2:
            raw = self._take(8 * shape.low)
            return f"{raw}.to_bytes({shape.low})"
        length = self._length(shape, head)
        self._octet()
        source.line(f"j = i + {length}")
        source.line(f"{value} = {d}[i:j]")
        source.line("p = j << 3")
        self._phase = 0
        self._check()
        return value

    def _bits(self, shape: shapes.Bits, head: str) -> str:
        source, d, end = self._source, self._data, self._end
        if shape.extensible:
            raise NotImplementedError("a string of extensible size")
        value = source.fresh("v")
        if shape.high is None:
            reader = "generalBitString"
            if self._component in _SIGNED:
                reader = "signedBitString"
            self._align()
            source.line(f"{value}, p = {reader}({d}, p, {end})")
            if shape.low:
                with source.block(f"if {value}[1] < {shape.low}:"):
                    source.line(f'refuse("shorter than {shape.low}", p)')
        elif shape.low == shape.high <= 16:
            return f"({self._take(shape.low)}, {shape.low})"
        else:
            length = self._length(shape, head)
            self._align()
            source.line(f"{value}, p = bitString({d}, p, {end}, {length})")
        self._phase = None
        return value

    def _text(self, shape: shapes.Text, head: str) -> str:
        source = self._source
        if shape.extensible:
            raise NotImplementedError("a string of extensible size")
        value = source.fresh("v")
        width = shape.width
        if shape.high is None:
            self._align()
            source.line(f"w, n, p = fragments({self._data}, p, {self._end}, {width})")
            source.line(f"{value} = {self._characters(shape, 'w', '0', 'len(w)')}")
            self._phase = 0 if width >= 8 else None
            if shape.low:
                with source.block(f"if len({value}) < {shape.low}:"):
                    source.line(f'refuse("shorter than {shape.low}", p)')
        else:
            length = self._length(shape, head)
            bits = shape.high * width
            if bits < 16 or (shape.low == shape.high and bits <= 16):
                self._shortText(shape, value, length)
            else:
                self._alignedText(shape, value, length)
        self._permitted(shape, value)
        return value

    def _shortText(self, shape: shapes.Text, value: str, length: str) -> None:
        """
        A string that is too short to be aligned (X.691, 30.5.6 and 30.5.7).
        """
        source, d, width = self._source, self._data, shape.width
        source.line(f"w = {length} * {width}")
        source.line("q = p + w")
        source.line(f"w = (I({d}[p >> 3 : (q + 7) >> 3]) >> (-q & 7) & ((1 << w) - 1)) << (-w & 7)")
        source.line(f"w = w.to_bytes(({length} * {width} + 7) >> 3)")
        source.line("p = q")
        self._phase = None
        self._check()
        source.line(f"n = {length}")
        source.line(f"{value} = {self._characters(shape, 'w', '0', 'len(w)')}")

    def _alignedText(self, shape: shapes.Text, value: str, length: str) -> None:
        """
        A string that begins at an octet.
        """
        source, d, width = self._source, self._data, shape.width
        self._octet()
        if width >= 8:
            times = f" * {width // 8}" if width > 8 else ""
            source.line(f"j = i + {length}{times}")
            source.line("p = j << 3")
            self._phase = 0
        else:
            if length != "n":
                source.line(f"n = {length}")
            source.line(f"p = (i << 3) + n * {width}")
            source.line("j = (p + 7) >> 3")
            self._phase = None
        self._check()
        source.line(f"{value} = {self._characters(shape, d, 'i', 'j')}")

    def _characters(self, shape: shapes.Text, d: str, i: str, j: str) -> str:
        """
        The expression for the characters in C{d[i:j]}.
        """
        raw = f"{d}[{i}:{j}]" if i != "0" else d
        if shape.width == 16:
            return f'{raw}.decode("utf-16-be", "replace")'
        if shape.width == 8:
            return f'{raw}.decode("latin-1")'
        if shape.width != 4 or not shape.indexed:
            raise NotImplementedError(f"characters of {shape.width} bits")
        table = {ord(f"{index:x}"): letter for index, letter in enumerate(shape.alphabet)}
        table |= {ord(f"{index:x}"): "\0" for index in range(len(shape.alphabet), 16)}
        name = self._constant("T", repr(table))
        return f"{raw}.hex()[:n].translate({name})"

    def _permitted(self, shape: shapes.Text, value: str) -> None:
        """
        Refuse characters that the type does not have.
        """
        source = self._source
        if shape.width == 16:
            return
        if shape.width == 4:
            if len(shape.alphabet) == 16:
                return
            test = f'"\\0" in {value}'
        elif shape.alphabet:
            test = f"{value}.strip({shape.alphabet!r})"
        else:
            test = f"not {value}.isascii()"
        with source.block(f"if {test}:"):
            source.line('refuse("a character outside the alphabet", p)')


def _patterns(low: int, high: int) -> int:
    """
    @return: how many numbers the bits could say that a constrained integer from C{low} to C{high}
        is encoded in (X.691, 11.5.7): where that is more than there are, they are to be checked.
    """
    span = high - low + 1
    if span <= 255:
        return 1 << bitsFor(span)
    if span <= 65536:
        return 256 if span == 256 else 65536
    return 1 << 8 * lengthOctets(low, high)
