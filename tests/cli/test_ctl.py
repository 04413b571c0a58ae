"""
C{h323ctl}: exit status, one line for what is wrong, tables and JSON.
"""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from h323d import __version__
from h323d.cli import ctl, local
from h323d.cli.decoding import messages
from h323d.config.sample import sample
from h323d.dsp.provisions import NAMES

ROOT = Path(__file__).parents[2]
MEDIA = {
    "format": "PCMU/8000", "encryption": "AES_CM_128_HMAC_SHA1_80", "packetsReceived": 10,
    "packetsLost": 1, "packetsSent": 9, "jitter": 0.00125,
}  # fmt: skip
OPTIONS = (
    b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n"
)


@contextmanager
def answering(directory: Path, answer: bytes) -> Iterator[tuple[str, list[Any]]]:
    """
    A server's socket that gives one answer: its path, and the questions it was asked.
    """
    path = str(directory / "s")
    questions: list[Any] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()

        def serve() -> None:
            connection = listening.accept()[0]
            with connection, connection.makefile("rb") as file:
                questions.append(json.loads(file.readline()))
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield path, questions
        thread.join(5)


def result(value: Any) -> bytes:
    return json.dumps({"result": value}).encode() + b"\n"


def test_theKindsAreThoseThatCanBeDecoded() -> None:
    assert set(local.KINDS) == set(messages.KINDS)


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["hangup"], ["config"], ["decode", "--kind", "xml", "00"]]
)
def test_unusableOptionsExitWith2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        ctl.main(arguments)
    assert caught.value.code == 2
    assert "h323ctl" in capsys.readouterr().err


def test_theVersionIsTold(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        ctl.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"h323ctl {__version__}\n"


def test_anArgumentOfAWrongKindIsNamedAndNoServerIsAsked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ctl.main(["--socket", str(tmp_path / "absent"), "calls", "many"]) == 1
    expected = "h323ctl: LIMIT is a number of up to 9 digits, not many\n"
    assert capsys.readouterr().err == expected


def test_aServerThatIsNotThereIsOneLine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "absent"
    assert ctl.main(["--socket", str(path), "status"]) == 1
    expected = f"h323ctl: no server answers on {path}: No such file or directory\n"
    assert capsys.readouterr().err == expected


def test_theSocketIsTheConfiguredOne(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text(f'[control]\nsocket = "s"\nruntimeDirectory = "{tmp_path}"\n')
    with answering(tmp_path, result([])) as (_, questions):
        assert ctl.main(["--config", str(file), "calls"]) == 0
    assert questions == [{"command": "calls", "arguments": []}]
    assert capsys.readouterr().out == "none\n"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "closed the connection"),
        (b'{"error": "no call, leg or room is called x"}\n', "no call, leg or room is called x"),
        (b"HTTP/1.0 400\r\n", "is no h323d server"),
        (b"[]\n", "is no h323d server"),
    ],
    ids=["nothing", "error", "not JSON", "not an object"],
)
def test_anAnswerThatIsNoResultIsOneLine(
    answer: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(tmp_path, answer) as (path, _):
        assert ctl.main(["--socket", path, "hangup", "x"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("h323ctl: ")
    assert reason in line


def test_statusIsALineForEachKey(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = {"version": "1", "listeners": {"sip": "h:1", "ras": "h:2"}, "facts": {}}
    with answering(tmp_path, result(status)) as (path, _):
        assert ctl.main(["--socket", path, "status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "version        1",
        "listeners      sip=h:1 ras=h:2",
        "facts          -",
    ]


def test_callsAreATableWithTheirMedia(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = [
        {"callId": "a", "called": ["80001", "b"], "peer": None, "media": MEDIA},
        {"callId": "longer", "called": ["c"], "peer": "x"},
    ]
    with answering(tmp_path, result(calls)) as (path, _):
        assert ctl.main(["--socket", path, "calls"]) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == [
        "callId", "called", "packetsLost", "jitter", "ms", "peer", "format", "encryption",
        "packetsReceived", "packetsSent",
    ]  # fmt: skip
    assert first.split() == [
        "a", "80001,", "b", "1", "1.25", "-", "PCMU/8000", "AES_CM_128_HMAC_SHA1_80", "10", "9"
    ]  # fmt: skip
    assert second.split() == ["longer", "c", "-", "-", "x", "-", "-", "-", "-"]
    assert first.index("80001, b") == head.index("called")


def test_roomsListTheirParticipantsByName(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rooms = [{"room": "80001", "participants": [{"name": "Anna"}, {"name": "1002"}]}]
    with answering(tmp_path, result(rooms)) as (path, _):
        ctl.main(["--socket", path, "rooms"])
    assert capsys.readouterr().out.splitlines()[1].split() == ["80001", "Anna,", "1002"]


@pytest.mark.parametrize(
    ("arguments", "terminal", "whole"),
    [([], True, False), (["--wide"], True, True), ([], False, True)],
    ids=["terminal", "wide", "no terminal"],
)
def test_aTableIsCutForATerminalAlone(
    arguments: list[str],
    terminal: bool,
    whole: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    calls = [{"callId": "c1", "calling": ["a" * 60], "peer": "192.0.2.1:1720"}]
    with answering(tmp_path, result(calls)) as (path, _):
        ctl.main(["--socket", path, "calls", *arguments])
    told = capsys.readouterr()
    assert all(len(line) <= 30 for line in told.out.splitlines()) is not whole
    assert ("192.0.2.1:1720" in told.out) is whole
    assert told.err == ("" if whole else "h323ctl: 1 more columns with --wide\n")


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_optionsStandBeforeTheCommandOrAfterIt(
    before: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(tmp_path, result([])) as (path, _):
        options = ["--json", "--socket", path]
        assert ctl.main([*options, "calls"] if before else ["calls", *options]) == 0
    assert capsys.readouterr().out == "[]\n"


def test_aCommandsDefaultsDoNotHideWhatStandsBeforeIt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(tmp_path, result([])) as (path, _):
        assert ctl.main(["--json", "calls", "--socket", path, "--wide"]) == 0
    assert capsys.readouterr().out == "[]\n"


LOADED = """\
import sys
before = set(sys.modules)
from h323d.cli import ctl, local
status = ctl.main(["--socket", sys.argv[1], "status"])
new = {name.partition(".")[0] for name in set(sys.modules) - before}
extra = sorted(new - sys.stdlib_module_names - {"h323d"})
sys.exit(status or ", ".join(extra) or 0)
"""


def test_aQuestionLoadsNothingButTheStandardLibrary(tmp_path: Path) -> None:
    with answering(tmp_path, result({})) as (path, questions):
        done = subprocess.run(
            [sys.executable, "-c", LOADED, path],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert questions == [{"command": "status", "arguments": []}]


def test_whatAPeerWroteCannotSteerTheTerminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = [{"displayName": "a\x1b]0;x\x07\nforged\u202e", "called": ["\x9b2J"]}]
    with answering(tmp_path, result(calls)) as (path, _):
        ctl.main(["--socket", path, "calls"])
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 2
    assert all(character.isprintable() for character in out.replace("\n", ""))


def test_jsonGivesTheValuesAsTheyAre(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = [{"callId": "a", "media": MEDIA}]
    with answering(tmp_path, result(calls)) as (path, _):
        assert ctl.main(["--socket", path, "--json", "calls"]) == 0
    assert json.loads(capsys.readouterr().out) == calls


def test_aGoodConfigurationIsSaidToBeGood(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text(sample())
    assert ctl.main(["config", "check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: good\n"


def test_aBadConfigurationIsOneLineWithTheKey(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text("[sip]\nprot = 1\n")
    assert ctl.main(["config", "check", str(file)]) == 1
    expected = f"h323ctl: {file}: sip.prot: unknown key; did you mean port? (at line 2)\n"
    assert capsys.readouterr().err == expected


def test_everyFaultOfAConfigurationHasALine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text(
        "[sip]\nprot = 1\nT1 = 0\n[plugins]\ncodecs = ['X', 'PCMU', 'Y']\n[routing]\npolicies = ['Z']\n"
        "[guard]\npolicies = ['V']\nshadow = ['W']\n"
    )
    assert ctl.main(["config", "check", str(file)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.removeprefix(f"h323ctl: {file}: ").split(" ")[0:2] for line in told] == [
        ["sip.prot:", "unknown"],
        ["sip.T1:", "must"],
        ["plugins.codecs:", "X"],
        ["plugins.codecs:", "Y"],
        ["routing.policies:", "Z"],
        ["guard.policies:", "V"],
        ["guard.shadow:", "W"],
    ]


@pytest.mark.parametrize(
    ("key", "builtIn"),
    [
        ("routes", "rooms, gateway"),
        ("gates", "none"),
        ("destinations", "conference, gateway"),
        ("codecs", ", ".join(NAMES)),
    ],
)
def test_aPlugInThatNobodyInstalledIsTold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str, builtIn: str
) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text(f'[plugins]\n{key} = ["nonsense"]\n')
    assert ctl.main(["config", "check", str(file)]) == 1
    expected = f"h323ctl: {file}: plugins.{key}: nonsense is unknown; built in: {builtIn}"
    assert capsys.readouterr().err.startswith(expected)


def test_aRoutingPolicyThatIsNotThereIsAnError(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text('[routing]\npolicies = ["rooms", "nonsense"]\n')
    assert ctl.main(["config", "check", str(file)]) == 1
    expected = f"h323ctl: {file}: routing.policies: nonsense is unknown; built in: rewrite, "
    assert capsys.readouterr().err.startswith(expected)


def test_aSoundThatCannotBePlayedIsAnError(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, sound = tmp_path / "h323d.toml", tmp_path / "hold.wav"
    sound.write_bytes(b"music")
    file.write_text(f'[sounds]\nhold = "{sound}"\nleft = "/none.wav"\n')
    assert ctl.main(["config", "check", str(file)]) == 1
    left, hold = sorted(capsys.readouterr().err.splitlines(), reverse=True)
    assert hold.startswith(f"h323ctl: {file}: sounds.hold: {sound}: not a WAV file")
    assert left == f"h323ctl: {file}: sounds.left: /none.wav: No such file or directory"


def test_theSampleIsPrinted(capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl.main(["config", "sample"]) == 0
    assert capsys.readouterr().out == sample()


def test_decodeReadsItsArgumentsAsOne(capsys: pytest.CaptureFixture[str]) -> None:
    text = OPTIONS.hex(":")
    assert ctl.main(["decode", text[:60], text[60:]]) == 0
    assert json.loads(capsys.readouterr().out)["method"] == "OPTIONS"


def test_decodeReadsStandardInput(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(OPTIONS.hex(" ").encode())))
    assert ctl.main(["decode", "--kind", "sip", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "sip"


def test_aFaultyPacketIsOneLineWithThePlace(capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl.main(["decode", "--kind", "ras", "0200"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("h323ctl: RasMessage.gatekeeperRequest")
    assert "at octet" in line


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["trace", "c1", "--follow"], ["c1", "ladder", "1000"]),
        (["trace", "c1", "5", "--follow"], ["c1", "ladder", "5"]),
        (["trace", "-", "--follow", "--pcap", "FILE"], ["-", "octets", "1000"]),
        (["follow", "c1"], ["c1", "ladder", "1000"]),
        (["follow", "c1", "octets", "7"], ["c1", "octets", "7"]),
    ],
)
def test_whatIsFollowedIsAskedForOnce(
    arguments: list[str], asked: list[str], tmp_path: Path
) -> None:
    given = [str(tmp_path / "a.pcap") if each == "FILE" else each for each in arguments]
    with answering(tmp_path, b'{"more": [], "lost": 2}\n{"result": null}\n') as (path, questions):
        assert ctl.main(["--socket", path, *given]) == 0
    assert questions == [{"command": "follow", "arguments": asked}]


@pytest.mark.parametrize(("state", "status"), [("ok", 0), ("degraded", 1), ("down", 2)])
def test_howAServerIsSaysTheExitStatus(
    state: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    health = {"state": state, "ok": True, "draining": False, "standby": "off", "reasons": []}
    with answering(tmp_path, result(health)) as (path, questions):
        assert ctl.main(["--socket", path, "health"]) == status
    assert questions == [{"command": "health", "arguments": []}]
    assert state in capsys.readouterr().out


def test_aServerThatNobodyCanAskIsDown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl.main(["--socket", str(tmp_path / "absent"), "health"]) == 2
    assert "no server answers" in capsys.readouterr().err
