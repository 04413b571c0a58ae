"""
Results of a rehearsal as JSON, there and back.

What is read is exactly what is written, by the same version: a text for a figure, a name that is
not known and a number that is none are refused.
"""

from __future__ import annotations

import json
import math
from typing import Any

from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError

from h323d.rehearse.results import Rehearsal

__all__ = ["VERSION", "NotResults", "fromJSON", "toJSON"]

VERSION = 1  # another one is not read


class NotResults(ValueError):
    """
    A text that L{toJSON} did not make, or one of another version.
    """


def toJSON(rehearsal: Rehearsal) -> str:
    """
    @raise ValueError: a figure is not a number.
    """
    document = {"version": VERSION, **_CONVERTER.unstructure(rehearsal)}
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def fromJSON(text: str) -> Rehearsal:
    """
    @raise NotResults: it is not what L{toJSON} makes.
    """
    try:
        document = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise NotResults(f"these are no results of a rehearsal: {error}") from error
    if not isinstance(document, dict):
        raise NotResults("these are no results of a rehearsal: no object")
    version = document.pop("version", None)
    if version != VERSION or type(version) is not int:
        raise NotResults(f"results of version {version!r}: {VERSION} can be read")
    try:
        rehearsal: Rehearsal = _CONVERTER.structure(document, Rehearsal)
    except (LookupError, TypeError, ValueError, ForbiddenExtraKeysError) as error:
        raise NotResults(f"these are no results of a rehearsal: {error}") from error
    return rehearsal


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _exactly(value: Any, kind: type) -> Any:  # Any: whatever JSON can say
    """
    A value of JSON that is what it has to be: cattrs itself would take C{"60"} for a number.
    """
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind or (type(value) is float and not math.isfinite(value)):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _newConverter() -> Converter:
    converter = Converter(detailed_validation=False, forbid_extra_keys=True)
    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, _exactly)
    return converter


_CONVERTER = _newConverter()
