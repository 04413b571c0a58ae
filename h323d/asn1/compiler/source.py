"""
Python source in the making, and what both directions need to know of a type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from h323d.asn1.compiler import shapes

__all__ = ["Members", "Source", "World", "bitsFor", "lengthOctets"]


def bitsFor(count: int) -> int:
    """
    How many bits it takes to tell so many values apart.
    """
    return (count - 1).bit_length()


def lengthOctets(low: int, high: int) -> int:
    """
    How many octets the largest value of an INTEGER range takes.
    """
    return ((high - low).bit_length() + 7) >> 3


class Source:
    """
    Lines of Python.

    @ivar lines: so far.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._depth = 0
        self._serial = 0

    def line(self, text: str) -> None:
        """
        Append a line at the present depth.
        """
        self.lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """
        A compound statement: its head, and what is written meanwhile as its body.
        """
        self.line(head)
        self._depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self._depth -= 1

    def fresh(self, stem: str) -> str:
        """
        A name not used yet in this function.
        """
        self._serial += 1
        return f"{stem}{self._serial}"

    def restart(self) -> None:
        """
        Begin another function.
        """
        self._serial = 0


class Members:
    """
    The C{dict} of a SEQUENCE in the making: one display for what is certainly there,
    and an assignment for each of the others.

    @ivar value: its name in the generated code.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.value = source.fresh("v")
        self._certain: list[str] | None = []

    def add(self, name: str, value: str) -> None:
        """
        Put a component in.

        @param value: the expression for it.
        """
        if self._certain is None:
            self._source.line(f'{self.value}["{name}"] = {value}')
        else:
            self._certain.append(f'"{name}": {value}')

    def begin(self) -> None:
        """
        From here on nothing is certain.
        """
        if self._certain is not None:
            self._source.line(f"{self.value} = {{{', '.join(self._certain)}}}")
            self._certain = None


class World:
    """
    All schema modules together.

    @ivar modules: by name.
    """

    def __init__(self, modules: Mapping[str, shapes.Module]) -> None:
        self.modules = modules
        self._least: dict[shapes.Shape, int] = {}
        self._groups = self._recursions()

    def resolve(self, shape: shapes.Shape) -> shapes.Shape:
        """
        A type to be written in place, or a L{shapes.Named} that has a function.

        Names of types without components, and other names of a type, are seen
        through.
        """
        while isinstance(shape, shapes.Named):
            target = self.modules[shape.module].types[shape.name]
            if isinstance(target, shapes.Sequence | shapes.Choice):
                return shape
            shape = target
        return shape

    def target(self, name: shapes.Named) -> shapes.Shape:
        """
        The type that a name stands for.
        """
        return self.modules[name.module].types[name.name]

    def group(self, name: shapes.Named) -> int:
        """
        Which recursion a type takes part in; 0 for none.
        """
        return self._groups.get(name, 0)

    def leastBits(self, shape: shapes.Shape) -> int:
        """
        How many bits a value takes at least, rounded down.
        """
        if shape not in self._least:
            self._least[shape] = 0  # what a recursion counts on
            self._least[shape] = self._count(shape)
        return self._least[shape]

    def headBits(self, shape: shapes.Shape) -> int:
        """
        How many bits a value certainly begins with.
        """
        shape = self.resolve(shape)
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

    def isBits(self, shape: shapes.Shape) -> bool:
        """
        Whether a value is nothing but its head.
        """
        shape = self.resolve(shape)
        match shape:
            case shapes.Boolean():
                return True
            case shapes.Enumerated():
                return not shape.extensible
            case shapes.Integer(low=int(low), high=int(high), extensible=False):
                return high - low < 255
        return False

    def _count(self, shape: shapes.Shape) -> int:
        shape = self.resolve(shape)
        if isinstance(shape, shapes.Named):
            shape = self.target(shape)
        match shape:
            case shapes.Sequence():
                mandatory = sum(
                    self.leastBits(part.shape) for part in shape.root if not part.optional
                )
                return preambleBits(shape) + mandatory
            case shapes.Choice():
                return choiceBits(shape)
            case shapes.Boolean():
                return 1
            case shapes.Enumerated():
                return shape.extensible + bitsFor(shape.rootCount)
            case shapes.Integer(low=low, high=high, extensible=extensible):
                if low is None or high is None:
                    return 16
                return extensible + min(bitsFor(high - low + 1), 8)
            case shapes.Sized(low=low, high=high):
                width = {shapes.Octets: 8, shapes.Bits: 1}.get(type(shape), 0)
                return low * width + (0 if low == high else 1)
            case shapes.ObjectIdentifier() | shapes.OpenType() | shapes.GeneralText():
                return 8
        return 0

    def _recursions(self) -> dict[shapes.Named, int]:
        reach = {
            shapes.Named(module.name, name): set(self._names(shape))
            for module in self.modules.values()
            for name, shape in module.types.items()
        }
        changed = True
        while changed:
            changed = False
            for names in reach.values():
                more = set().union(*(reach[name] for name in names)) - names
                if more:
                    names |= more
                    changed = True
        groups: dict[shapes.Named, int] = {}
        for name, names in reach.items():
            if name in names and name not in groups:
                number = len(set(groups.values())) + 1
                for other in names:
                    if name in reach[other]:
                        groups[other] = number
        return groups

    def _names(self, shape: shapes.Shape) -> Iterator[shapes.Named]:
        match shape:
            case shapes.Named():
                yield shape
            case shapes.Sequence():
                for part in (*shape.root, *(part for group in shape.additions for part in group)):
                    yield from self._names(part.shape)
            case shapes.Choice():
                for part in (*shape.root, *shape.additions):
                    yield from self._names(part.shape)
            case shapes.ListOf():
                yield from self._names(shape.element)


def preambleBits(shape: shapes.Sequence) -> int:
    """
    The bits before a SEQUENCE's first component.
    """
    return shape.extensible + sum(part.optional for part in shape.root)


def choiceBits(shape: shapes.Choice) -> int:
    """
    The bits before a CHOICE's alternative, if it is of the root.
    """
    return shape.extensible + bitsFor(len(shape.root))
