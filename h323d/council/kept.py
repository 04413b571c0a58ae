"""
What of councils outlives the process, as text for a disk, and back: a document of JSON.

A council that cannot be read does not take the others along: each is looked at by itself.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from h323d.call.applications import CallType
from h323d.values.identifiers import RoomID

__all__ = ["Convening", "KeptCouncil", "NotCouncils", "fromText", "toText"]

_COUNCILS = "councils"


@dataclass(frozen=True, slots=True)
class Convening:
    """
    How a council was convened.

    @ivar callType: as which type every call in the room counts.
    @ivar by: the operator who has done it, as facts have it; empty for nobody that is known.
    @ivar at: when, in seconds of the clock.
    @ivar until: when it is over, whoever is there.
    """

    roomId: RoomID
    callType: CallType
    by: str
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class KeptCouncil:
    """
    @ivar guardians: those who are expected, by the names of their entries.
    @ivar came: the guardians who have been there.
    """

    convening: Convening
    guardians: tuple[str, ...]
    came: tuple[str, ...]


class NotCouncils(ValueError):
    """
    A text that L{toText} did not make; it says where that is to be seen.
    """


def toText(councils: Iterable[KeptCouncil]) -> str:
    return json.dumps({_COUNCILS: [_told(each) for each in councils]}, indent=1) + "\n"


def fromText(text: str) -> tuple[list[KeptCouncil], list[str]]:
    """
    @return: those that can be read, each room once; and what is wrong with the others, with its
        place.

    @raise NotCouncils: it is no such document at all.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise NotCouncils(f"{place}: {error.msg}") from None
    except RecursionError:
        raise NotCouncils("it is nested too deeply") from None
    entries = document.get(_COUNCILS) if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise NotCouncils(f"it has no list of {_COUNCILS}")
    read: dict[RoomID, KeptCouncil] = {}
    faults: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            council = _read(entry)
            if read.setdefault(council.convening.roomId, council) is not council:
                raise NotCouncils("room: is that of another")
        except NotCouncils as error:
            faults.append(f"council {number}: {error}")
    return list(read.values()), faults


def _told(council: KeptCouncil) -> dict[str, object]:
    convening = council.convening
    return {
        "room": convening.roomId,
        "type": convening.callType.value,
        "by": convening.by,
        "convenedAt": convening.at,
        "until": convening.until,
        "guardians": council.guardians,
        "came": council.came,
    }


def _read(entry: object) -> KeptCouncil:
    if not isinstance(entry, dict):
        raise NotCouncils("is no object")
    kind = _text(entry, "type")
    if kind not in CallType.__members__:
        raise NotCouncils(f"type: {kind} is no type of calls")
    convening = Convening(
        RoomID(_text(entry, "room")),
        CallType(kind),
        _text(entry, "by"),
        _seconds(entry, "convenedAt"),
        _seconds(entry, "until"),
    )
    return KeptCouncil(convening, _names(entry, "guardians"), _names(entry, "came"))


_Entry = dict[str, Any]  # Any: whatever JSON can say


def _text(entry: _Entry, field: str) -> str:
    value = entry.get(field)
    if not isinstance(value, str):
        raise NotCouncils(f"{field}: is no text")
    return value


def _seconds(entry: _Entry, field: str) -> float:
    value = entry.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotCouncils(f"{field}: is no number of seconds")
    return float(value)


def _names(entry: _Entry, field: str) -> tuple[str, ...]:
    value = entry.get(field)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise NotCouncils(f"{field}: is no list of names")
    return tuple(dict.fromkeys(value))
