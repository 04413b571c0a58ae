"""
What happens when.
"""

from __future__ import annotations

import random

import pytest

from h323d.rehearse.schedule import Schedule, stormed, unfit, usual
from h323d.rehearse.script import Deed, ScriptedIncident, parse


def test_aShortRehearsalHasOneStormAndALongOneAnotherEveryFiveMinutes() -> None:
    assert [each.at for each in usual(30.0)] == [15.0]
    assert [each.at for each in usual(1800.0)] == [300.0, 600.0, 900.0, 1200.0, 1500.0]
    assert {each.deed for each in usual(1800.0)} == {Deed.STORM}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("at 0:30 storm", "over after 30 s"),
        ("at 0:10 party 15 leaves", "there are 14 parties"),
        ("at 0:10 break registry", "takes --guarded"),
        ("at 0:10 party 14 leaves", ""),
        ("at 0:10 kill leader", ""),
    ],
)
def test_whatCannotBeDoneIsSaid(line: str, why: str) -> None:
    (incident,) = parse(line)
    told = unfit(incident, 30.0, 14, isOurs=True, isGuarded=False)
    assert why in told
    assert bool(why) == bool(told)


@pytest.mark.parametrize("deed", [each for each in Deed if not each.isOfParty])
def test_aServerOfOthersIsNotStruck(deed: Deed) -> None:
    told = unfit(ScriptedIncident(1.0, deed), 30.0, 14, isOurs=False, isGuarded=True)
    assert bool(told) == (deed is not Deed.STORM)


def test_aThirdLeavesInAStormAndTheSameInEachRun() -> None:
    leaving = stormed(range(12), random.Random(7))
    assert leaving == stormed(range(12), random.Random(7))
    assert len(set(leaving)) == 4
    assert leaving == sorted(leaving)
    assert len(stormed(range(2), random.Random(7))) == 1


def test_eachIsDueOnceWhenItsTimeHasCome() -> None:
    schedule = Schedule(parse("at 0:05 storm\nat 0:05 kill leader\nat 0:09 storm"))
    assert schedule.due(4.9) is None
    due = [schedule.due(5.0), schedule.due(5.0), schedule.due(5.0)]
    assert [each and each.deed for each in due] == [Deed.STORM, Deed.KILL_LEADER, None]
    assert schedule.next is not None
    assert schedule.next.at == 9.0
    assert schedule.due(100.0) == schedule.next or schedule.next is None
