"""
C{h323ctl guard replay}.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from h323d.call.applications import Reason
from h323d.cli.ctl import main
from h323d.guard.gates.chain import decide
from h323d.guard.gates.inputs import Failure
from h323d.guard.gates.opinions import Answer, Opinion
from h323d.guard.gates.recording import Judged
from tests.support.decidedlog import CALL, CALLS, decidedLog
from tests.support.policypackage import NO, Package
from tests.support.witnesslogs import linesIn, rewrite

UNKNOWN = "what would have followed from that is not known"
NOBODY_ELSES = 'return Failure(Reason.NOT_PERMITTED, "no") if "bert" in asked.asker.terminalId else None'  # fmt: skip


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    monkeypatch.syspath_prepend(tmp_path / "site")
    return Package(tmp_path / "site", ("one",))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    decidedLog(tmp_path / "log")
    return tmp_path / "log"


def told(log: Path, capsys: pytest.CaptureFixture[str], policy: str = "one") -> Any:
    assert main(["guard", "replay", str(log), policy, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def complaint(log: Path, capsys: pytest.CaptureFixture[str], policy: str = "one") -> str:
    assert main(["guard", "replay", str(log), policy]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    return line


def test_aPolicyThatLetsAllPassChangesNothing(
    log: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["guard", "replay", str(log), "one"]) == 0
    assert capsys.readouterr().out == (
        f"0 of 5 decisions would be others, had one been in force, which was asked about 3; {UNKNOWN}\n"
    )


def test_whatWouldBeOtherwiseIsATable(
    log: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    package.write("one", NOBODY_ELSES)
    assert main(["guard", "replay", str(log), "one"]) == 0
    head, row, summary = capsys.readouterr().out.splitlines()
    assert head.split() == ["record", "timestamp", "door", "terminal_id", "was", "would_be"]
    assert row.split() == [
        *("5", "2027-01-15T08:00:04.000Z", "ARQ", "if://guardian/bert"),
        *("admitted", "as", "ESCALATE", "gate", "3.1:", "NOT_PERMITTED", "one:no"),
    ]
    assert summary.startswith("1 of 5 decisions would be others")


def test_theSameIsToldToPrograms(
    log: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    package.write("one", NO)
    found = told(log, capsys)
    changes = found.pop("changes")
    assert found == {
        "policy": "one",
        "decisions": 5,
        "asked": 3,
        "changed": 3,
        "otherwise": 0,
        "late": 0,
        "note": UNKNOWN,
    }
    assert [(each["record"], each["was"]) for each in changes] == [
        (3, "admitted as ROUTINE"),
        (4, "gate 4: BANDWIDTH_EXCEEDED quota"),
        (5, "admitted as ESCALATE"),
    ]
    assert {each["would_be"] for each in changes} == {"gate 3.1: NOT_PERMITTED one:no"}


def test_ofManyChangesTheFirstAreShownAndAllAreCounted(
    tmp_path: Path,
    package: Package,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("h323d.cli.replaying.MAX_ROWS", 2)
    decidedLog(tmp_path / "log", [Judged(CALL, decide(CALL))] * 30)
    package.write("one", NO)
    found = told(tmp_path / "log", capsys)
    assert (found["changed"], len(found["changes"])) == (30, 2)
    assert main(["guard", "replay", str(tmp_path / "log"), "one"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "the first 2 of them are shown"


def test_whatOthersInForceSaidHolds(
    tmp_path: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Failure(Reason.NOT_PERMITTED, "other:no")
    refused = decide(CALL, lambda _: other)
    opinions = (Opinion("other", Answer.REFUSES, other),)
    decidedLog(tmp_path / "log", [Judged(CALL, refused, opinions)])
    package.write("one", NO)
    found = told(tmp_path / "log", capsys)
    assert (found["asked"], found["changed"]) == (0, 0)


def test_aPolicyThatWasInForceTakesItsOwnPlace(
    tmp_path: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Failure(Reason.NOT_PERMITTED, "one:no")
    refused = decide(CALL, lambda _: before)
    decidedLog(tmp_path / "log", [Judged(CALL, refused, (Opinion("one", Answer.REFUSES, before),))])
    (change,) = told(tmp_path / "log", capsys)["changes"]
    assert (change["was"], change["would_be"]) == (
        "gate 3.1: NOT_PERMITTED one:no",
        "admitted as ROUTINE",
    )


def test_whatTheGatesOfTodayDecideOtherwiseIsNotThePolicys(
    tmp_path: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    poor = replace(CALL, stock=replace(CALL.stock, quota=1))
    decidedLog(tmp_path / "log", [Judged(poor, decide(CALL))])
    assert main(["guard", "replay", str(tmp_path / "log"), "one"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("0 of 1 decisions")
    assert second == "1 are others by the gates of this version alone"


def test_aPolicyThatNobodyHasIsNamed(
    log: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    assert complaint(log, capsys, "four") == (
        "h323ctl: guard replay: four is unknown; built in: none; no entry point in h323d.guard"
    )


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("return 1 // 0", "raised ZeroDivisionError: integer division or modulo by zero"),
        ("return asked.room", "raised AttributeError: 'GateInput' object has no attribute 'room'"),
        ("return True", "said what no policy may say: True"),
    ],
)
def test_aPolicyThatFailsIsNamedWithTheRecord(
    log: Path, package: Package, capsys: pytest.CaptureFixture[str], body: str, what: str
) -> None:
    package.write("one", body)
    assert complaint(log, capsys) == f"h323ctl: record 3: one {what}"


def test_aLogThatIsTornIsNamedWithTheRecord(
    log: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    place = log / "1"
    with (place / "000000000000.jsonl").open("ab") as file:
        file.write(b"{")
    assert complaint(log, capsys) == f"h323ctl: {place}: record 7: is cut off"


def test_whereThereIsNoLogThatIsSaid(
    tmp_path: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    assert complaint(tmp_path, capsys) == f"h323ctl: {tmp_path}: there is no log"


def test_aRecordThatWasChangedIsNamed(
    tmp_path: Path, package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    place = decidedLog(tmp_path / "log", [Judged(each, decide(each)) for each in CALLS])
    lines = linesIn(place)
    rewrite(place, [*lines[:4], lines[4].replace(b"anna", b"bert"), *lines[5:]])
    assert "record 4: " in complaint(tmp_path / "log", capsys)
