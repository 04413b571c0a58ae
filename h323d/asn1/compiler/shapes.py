"""
What a pyasn1 schema says, in the terms of PER (X.691).

L{readModule} turns a schema module into L{Shape}s: frozen values that hold the
effective constraints and nothing else.  A type that has a name in some ASN.1
module is a L{Named} wherever it is used; all others are held in place.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

from pyasn1.type import constraint, namedtype, univ

from h323d.asn1.schema import notation

__all__ = [
    "Bits",
    "Boolean",
    "Choice",
    "Component",
    "Enumerated",
    "Integer",
    "ListOf",
    "Module",
    "Named",
    "Null",
    "ObjectIdentifier",
    "Octets",
    "OpenType",
    "Sequence",
    "Shape",
    "Text",
    "readModule",
]

_UNBOUNDED = 65536  # X.691, 11.9.3.3: from here on a size bound is not PER-visible


@dataclass(frozen=True)
class Shape:
    """
    The root of the shapes.
    """


@dataclass(frozen=True)
class Null(Shape):
    """NULL."""


@dataclass(frozen=True)
class Boolean(Shape):
    """BOOLEAN."""


@dataclass(frozen=True)
class ObjectIdentifier(Shape):
    """OBJECT IDENTIFIER."""


@dataclass(frozen=True)
class OpenType(Shape):
    """An open type."""


@dataclass(frozen=True)
class Integer(Shape):
    """
    INTEGER.  C{low} and C{high} are C{None} where there is no bound.
    """

    low: int | None
    high: int | None
    extensible: bool


@dataclass(frozen=True)
class Enumerated(Shape):
    """
    ENUMERATED: the names in order, the first C{rootCount} of them in the root.
    """

    names: tuple[str, ...]
    rootCount: int
    extensible: bool


@dataclass(frozen=True)
class Sized(Shape):
    """
    What has a length.  C{high} is C{None} where PER sees no upper bound.
    """

    low: int
    high: int | None
    extensible: bool


@dataclass(frozen=True)
class Bits(Sized):
    """BIT STRING."""


@dataclass(frozen=True)
class Octets(Sized):
    """OCTET STRING."""


@dataclass(frozen=True)
class Text(Sized):
    """
    A character string of known multiplier.

    @ivar alphabet: the permitted characters, sorted; empty for all of the type's.
    @ivar width: the bits of one character in aligned PER.
    @ivar indexed: whether a character is sent as its place in the alphabet.
    """

    alphabet: str
    width: int
    indexed: bool


@dataclass(frozen=True)
class GeneralText(Shape):
    """A character string that is sent as so many octets (GeneralString)."""


@dataclass(frozen=True)
class Named(Shape):
    """
    A reference to the type C{name} of the schema module C{module}.
    """

    module: str
    name: str


@dataclass(frozen=True)
class ListOf(Sized):
    """SEQUENCE OF or SET OF."""

    element: Shape


@dataclass(frozen=True)
class Component(Shape):
    """
    A component of a SEQUENCE or an alternative of a CHOICE.

    @ivar default: the value that stands for absence, if C{hasDefault}.
    """

    name: str
    shape: Shape
    optional: bool = False
    hasDefault: bool = False
    default: object = None


@dataclass(frozen=True)
class Sequence(Shape):
    """
    SEQUENCE.

    @ivar additions: each an addition of its own, or a group of several.
    """

    root: tuple[Component, ...]
    additions: tuple[tuple[Component, ...], ...]
    extensible: bool
    tolerated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice(Shape):
    """CHOICE."""

    root: tuple[Component, ...]
    additions: tuple[Component, ...]
    extensible: bool


@dataclass(frozen=True)
class Module:
    """
    A schema module.

    @ivar name: as in C{"h225"}.
    @ivar types: the types it defines: Python name -> shape, in order.
    @ivar asn1Names: ASN.1 name -> Python name, of the types meant for users.
    """

    name: str
    types: dict[str, Shape] = field(default_factory=dict)
    asn1Names: dict[str, str] = field(default_factory=dict)


def readModule(schema: ModuleType) -> Module:
    """
    Read a schema module.
    """
    short = schema.__name__.rpartition(".")[2]
    module = Module(short)
    for asn1Name, kind in schema.TYPES.items():
        module.asn1Names[asn1Name] = kind.__name__
        module.types[kind.__name__] = _definition(kind)
    return module


def _definition(kind: Any) -> Shape:
    base = kind.__mro__[1]
    if base.__module__ != notation.__name__ and issubclass(base, univ.base.Asn1Type):
        return _reference(base)  # an alias of another defined type
    return _shape(kind(), kind)


def _reference(kind: type) -> Shape:
    if _isTopLevel(kind):
        return Named(kind.__module__.rpartition(".")[2], kind.__name__)
    return _shape(kind(), kind)


def _isTopLevel(kind: type) -> bool:
    if kind.__module__ == notation.__name__:
        return False

    return kind in import_module(kind.__module__).TYPES.values()


def _use(instance: Any) -> Shape:
    """
    The shape of a component's type.  pyasn1 makes no subclass for a subtype, so
    an instance whose class is in a schema module is that type.
    """
    kind = type(instance)
    if kind.__module__ == notation.__name__:
        return _shape(instance, kind)
    return _reference(kind)


def _shape(instance: Any, kind: Any) -> Shape:
    for base, reader in _READERS.items():
        if issubclass(kind, base):
            shape: Shape = reader(instance, kind)
            return shape
    raise NotImplementedError(f"{kind} has no PER here")


def _sequence(instance: Any, kind: Any) -> Shape:
    parts = [_component(part) for part in kind.componentType.namedTypes]
    count = kind.rootCount if kind.extensible else len(parts)
    additions: list[tuple[Component, ...]] = []
    at = count
    for first, behind in kind.additionGroups:
        additions += [(part,) for part in parts[at:first]]
        additions.append(tuple(parts[first:behind]))
        at = behind
    additions += [(part,) for part in parts[at:]]
    return Sequence(tuple(parts[:count]), tuple(additions), kind.extensible, kind.tolerated)


def _choice(instance: Any, kind: Any) -> Shape:
    parts = [_component(part) for part in kind.componentType.namedTypes]
    count = kind.rootCount if kind.extensible else len(parts)
    return Choice(tuple(parts[:count]), tuple(parts[count:]), kind.extensible)


def _component(part: Any) -> Component:
    value = part.asn1Object
    if isinstance(part, namedtype.DefaultedNamedType):
        return Component(part.name, _use(value), True, True, _plain(value))
    return Component(part.name, _use(value), part.isOptional)


def _plain(value: Any) -> object:
    """
    A pyasn1 value as the plain value that stands for it.
    """
    if isinstance(value, univ.Enumerated):
        return str(value.prettyPrint())
    if isinstance(value, univ.Boolean):
        return bool(value)
    if isinstance(value, univ.Integer):
        return int(value)
    raise NotImplementedError(f"a default of {type(value)}")


def _listOf(instance: Any, kind: Any) -> Shape:
    low, high = _bounds(instance.subtypeSpec, constraint.ValueSizeConstraint)
    return ListOf(*_visible(low, high), kind.extensible, _use(instance.componentType))


def _integer(instance: Any, kind: Any) -> Shape:
    low, high = _bounds(instance.subtypeSpec, constraint.ValueRangeConstraint)
    return Integer(low, high, kind.extensible)


def _enumerated(instance: Any, kind: Any) -> Shape:
    names = tuple(str(name) for name in kind.namedValues)
    count = kind.rootCount if kind.extensible else len(names)
    return Enumerated(names, count, kind.extensible)


def _bits(instance: Any, kind: Any) -> Shape:
    low, high = _bounds(instance.subtypeSpec, constraint.ValueSizeConstraint)
    return Bits(*_visible(low, high), kind.extensible)


def _octets(instance: Any, kind: Any) -> Shape:
    low, high = _bounds(instance.subtypeSpec, constraint.ValueSizeConstraint)
    return Octets(*_visible(low, high), kind.extensible)


_NUMERIC = " 0123456789"
_PRINTABLE = "".join(sorted(string.ascii_letters + string.digits + " '()+,-./:=?"))


def _text(instance: Any, kind: Any) -> Shape:
    """
    X.691, 30.5: the width of a character is the least power of two of bits that
    the alphabet needs; it is sent as an index only if its code does not fit.
    """
    low, high = _bounds(instance.subtypeSpec, constraint.ValueSizeConstraint)
    alphabet = _alphabet(instance.subtypeSpec)
    width, indexed = 8, False
    if issubclass(kind, notation.BMPString):
        width = 16
    elif issubclass(kind, notation.NumericString):
        alphabet = alphabet or _NUMERIC
    elif issubclass(kind, notation.PrintableString):
        alphabet = alphabet or _PRINTABLE
    if alphabet:
        width = 1
        while 1 << width < len(alphabet):
            width *= 2
        indexed = ord(alphabet[-1]) >= 1 << width
    return Text(*_visible(low, high), kind.extensible, alphabet, width, indexed)


def _visible(low: int | None, high: int | None) -> tuple[int, int | None]:
    return low or 0, None if high is None or high >= _UNBOUNDED else high


def _bounds(spec: Any, wanted: Any) -> tuple[int | None, int | None]:
    for part in _parts(spec):
        if isinstance(part, wanted):
            high = part.stop
            return part.start, None if high == notation.MAX else high
    return None, None


def _alphabet(spec: Any) -> str:
    for part in _parts(spec):
        if isinstance(part, constraint.PermittedAlphabetConstraint):
            return "".join(sorted(part))
    return ""


def _parts(spec: Any) -> Any:
    """
    The constraints in a constraint, however deep pyasn1 has put them.
    """
    if isinstance(spec, constraint.ConstraintsIntersection):
        for part in spec:
            yield from _parts(part)
    else:
        yield spec


_READERS: dict[type, Any] = {
    notation.Sequence: _sequence,
    notation.Choice: _choice,
    notation.SequenceOf: _listOf,
    notation.SetOf: _listOf,
    notation.Boolean: lambda instance, kind: Boolean(),
    notation.Null: lambda instance, kind: Null(),
    notation.ObjectIdentifier: lambda instance, kind: ObjectIdentifier(),
    notation.Enumerated: _enumerated,
    notation.Integer: _integer,
    notation.BitString: _bits,
    notation.IA5String: _text,
    notation.NumericString: _text,
    notation.PrintableString: _text,
    notation.VisibleString: _text,
    notation.BMPString: _text,
    notation.GeneralString: lambda instance, kind: GeneralText(),
    notation.OctetString: _octets,
    notation.OpenType: lambda instance, kind: OpenType(),
}
