"""
C{h323ctl bundle}: one archive for whoever helps, with no secret in it.
"""

from __future__ import annotations

import dataclasses
import json
import tarfile
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.cli import bundle as bundling
from h323d.cli import ctl
from h323d.cli.bundle import SECRETS, bundle, withoutSecrets
from h323d.config.sections import Configuration
from h323d.control.client import CommandFailed

CONFIGURED = """
[security]
realm = "example"
[[security.passwords]]
alias = "anna"
password = "hunter2"
[[security.users]]
name = "anna"
sha256 = "0123abcd"
[[conference.rooms]]
name = "board"
pin = "4711"
[routing]
httpURL = "https://us:er@routes.example/ask"
"""


class Server:
    """
    Answers what it is asked with the question, but for bans; C{None} answers nothing at all.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.isThere = True

    def ask(self, socket: str, *question: str) -> object:
        self.asked.append(question)
        if not self.isThere or question[0] == "bans":
            raise CommandFailed(f"no server answers on {socket}")
        return {"of": question[0]}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(bundling, "ask", made.ask)
    return made


def contents(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as opened:
        found = {each.name: opened.extractfile(each) for each in opened.getmembers()}
        return {
            name.removeprefix("h323d-bundle/"): file.read() for name, file in found.items() if file
        }


def test_whatTheServerAndTheMachineSayIsInIt(server: Server, tmp_path: Path) -> None:
    missing = bundle("/s", 1_800_000_000, tmp_path / "b.tar.gz", call="c1")
    held = contents(tmp_path / "b.tar.gz")
    assert json.loads(held["server/status.json"]) == {"of": "status"}
    assert json.loads(held["server/trace.json"]) == {"of": "trace"}
    assert ("trace", "c1") in server.asked
    machine = json.loads(held["machine.json"])
    assert machine["packages"]["Twisted"]
    assert machine["missing"] == missing == ["bans: no server answers on /s"]


def test_onlyItsOwnerCanReadIt(server: Server, tmp_path: Path) -> None:
    bundle("/s", 0, tmp_path / "b.tar.gz")
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600


def test_withoutAServerThereIsWhatThereIs(server: Server, tmp_path: Path) -> None:
    server.isThere = False
    log = tmp_path / "log"
    log.write_bytes(b"x" * bundling.MAX_LOG + b"the end")
    missing = bundle("/s", 0, tmp_path / "b.tar.gz", log=log)
    held = contents(tmp_path / "b.tar.gz")
    assert missing == ["all that the server says: no server answers on /s"]
    assert held.keys() == {"machine.json", "server.log"}
    assert len(held["server.log"]) == bundling.MAX_LOG
    assert held["server.log"].endswith(b"the end")


def test_noSecretOfTheConfigurationIsInIt(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text(CONFIGURED)
    assert bundle("/s", 0, tmp_path / "b.tar.gz", configuration=str(file))[1:] == []
    held = contents(tmp_path / "b.tar.gz")["configuration.json"].decode()
    assert not [each for each in ("hunter2", "0123abcd", "4711", "us:er") if each in held]
    read = json.loads(held)
    assert read["security"]["passwords"] == [{"alias": "anna", "password": "(left out)"}]
    assert read["routing"]["httpURL"] == "https://(left out)@routes.example/ask"


def test_aConfigurationThatIsNoneIsTold(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text("[security\n")
    missing = bundle("/s", 0, tmp_path / "b.tar.gz", configuration=str(file))
    assert missing[1].startswith(f"{file}: ")


def keysOf(section: type) -> Iterator[str]:
    hints = typing.get_type_hints(section)
    for each in dataclasses.fields(section):
        yield each.name
        for item in typing.get_args(hints[each.name]):
            if dataclasses.is_dataclass(item):
                yield from keysOf(typing.cast(type, item))


def test_everySecretIsAKeyAndNoPasswordIsForgotten() -> None:
    sections = dataclasses.fields(Configuration())
    keys = {key for each in sections for key in keysOf(type(getattr(Configuration(), each.name)))}
    assert keys >= SECRETS
    named = ("password", "secret", "token", "pin")
    secret = {each for each in keys if each.lower().endswith(named)}
    # Neither a sound nor a network's name is one.
    assert secret - SECRETS == {"enterPin", "wrongPin"}


def test_whatIsEmptyStaysSo() -> None:
    assert withoutSecrets({"pin": "", "rooms": ["a"]}) == {"pin": "", "rooms": ["a"]}


def test_onTheCommandLine(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bundle", "--socket", "/s", str(tmp_path / "b.tar.gz")]
    assert ctl.main(words) == 0
    told = capsys.readouterr()
    assert told.err == "h323ctl: it lacks bans: no server answers on /s\n"
    assert "look into it" in told.out
    assert ctl.main(words) == 1
    assert capsys.readouterr().err == f"h323ctl: {tmp_path / 'b.tar.gz'}: File exists\n"
