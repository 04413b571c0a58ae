"""
The command line.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from h323d.rehearse.options import parserOf, planOf
from h323d.rehearse.script import Deed, parse

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference" / "h323d-rehearse.rst"
GUIDE = DOCS / "howto" / "rehearse-a-council.rst"


def test_withoutOptionsTwelveMeetForAMinute() -> None:
    plan = planOf([])
    assert sum(each.group == 0 for each in plan.cast) == 12
    assert (plan.seconds, plan.server, plan.isProtected, plan.isGuarded) == (
        60.0,
        None,
        False,
        False,
    )
    assert str(plan.impairment) == ""


def test_aServerIsProtectedWhereAScriptKills(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("at 0:10 kill leader\n")
    plan = planOf(["--seconds", "30", "--script", str(script)])
    assert plan.isProtected
    assert [each.deed for each in plan.script] == [Deed.KILL_LEADER]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--parties", "26"], "26 parties: 25 can be told apart"),
        (["--parties", "1"], "2 parties at least"),
        (["--parties", "many"], "invalid int value"),
        (["--minutes", "0"], "5 s to 24 h"),
        (["--minutes", "nan"], "5 s to 24 h"),
        (["--seconds", "1e9"], "5 s to 24 h"),
        (["--loss", "101"], "loss: must be 0 to 100"),
        (["--delay", "-1"], "delay: must be"),
        (["--server", "somewhere"], "somewhere is not an IP address"),
        (["--server", "127.0.0.1", "--guarded"], "for a server that is started here"),
        (["--at", "192.0.2.1"], "not in 127.0.0.0/8"),
        (["--sip-port", "65536"], "not a port"),
        (["--script", "nowhere"], "nowhere: No such file"),
    ],
)
def test_whatCannotBeIsRefused(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        planOf(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("line", "more", "told"),
    [
        ("at 0:10 explode", [], "line 1, column 9: 'explode' is nothing"),
        ("at 0:10 break registry", [], "line 1, column 9: break registry: takes --guarded"),
        ("at 0:10 kill leader", ["--server", "127.0.0.1"], "column 9: kill leader: only a server"),
        ("at 9:10 storm", [], "line 1, column 9: storm: all is over after 60 s"),
    ],
)
def test_aBadScriptIsToldWithItsPlace(
    line: str, more: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script"
    script.write_text(line)
    with pytest.raises(SystemExit):
        planOf(["--script", str(script), *more])
    assert told in capsys.readouterr().err


def test_aScriptThatIsNoTextIsRefused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script"
    script.write_bytes(b"\xff\xfe at 0:10 storm")
    with pytest.raises(SystemExit):
        planOf(["--script", str(script)])
    assert "is not in UTF-8" in capsys.readouterr().err


def test_theReferenceHasEveryOptionAndNoOther() -> None:
    told = set(re.findall(r"^``(--[a-z0-9-]+)", REFERENCE.read_text(), re.MULTILINE))
    known = set(re.findall(r"--[a-z0-9-]+", parserOf().format_help()))
    assert told == known - {"--help"}


def test_theReferenceHasEveryIncidentAndNoOther() -> None:
    told = re.findall(r"^``(?:party N )?([a-z ]+)``  ", REFERENCE.read_text(), re.MULTILINE)
    assert sorted(told) == sorted(each.value for each in Deed)


@pytest.mark.parametrize("page", [REFERENCE, GUIDE])
def test_theScriptsInTheDocumentationAreUnderstood(page: Path) -> None:
    lines = re.findall(r"^    (at \d.*)$", page.read_text(), re.MULTILINE)
    assert len(parse("\n".join(lines))) == len(lines) >= 3


@pytest.mark.parametrize(
    "command", re.findall(r"^    (?:\$ )?h323d-rehearse (.*)$", GUIDE.read_text(), re.MULTILINE)
)
def test_theCommandsInTheGuideCanBeUsed(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("bad-day.txt", "kill.txt"):
        Path(name).write_text("at 0:05 kill leader\n")
    planOf(command.partition(" ||")[0].split())
