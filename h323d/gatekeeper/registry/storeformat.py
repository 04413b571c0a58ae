"""
A registration as text, for a disk, and back.

The form follows from the fields of L{Registration} and their types, so that a
new field needs no line here.  Text without a field, written before there was
one, takes the field's default; a field that is not known any more is ignored.
"""

from __future__ import annotations

import enum
import json
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from h323d.gatekeeper.registry.registrations import Registration
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["NotARegistration", "fromText", "toText"]


class NotARegistration(ValueError):
    """
    A text that L{toText} did not make.
    """


@dataclass(frozen=True, slots=True)
class _Form:
    """
    How values of one type are told in JSON.  Any: every type has its own.

    @ivar back: raises C{TypeError} or C{ValueError} for what is no such value.
    """

    out: Callable[[Any], Any]
    back: Callable[[Any], Any]


def toText(registration: Registration) -> str:
    """
    @return: an object of JSON, in ASCII.
    """
    return json.dumps(
        {name: form.out(getattr(registration, name)) for name, form in _FORMS.items()},
        separators=(",", ":"),
    )


def fromText(text: str) -> Registration:
    """
    @raise NotARegistration: it is not what L{toText} makes.
    """
    try:
        told = json.loads(text)
        return Registration(
            **{name: form.back(told[name]) for name, form in _FORMS.items() if name in told}
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise NotARegistration(str(error)) from error


def _formOf(hint: Any) -> _Form:
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _Form(lambda value: value.value, hint)
    if hint in _PLAIN:
        return _Form(_same, _plain(hint))
    if hint is TransportAddress:
        return _Form(lambda value: [value.host, value.port], _transport)
    if hint is PartyAddress:
        return _Form(lambda value: [value.kind.value, value.value], _party)
    if typing.get_origin(hint) is tuple:
        return _tupleOf(_formOf(typing.get_args(hint)[0]))
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (inner,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
        return _orNone(_formOf(inner))
    raise TypeError(f"no way to keep a {hint}")


_PLAIN = (str, int, float, bool)


def _same(value: Any) -> Any:
    return value


def _plain(kind: type) -> Callable[[Any], Any]:
    taken = (float, int) if kind is float else (kind,)

    def back(value: Any) -> Any:
        if type(value) not in taken:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return back


_text, _number = _plain(str), _plain(int)


def _transport(value: Any) -> TransportAddress:
    host, port = value
    return TransportAddress(_text(host), _number(port))


def _party(value: Any) -> PartyAddress:
    kind, name = value
    return PartyAddress(AddressKind(kind), _text(name))


def _tupleOf(inner: _Form) -> _Form:
    return _Form(
        lambda value: [inner.out(each) for each in value],
        lambda value: tuple([inner.back(each) for each in value]),
    )


def _orNone(inner: _Form) -> _Form:
    return _Form(
        lambda value: None if value is None else inner.out(value),
        lambda value: None if value is None else inner.back(value),
    )


_HINTS = typing.get_type_hints(Registration)
_FORMS = {each.name: _formOf(_HINTS[each.name]) for each in fields(Registration)}
