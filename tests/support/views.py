"""
Views with something in each of their fields.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any

from h323d.operation.views import View


def sample(kind: type[View]) -> View:
    hints = typing.get_type_hints(kind)
    return kind(**{each.name: _value(hints[each.name]) for each in dataclasses.fields(kind)})


def _value(hint: Any) -> Any:  # Any: a type, in whatever form it is written
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return _value(arguments[0])
    if origin is tuple:
        return (_value(arguments[0]),)
    if origin is Mapping:
        return {"x": _value(arguments[1])}
    if issubclass(hint, View):
        return sample(hint)
    return hint(1)
