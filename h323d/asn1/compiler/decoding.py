"""
The decoders: from shapes to Python that reads aligned PER.

A generated decoder is C{d_NAME(d, p, e)}: the octets, the position in bits, and
where the innermost open type ends; it returns the value and the position behind.
In the generated code C{p} alone says where we are; what is known of it when the
code is written - C{p % 8} - is L{Decoding._phase}, which spares half of the
arithmetic.  Fields of bits that follow one another unconditionally are read at
one go; C{head} is the name under which such bits were read already.

The octets come with one octet more at their end, so that bits can be read from two
octets at once without a look at whether there are two.  Nothing is checked where bits
are read: positions only grow, so that it is enough that they are compared with C{e}
where something is counted or cut out, and at the end.
"""

from __future__ import annotations

from h323d.asn1.compiler import shapes
from h323d.asn1.compiler.source import (
    Source,
    World,
    bitsFor,
    choiceBits,
    lengthOctets,
    preambleBits,
)

__all__ = ["Decoding"]

_FAULTS = "(DecodeError, IndexError)"
_SIGNED = {"hash", "signature"}
_FEW = 4  # alternatives that are told apart one after the other
_EIGHT = 8  # additions that are passed over at once when none of them is there


class Decoding:
    """
    Writes the decoders of one module.

    @ivar foreign: decoders of other modules that were called, C{(module, name)}.
    @ivar constants: C{name -> source text} of tables to stand before the functions.
    """

    def __init__(self, world: World, module: shapes.Module, source: Source) -> None:
        self._world = world
        self._module = module
        self._source = source
        self.foreign: set[tuple[str, str]] = set()
        self.constants: dict[str, str] = {}
        self._group = 0
        self._phase: int | None = None
        self._cursor = False  # whether C{i} has gone on, and C{p} is yet to follow
        self._data = "d"
        self._end = "e"
        self._at = "at"
        self._path = ""
        self._component = ""

    def function(self, name: str, shape: shapes.Shape) -> None:
        """
        Write the decoder of a type.
        """
        source = self._source
        source.restart()
        self._group = self._world.group(shapes.Named(self._module.name, name))
        self._phase, self._data, self._end = None, "d", "e"
        self._at, self._path, self._component = "at", "", ""
        depth = ", z=0" if self._group else ""
        source.line("")
        source.line("")
        with source.block(f"def d_{name}(d, p, e{depth}):"):
            source.line('at = ""')
            with source.block("try:"):
                if self._group:
                    with source.block("if z > DEPTH_LIMIT:"):
                        source.line('refuse("nested too deep", p)')
                value = self._read(shape)
                source.line(f"return {value}, p")
            with source.block(f"except {_FAULTS} as x:"):
                source.line("raise decodeFailure(x, at, p) from None")

    # --- places

    def _mark(self, name: str) -> None:
        """
        Note at run time which component comes now, for the path of an error.
        """
        self._source.line(f'{self._at} = "{self._path}{name}"')

    def _within(self, name: str, shape: shapes.Shape, head: str = "", marked: bool = False) -> str:
        """
        Read a component.

        @param marked: whether it was noted already as the one that comes now.
        """
        outer, self._component = self._component, name
        if not isinstance(shape, shapes.Boolean | shapes.Null) and not marked:
            self._mark(name)
        path, self._path = self._path, f"{self._path}{name}."
        value = self._read(shape, head)
        self._path = path
        self._component = outer
        return value

    # --- bits

    def _take(self, width: int) -> str:
        """
        Read so many bits into a fresh variable.
        """
        source = self._source
        name = source.fresh("b")
        d = self._data
        phase = self._phase
        if phase is not None and phase + width <= 8:
            shift = 8 - phase - width
            mask = f" & {(1 << width) - 1}" if phase else ""
            source.line(f"{name} = {d}[p >> 3]" + (f" >> {shift}" if shift else "") + mask)
            source.line(f"p += {width}")
        elif width == 1:
            source.line(f"{name} = {d}[p >> 3] >> (~p & 7) & 1")
            source.line("p += 1")
        elif (7 if phase is None else phase) + width <= 16:
            shift = f"({16 - width} - (p & 7))" if phase is None else str(16 - phase - width)
            mask = f"{(1 << width) - 1:#x}"
            source.line("i = p >> 3")
            source.line(f"{name} = ({d}[i] << 8 | {d}[i + 1]) >> {shift} & {mask}")
            source.line(f"p += {width}")
        else:
            source.line(f"q = p + {width}")
            raw = f"I({d}[p >> 3 : (q + 7) >> 3])"
            if phase is None:
                source.line(f"{name} = {raw} >> (-q & 7) & {(1 << width) - 1:#x}")
            else:
                shift = -(phase + width) & 7
                source.line(f"{name} = {raw} >> {shift} & {(1 << width) - 1:#x}")
            source.line("p = q")
        self._advance(width)
        return name

    def _advance(self, width: int) -> None:
        if self._phase is not None:
            self._phase = (self._phase + width) & 7

    def _octet(self) -> None:
        """
        Make C{i} the octet where an aligned field begins.
        """
        if self._cursor:
            self._cursor = False
        elif self._phase is None:
            self._source.line("i = (p + 7) >> 3")
        else:
            self._source.line("i = p >> 3" if self._phase == 0 else "i = (p >> 3) + 1")

    def _align(self) -> None:
        """
        Make C{p} itself aligned.
        """
        if self._cursor:
            self._source.line("p = i << 3")
            self._cursor = False
        elif self._phase != 0:
            self._source.line("p = (p + 7) & -8")
        self._phase = 0

    def _check(self) -> None:
        with self._source.block(f"if p > {self._end}:"):
            self._source.line('refuse("ends too early", p)')

    def _headBits(self, shape: shapes.Shape) -> int:
        """
        How many bits a value certainly begins with.
        """
        shape = self._world.resolve(shape)
        match shape:
            case shapes.Sequence():
                return preambleBits(shape)
            case shapes.Choice():
                return choiceBits(shape)
            case shapes.Boolean():
                return 1
            case shapes.Enumerated():
                return shape.extensible + bitsFor(shape.rootCount)
            case shapes.Integer(low=int(low), high=int(high), extensible=False):
                if high - low < 255:
                    return bitsFor(high - low + 1)
                if high - low >= 65536:
                    return bitsFor(lengthOctets(low, high))
            case shapes.Sized(low=low, high=int(high), extensible=False):
                if high - low < 255:
                    return bitsFor(high - low + 1)
        return 0

    def _isBits(self, shape: shapes.Shape) -> bool:
        """
        Whether a value is nothing but its head.
        """
        shape = self._world.resolve(shape)
        match shape:
            case shapes.Boolean():
                return True
            case shapes.Enumerated():
                return not shape.extensible
            case shapes.Integer(low=int(low), high=int(high), extensible=False):
                return high - low < 255
        return False

    # --- shapes

    def _read(self, shape: shapes.Shape, head: str = "") -> str:
        """
        Write what reads a value, and return the expression for it.
        """
        shape = self._world.resolve(shape)
        match shape:
            case shapes.Named():
                return self._call(shape)
            case shapes.Null():
                return "None"
            case shapes.Boolean():
                return f"{head or self._take(1)} == 1"
            case shapes.Integer():
                return self._integer(shape, head)
            case shapes.Enumerated():
                return self._enumerated(shape, head)
            case shapes.Sequence():
                return self._sequence(shape, head)
            case shapes.Choice():
                return self._choice(shape, head)
            case shapes.ListOf():
                return self._listOf(shape, head)
            case shapes.Octets():
                return self._octets(shape, head)
            case shapes.Bits():
                return self._bits(shape, head)
            case shapes.Text():
                return self._text(shape, head)
        return self._open(shape)

    def _call(self, shape: shapes.Named) -> str:
        source = self._source
        name = f"d_{shape.name}"
        if shape.module != self._module.name:
            self.foreign.add((shape.module, shape.name))
            name = f"{shape.module}_d_{shape.name}"
        depth = ", z + 1" if self._group and self._world.group(shape) == self._group else ""
        value = source.fresh("v")
        source.line(f"{value}, p = {name}({self._data}, p, {self._end}{depth})")
        self._phase = None
        return value

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
        source, d = self._source, self._data
        value = source.fresh("v")
        low, high = shape.low, shape.high
        if shape.extensible:
            extended = self._take(1)
            with source.block(f"if {extended}:"):
                source.line("p = (p + 7) & -8")
                source.line(f"{value}, p = generalInteger({d}, p, {self._end}, None)")
            with source.block("else:"):
                plain = self._integer(shapes.Integer(low, high, False), "")
                source.line(f"{value} = {plain}")
            self._phase = None
            return value
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
        if span & (span - 1) or (span > 65536 and span != 1 << 8 * lengthOctets(low, high)):
            with source.block(f"if {value} > {high}:"):
                source.line(f'refuse("more than {high}", p)')
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
        if span & (span - 1):
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
        source, d = self._source, self._data
        if shape.extensible:
            raise NotImplementedError("a string of extensible size")
        value = source.fresh("v")
        width = shape.width
        if shape.high is None:
            self._align()
            source.line(f"w, n, p = fragments({d}, p, {self._end}, {width})")
            source.line(f"{value} = {self._characters(shape, 'w', '0', 'len(w)')}")
            self._phase = 0 if width >= 8 else None
        else:
            length = self._length(shape, head)
            bits = shape.high * width
            if bits < 16 or (shape.low == shape.high and bits <= 16):
                source.line(f"w = {length} * {width}")
                source.line("q = p + w")
                source.line(
                    f"w = (I({d}[p >> 3 : (q + 7) >> 3]) >> (-q & 7) & ((1 << w) - 1)) << (-w & 7)"
                )
                source.line(f"w = w.to_bytes(({length} * {width} + 7) >> 3)")
                source.line("p = q")
                self._phase = None
                self._check()
                source.line(f"n = {length}")
                source.line(f"{value} = {self._characters(shape, 'w', '0', 'len(w)')}")
            else:
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
        self._permitted(shape, value)
        if shape.high is None and shape.low:
            with source.block(f"if len({value}) < {shape.low}:"):
                source.line(f'refuse("shorter than {shape.low}", p)')
        return value

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

    def _listOf(self, shape: shapes.ListOf, head: str) -> str:
        source = self._source
        if shape.extensible:
            raise NotImplementedError("a list of extensible size")
        value = source.fresh("v")
        least = max(self._world.leastBits(shape.element), 1)
        if shape.high is None:
            self._octet()
            source.line(f"n = {self._data}[i]")
            source.line("p = (i + 1) << 3")
            with source.block(f"if n > 127 or n * {least} > {self._end} - p:"):
                source.line(f"n, p = count({self._data}, p - 8, {self._end}, {least})")
            length = "n"
            if shape.low:
                with source.block(f"if n < {shape.low}:"):
                    source.line(f'refuse("fewer than {shape.low} elements", p)')
        else:
            length = self._length(shape, head)
            if self._cursor:
                self._align()
            with source.block(f"if {length} * {least} > {self._end} - p:"):
                source.line('refuse("more elements than there are octets for", p)')
        source.line(f"{value} = []")
        outer = (self._at, self._path, self._component)
        self._at = source.fresh("at")
        self._path, self._component = "", ""
        source.line(f'{self._at} = ""')
        with source.block("try:"), source.block(f"for _ in range({length}):"):
            self._phase = None
            source.line(f"{value}.append({self._read(shape.element)})")
        with source.block(f"except {_FAULTS} as x:"):
            source.line(
                f'raise decodeFailure(decodeFailure(x, {self._at}, p), f"[{{len({value})}}]", p) '
                "from None"
            )
        self._at, self._path, self._component = outer
        self._phase = None
        return value

    # --- SEQUENCE

    def _sequence(self, shape: shapes.Sequence, head: str) -> str:
        source = self._source
        value = source.fresh("v")
        preamble = preambleBits(shape)
        flags: tuple[str, int] = (head, 0)  # the variable with the preamble, its shift
        components = list(shape.root)
        first = bool(preamble) and not head
        started = False
        seen = 0
        pending: list[str] = []  # a run of mandatory components read before {} is made
        while components or first:
            run = self._run(components)
            width = sum(bits for _, bits in run) + (preamble if first else 0)
            heads: list[str] = []
            if width:
                name = self._take(width)
                left = width
                if first:
                    left -= preamble
                    flags = (name, left)
                for _, bits in run:
                    left -= bits
                    text = f"({name} >> {left} & {(1 << bits) - 1})" if left else name
                    if not left and width != bits:
                        text = f"({name} & {(1 << bits) - 1})"
                    heads.append(text)
                first = False
            for (part, _), text in zip(run, heads, strict=False):
                result = self._within(part.name, part.shape, self._pinned(part.shape, text))
                if started:
                    source.line(f'{value}["{part.name}"] = {result}')
                else:
                    pending.append(f'"{part.name}": {result}')
            components = components[len(run) :]
            if run and heads:
                continue
            first = False
            if not components:
                break
            part = components.pop(0)
            if not part.optional:
                result = self._within(part.name, part.shape)
                if started:
                    source.line(f'{value}["{part.name}"] = {result}')
                else:
                    pending.append(f'"{part.name}": {result}')
                continue
            if not started:
                source.line(f"{value} = {{{', '.join(pending)}}}")
                started = True
            seen += 1
            bit = flags[1] + preamble - shape.extensible - seen
            phase = self._phase
            with source.block(f"if {flags[0]} & {1 << bit:#x}:"):
                result = self._within(part.name, part.shape)
                source.line(f'{value}["{part.name}"] = {result}')
            if part.hasDefault:
                with source.block("else:"):
                    source.line(f'{value}["{part.name}"] = {part.default!r}')
            if self._phase != phase:
                self._phase = None
        if not started:
            source.line(f"{value} = {{{', '.join(pending)}}}")
        if shape.extensible:
            self._additions(shape, value, f"{flags[0]} & {1 << (flags[1] + preamble - 1):#x}")
        return value

    def _pinned(self, shape: shapes.Shape, text: str) -> str:
        """
        A head that is used more than once, in a variable of its own.
        """
        if text.startswith("(") and not self._isBits(shape):
            name = self._source.fresh("h")
            self._source.line(f"{name} = {text[1:-1]}")
            return name
        return text

    def _run(self, components: list[shapes.Component]) -> list[tuple[shapes.Component, int]]:
        """
        The components whose beginnings can be read together, and their bits.
        """
        run = []
        for part in components:
            bits = 0 if part.optional else self._headBits(part.shape)
            if not bits:
                break
            run.append((part, bits))
            if not self._isBits(part.shape):
                break
        return run

    def _additions(self, shape: shapes.Sequence, value: str, test: str) -> None:
        source = self._source
        number = len(shape.additions)
        phase = self._phase
        with source.block(f"if {test}:"):
            d, end = self._data, self._end
            if not number:
                source.line(f"p = additionsPast({d}, p, {end})")
                self._phase = 0
            else:
                there, unknown = source.fresh("a"), source.fresh("u")
                source.line(f"{there}, {unknown}, p = additions({d}, p, {end}, {number})")
                for first in range(0, number, _EIGHT):
                    some = shape.additions[first : first + _EIGHT]
                    mask = (1 << len(some)) - 1 << number - first - len(some)
                    with source.block(f"if {there} & {mask:#x}:"):
                        for index, group in enumerate(some, first):
                            bit = 1 << number - 1 - index
                            self._addition(shape, group, value, f"{there} & {bit:#x}")
                with source.block(f"if {unknown}:"):
                    source.line(f"p = skip({d}, p, {end}, {unknown})")
        if self._phase != phase:
            self._phase = None

    def _addition(
        self,
        shape: shapes.Sequence,
        group: tuple[shapes.Component, ...],
        value: str,
        test: str,
    ) -> None:
        source = self._source
        with source.block(f"if {test}:"):
            self._mark(group[0].name)
            if len(group) > 1:
                inner = shapes.Sequence(group, (), False)
                with self._opened() as behind:
                    source.line(f"{value}.update({self._sequence(inner, '')})")
                    self._check()
            elif group[0].name in shape.tolerated:
                with self._opened() as behind:
                    with source.block("try:"):
                        result = self._within(group[0].name, group[0].shape, marked=True)
                        self._check()
                        source.line(f'{value}["{group[0].name}"] = {result}')
                    with source.block(f"except {_FAULTS}:"):
                        source.line("pass")
            else:
                with self._opened() as behind:
                    result = self._within(group[0].name, group[0].shape, marked=True)
                    self._check()
                    source.line(f'{value}["{group[0].name}"] = {result}')
            source.line(f"p = {behind}")
            self._phase = 0

    def _opened(self) -> _Opened:
        return _Opened(self)

    # --- CHOICE

    def _choice(self, shape: shapes.Choice, head: str) -> str:
        source = self._source
        width = bitsFor(len(shape.root))
        value = source.fresh("v")
        bits = width + shape.extensible
        index = head or (self._take(bits) if bits else "0")
        phase = self._phase
        if shape.extensible:
            with source.block(f"if {index} < {1 << width}:"):
                self._branches(shape.root, index, value)
            with source.block("else:"):
                if width:
                    source.line(f"p -= {width}")
                self._extended(shape.additions, value)
        elif bits:
            self._branches(shape.root, index, value)
        else:
            self._alternative(shape.root[0], value)
        if any(not isinstance(part.shape, shapes.Null) for part in shape.root) or shape.extensible:
            self._phase = None
        else:
            self._phase = phase
        return value

    def _branches(self, parts: tuple[shapes.Component, ...], index: str, value: str) -> None:
        """
        Tell the alternatives of the root apart.
        """
        source = self._source
        if all(isinstance(part.shape, shapes.Null) for part in parts):
            names = self._constant("C", repr(tuple((part.name, None) for part in parts)))
            source.line(f"{value} = {names}[{index}]")
            return
        known = 1 << bitsFor(len(parts))
        if len(parts) < known:
            with source.block(f"if {index} >= {len(parts)}:"):
                source.line('refuse("no such alternative", p)')
        self._split(parts, 0, index, value, self._phase)

    def _split(
        self,
        parts: tuple[shapes.Component, ...],
        base: int,
        index: str,
        value: str,
        phase: int | None,
    ) -> None:
        source = self._source
        if len(parts) <= _FEW:
            for offset, part in enumerate(parts):
                self._phase = phase
                if len(parts) == 1:
                    self._alternative(part, value)
                    return
                word = "if" if offset == 0 else "elif"
                last = offset == len(parts) - 1
                with source.block("else:" if last else f"{word} {index} == {base + offset}:"):
                    self._alternative(part, value)
            return
        middle = len(parts) // 2
        with source.block(f"if {index} < {base + middle}:"):
            self._split(parts[:middle], base, index, value, phase)
        with source.block("else:"):
            self._split(parts[middle:], base + middle, index, value, phase)

    def _alternative(self, part: shapes.Component, value: str) -> None:
        if isinstance(part.shape, shapes.Null):
            self._source.line(f'{value} = ("{part.name}", None)')
            return
        result = self._within(part.name, part.shape)
        self._source.line(f'{value} = ("{part.name}", {result})')

    def _extended(self, parts: tuple[shapes.Component, ...], value: str) -> None:
        """
        An alternative behind the extension marker.
        """
        source = self._source
        index, data = source.fresh("k"), source.fresh("d")
        end, behind = source.fresh("e"), source.fresh("g")
        source.line(
            f"{index}, {data}, p, {end}, {behind} = choiceIndex({self._data}, p, {self._end})"
        )
        outer = (self._data, self._end)
        self._data, self._end = data, end
        for offset, part in enumerate(parts):
            self._phase = 0
            with source.block(f"{'if' if offset == 0 else 'elif'} {index} == {offset}:"):
                self._alternative(part, value)
        text = f'{value} = (f"_ext_{{{index}}}", bytes({data}[p >> 3 : {end} >> 3]))'
        if parts:
            with source.block("else:"):
                source.line(text)
                source.line(f"p = {end}")
        else:
            source.line(text)
            source.line(f"p = {end}")
        self._check()
        self._data, self._end = outer
        source.line(f"p = {behind}")
        self._phase = None

    def _constant(self, stem: str, text: str) -> str:
        """
        The name of a table, shared by all that look the same.
        """
        for name, other in self.constants.items():
            if other == text:
                return name
        name = f"{stem}{len(self.constants)}"
        self.constants[name] = text
        return name


class _Opened:
    """
    The inside of an open type: reads go there.
    """

    def __init__(self, decoding: Decoding) -> None:
        self._decoding = decoding

    def __enter__(self) -> str:
        it = self._decoding
        source = it._source
        data, end, behind = source.fresh("d"), source.fresh("e"), source.fresh("g")
        source.line("i = p >> 3")
        source.line(f"n = {it._data}[i]")
        with source.block("if n < 128:"):
            source.line(f"{data} = {it._data}")
            source.line("p = (i + 1) << 3")
            source.line(f"{end} = {behind} = p + (n << 3)")
            with source.block(f"if {behind} > {it._end}:"):
                source.line('refuse("ends too early", p)')
        with source.block("else:"):
            source.line(f"{data}, p, {end}, {behind} = openType({it._data}, p, {it._end})")
        self._outer = (it._data, it._end)
        it._data, it._end = data, end
        it._phase = 0
        return behind

    def __exit__(self, *exception: object) -> None:
        it = self._decoding
        it._data, it._end = self._outer
