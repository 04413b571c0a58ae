"""
The words in which the schemas are written: pyasn1, and what pyasn1 cannot say.

pyasn1 has no place for an extension marker, the number of root components, an
addition group, or a constraint that is itself extensible, and PER needs each of
them.  The classes here carry them as class attributes; the compiler reads them
from the class, because a pyasn1 instance freezes what it was built with.

Tags are given as X.680 AUTOMATIC TAGS does.  PER does not send them, but with
them the schemas are good for pyasn1's own BER codec, too.
"""

from __future__ import annotations

from typing import Any

from pyasn1.type import char, constraint, namedtype, namedval, tag, univ

__all__ = [
    "MAX",
    "BMPString",
    "BitString",
    "Boolean",
    "Choice",
    "Enumerated",
    "GeneralString",
    "IA5String",
    "Integer",
    "Null",
    "NumericString",
    "ObjectIdentifier",
    "OctetString",
    "OpenType",
    "PrintableString",
    "Sequence",
    "SequenceOf",
    "SetOf",
    "VisibleString",
    "alternatives",
    "components",
    "defaulted",
    "integer",
    "letters",
    "limits",
    "listOf",
    "mandatory",
    "named",
    "optional",
    "setOf",
    "sized",
    "span",
]

MAX = float("inf")


class Boolean(univ.Boolean):  # type: ignore[misc]  # pyasn1 has no types
    """BOOLEAN."""


class Null(univ.Null):  # type: ignore[misc]  # pyasn1 has no types
    """NULL."""


class ObjectIdentifier(univ.ObjectIdentifier):  # type: ignore[misc]  # untyped
    """OBJECT IDENTIFIER."""


class OpenType(univ.Any):  # type: ignore[misc]  # pyasn1 has no types
    """
    An open type (C{TYPE-IDENTIFIER.&Type}).  Its value is the octets within: who
    signs or checks them needs them as they came.
    """


class Integer(univ.Integer):  # type: ignore[misc]  # pyasn1 has no types
    """
    INTEGER.

    @cvar extensible: whether the range ends in an extension marker.
    """

    extensible = False


class Enumerated(univ.Enumerated):  # type: ignore[misc]  # pyasn1 has no types
    """
    ENUMERATED.

    @cvar extensible: whether the enumeration has an extension marker.
    @cvar rootCount: how many of the names stand before it.
    """

    extensible = False
    rootCount = 0


class BitString(univ.BitString):  # type: ignore[misc]  # pyasn1 has no types
    """BIT STRING."""

    extensible = False


class OctetString(univ.OctetString):  # type: ignore[misc]  # pyasn1 has no types
    """OCTET STRING."""

    extensible = False


class IA5String(char.IA5String):  # type: ignore[misc]  # pyasn1 has no types
    """IA5String."""

    extensible = False


class NumericString(char.NumericString):  # type: ignore[misc]  # untyped
    """NumericString."""

    extensible = False


class PrintableString(char.PrintableString):  # type: ignore[misc]  # untyped
    """PrintableString."""

    extensible = False


class VisibleString(char.VisibleString):  # type: ignore[misc]  # untyped
    """VisibleString."""

    extensible = False


class BMPString(char.BMPString):  # type: ignore[misc]  # pyasn1 has no types
    """BMPString."""

    extensible = False


class GeneralString(char.GeneralString):  # type: ignore[misc]  # untyped
    """GeneralString."""

    extensible = False


class Sequence(univ.Sequence):  # type: ignore[misc]  # pyasn1 has no types
    """
    SEQUENCE.

    @cvar extensible: whether there is an extension marker.
    @cvar rootCount: how many components stand before it.
    @cvar additionGroups: C{[[ ]]} groups among the additions, each as the indexes
        C{(first, behind)} of its components.
    @cvar tolerated: additions that peers are known to send with bad contents:
        such a one is dropped, and the message is kept.
    """

    extensible = False
    rootCount = 0
    additionGroups: tuple[tuple[int, int], ...] = ()
    tolerated: tuple[str, ...] = ()


class Choice(univ.Choice):  # type: ignore[misc]  # pyasn1 has no types
    """
    CHOICE.

    @cvar extensible: whether there is an extension marker.
    @cvar rootCount: how many alternatives stand before it.
    """

    extensible = False
    rootCount = 0


class SequenceOf(univ.SequenceOf):  # type: ignore[misc]  # pyasn1 has no types
    """SEQUENCE OF."""

    extensible = False


class SetOf(univ.SetOf):  # type: ignore[misc]  # pyasn1 has no types
    """SET OF."""

    extensible = False


def span(low: int, high: float) -> Any:
    """
    The constraint C{(low..high)} of an INTEGER.
    """
    return constraint.ValueRangeConstraint(low, high)


def limits(low: int, high: float) -> Any:
    """
    The constraint C{SIZE (low..high)} of a string or list.
    """
    return constraint.ValueSizeConstraint(low, high)


def letters(low: int, high: float, alphabet: str) -> Any:
    """
    The constraints C{SIZE (low..high)} and C{FROM (alphabet)} of a string; a high
    of L{MAX} with a low of 0 constrains no size.
    """
    permitted = constraint.PermittedAlphabetConstraint(*alphabet)
    if low == 0 and high == MAX:
        return constraint.ConstraintsIntersection(permitted)
    return constraint.ConstraintsIntersection(permitted, limits(low, high))


def integer(low: int, high: float) -> Any:
    """
    An INTEGER of the range C{(low..high)}.
    """
    return Integer().subtype(subtypeSpec=span(low, high))


def sized(kind: Any, low: int, high: float, alphabet: str = "") -> Any:
    """
    A string type of the given size, and of the given letters.

    @param kind: one of the string classes above.
    """
    if alphabet:
        return kind().subtype(subtypeSpec=letters(low, high, alphabet))
    return kind().subtype(subtypeSpec=limits(low, high))


def listOf(element: Any, low: int = 0, high: float = MAX) -> Any:
    """
    SEQUENCE SIZE (low..high) OF element.
    """
    return _list(SequenceOf, element, low, high)


def setOf(element: Any, low: int = 0, high: float = MAX) -> Any:
    """
    SET SIZE (low..high) OF element.
    """
    return _list(SetOf, element, low, high)


def _list(kind: Any, element: Any, low: int, high: float) -> Any:
    if low == 0 and high == MAX:
        return kind(componentType=element)
    return kind(componentType=element, subtypeSpec=limits(low, high))


def named(*names: str) -> Any:
    """
    The names of an ENUMERATED, numbered from 0.
    """
    return namedval.NamedValues(*((name, number) for number, name in enumerate(names)))


def mandatory(name: str, kind: Any) -> tuple[type, str, Any]:
    """
    A component that must be there.
    """
    return (namedtype.NamedType, name, kind)


def optional(name: str, kind: Any) -> tuple[type, str, Any]:
    """
    An OPTIONAL component.
    """
    return (namedtype.OptionalNamedType, name, kind)


def defaulted(name: str, value: Any) -> tuple[type, str, Any]:
    """
    A component with a DEFAULT: the type, as the instance that holds the value.
    """
    return (namedtype.DefaultedNamedType, name, value)


def components(*parts: tuple[Any, str, Any]) -> Any:
    """
    The components of a SEQUENCE, tagged automatically.
    """
    return namedtype.NamedTypes(*_tagged(parts))


def alternatives(*parts: tuple[str, Any]) -> Any:
    """
    The alternatives of a CHOICE, tagged automatically.
    """
    return namedtype.NamedTypes(*_tagged([mandatory(*part) for part in parts]))


def _tagged(parts: Any) -> Any:
    for number, (kind, name, value) in enumerate(parts):
        constructed = isinstance(value, univ.SequenceAndSetBase | univ.SequenceOfAndSetOfBase)
        shape = tag.tagFormatConstructed if constructed else tag.tagFormatSimple
        label = tag.Tag(tag.tagClassContext, shape, number)
        if isinstance(value, univ.Choice | univ.Any):
            yield kind(name, value.subtype(explicitTag=label))
        else:
            yield kind(name, value.subtype(implicitTag=label))
