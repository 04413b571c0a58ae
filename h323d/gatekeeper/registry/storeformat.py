"""
A registration as text, for a disk, and back.

The form follows from the fields of L{Registration} and their types, so that a
new field needs no line here.  Text without a field, written before there was
one, takes the field's default; a field that is not known any more is ignored.
"""

from __future__ import annotations

import json
from typing import Any

from cattrs import Converter

from h323d.gatekeeper.registry.registrations import Registration
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["NotARegistration", "fromText", "toText"]


class NotARegistration(ValueError):
    """
    A text that L{toText} did not make.
    """


def toText(registration: Registration) -> str:
    """
    @return: an object of JSON, in ASCII.
    """
    return json.dumps(_CONVERTER.unstructure(registration), separators=(",", ":"))


def fromText(text: str) -> Registration:
    """
    @raise NotARegistration: it is not what L{toText} makes.
    """
    try:
        return _CONVERTER.structure(json.loads(text), Registration)
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise NotARegistration(str(error)) from error


def _exactly(value: Any, kind: type) -> Any:
    """
    A value of JSON that is what it has to be: cattrs itself would take C{"60"} for a number.
    """
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _transport(value: Any, kind: type) -> TransportAddress:
    host, port = value
    return TransportAddress(_exactly(host, str), _exactly(port, int))


def _party(value: Any, kind: type) -> PartyAddress:
    alias, name = value
    return PartyAddress(AddressKind(alias), _exactly(name, str))


def _newConverter() -> Converter:
    converter = Converter(detailed_validation=False)
    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook(TransportAddress, _transport)
    converter.register_structure_hook(PartyAddress, _party)
    converter.register_unstructure_hook(TransportAddress, lambda value: [value.host, value.port])
    converter.register_unstructure_hook(PartyAddress, lambda value: [value.kind.value, value.value])
    return converter


_CONVERTER = _newConverter()
