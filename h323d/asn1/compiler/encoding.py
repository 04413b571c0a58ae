"""
The encoders: from shapes to Python that writes aligned PER.

A generated encoder is C{e_NAME(v, o, a, n)}: the value, the octets so far, and
the bits that do not fill an octet yet, as a number and a count; it appends to
C{o} and returns the new bits.  L{Encoding._known} is that count when it is known
as the code is written, so that most padding is a constant; fields of bits that
follow one another are written by one statement.

A value that does not fit its schema becomes an L{EncodeError}: what the operations
themselves raise (a name that is not in a table, a number too large for its octets)
is as good as a check, and free.
"""

from __future__ import annotations

from h323d.asn1.compiler import shapes
from h323d.asn1.compiler.encoding_leaves import LeafEncoding
from h323d.asn1.compiler.source import bitsFor, preambleBits

__all__ = ["Encoding"]

_FEW = 4  # alternatives that are told apart one after the other
_SMALL = 64  # additions whose index or number fits six bits


class Encoding(LeafEncoding):
    """
    Writes the encoders of one module.
    """

    def function(self, name: str, shape: shapes.Shape) -> None:
        """
        Write the encoder of a type.
        """
        source = self._source
        source.restart()
        self._known, self._pending, self._out = None, [], "o"
        self._at, self._path = "at", ""
        source.line("")
        source.line("")
        with source.block(f"def e_{name}(v, o, a, n):"):
            source.line('at = ""')
            with source.block("try:"):
                self._write(shape, "v")
                self._spill()
                source.line("return a, n")
            with source.block("except FAULTS as x:"):
                source.line("raise encodeFailure(x, at) from None")

    def _within(self, name: str, shape: shapes.Shape, value: str) -> None:
        """
        Write a component.
        """
        if isinstance(shape, shapes.Null):
            return
        path, self._path = self._path, f"{self._path}{name}."
        self._write(shape, value)
        self._path = path

    def _write(self, shape: shapes.Shape, value: str) -> None:
        """
        Write what writes a value.

        @param value: the name of a variable.
        """
        shape = self._world.resolve(shape)
        match shape:
            case shapes.Named():
                self._call(shape, value)
            case shapes.Null():
                pass
            case shapes.Boolean():
                bit = self._source.fresh("x")
                self._source.line(f"{bit} = BIT[{value}]")
                self._put(bit, 1)
            case shapes.Integer():
                self._integer(shape, value)
            case shapes.Enumerated():
                self._enumerated(shape, value)
            case shapes.Sequence():
                self._sequence(shape, value)
            case shapes.Choice():
                self._choice(shape, value)
            case shapes.ListOf():
                self._listOf(shape, value)
            case shapes.Octets():
                self._octets(shape, value)
            case shapes.Bits():
                self._bits(shape, value)
            case shapes.Text():
                self._text(shape, value)
            case shapes.ObjectIdentifier():
                self._align()
                self._source.line(f"{self._out} += oidOctets({value})")
            case shapes.GeneralText():
                self._source.line(f'w = {value}.encode("latin-1")')
                self._unbounded("w")
            case _:
                self._unbounded(value)

    def _call(self, shape: shapes.Named, value: str) -> None:
        name = f"e_{shape.name}"
        if shape.module != self._module.name:
            self.foreign.add((shape.module, shape.name))
            name = f"{shape.module}_e_{shape.name}"
        self._settle()
        if self._known is None:
            bits = "a, n"
        else:
            bits = f"{'a' if self._known else 0}, {self._known}"
        self._source.line(f"a, n = {name}({value}, {self._out}, {bits})")
        self._known = None

    def _listOf(self, shape: shapes.ListOf, value: str) -> None:
        source = self._source
        length, index = source.fresh("y"), source.fresh("t")
        element = source.fresh("v")
        source.line(f"{length} = len({value})")
        if shape.high is None:
            if shape.low:
                with source.block(f"if {length} < {shape.low}:"):
                    source.line(f"badLength({length}, {shape.low}, None)")
            self._align()
            source.line(f"putUnbounded({self._out}, {length})")
        else:
            self._length(shape, length, value)
        self._spill()
        outer = (self._at, self._path)
        self._at, self._path = source.fresh("at"), ""
        source.line(f"{index} = 0")
        source.line(f'{self._at} = ""')
        with source.block("try:"), source.block(f"for {index}, {element} in enumerate({value}):"):
            self._write(shape.element, element)
            self._spill()
        with source.block("except FAULTS as x:"):
            source.line(
                f'raise encodeFailure(encodeFailure(x, {self._at}), f"[{{{index}}}]") from None'
            )
        self._at, self._path = outer

    def _sequence(self, shape: shapes.Sequence, value: str) -> None:
        source = self._source
        optional = [part for part in shape.root if part.optional]
        number = len(optional)
        present = self._presence(shape, value)
        mask = (1 << number) - 1
        if shape.extensible:
            root = f" | {present} & {mask}" if number else ""
            self._put(f"({present} > {mask}) << {number}{root}", 1 + number)
        else:
            self._put(present, preambleBits(shape))
        bit = 1 << number
        for part in shape.root:
            if part.optional:
                bit >>= 1
                self._spill()
                with source.block(f"if {present} & {bit:#x}:"):
                    self._component(part, value)
                    self._spill()
            else:
                self._component(part, value)
        if shape.extensible:
            self._spill()
            with source.block(f"if {present} > {mask}:"):
                self._additions(shape, value, present, number)
                self._spill()

    def _component(self, part: shapes.Component, value: str) -> None:
        if isinstance(part.shape, shapes.Null):
            return
        inner = self._source.fresh("v")
        self._mark(part.name)
        self._source.line(f'{inner} = {value}["{part.name}"]')
        self._within(part.name, part.shape, inner)

    def _presence(self, shape: shapes.Sequence, value: str) -> str:
        """
        Which optional components and additions are there, as bits in the order of
        the encoding, below one that says whether there are additions that the type does
        not have; what it cannot have is refused on the way.
        """
        source = self._source
        optional = [part for part in shape.root if part.optional]
        number, added = len(optional), len(shape.additions)
        table = {part.name: 0 for part in shape.root}
        table |= {part.name: 1 << number - 1 - at for at, part in enumerate(optional)}
        for at, group in enumerate(shape.additions):
            table |= {part.name: 1 << number + added - 1 - at for part in group}
        if not optional and not shape.extensible:
            with source.block(f"if len({value}) != {len(shape.root)}:"):
                source.line(f"notThese({value}, {tuple(table)!r})")
            return "0"
        present, key = source.fresh("p"), source.fresh("k")
        source.line(f"{present} = 0")
        names = self._constant("K", repr(table))
        every = f"presence({value}, {names}, {number}, {added})"
        if not optional and not added:
            with source.block(f"if len({value}) != {len(shape.root)}:"):
                source.line(f"{present} = {every}")
            return present
        if not shape.extensible:
            with source.block(f"for {key} in {value}:"):
                source.line(f"{present} |= {names}[{key}]")
        else:
            with source.block("try:"), source.block(f"for {key} in {value}:"):
                source.line(f"{present} |= {names}[{key}]")
            with source.block("except KeyError:"):
                source.line(f"{present} = {every}")
        for part in optional:
            if part.hasDefault:
                test = f'{present} & {table[part.name]} and {value}["{part.name}"]'
                with source.block(f"if {test} == {part.default!r}:"):
                    source.line(f"{present} ^= {table[part.name]}")
        return present

    def _additions(self, shape: shapes.Sequence, value: str, present: str, number: int) -> None:
        source = self._source
        added = len(shape.additions)
        bitmap = f"{present} >> {number}" if number else present
        if added > _SMALL:
            raise NotImplementedError("more than 64 additions")
        if not added:
            source.line(f"putUnknownOnly({value}, {self._out}, a, n)")
            self._known = 0
            return
        some = f"{present} > {(1 << number + added) - 1}"
        with source.block(f"if {some}:"):
            source.line(f"a, n = putBitmap({value}, {bitmap}, {added}, {self._out}, a, n)")
        with source.block("else:"):
            self._put(str(added - 1), 7)
            self._put(bitmap, added)
            self._spill()
        self._align()
        for at, group in enumerate(shape.additions):
            bit = 1 << number + added - 1 - at
            with source.block(f"if {present} & {bit:#x}:"):
                self._mark(group[0].name)
                outer = self._enter()
                if len(group) == 1:
                    self._component(group[0], value)
                else:
                    inner = source.fresh("v")
                    names = tuple(part.name for part in group)
                    source.line(f"{inner} = {{k: {value}[k] for k in {names!r} if k in {value}}}")
                    self._sequence(shapes.Sequence(group, (), False), inner)
                self._leave(outer)
        with source.block(f"if {some}:"):
            source.line(f"putAdditions({value}, {self._out}, {added})")

    def _enter(self) -> str:
        """
        Write an open type: what follows goes into octets of its own.
        """
        outer, self._out = self._out, self._source.fresh("o")
        self._source.line(f"{self._out} = bytearray()")
        self._known = 0
        return outer

    def _leave(self, outer: str) -> None:
        """
        Append the open type to what is around it.
        """
        self._align()
        self._source.line(f'putOctets({outer}, {self._out} or b"\\0")')
        self._out = outer
        self._known = 0

    def _choice(self, shape: shapes.Choice, value: str) -> None:
        source = self._source
        parts = (*shape.root, *shape.additions)
        root = len(shape.root)
        name, inner, index = source.fresh("c"), source.fresh("v"), source.fresh("k")
        table = self._constant("K", repr({part.name: at for at, part in enumerate(parts)}))
        source.line(f"{name}, {inner} = {value}")
        width = bitsFor(root) + shape.extensible
        if not shape.extensible:
            source.line(f"{index} = {table}[{name}]")
            self._put(index, width)
            self._branches(shape.root, 0, index, inner)
            return
        if len(shape.additions) > _SMALL:
            raise NotImplementedError("more than 64 added alternatives")
        source.line(f"{index} = {table}.get({name}, {len(parts)})")
        self._spill()
        with source.block(f"if {index} < {root}:"):
            self._put(index, width)
            self._branches(shape.root, 0, index, inner)
            self._spill()
        if shape.additions:
            with source.block(f"elif {index} < {len(parts)}:"):
                self._put(f"{index} + {128 - root}", 8)
                self._align()
                outer = self._enter()
                self._branches(shape.additions, root, index, inner)
                self._leave(outer)
                self._spill()
        with source.block("else:"):
            source.line(f"putUnknown({name}, {inner}, {self._out}, a, n)")
            source.line("a = n = 0")

    def _branches(
        self, parts: tuple[shapes.Component, ...], base: int, index: str, value: str
    ) -> None:
        if all(isinstance(part.shape, shapes.Null) for part in parts):
            return
        if len(parts) == 1:
            self._alternative(parts[0], value)
            return
        self._spill()
        self._split(parts, base, index, value)
        self._known = None

    def _split(
        self, parts: tuple[shapes.Component, ...], base: int, index: str, value: str
    ) -> None:
        source = self._source
        if len(parts) == 1:
            self._known = None
            self._alternative(parts[0], value)
            self._spill()
            return
        if len(parts) <= _FEW:
            for offset, part in enumerate(parts):
                last = offset == len(parts) - 1
                word = "if" if offset == 0 else "elif"
                with source.block("else:" if last else f"{word} {index} == {base + offset}:"):
                    self._known = None
                    self._alternative(part, value)
                    self._spill()
            return
        middle = len(parts) // 2
        with source.block(f"if {index} < {base + middle}:"):
            self._split(parts[:middle], base, index, value)
        with source.block("else:"):
            self._split(parts[middle:], base + middle, index, value)

    def _alternative(self, part: shapes.Component, value: str) -> None:
        if not isinstance(part.shape, shapes.Null):
            self._mark(part.name)
            self._within(part.name, part.shape, value)
