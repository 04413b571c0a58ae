"""
What goes through the door of a media process, as octets: names and values, and nothing else.

A message is an array of JSON.  What JSON has stays as it is; everything else is an array that
begins with the name of its kind: octets, tuples, mappings, columns, and the values that commands
and reports are made of, each by its name, with its fields in their order.  So what is read can be
nothing that is not named here; L{VERSION} counts up when one of them changes.
"""

from __future__ import annotations

import base64
import enum
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields
from typing import Any

import numpy as np

from h323d.call.media import MediaNetworks, Signalling
from h323d.call.relaying import Latching, RelayStatistics
from h323d.errors import DecodeError
from h323d.media.audio.survey import Survey
from h323d.media.config import MediaConfig
from h323d.media.positions import ShieldPosition, StreamPosition
from h323d.media.relay.reports import RelayClosed, RelayHeard, RelaysSurveyed
from h323d.media.relay.table import Aim
from h323d.media.reports import (
    Closed,
    Departed,
    DigitHeard,
    HandshakeHeard,
    Heard,
    Levels,
    PassingTurned,
    SpeakerChanged,
    Surveyed,
)
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import CryptoSuite, KeyAgreement, MasterKey, StreamKeys
from h323d.values.media.fingerprint import Fingerprint
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from h323d.values.networks import Networks

__all__ = ["MOST_OCTETS", "VERSION", "TooLong", "decode", "encode"]

VERSION = 1
"""
Of all that is said by a door; both sides have to be of the same.
"""

MOST_OCTETS = 150_000
"""
Of a message: what the kernel takes at once, with room to spare.
"""

_DTYPES = ("int64", "float64", "bool", "int16")  # of columns
_OCTETS, _TUPLE, _MAP, _COLUMN, _NETWORKS = "octets", "tuple", "map", "column", "Networks"
_DATA: Mapping[str, type[Any]] = {
    each.__name__: each
    for each in (
        *(TransportAddress, Signalling, MediaNetworks, MediaConfig, Fingerprint, MediaFormat),
        *(MasterKey, StreamKeys, KeyAgreement, TransmitFormat, ReceiveFormat, Stream),
        *(ShieldPosition, StreamPosition, Aim, RelayStatistics, Survey),
        *(Heard, HandshakeHeard, DigitHeard, Levels, SpeakerChanged, PassingTurned),
        *(Surveyed, Closed, Departed, RelayHeard, RelaysSurveyed, RelayClosed),
    )
}
_ENUMS: Mapping[str, type[enum.Enum]] = {
    each.__name__: each for each in (CryptoSuite, Latching, Medium)
}
_FIELDS = {name: tuple(each.name for each in fields(kind)) for name, kind in _DATA.items()}

Plain = Any  # what JSON has


class TooLong(ValueError):
    """
    More than L{MOST_OCTETS}.
    """


def encode(message: Sequence[object]) -> bytes:
    """
    @raise ValueError: there is something in it that has no place here.
    @raise TooLong: there is too much in it.
    """
    octets = json.dumps(_plain(tuple(message)), separators=(",", ":")).encode()
    if len(octets) > MOST_OCTETS:
        raise TooLong(f"a message of {len(octets)} octets to or from a media process")
    return octets


def decode(octets: bytes) -> tuple[Any, ...]:
    """
    @return: Any, as messages differ.

    @raise DecodeError: it is none.
    """
    try:
        message = _value(json.loads(octets))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DecodeError(f"not what is said to a media process: {error}") from error
    if not isinstance(message, tuple):
        raise DecodeError("what is said to a media process is a tuple")
    return message


def _plain(value: object) -> Plain:
    match value:
        case enum.Enum():
            return [_named(value, _ENUMS), value.value]
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return [_OCTETS, base64.b64encode(value).decode()]
        case np.ndarray():
            return [_COLUMN, value.dtype.name, base64.b64encode(value.tobytes()).decode()]
        case np.generic():
            return value.item()
        case Networks():
            return [_NETWORKS, *value.texts]
        case Mapping():
            return [_MAP, *(_plain(each) for item in value.items() for each in item)]
        case Sequence() | Set():
            return [_TUPLE, *(_plain(each) for each in value)]
    name = _named(value, _DATA)
    return [name, *(_plain(getattr(value, each)) for each in _FIELDS[name])]


def _named(value: object, known: Mapping[str, type[Any]]) -> str:
    name = type(value).__name__
    if name not in known:
        raise ValueError(f"{name} has no place in the door of a media process")
    return name


def _value(plain: Plain) -> Any:  # Any: a value of some kind
    if isinstance(plain, dict):
        raise ValueError("an object, where there are arrays alone")
    if not isinstance(plain, list):
        return plain
    kind, *rest = plain or [""]
    match kind:
        case "octets":
            return _octets(*rest)
        case "column":
            return _column(*rest)
        case "Networks":
            return Networks(rest)
    if kind in _ENUMS:
        return _ENUMS[kind](*rest)
    values = [_value(each) for each in rest]
    match kind:
        case "tuple":
            return tuple(values)
        case "map":
            return dict(zip(values[::2], values[1::2], strict=True))
    if len(values) != len(_FIELDS[kind]):
        raise ValueError(f"{kind} of another form")
    return _DATA[kind](*values)


def _octets(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _column(dtype: str, text: str) -> Any:  # Any: columns are of several types
    if dtype not in _DTYPES:
        raise ValueError("a column of no type that there is")
    return np.frombuffer(_octets(text), dtype)
