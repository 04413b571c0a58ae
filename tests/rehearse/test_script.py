"""
Scripts of incidents, and what is refused in them, with its place.
"""

from __future__ import annotations

import pytest

from h323d.rehearse.script import GRAMMAR, BadScript, Deed, ScriptedIncident, parse

SCRIPT = """\
# the evening rehearsal

at 12:00 party 3 vanishes
at 10:00 kill leader
  at 0:07.5   party 25   sends   garbage
"""


def test_itIsInTheOrderOfTime() -> None:
    assert parse(SCRIPT) == (
        ScriptedIncident(7.5, Deed.SENDS_GARBAGE, 25, 5, 26),
        ScriptedIncident(600.0, Deed.KILL_LEADER, None, 4, 10),
        ScriptedIncident(720.0, Deed.VANISHES, 3, 3, 18),
    )


def test_ofTheSameTimeTheFirstLineComesFirst() -> None:
    first, second = parse("at 1:00 fill disk\nat 1:00 break registry\n")
    assert (first.deed, second.deed) == (Deed.FILL_DISK, Deed.BREAK_REGISTRY)


@pytest.mark.parametrize("deed", list(Deed))
def test_eachDeedIsUnderstoodAsItIsTold(deed: Deed) -> None:
    incident = ScriptedIncident(1.0, deed, 2 if deed.isOfParty else None)
    (read,) = parse(f"at 0:01 {incident}")
    assert (read.deed, read.party) == (deed, incident.party)
    assert GRAMMAR[deed]


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("after 1:00 storm", 1, 1, "'after', where at has to stand"),
        ("\n# x\nat storm", 3, 4, "'storm', where a time has to stand"),
        ("at 1:60 storm", 1, 4, "a time has to stand"),
        ("at -1:00 storm", 1, 4, "a time has to stand"),
        ("at 9999:00 storm", 1, 4, "later than a day"),
        ("at 1:00", 1, 8, "the line ends is nothing that can happen to the server"),
        (
            "at 1:00 explode leader",
            1,
            9,
            "'explode' is nothing that can happen to the server: kill",
        ),
        ("at 1:00 kill", 1, 9, "'kill' is nothing"),
        ("at 1:00 party three leaves", 1, 15, "'three', where a party's number has to stand"),
        ("at 1:00 party 0 leaves", 1, 15, "from 1"),
        ("at 1:00 party ² leaves", 1, 15, "from 1"),
        ("at 1:00 party", 1, 14, "the line ends, where a party's number"),
        ("at 1:00 party 3 kill leader", 1, 17, "'kill' is nothing that can happen to a party"),
        ("at 1:00 vanishes", 1, 9, "'vanishes' is nothing that can happen to the server"),
        ("at 1:00 storm now", 1, 15, "nothing may follow storm: now"),
    ],
)
def test_whatIsNotUnderstoodIsToldWithItsPlace(
    text: str, line: int, column: int, what: str
) -> None:
    with pytest.raises(BadScript) as caught:
        parse(text, "evening.txt")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert what in str(caught.value)
    assert str(caught.value).startswith(f"evening.txt: line {line}, column {column}: ")


def test_aScriptHasAnEnd() -> None:
    with pytest.raises(BadScript, match="line 1001, column 1"):
        parse("\n" * 1001)
