"""
What is printed, or written, of messages as they come.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from h323d.cli.decoding.capturefile import framesIn
from h323d.cli.tracing.live import capture, showLines, showRows
from h323d.cli.tracing.pcap import captureOf
from h323d.control.client import CommandFailed


def traced(what: str) -> dict[str, str]:
    ends = {"source": "192.0.2.1:5060", "target": "192.0.2.2:5060"}
    return {"time": "2026-11-30T13:22:32.104Z", **ends, "protocol": "SIP", "what": what}


def wired(octets: bytes) -> dict[str, Any]:
    ends = {"source": "192.0.2.1:5060", "target": "192.0.2.2:5060"}
    return {"at": 1.0, **ends, "transport": "TCP", "octets": octets.hex()}


def part(*rows: Any, lost: int = 0) -> dict[str, Any]:
    return {"more": list(rows), "lost": lost}


def test_aMessageIsALineInItsColumns(capsys: pytest.CaptureFixture[str]) -> None:
    showRows([part(traced("INVITE (1)")), part(traced("100 Trying (1 INVITE)"), lost=2)])
    head, first, lost, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["time", "source", "target", "protocol", "what"]
    assert first[head.index("what") :] == "INVITE (1)"
    assert lost == "2 messages are missing here: more came than could be read"
    assert second.endswith("SIP       100 Trying (1 INVITE)")


def test_whatAPeerSaysCannotSteerTheTerminal(capsys: pytest.CaptureFixture[str]) -> None:
    showRows([part(traced("\x1b]0;x\x07"))])
    assert "\x1b" not in capsys.readouterr().out


def test_aLineIsPrintedBeforeTheNextPartIsAskedFor(capsys: pytest.CaptureFixture[str]) -> None:
    def parts() -> Iterator[Any]:
        yield part(traced("INVITE (1)"))
        assert "INVITE (1)" in capsys.readouterr().out

    showRows(parts())


def test_jsonIsAnObjectALine(capsys: pytest.CaptureFixture[str]) -> None:
    showLines([part(traced("a"), traced("b"), lost=3)])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [{"lost": 3}, traced("a"), traced("b")]


def test_theCaptureIsWholeAtAnyTime(tmp_path: Path) -> None:
    file, rows = tmp_path / "a.pcap", [wired(b"one"), wired(b"two")]

    def parts() -> Iterator[Any]:
        assert list(framesIn(file.read_bytes())) == []
        yield part(rows[0])
        assert file.read_bytes() == captureOf(rows[:1])
        yield part(rows[1])

    capture(parts(), file)
    assert file.read_bytes() == captureOf(rows)


def test_whatIsMissingInACaptureIsTold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture([part(wired(b"one"), lost=2)], tmp_path / "a.pcap")
    assert capsys.readouterr().err.startswith("h323ctl: 2 messages are missing here")


def test_aFileThatCannotBeWrittenIsTold(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"a\.pcap: No such file"):
        capture([], tmp_path / "none" / "a.pcap")
