"""
C{h323ctl top}.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from h323d.cli.top import INTERVAL, Shown, lines, look, top
from h323d.control.client import CommandFailed

WAY = {"mos": 4.3, "loss": 0.004, "delay": 0.0612, "jitter": 0.00213}
UNKNOWN = dict.fromkeys(WAY)


def member(name: str, grade: str | None, **more: Any) -> dict[str, Any]:
    row = {"name": name, "voice": "open", "level": -30.0, "legId": f"leg-{name}"} | more
    if grade is None:
        return row
    return row | {"quality": {"grade": grade, "received": WAY, "sent": UNKNOWN}}


class Server:
    """
    Answers what it is asked.
    """

    def __init__(self, *answers: list[dict[str, Any]]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, ...]] = []

    def ask(self, *words: str) -> Any:
        self.asked.append(words)
        if not self.answers:
            raise CommandFailed("no server answers")
        return self.answers.pop(0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


ROOM = [
    member("Anna", "good"),
    member("Bert", "poor"),
    member("Carl", None),
    member("Dora", "fair"),
]


def shown() -> Shown:
    return look(Server(list(ROOM)).ask, "80001")


def test_theWorstAreFirstAndWhoIsNotKnownIsLast() -> None:
    assert [row["name"] for row in shown().rows] == ["Bert", "Dora", "Anna", "Carl"]
    assert shown().head == "80001: 1 poor, 1 fair, 1 good, 1 not known yet"


def test_everyLineHasItsFiguresAndWhatIsNotKnownIsADash() -> None:
    _, names, bert, *_ = lines(shown(), None, None, False)
    assert names.split()[:2] == ["quality", "name"]
    assert bert.split()[:10] == ["poor", "Bert", "4.3", "0.4", "61", "2.1", *"----"]


def test_aColourStandsBesideTheWord() -> None:
    drawn = lines(shown(), 80, 24, True)
    assert drawn[2].startswith("\x1b[31mpoor")
    assert drawn[3].startswith("\x1b[33mfair")
    assert "\x1b" not in drawn[4]


def test_whoHasNoRoomOnTheScreenIsCounted() -> None:
    drawn = lines(shown(), 80, 4, False)
    assert len(drawn) == 4
    assert drawn[-1] == "3 more"


def test_withoutARoomEveryLegThatHasSoundIsThere() -> None:
    legs = [{"callId": "c1", "state": "ringing"}, member("x", "good", callId="c2", media={})]
    server = Server(legs)
    assert [row["callId"] for row in look(server.ask, None).rows] == ["c2"]
    assert server.asked == [("calls",)]


def neverSlept(seconds: float) -> None:
    pytest.fail(f"slept for {seconds} s")


def test_nobodyIsToldToo() -> None:
    assert lines(look(Server([]).ask, "80001"), 80, 24, True) == ["80001: nobody"]


def test_aFileIsToldOnce() -> None:
    out, server = io.StringIO(), Server(list(ROOM))
    top(server.ask, "80001", False, False, out, neverSlept)
    assert len(out.getvalue().splitlines()) == 6
    assert "\x1b" not in out.getvalue()


def test_aProgramIsToldTheRows() -> None:
    out = Terminal()
    top(Server(list(ROOM)).ask, "80001", True, False, out, neverSlept)
    assert [row["name"] for row in json.loads(out.getvalue())] == ["Bert", "Dora", "Anna", "Carl"]


def test_aTerminalIsDrawnAnewUntilItIsInterrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out, waited = Terminal(), []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            raise KeyboardInterrupt

    top(Server(list(ROOM), [member("Emil", "good")]).ask, "80001", False, False, out, sleep)
    assert waited == [INTERVAL, INTERVAL]
    text = out.getvalue()
    assert text.startswith("\x1b[?1049h\x1b[?25l\x1b[H80001: 1 poor")
    assert text.endswith("\x1b[?25h\x1b[?1049l")
    assert "Emil" in text
    assert "\x1b[31m" not in text


def test_whereNobodyAnswersTheScreenIsLeftAsItWas() -> None:
    out = Terminal()
    with pytest.raises(CommandFailed):
        top(Server().ask, "80001", False, False, out, neverSlept)
    assert out.getvalue() == ""


def test_whenTheServerGoesTheScreenIsRestored() -> None:
    out = Terminal()
    with pytest.raises(CommandFailed):
        top(Server(list(ROOM)).ask, "80001", False, False, out, lambda seconds: None)
    assert out.getvalue().endswith("\x1b[?25h\x1b[?1049l")
