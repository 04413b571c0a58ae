"""
What a decision was made of, and what it was, as the record of it has them
(C{docs/reference/witness-format.rst}): from the record alone, the gates decide the same again.

Fields are members by the names that records have: C{callType} is C{call_type}.  A time is an
integer of milliseconds, C{now_ms}, as there are no other numbers in a record.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from h323d.call.applications import CallType, Reason
from h323d.errors import DecodeError
from h323d.guard.gates.inputs import Decision, Failure, GateInput
from h323d.guard.gates.opinions import Answer, Opinion

__all__ = ["Judged", "read", "recorded", "wholeMilliseconds"]

T = TypeVar("T")

_MILLISECONDS = "_ms"
_WORDS = re.compile("(?<![A-Z])(?=[A-Z])")  # where another begins


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """
    A decision, and all that it was made of.

    @ivar opinions: what the operator's policies have said, in their order.
    @ivar shadows: what those would have said that are tried out.
    @ivar key: the Ed25519 key that has signed it; empty for none.
    """

    asked: GateInput
    decision: Decision
    opinions: tuple[Opinion, ...] = ()
    shadows: tuple[Opinion, ...] = ()
    key: bytes = b""


def wholeMilliseconds(seconds: float) -> float:
    """
    A time that is the same when it has been recorded.
    """
    return round(seconds * 1000) / 1000


def recorded(judged: Judged) -> dict[str, Any]:
    """
    As JSON has it (Any).
    """
    decision = judged.decision
    return {
        "input": _plain(judged.asked),
        "gate": decision.gate,
        **_failure(decision.failure),
        "call_type": decision.callType.value,
        "priority_unauthorized": decision.priorityUnauthorized,
        "emergency_override": decision.emergencyOverride,
        "policies": [_opinion(each) for each in judged.opinions],
        "shadow": [_opinion(each) for each in judged.shadows],
        "key": b64encode(judged.key).decode(),
    }


def _failure(failure: Failure | None) -> dict[str, Any]:
    if failure is None:
        return {"reason": None, "detail": ""}
    return {"reason": failure.reason.value, "detail": failure.detail}


def _opinion(opinion: Opinion) -> dict[str, Any]:
    return {
        "policy": opinion.policy,
        "answer": opinion.answer.value,
        **_failure(opinion.failure),
    }


class _Member(NamedTuple):
    """
    A field, as records have it.

    @ivar hint: its type.
    @ivar isNeeded: whether there is nothing that it is by default.
    """

    field: str
    name: str
    hint: Any
    isNeeded: bool


_known: dict[type[Any], tuple[_Member, ...]] = {}


def _membersOf(kind: type[Any]) -> tuple[_Member, ...]:
    """
    @param kind: of one of the values that a L{GateInput} is made of.
    """
    if kind not in _known:
        _known[kind] = _foundIn(kind)
    return _known[kind]


def _foundIn(kind: type[Any]) -> tuple[_Member, ...]:
    hints = typing.get_type_hints(kind)
    return tuple(
        _Member(
            each.name,
            _memberOf(each.name) + (_MILLISECONDS if hints[each.name] is float else ""),
            hints[each.name],
            each.default is dataclasses.MISSING,
        )
        for each in dataclasses.fields(kind)
    )


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return round(value * 1000)
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    members = _membersOf(type(value))
    return {each.name: _plain(getattr(value, each.field)) for each in members}


def read(decision: Mapping[str, Any]) -> Judged:
    """
    The decision of a record.

    @param decision: as JSON has it (Any).

    @raise DecodeError: it is none; with the place.
    """
    place = "decision"
    gate = _get(decision, "gate", str, place)
    unauthorized = _get(decision, "priority_unauthorized", bool, place)
    override = _get(decision, "emergency_override", bool, place)
    callType = _value(CallType, decision.get("call_type"), "decision.call_type")
    return Judged(
        _read(GateInput, decision.get("input"), "decision.input"),
        Decision(gate, _readFailure(decision, "decision"), callType, unauthorized, override),
        _readOpinions(decision, "policies"),
        _readOpinions(decision, "shadow"),
        _readKey(_get(decision, "key", str, place)),
    )


def _readKey(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise DecodeError("is not base64", "decision.key") from None


def _readFailure(told: Mapping[str, Any], place: str) -> Failure | None:
    if told.get("reason") is None:
        return None
    reason = _value(Reason, told["reason"], f"{place}.reason")
    return Failure(reason, _get(told, "detail", str, place))


def _readOpinions(decision: Mapping[str, Any], name: str) -> tuple[Opinion, ...]:
    found = []
    for number, each in enumerate(_get(decision, name, list, "decision")):
        place = f"decision.{name}[{number}]"
        if not isinstance(each, Mapping):
            raise DecodeError("is no object", place)
        answer = _value(Answer, each.get("answer"), f"{place}.answer")
        found.append(Opinion(_get(each, "policy", str, place), answer, _readFailure(each, place)))
    return tuple(found)


def _get(told: Mapping[str, Any], name: str, kind: type[T], place: str) -> T:
    value = told.get(name)
    if type(value) is not kind:
        raise DecodeError(f"is no {kind.__name__}", f"{place}.{name}")
    return value


def _read(kind: type[T], told: Any, place: str) -> T:
    """
    One of the values that a L{GateInput} is made of.  What an older record does not have is as
    it was before there was anything to tell.
    """
    if not isinstance(told, Mapping):
        raise DecodeError("is no object", place)
    given = {}
    for each in _membersOf(kind):
        if each.name in told:
            given[each.field] = _value(each.hint, told[each.name], f"{place}.{each.name}")
        elif each.isNeeded:
            raise DecodeError("is missing", f"{place}.{each.name}")
    return kind(**given)


def _value(hint: Any, value: Any, place: str) -> Any:
    """
    @param hint: the type of a field.
    """
    kinds: Sequence[Any] = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return None if value is None else _value(kinds[0], value, place)
    if typing.get_origin(hint) is frozenset:
        if not isinstance(value, list):
            raise DecodeError("is no list", place)
        return frozenset(_value(kinds[0], each, place) for each in value)
    if dataclasses.is_dataclass(hint):
        return _read(typing.cast(type[Any], hint), value, place)
    if issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            raise DecodeError(f"is no {hint.__name__}: {value!r}", place) from None
    if type(value) is not (int if hint is float else hint):
        raise DecodeError(f"is no {hint.__name__}", place)
    return value / 1000 if hint is float else value


def _memberOf(field: str) -> str:
    """
    C{foundPII} is C{found_pii}.
    """
    return _WORDS.sub("_", field).lower()
