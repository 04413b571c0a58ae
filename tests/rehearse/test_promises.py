"""
Each promise is kept, broken, or not measured; and what the program says of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from h323d.rehearse.promises import (
    EXIT_BROKEN,
    EXIT_KEPT,
    EXIT_SLOW,
    EXIT_UNKNOWN,
    exitStatus,
    judged,
)
from h323d.rehearse.results import (
    Distribution,
    Environment,
    Fault,
    FaultKind,
    Heard,
    Incident,
    Join,
    Leave,
    LostCall,
    Pair,
    Party,
    Reception,
    Rehearsal,
    Verdict,
)

Change = Callable[[Rehearsal], Rehearsal]


def party(number: int, **fields: object) -> Party:
    whole: dict[str, object] = {
        "joins": (Join(1.0, 5.0, 30.0),),
        "leaves": (Leave(29.0, 4.0, 20.0),),
        "reception": Reception(1500, 3, jitter=Distribution.of([0.5, 1.0, 3.0])),
        **fields,
    }
    basic = Party(number, f"party {number}", "sip", "early offer", ("PCMU",))
    return replace(basic, **whole)  # type: ignore[arg-type]  # by the fields' own names


GOOD = Rehearsal(
    Environment("", "", "", 2, 30.0, 1),
    (party(0), party(1)),
    Heard(
        (
            Pair(0, 1, 10, 10, server=Distribution.of([20.0, 22.0])),
            Pair(1, 0, 10, 9, server=Distribution.of([20.0, 40.0])),
        )
    ),
    incidents=(Incident(15.0, "kill", "leader", True, 900.0),),
)


def parties(**fields: object) -> Change:
    return lambda whole: replace(whole, parties=(party(0), party(1, **fields)))


def pairs(*found: Pair) -> Change:
    return lambda whole: replace(whole, heard=replace(whole.heard, pairs=found))


def whole(**fields: object) -> Change:
    return lambda whole: replace(whole, **fields)  # type: ignore[arg-type]


def verdicts(rehearsal: Rehearsal) -> list[bool | None]:
    return [each.kept for each in judged(rehearsal).promises]


def test_allAreKept() -> None:
    found = judged(GOOD).promises
    assert verdicts(GOOD) == [True] * 9
    assert [each.figure for each in found] == [
        *("39.6 ms", "3.0 ms", "5.0 ms", "4.0 ms", "0 lost", "2 of 2 pairs", "0 heard"),
        *("0 of 2", "0.90 s, 0 lost"),
    ]
    assert exitStatus(found) == EXIT_KEPT


SLOW = Distribution.of([50.0])
STRANGER = Fault(FaultKind.STRANGER, 0, 3.0, 200.0, 0)
GAP = Fault(FaultKind.GAP, 0, 3.0, 200.0)
KILL = Incident(15.0, "kill", "leader", True, None)


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (0, pairs(Pair(0, 1, 10, 10, server=SLOW))),
        (1, parties(reception=Reception(9, 0, jitter=Distribution.of([10.0])))),
        (2, parties(joins=(Join(1.0, 200.0),))),
        (2, parties(joins=(Join(1.0, None, reason="486 Busy Here"),))),
        (3, parties(leaves=(Leave(1.0, 200.0),))),
        (3, parties(leaves=(Leave(1.0, None),))),
        (4, whole(lost=(LostCall(5.0, 1, "BYE from the server"),))),
        (5, pairs(Pair(0, 1, 100, 89, server=Distribution.of([20.0])))),
        (6, whole(heard=replace(GOOD.heard, faults=(STRANGER,)))),
        (7, parties(codecs=("G722", "PCMU"))),
        (8, whole(incidents=(replace(KILL, overMs=5000.0),))),
        (8, whole(incidents=(*GOOD.incidents, KILL))),
    ],
)
def test_whatIsOverItsLimitIsBroken(number: int, change: Change) -> None:
    found = judged(change(GOOD)).promises
    assert [at for at, each in enumerate(found) if each.kept is False] == [number]
    isLate = found[number].figure.endswith(" ms")
    assert exitStatus(found) == (EXIT_SLOW if isLate else EXIT_BROKEN)


def test_whatIsOnlyLateIsToldApart() -> None:
    late, lost = Verdict("slowest join", "", "201.0 ms", False), Verdict("it", "", "1 lost", False)
    refused = Verdict("slowest join", "", "1 not let in", False)
    assert exitStatus([late]) == EXIT_SLOW
    assert exitStatus([late, lost]) == EXIT_BROKEN
    assert exitStatus([refused]) == EXIT_BROKEN


def test_aCallThatIsLostAfterAKillBreaksBoth() -> None:
    found = judged(replace(GOOD, lost=(LostCall(15.5, 1, "gone"),))).promises
    assert [at for at, each in enumerate(found) if each.kept is False] == [4, 8]


def test_aGapBreaksNothing() -> None:
    found = judged(replace(GOOD, heard=replace(GOOD.heard, faults=(GAP,)))).promises
    assert exitStatus(found) == EXIT_KEPT


@pytest.mark.parametrize(
    ("numbers", "change"),
    [
        ([0], pairs(Pair(0, 1, 10, 10, mouthToEar=Distribution.of([20.0])))),
        ([0, 5, 6], pairs()),
        ([0, 5], pairs(Pair(0, 1, 0, 0))),
        ([1], whole(parties=(party(0, reception=None),))),
        ([2, 4], whole(parties=(party(0, joins=()),))),
        ([3], whole(parties=(party(0, leaves=()),))),
        ([7], whole(parties=(party(0, codecs=()),))),
    ],
)
def test_whatNobodyMeasuredIsNotKept(numbers: list[int], change: Change) -> None:
    found = judged(change(GOOD)).promises
    assert [at for at, each in enumerate(found) if each.kept is None] == numbers
    assert exitStatus(found) == EXIT_UNKNOWN


def test_nobodyHasToRehearseAFailOver() -> None:
    found = judged(replace(GOOD, incidents=(Incident(3.0, "garbage"),))).promises
    assert [each.kept for each in found] == [True] * 8 + [None]
    assert exitStatus(found) == EXIT_KEPT


def test_withoutPromisesNothingIsKnown() -> None:
    assert exitStatus([]) == EXIT_UNKNOWN
    assert exitStatus([Verdict("", "", "", False), Verdict("", "", "", None)]) == EXIT_BROKEN
