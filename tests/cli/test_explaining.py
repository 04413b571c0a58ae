"""
C{h323ctl explain}: whatever word somebody was refused with, there is something to say.
"""

from __future__ import annotations

import pytest

from h323d.cli import ctl
from h323d.cli.explaining import explain
from h323d.operation.command import OperatorError


def test_aWordOfOurs() -> None:
    assert explain("roomFull").splitlines()[0] == "roomFull: The room has as many as it takes."


def test_aReasonTellsWhatEachDoorAnswers() -> None:
    told = explain("CAPACITY_EXCEEDED")
    assert "SIP 503; Q.850 cause 47 RESOURCE_UNAVAILABLE" in told
    assert "ARJ exceedsCallCapacity" in told


@pytest.mark.parametrize("word", ["found:email,phone", "night:late"])
def test_ofWordsWithAColonThePartThatIsKnown(word: str) -> None:
    assert explain(word).partition(":")[0] in word.split(":")


@pytest.mark.parametrize("word", ["17", "USER_BUSY", "user_busy"])
def test_aCauseByNumberAndByName(word: str) -> None:
    assert explain(word).splitlines()[:2] == [
        "Q.850 cause 17: USER_BUSY",
        "  told by  SIP 486, before an answer",
    ]


def test_aStatusHasTheReasonsAndCausesThatItIsToldFor() -> None:
    told = explain("403")
    assert "INVALID_SIGNATURE" in told
    assert "21 CALL_REJECTED" in told


def test_aReasonOfRASHasOurReasonsForIt() -> None:
    assert explain("exceedsCallCapacity") == "ARJ exceedsCallCapacity\n  reasons  CAPACITY_EXCEEDED"


def test_anUnknownWordIsAnError() -> None:
    with pytest.raises(OperatorError, match="nothing is called 999:"):
        explain("999")


def test_onTheCommandLine(capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl.main(["explain", "roomLocked"]) == 0
    assert "h323ctl room ROOM unlock" in capsys.readouterr().out
    assert ctl.main(["explain", "nonsense"]) == 1
    assert capsys.readouterr().err.startswith("h323ctl: nothing is called nonsense")
