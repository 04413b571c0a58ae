"""
A user's entry, made of a password; and that of a room, of a PIN.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from h323d.cli.ctl import main
from h323d.conference.access import RoomAccess
from h323d.conference.roles import RoomRole
from h323d.config.reading import parse
from tests.support.digest import userOf


def hashed(monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["hash", *arguments])


def test_itStandsInAConfigurationAsItIs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hashed(monkeypatch, "hush hush\n", 'ann "a"') == 0
    printed = capsys.readouterr().out
    assert parse(printed, "it").security.users == (userOf('ann "a"', "hush hush"),)
    assert "hush" not in printed


def test_itIsForTheRealmOfTheConfiguration(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text('[security]\nrealm = "here"\n')
    assert hashed(monkeypatch, "x", "--config", str(file), "anna") == 0
    printed = capsys.readouterr().out
    assert parse(printed, "it").security.users == (userOf("anna", "x", realm="here"),)


def test_itIsForTheRealmThatIsGiven(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hashed(monkeypatch, "x", "--realm", "there", "anna") == 0
    printed = capsys.readouterr().out
    assert parse(printed, "it").security.users == (userOf("anna", "x", realm="there"),)


def test_noPasswordIsNone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hashed(monkeypatch, "\n", "anna") == 1
    assert "password: there is none" in capsys.readouterr().err


def test_aPinStandsInARoomAsItIs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hashed(monkeypatch, "1234\n", "--pin") == 0
    printed = capsys.readouterr().out
    (room,) = parse(f'[[conference.rooms]]\nname = "council"\n{printed}', "it").conference.rooms
    assert RoomAccess(room).roleFor("1234") is RoomRole.PARTICIPANT
    assert RoomAccess(room).roleFor("1235") is None


def test_whatIsNoPinIsToldSo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hashed(monkeypatch, "12a4\n", "--pin") == 1
    assert "pin: a PIN has 4 to 12 digits" in capsys.readouterr().err
    assert hashed(monkeypatch, "\n", "--pin") == 1
    assert "pin: there is none" in capsys.readouterr().err
