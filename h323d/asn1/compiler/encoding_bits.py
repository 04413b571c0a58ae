"""
Where an encoder stands: bits that wait for an octet to be full.
"""

from __future__ import annotations

from h323d.asn1.compiler import shapes
from h323d.asn1.compiler.source import Source, World

__all__ = ["BitEncoding"]


class BitEncoding:
    """
    Writes what writes bits, and knows at each place of the code how many wait.

    @ivar foreign: encoders of other modules that were called, C{(module, name)}.
    @ivar constants: C{name -> source text} of tables to stand before the functions.
    """

    def __init__(self, world: World, module: shapes.Module, source: Source) -> None:
        self._world = world
        self._module = module
        self._source = source
        self.foreign: set[tuple[str, str]] = set()
        self.constants: dict[str, str] = {}
        self._known: int | None = None
        self._pending: list[tuple[str, int]] = []
        self._out = "o"
        self._at = "at"
        self._path = ""

    def _put(self, text: str, width: int) -> None:
        """
        Write bits: an expression of that many, without checks.
        """
        if width:
            self._pending.append((text, width))

    def _settle(self) -> None:
        """
        Write what is pending into C{a}.
        """
        if not self._pending:
            return
        width = sum(bits for _, bits in self._pending)
        left = width
        parts = []
        for text, bits in self._pending:
            left -= bits
            if text == "0":
                continue
            simple = text.isidentifier() or text.isdigit()
            text = text if simple else f"({text})"
            if text.isdigit():
                parts.append(str(int(text) << left))
            else:
                parts.append(f"{text} << {left}" if left else text)
        if self._known == 0:
            self._source.line(f"a = {' | '.join(parts) or '0'}")
        else:
            self._source.line("a = " + " | ".join([f"a << {width}", *parts]))
        if self._known is None:
            self._source.line(f"n += {width}")
        else:
            self._known += width
        self._pending = []

    def _spill(self) -> None:
        """
        Make C{a} and C{n} say how things are.
        """
        self._settle()
        if self._known == 0:
            self._source.line("a = n = 0")
        elif self._known is not None:
            self._source.line(f"n = {self._known}")
        self._known = None

    def _align(self) -> None:
        """
        Write the bits out, padded.
        """
        self._settle()
        source, out = self._source, self._out
        known = self._known
        if known is None:
            with source.block("if n:"):
                source.line(f"{out} += (a << (-n & 7)).to_bytes((n + 7) >> 3)")
        elif known:
            pad = -known & 7
            text = f"a << {pad}" if pad else "a"
            if known <= 8:
                source.line(f"{out}.append({text})")
            else:
                source.line(f"{out} += ({text}).to_bytes({(known + 7) >> 3})")
        self._known = 0

    def _mark(self, name: str) -> None:
        self._source.line(f'{self._at} = "{self._path}{name}"')

    def _constant(self, stem: str, text: str) -> str:
        """
        The name of a table, shared by all that look the same.
        """
        for name, other in self.constants.items():
            if other == text:
                return name
        name = f"{stem}e{len(self.constants)}"
        self.constants[name] = text
        return name
