"""
C{h323ctl call}: two real callers, rung up one after the other by the operator, hear each other.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.processes import Caller, Server, control, waitFor
from tests.support.sound import heard, readWAV

US, ANNA, BERT = "127.0.29.1", "127.0.29.2", "127.0.29.3"
TONES = {"anna": 440, "1002": 1400}  # Hz


def party(directory: Path, alias: str, host: str) -> Caller:
    return Caller(
        directory, alias, "--json", "--bind", host, "--alias", alias, "--gatekeeper", US,
        "--answer", "--h323-port", "1720", "--tone", str(TONES[alias]),
        "--record", str(directory / f"{alias}.wav"),
    )  # fmt: skip


def told(caller: Caller, what: str) -> None:
    """
    Wait until a caller tells something.
    """
    waitFor(lambda: f'"{what}"' in caller.output(), 10, f"{caller.name} tells {what}")


def everHeard(recording: Path) -> set[int]:
    """
    Which tones are in a recording, whenever it was.
    """
    samples, rate = readWAV(recording)
    quarters = range(int((len(samples) / rate - 0.5) * 4))
    tones = tuple(TONES.values())
    return {tone for each in quarters for tone in heard(recording, tones, each / 4, 0.5)}


def test_twoPartiesThatTheOperatorNamesHearEachOther(tmp_path: Path) -> None:
    with (
        Server(tmp_path / "server", US) as server,
        party(tmp_path, "anna", ANNA) as anna,
        party(tmp_path, "1002", BERT) as bert,
    ):
        waitFor(lambda: len(server.ask("registrations")) == 2, 10, "both register")
        assert control(server, "call", "anna", "1002").returncode == 0
        for each in (anna, bert):
            told(each, "media")
        began = server.ask("status")["uptime"]
        waitFor(lambda: server.ask("status")["uptime"] > began + 1.5, 10, "they talk")
        assert "anna" in control(server, "calls").stdout
        (call,) = {row["callId"] for row in server.ask("calls") if "legId" in row}
        assert control(server, "hangup", call).returncode == 0
        for each in (anna, bert):
            told(each, "released")
        waitFor(lambda: not server.ask("calls"), 10, "nothing is left of it")
        assert "Traceback" not in server.output()
    assert everHeard(tmp_path / "anna.wav") == {TONES["1002"]}
    assert everHeard(tmp_path / "1002.wav") == {TONES["anna"]}
