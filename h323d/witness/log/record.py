"""
A record of the log: one line of canonical JSON (RFC 8785) that names the one before it.

Its members are C{data}, C{hash}, C{index}, C{msg_type}, C{prev_hash} and C{timestamp}.  There are
only texts, integers, truth values, C{null}, arrays and objects in it, and the names of members are
ASCII: of such values C{json} writes the canonical form itself, in a quarter of the time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NoReturn

from h323d.errors import DecodeError, EncodeError

__all__ = [
    "GENESIS",
    "MAX_LINE",
    "Data",
    "Record",
    "canonical",
    "cleaned",
    "read",
    "timestampOf",
    "written",
]

GENESIS = "0" * 64
"""What the first record has for the hash of the one before it."""

MAX_LINE = 65_535  # octets, without the newline: more does not go into a tile (C2SP tlog-tiles)
MAX_INTEGER = 2**53 - 1  # which every reader of JSON has exactly (RFC 8785, 3.2.2.3)

Data = Mapping[str, Any]
"""What a record tells.  Any: whatever JSON can say but numbers that are not integers."""

_MEMBERS = frozenset(("data", "hash", "index", "msg_type", "prev_hash", "timestamp"))
_TEXTS = ("hash", "msg_type", "prev_hash", "timestamp")


@dataclass(frozen=True, slots=True)
class Record:
    """
    A record that has been read; its hash is that of its content.

    @ivar hash: in hexadecimal; SHA-256 of the canonical form of all its other members.
    """

    index: int
    msgType: str
    timestamp: str
    data: Data
    prevHash: str
    hash: str


def canonical(value: object) -> bytes:
    """
    A value in its canonical form.

    @raise EncodeError: it is none that a record may have.
    """
    _check(value, "")
    return _dumped(value)


def cleaned(text: str) -> str:
    """
    A text as Unicode has it: halves of a character that stand alone, which H.323 can send, become
    U+FFFD.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def timestampOf(seconds: float) -> str:
    """
    @param seconds: since 1970.

    @return: as RFC 3339 has it, with milliseconds, in UTC.
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written(
    index: int, msgType: str, timestamp: str, data: Data, prevHash: str
) -> tuple[bytes, str]:
    """
    @return: the line, without its newline, and the record's hash.

    @raise EncodeError: there is something in C{data} that a record cannot have.
    """
    told = canonical(data)
    rest = _dumped(_rest(index, msgType, prevHash, timestamp))[1:]
    own = sha256(b'{"data":' + told + b"," + rest).hexdigest()
    line = b'{"data":' + told + b',"hash":"' + own.encode() + b'",' + rest
    if len(line) > MAX_LINE:
        raise EncodeError(f"takes {len(line)} octets, of which {MAX_LINE} may be", "record")
    return line, own


def read(line: bytes) -> Record:
    """
    @param line: without its newline.

    @raise DecodeError: it is not the canonical form of a record, or its hash is not that of its
        content.
    """
    members = _members(line)
    told = _dumped(members["data"])
    index, own = members["index"], members["hash"]
    msgType, prevHash, timestamp = members["msg_type"], members["prev_hash"], members["timestamp"]
    try:
        rest = _dumped(_rest(index, msgType, prevHash, timestamp))[1:]
        whole = b'{"data":' + told + b',"hash":"' + own.encode() + b'",' + rest
    except UnicodeEncodeError:
        raise DecodeError("half a character stands alone", "record") from None
    if whole != line:
        raise DecodeError("is not in its canonical form", "record")
    if sha256(b'{"data":' + told + b"," + rest).hexdigest() != own:
        raise DecodeError("is not that of the content", "record.hash")
    return Record(index, msgType, timestamp, members["data"], prevHash, own)


def _members(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise DecodeError(f"is longer than {MAX_LINE} octets", "record")
    try:
        members = json.loads(
            line, parse_float=_refused, parse_constant=_refused, parse_int=_integer
        )
    except (ValueError, RecursionError):
        raise DecodeError("is no JSON that a record can have", "record") from None
    if not isinstance(members, dict) or members.keys() != _MEMBERS:
        raise DecodeError("has not the six members of a record", "record")
    if type(members["index"]) is not int or not isinstance(members["data"], dict):
        raise DecodeError("has members of other kinds", "record")
    if not all(isinstance(members[name], str) for name in _TEXTS):
        raise DecodeError("has members of other kinds", "record")
    if not line.isascii():
        _checkRead(members["data"])
    return members


def _checkRead(data: object) -> None:
    try:
        _check(data, "data")
    except EncodeError as error:
        raise DecodeError(error.reason, f"record.{error.path}") from None


def _check(value: object, path: str) -> None:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
            raise EncodeError("half a character stands alone", path)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise EncodeError("the name of a member is not ASCII", path)
            _check(each, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            _check(each, f"{path}[{number}]")
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise EncodeError("is too large an integer", path)
    elif value is not None:
        raise EncodeError(f"is of a kind that records have not: {type(value).__name__}", path)


def _rest(index: int, msgType: str, prevHash: str, timestamp: str) -> dict[str, object]:
    return {"index": index, "msg_type": msgType, "prev_hash": prevHash, "timestamp": timestamp}


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def _dumped(value: object) -> bytes:
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        raise DecodeError("half a character stands alone", "record") from None


def _refused(text: str) -> NoReturn:
    raise ValueError(text)


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) > MAX_INTEGER:
        raise ValueError(text)
    return number
