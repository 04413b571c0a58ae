"""
The decisions of a log, from its files alone: what each was made of, and what the gates make of that
now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from h323d.errors import ConfigurationError, DecodeError
from h323d.guard.gates.chain import Gate, decide
from h323d.guard.gates.inputs import Decision, Failure, GateInput
from h323d.guard.gates.opinions import Opinion
from h323d.guard.gates.recording import Judged, read
from h323d.witness.log import record
from h323d.witness.log.places import Place, generationsIn, linesOf
from h323d.witness.log.record import Record

__all__ = ["Recorded", "decisionsIn", "policiesOf", "worded"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """
    The decision of one record.

    @ivar place: of the log that it is in.
    """

    place: Place
    record: Record
    judged: Judged

    def again(self, policies: Gate) -> Decision:
        """
        Decide the same, by the gates of today.
        """
        return decide(self.judged.asked, policies)


def decisionsIn(path: Path) -> Iterator[Recorded]:
    """
    All decisions of a log, in their order, one at a time.

    @param path: its directory, as the server has it, or of one of its origins.

    @raise ConfigurationError: there is no log.
    @raise DecodeError: a record is none, does not follow the one before, or its decision cannot
        be read; with its number.
    @raise OSError: a file cannot be read.
    """
    places = [Place(path / str(number)) for number in generationsIn(path)] or [Place(path)]
    if not any(place.firsts() for place in places):
        raise ConfigurationError(str(path), "there is no log")
    for place in places:
        for each in _recordsIn(place):
            decision = each.data.get("decision")
            if decision is None:
                continue
            try:
                yield Recorded(place, each, read(decision))
            except DecodeError as error:
                raise _wrong(place, each.index, str(error)) from None


def _recordsIn(place: Place) -> Iterator[Record]:
    before = None
    for first in place.firsts():
        if place.isRemoved(first):
            before = None
            continue
        number = first
        for line in linesOf(place.records(first)):
            if not line.endswith(b"\n"):
                raise _wrong(place, number, "is cut off")
            try:
                found = record.read(line[:-1])
            except DecodeError as error:
                raise _wrong(place, number, str(error)) from None
            if found.index != number or (before and found.prevHash != before.hash):
                raise _wrong(place, number, "does not follow the one before")
            yield found
            before, number = found, number + 1


def _wrong(place: Place, number: int, reason: str) -> DecodeError:
    return DecodeError(reason, f"{place.path}: record {number}")


def policiesOf(opinions: Sequence[Opinion]) -> Gate:
    """
    The operator's policies as the record has what they said.
    """
    return _Said(tuple(opinions)).ask


@dataclass(frozen=True, slots=True)
class _Said:
    opinions: tuple[Opinion, ...]

    def ask(self, _: GateInput) -> Failure | None:
        failures = (each.failure for each in self.opinions)
        return next((each for each in failures if each is not None), None)


def worded(decision: Decision) -> str:
    """
    A decision in words.
    """
    if decision.failure is None:
        return f"admitted as {decision.callType.value}"
    return f"gate {decision.gate}: {decision.failure.reason.value} {decision.failure.detail}"
