"""
C{h323ctl guard replay}: which of the decisions of a log would be others, had a policy been in
force.  Nothing but the log's files is needed, and they are read one record at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from h323d.cli.witness.recorded import Recorded, decisionsIn, policiesOf, worded
from h323d.errors import ConfigurationError, DecodeError
from h323d.guard.gates.inputs import Decision, Failure, GateInput
from h323d.guard.gates.opinions import Answer, IGuardPolicy, heard
from h323d.guard.policies import BUDGET
from h323d.plugins import GUARD, chooseAnew

__all__ = ["MAX_ROWS", "Replay", "replay"]

MAX_ROWS = 10_000  # changes that are shown; all are counted
MAX_SHOWN = 80  # characters of what a policy said that it may not say
UNKNOWN = "what would have followed from that is not known"

Row = dict[str, Any]  # Any: as JSON has it


@dataclass(slots=True)
class Replay:
    """
    What came of it.

    @ivar decisions: how many there are in the log.
    @ivar asked: how many of them the policy was asked about.
    @ivar changed: how many would be others.
    @ivar otherwise: how many are others by the gates of today alone, without the policy.
    @ivar late: how many answers took longer than a server waits.
    @ivar changes: a row for each that would be another, as far as they are shown.
    """

    policy: str
    decisions: int = 0
    asked: int = 0
    changed: int = 0
    otherwise: int = 0
    late: int = 0
    changes: list[Row] = field(default_factory=list)

    def told(self) -> Row:
        """
        For other programs.
        """
        return {
            "policy": self.policy,
            "decisions": self.decisions,
            "asked": self.asked,
            "changed": self.changed,
            "otherwise": self.otherwise,
            "late": self.late,
            "changes": self.changes,
            "note": UNKNOWN,
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield (
            f"{self.changed} of {self.decisions} decisions would be others, had {self.policy} been"
            f" in force, which was asked about {self.asked}; {UNKNOWN}"
        )
        if self.changed > len(self.changes):
            yield f"the first {len(self.changes)} of them are shown"
        if self.otherwise:
            yield f"{self.otherwise} are others by the gates of this version alone"
        if self.late:
            yield f"{self.late} answers took longer than {BUDGET * 1000:.0f} ms"


def replay(path: Path, name: str) -> Replay:
    """
    Feed the decisions of a log to a policy, each input as it was.

    @param name: of an entry point.

    @raise h323d.errors.ConfigurationError: there is no such log, or no such policy.
    @raise DecodeError: a record is none, or the policy failed there; with its number.
    """
    (policy,) = chooseAnew((name,), GUARD, IGuardPolicy, "guard replay")
    done = Replay(name)
    try:
        _feed(done, policy, path)
    except OSError as error:
        raise ConfigurationError(str(error.filename), str(error.strerror)) from None
    return done


def _feed(done: Replay, policy: Any, path: Path) -> None:
    for each in decisionsIn(path):
        tried = _Tried(done.policy, policy, each)
        without, would = each.again(policiesOf(each.judged.opinions)), each.again(tried.ask)
        done.decisions += 1
        done.asked += tried.took is not None
        done.late += (tried.took or 0.0) > BUDGET
        done.otherwise += without != each.judged.decision
        if would != without:
            done.changed += 1
            if len(done.changes) < MAX_ROWS:
                done.changes.append(_row(each, without, would))


def _row(recorded: Recorded, was: Decision, would: Decision) -> Row:
    asked = recorded.judged.asked
    return {
        "record": recorded.record.index,
        "timestamp": recorded.record.timestamp,
        "door": asked.door.value,
        "terminal_id": asked.asker.terminalId,
        "was": worded(was),
        "would_be": worded(would),
    }


class _Tried:
    """
    A policy in its place among those that were in force.

    @ivar took: seconds that it took; C{None} if it was not asked.
    """

    def __init__(self, name: str, policy: Any, recorded: Recorded) -> None:
        self._name = name
        self._policy = policy
        self._recorded = recorded
        self.took: float | None = None

    def ask(self, asked: GateInput) -> Failure | None:
        for each in self._recorded.judged.opinions:
            failure = self._answer(asked) if each.policy == self._name else each.failure
            if failure is not None:
                return failure
        return self._answer(asked) if self.took is None else None

    def _answer(self, asked: GateInput) -> Failure | None:
        began = time.perf_counter()
        try:
            said = self._policy.judge(asked)
        except Exception as error:  # it is anybody's code
            raise self._failed(f"raised {type(error).__name__}: {error}") from error
        self.took = time.perf_counter() - began
        opinion = heard(self._name, said)
        if opinion.answer is Answer.INVALID:
            raise self._failed(f"said what no policy may say: {repr(said)[:MAX_SHOWN]}")
        return opinion.failure

    def _failed(self, what: str) -> DecodeError:
        return DecodeError(f"{self._name} {what}", f"record {self._recorded.record.index}")
