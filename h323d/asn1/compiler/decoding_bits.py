"""
Where a decoder stands in the octets: bits, octets and alignment.
"""

from __future__ import annotations

from h323d.asn1.compiler import shapes
from h323d.asn1.compiler.source import Source, World

__all__ = ["FAULTS", "BitDecoding", "Opened"]

FAULTS = "(DecodeError, IndexError)"


class BitDecoding:
    """
    Writes what reads bits, and knows at each place of the code what is known of C{p}.

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

    def _mark(self, name: str) -> None:
        """
        Note at run time which component comes now, for the path of an error.
        """
        self._source.line(f'{self._at} = "{self._path}{name}"')

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
            gap = f"({16 - width} - (p & 7))" if phase is None else str(16 - phase - width)
            mask = f"{(1 << width) - 1:#x}"
            source.line("i = p >> 3")
            source.line(f"{name} = ({d}[i] << 8 | {d}[i + 1]) >> {gap} & {mask}")
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


class Opened:
    """
    The inside of an open type: reads go there.
    """

    def __init__(self, decoding: BitDecoding) -> None:
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
