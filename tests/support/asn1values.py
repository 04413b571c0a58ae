"""
Random values of any ASN.1 type, made from its schema; and the same for pycrate.
"""

from __future__ import annotations

import random
from importlib import import_module
from typing import Any

from h323d.asn1.compiler import shapes
from h323d.asn1.compiler.__main__ import MODULES as MODULES
from h323d.asn1.compiler.source import World

_DEEP = 5  # from here on only what must be there, and short lists


def world() -> World:
    """
    All the schemas.
    """
    names = [(name, import_module(f"h323d.asn1.schema.{name}")) for name in MODULES]
    return World({name: shapes.readModule(schema) for name, schema in names})


class Values:
    """
    A source of random values.

    @ivar without: names of optional components and of alternatives never to be made.
    @ivar widest: the bits of the largest INTEGER without bounds.
    """

    def __init__(self, world: World, rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self.without: set[str] = set()
        self.widest = 64

    def make(self, shape: shapes.Shape, depth: int = 0) -> Any:
        """
        A value of a type.
        """
        rng = self._rng
        match shape:
            case shapes.Named():
                return self.make(self._world.target(shape), depth + 1)
            case shapes.Null():
                return None
            case shapes.Boolean():
                return rng.random() < 0.5
            case shapes.ObjectIdentifier():
                return (rng.randrange(2), rng.randrange(40), *self._some(rng.randrange(6), 1 << 21))
            case shapes.Integer():
                return self._integer(shape)
            case shapes.Enumerated():
                return rng.choice(shape.names[: shape.rootCount])
            case shapes.Sequence():
                return self._sequence(shape, depth)
            case shapes.Choice():
                parts = shape.root if depth > _DEEP else (*shape.root, *shape.additions)
                if depth > _DEEP:
                    parts = self._shallow(parts)
                parts = tuple(part for part in parts if part.name not in self.without)
                part = rng.choice(parts)
                return part.name, self.make(part.shape, depth + 1)
            case shapes.ListOf():
                length = self._length(shape, 3 if depth < _DEEP else 0)
                return [self.make(shape.element, depth + 1) for _ in range(length)]
            case shapes.Octets():
                return rng.randbytes(self._length(shape, 40))
            case shapes.Bits():
                length = self._length(shape, 100)
                return (rng.getrandbits(length) if length else 0, length)
            case shapes.Text():
                return self._text(shape)
            case shapes.GeneralText():
                return "".join(rng.choice("abc xyz") for _ in range(rng.randrange(20)))
        return rng.randbytes(rng.randrange(1, 20))

    def _some(self, count: int, below: int) -> list[int]:
        return [self._rng.randrange(below) for _ in range(count)]

    def _shallow(self, parts: tuple[shapes.Component, ...]) -> tuple[shapes.Component, ...]:
        """
        The alternatives that lead no deeper, if there are any.
        """
        flat = tuple(
            part
            for part in parts
            if not isinstance(
                part.shape, shapes.Named | shapes.Sequence | shapes.Choice | shapes.ListOf
            )
        )
        return flat or parts[:1]

    def _integer(self, shape: shapes.Integer) -> int:
        low, high = shape.low, shape.high
        if low is None:
            return self._rng.choice(
                [0, -1, 127, 128, -128, -129, self._rng.getrandbits(self.widest)]
            )
        if high is None:
            return low + self._rng.choice([0, 1, 255, 256, self._rng.getrandbits(self.widest // 2)])
        return self._rng.choice([low, high, self._rng.randint(low, high)])

    def _length(self, shape: shapes.Sized, usual: int) -> int:
        high = shape.low + usual
        if shape.high is not None:
            high = min(high, shape.high)
        return self._rng.randint(shape.low, high)

    def _text(self, shape: shapes.Text) -> str:
        letters = shape.alphabet  # of a PrintableString, too
        if not letters:
            letters = "aZ09~ @" if shape.width == 8 else "aZ09\u00e9\u20ac\u6f22"
        return "".join(self._rng.choice(letters) for _ in range(self._length(shape, 30)))

    def _sequence(self, shape: shapes.Sequence, depth: int) -> dict[str, Any]:
        chance = 0.5 if depth < 3 else 0.15 if depth < _DEEP else 0
        value = {}
        for part in shape.root:
            chosen = self._rng.random() < chance and part.name not in self.without
            if not part.optional or chosen:
                value[part.name] = self.make(part.shape, depth + 1)
            elif part.hasDefault:
                value[part.name] = part.default
        for group in shape.additions:
            for part in group:
                if self._rng.random() < chance / 2 and part.name not in self.without:
                    value[part.name] = self.make(part.shape, depth + 1)
        return value


def forPycrate(world: World, shape: shapes.Shape, value: Any) -> Any:
    """
    A value of ours in the form that pycrate takes.
    """
    match shape:
        case shapes.Named():
            return forPycrate(world, world.target(shape), value)
        case shapes.Null():
            return 0
        case shapes.OpenType():
            return ("_unk_004", value)
        case shapes.Sequence():
            parts = (*shape.root, *(part for group in shape.additions for part in group))
            kinds = {part.name: part.shape for part in parts}
            return {name: forPycrate(world, kinds[name], part) for name, part in value.items()}
        case shapes.Choice():
            kinds = {part.name: part.shape for part in (*shape.root, *shape.additions)}
            name, part = value
            return name, forPycrate(world, kinds[name], part)
        case shapes.ListOf():
            return [forPycrate(world, shape.element, part) for part in value]
    return value
