"""
What IF.guard says in C{genericData} of RAS and call signalling: of which type a call is, whether
there is personal data in it, and for which reason it is refused
(C{docs/reference/guard-proofs.rst}).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from h323d.call.applications import CallType, Reason
from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.errors import DecodeError
from h323d.h323.ras.messages import Fields
from h323d.h323.signalling.callpriority import (
    CallPriority,
    PriorityValue,
    designation,
    priorityIn,
)

__all__ = [
    "GUARD",
    "GUARD_ID",
    "declarationIn",
    "declared",
    "heardIn",
    "refused",
    "saidOf",
    "withoutDeclarations",
]

GUARD = bytes.fromhex("6d1f0a3c5a2e4c6b9f0d7c1e8a4b2f31")
"""
The identifier that all of it goes by: a UUID.
"""

GUARD_ID = ("nonStandard", GUARD)
"""
The same, as an entry of C{genericData} has it.
"""

_TYPE, _PII, _REASON = (("standard", number) for number in (1, 2, 3))
_EMERGENCY = CallPriority(PriorityValue.EMERGENCY_AUTHORIZED)
_PATH = "genericData"
MAX_ENTRIES = 16  # of genericData that are looked at


def declared(declaration: Declaration) -> Fields:
    """
    An entry of C{genericData}, for a request.
    """
    parameters: list[Fields] = [{"id": _PII, "content": ("bool", declaration.hasPII)}]
    if declaration.callType is not None:
        parameters.insert(0, {"id": _TYPE, "content": ("text", declaration.callType.value)})
    return {"id": GUARD_ID, "parameters": parameters}


def saidOf(declaration: Declaration) -> tuple[Fields, ...]:
    """
    The entries for a request in which nothing else is said; none if nothing is declared.
    """
    if declaration == NOTHING_DECLARED:
        return ()
    urgent = declaration.callType is CallType.EMERGENCY
    return (declared(declaration), designation(_EMERGENCY)) if urgent else (declared(declaration),)


def refused(reason: Reason) -> Fields:
    """
    An entry of C{genericData}, for a reject.
    """
    return {"id": GUARD_ID, "parameters": [{"id": _REASON, "content": ("text", reason.value)}]}


def declarationIn(fields: Mapping[str, Any]) -> Declaration:
    """
    What a request declares; where it says nothing, nothing.

    @param fields: of a RAS message, or of the C{h323-uu-pdu}.

    @raise DecodeError: it says so twice, or of a type that there is not.
    """
    entries = [each for each in fields.get(_PATH, ())[:MAX_ENTRIES] if each["id"] == GUARD_ID]
    if len(entries) > 1:
        raise DecodeError("two declarations", _PATH)
    found: dict[tuple[str, int], object] = {}
    for parameter in entries[0].get("parameters", ()) if entries else ():
        identifier = parameter["id"]
        if identifier in found:
            raise DecodeError("declares something twice", _PATH)
        found[identifier] = parameter.get("content")
    return Declaration(_callTypeOf(found.get(_TYPE)), _boolOf(found.get(_PII)))


def heardIn(fields: Mapping[str, Any]) -> Declaration:
    """
    The same; who declares what cannot be meant declares nothing, and that there is personal data.
    Who declares no type, and asks for the priority of an emergency, declares that.
    """
    try:
        declaration = declarationIn(fields)
    except DecodeError:
        return Declaration(hasPII=True)
    if declaration.callType is None and priorityIn(fields) == _EMERGENCY:
        return replace(declaration, callType=CallType.EMERGENCY)
    return declaration


def withoutDeclarations(entries: Sequence[Fields]) -> list[Fields]:
    """
    What else there is in C{genericData}.
    """
    return [each for each in entries if each["id"] != GUARD_ID]


def _callTypeOf(content: object) -> CallType | None:
    if content is None:
        return None
    named = {("text", each.value): each for each in CallType}
    if not isinstance(content, tuple) or content not in named:
        raise DecodeError("no type of calls", _PATH)
    return named[content]


def _boolOf(content: object) -> bool:
    if content not in (None, ("bool", True), ("bool", False)):
        raise DecodeError("neither true nor false", _PATH)
    return content == ("bool", True)
