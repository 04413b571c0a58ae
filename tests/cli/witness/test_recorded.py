"""
The decisions of a log, and what the gates make of them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from h323d.call.applications import Reason
from h323d.cli.witness.program import main
from h323d.cli.witness.recorded import decisionsIn
from h323d.errors import ConfigurationError, DecodeError
from h323d.guard.gates.chain import decide
from h323d.guard.gates.inputs import Failure
from h323d.guard.gates.opinions import Answer, Opinion
from h323d.guard.gates.recording import Judged
from tests.support.decidedlog import CALL, CALLS, decidedLog
from tests.support.witnesslogs import linesIn, newLog, rewrite

NO = Failure(Reason.NOT_PERMITTED, "night:late")
NO_SIGNATURES = "0 signatures; 0 hold"
REFUSED = (Opinion("one", Answer.OPENS), Opinion("night", Answer.REFUSES, NO))


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_theDecisionsOfALogAreReadInTheirOrder(tmp_path: Path) -> None:
    place = decidedLog(tmp_path)
    for path in (tmp_path, place.path):
        found = list(decisionsIn(path))
        assert [each.judged.asked for each in found] == list(CALLS)
        assert [each.record.index for each in found] == [2, 3, 4, 5, 6]


def test_theDecisionsOfSeveralFilesAreReadAndOfThoseThatAreThere(tmp_path: Path) -> None:
    place = decidedLog(tmp_path, [Judged(CALL, decide(CALL))] * 40)
    assert len(list(decisionsIn(tmp_path))) == 40
    place.records(0).unlink()
    assert next(decisionsIn(tmp_path)).record.index == 16


def test_eachDecisionFollowsFromWhatWasKnown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decidedLog(tmp_path)
    assert main(["decisions", str(tmp_path)]) == 0
    assert said(capsys) == ["5 decisions; 5 follow from what was known", NO_SIGNATURES]


def test_whatAPolicySaidIsPartOfThat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decidedLog(tmp_path, [Judged(CALL, decide(CALL, lambda _: NO), REFUSED)])
    assert main(["decisions", str(tmp_path)]) == 0
    assert said(capsys) == ["1 decisions; 1 follow from what was known", NO_SIGNATURES]


def test_aDecisionThatDoesNotFollowIsNamed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    poor = replace(CALL, stock=replace(CALL.stock, quota=1))
    decidedLog(tmp_path, [Judged(CALL, decide(CALL)), Judged(poor, decide(CALL))])
    assert main(["decisions", str(tmp_path)]) == 1
    assert said(capsys) == [
        "record 3: admitted as ROUTINE, and gate 4: BANDWIDTH_EXCEEDED quota follows",
        "2 decisions; 1 follow from what was known",
        NO_SIGNATURES,
    ]


def test_whereNothingWasDecidedThatIsSaid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newLog(tmp_path, 20)
    assert main(["decisions", str(tmp_path)]) == 0
    assert said(capsys) == ["0 decisions; 0 follow from what was known", NO_SIGNATURES]


def test_whereThereIsNoLogThatIsSaid(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no log"):
        list(decisionsIn(tmp_path))


def test_aTornRecordIsNamed(tmp_path: Path) -> None:
    place = decidedLog(tmp_path)
    with place.records(0).open("ab") as file:
        file.write(b'{"data":{')
    with pytest.raises(DecodeError, match=r"record 7: is cut off$"):
        list(decisionsIn(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [(b'"ARQ"', b'"ARX"', "is not that of the content"), (b'{"data"', b'{"date"', "six members")],
)
def test_aRecordThatWasChangedIsNamed(tmp_path: Path, old: bytes, new: bytes, what: str) -> None:
    place = decidedLog(tmp_path)
    lines = linesIn(place)
    rewrite(place, [*lines[:3], lines[3].replace(old, new), *lines[4:]])
    with pytest.raises(DecodeError, match=rf"record 3: .*{what}"):
        list(decisionsIn(tmp_path))


@pytest.mark.parametrize("drop", [(0, 3), (3, 4)])
def test_aRecordThatIsMissingIsNamed(tmp_path: Path, drop: tuple[int, int]) -> None:
    place = decidedLog(tmp_path)
    lines, (start, end) = linesIn(place), drop
    rewrite(place, [*lines[:start], *lines[end:]])
    match = re.escape(f"record {start}: does not follow the one before")
    with pytest.raises(DecodeError, match=match):
        list(decisionsIn(tmp_path))


def test_aDecisionThatIsNoneIsNamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = Judged(CALL, decide(CALL), (Opinion("x", Answer.OPENS),))
    object.__setattr__(odd.opinions[0], "policy", 5)  # as no server would write it
    decidedLog(tmp_path, [odd])
    assert main(["decisions", str(tmp_path)]) == 2
    assert "record 2: decision.policies[0].policy: is no str" in capsys.readouterr().err
