"""
The priority that a call asks for, in C{genericData} of RAS and call signalling, and whether it is
granted (ITU-T H.460.4, 01/2007).

Who answers repeats what was asked for, with a reason if it is not granted.  The tokens by which
somebody might prove that they may have it are not looked at: what proves who calls, does.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from h323d.asn1 import h460_4
from h323d.call.applications import Priority
from h323d.errors import DecodeError
from h323d.h323.ras.messages import Fields

__all__ = [
    "CallPriority",
    "PriorityValue",
    "answerTo",
    "designation",
    "priorityIn",
    "withoutPriority",
]

_FEATURE = ("standard", 4)
_DESIGNATION = ("standard", 1)
_TYPE = "CallPriorityInfo"
MAX_ENTRIES = 16  # of genericData that are looked at


class PriorityValue(enum.Enum):
    """
    As the alternatives of C{priorityValue} are called.
    """

    EMERGENCY_AUTHORIZED = "emergencyAuthorized"
    EMERGENCY_PUBLIC = "emergencyPublic"
    HIGH = "high"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class CallPriority:
    """
    @ivar value: C{None} for one that was added to the standard later.
    @ivar extension: 0 to 255, for sides that have agreed on what it means.
    """

    value: PriorityValue | None
    extension: int | None = None


def designation(priority: CallPriority, rejected: str = "") -> Fields:
    """
    An entry of C{genericData}.

    @param rejected: for which C{rejectReason} it is not granted; empty in a request, and if it
        is.
    """
    value = PriorityValue.NORMAL if priority.value is None else priority.value
    info: Fields = {"priorityValue": (value.value, None)}
    if priority.extension is not None:
        info["priorityExtension"] = priority.extension
    if rejected:
        info["rejectReason"] = (rejected, None)
    content = ("raw", h460_4.encode(_TYPE, info))
    return {"id": _FEATURE, "parameters": [{"id": _DESIGNATION, "content": content}]}


def priorityIn(fields: Mapping[str, Any]) -> CallPriority | None:
    """
    What a request asks for; C{None} if it asks for none, or not so that it can be read.

    @param fields: of a RAS message, or of the C{h323-uu-pdu}.
    """
    for entry in fields.get("genericData", ())[:MAX_ENTRIES]:
        for parameter in entry.get("parameters", ()) if entry["id"] == _FEATURE else ():
            kind, content = parameter.get("content", ("", None))
            if parameter["id"] == _DESIGNATION and kind == "raw":
                return _read(content)
    return None


def answerTo(asked: CallPriority | None, granted: Priority | None) -> tuple[Fields, ...]:
    """
    The entries of C{genericData} for an answer.

    @param granted: what the gates say; C{None} if none of them has anything to do with it.
    """
    if asked is None or granted is None:
        return ()
    return (designation(asked, _rejectReason(asked, granted)),)


def withoutPriority(entries: Sequence[Fields]) -> list[Fields]:
    """
    What else there is in C{genericData}.
    """
    return [each for each in entries if each["id"] != _FEATURE]


def _rejectReason(asked: CallPriority, granted: Priority) -> str:
    match asked.value:
        case PriorityValue.EMERGENCY_AUTHORIZED:
            return "" if granted is Priority.HIGH else "priorityUnauthorized"
        case PriorityValue.NORMAL:
            return ""
        case None:
            return "priorityValueUnknown"
    return "priorityUnavailable"


def _read(octets: bytes) -> CallPriority | None:
    try:
        info = h460_4.decode(_TYPE, octets)
    except DecodeError:
        return None
    known = {each.value: each for each in PriorityValue}
    return CallPriority(known.get(info["priorityValue"][0]), info.get("priorityExtension"))
