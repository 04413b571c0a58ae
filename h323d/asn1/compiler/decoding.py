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
from h323d.asn1.compiler.decoding_bits import FAULTS, Opened
from h323d.asn1.compiler.decoding_leaves import LeafDecoding
from h323d.asn1.compiler.source import Members, bitsFor, preambleBits

__all__ = ["Decoding"]

_FEW = 4  # alternatives that are told apart one after the other
_EIGHT = 8  # additions that are passed over at once when none of them is there


class Decoding(LeafDecoding):
    """
    Writes the decoders of one module.
    """

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
            with source.block(f"except {FAULTS} as x:"):
                source.line("raise decodeFailure(x, at, p) from None")

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
        with source.block(f"except {FAULTS} as x:"):
            source.line(
                f'raise decodeFailure(decodeFailure(x, {self._at}, p), f"[{{len({value})}}]", p) '
                "from None"
            )
        self._at, self._path, self._component = outer
        self._phase = None
        return value

    def _sequence(self, shape: shapes.Sequence, head: str) -> str:
        members = Members(self._source)
        flags, below = self._root(shape, head, members)
        members.begin()
        if shape.extensible:
            marker = 1 << (below + preambleBits(shape) - 1)
            self._additions(shape, members.value, f"{flags} & {marker:#x}")
        return members.value

    def _root(self, shape: shapes.Sequence, head: str, members: Members) -> tuple[str, int]:
        """
        Read the preamble, if it is not the head, and the components of the root.

        @return: the name of the bits with the preamble, and how many bits of other
            things are below it.
        """
        parts = list(shape.root)
        preamble = 0 if head else preambleBits(shape)
        flags, below = head, 0
        absent = sum(part.optional for part in parts)  # optional ones yet to come
        while parts or preamble:
            run = self._run(parts)
            width = preamble + sum(bits for _, bits in run)
            name = self._take(width) if width else ""
            if preamble:
                flags, below, preamble = name, width - preamble, 0
            if run:
                self._readRun(run, name, width, members)
                parts = parts[len(run) :]
            elif parts and parts[0].optional:
                absent -= 1
                self._optional(parts.pop(0), f"{flags} & {1 << (below + absent):#x}", members)
            elif parts:
                part = parts.pop(0)
                members.add(part.name, self._within(part.name, part.shape))
        return flags, below

    def _readRun(
        self, run: list[tuple[shapes.Component, int]], name: str, width: int, members: Members
    ) -> None:
        """
        Read the components whose beginnings are the last bits of a variable.

        @param name: the variable.
        @param width: how many bits it has.
        """
        left = sum(bits for _, bits in run)
        for part, bits in run:
            left -= bits
            head = name
            if width != bits:
                shifted = f"{name} >> {left}" if left else name
                head = f"({shifted} & {(1 << bits) - 1})"
            head = self._pinned(part.shape, head)
            members.add(part.name, self._within(part.name, part.shape, head))

    def _optional(self, part: shapes.Component, test: str, members: Members) -> None:
        """
        Read a component of the root if it is there.
        """
        members.begin()
        phase = self._phase
        with self._source.block(f"if {test}:"):
            members.add(part.name, self._within(part.name, part.shape))
        if part.hasDefault:
            with self._source.block("else:"):
                members.add(part.name, repr(part.default))
        if self._phase != phase:
            self._phase = None

    def _pinned(self, shape: shapes.Shape, text: str) -> str:
        """
        A head that is used more than once, in a variable of its own.
        """
        if text.startswith("(") and not self._world.isBits(shape):
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
            bits = 0 if part.optional else self._world.headBits(part.shape)
            if not bits:
                break
            run.append((part, bits))
            if not self._world.isBits(part.shape):
                break
        return run

    def _additions(self, shape: shapes.Sequence, value: str, test: str) -> None:
        source = self._source
        number = len(shape.additions)
        phase = self._phase
        with source.block(f"if {test}:"):
            d, end = self._data, self._end
            if not number:
                source.line(f"p = additionsKept({d}, p, {end}, {value})")
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
                    arguments = f"{d}, p, {end}, {unknown}, {number}, {value}"
                    source.line(f"p = keep({arguments})")
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
                with Opened(self) as behind:
                    source.line(f"{value}.update({self._sequence(inner, '')})")
                    self._check()
            elif group[0].name in shape.tolerated:
                with Opened(self) as behind:
                    with source.block("try:"):
                        result = self._within(group[0].name, group[0].shape, marked=True)
                        self._check()
                        source.line(f'{value}["{group[0].name}"] = {result}')
                    with source.block(f"except {FAULTS}:"):
                        source.line("pass")
            else:
                with Opened(self) as behind:
                    result = self._within(group[0].name, group[0].shape, marked=True)
                    self._check()
                    source.line(f'{value}["{group[0].name}"] = {result}')
            source.line(f"p = {behind}")
            self._phase = 0

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
