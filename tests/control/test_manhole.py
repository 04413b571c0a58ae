"""
The manhole: a kept host key, keys that can be taken away, no passwords.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from twisted.conch.ssh.keys import Key
from twisted.cred.credentials import IUsernamePassword

from h323d.control.manhole import AuthorizedKeys, Shell, Shells, keptHostKey, manholeFactory
from h323d.errors import ConfigurationError
from h323d.inputs import Input, Inputs


class Typed(Inputs):
    """
    Notes what enters.
    """

    def __init__(self) -> None:
        super().__init__()
        self.entered: list[tuple[object, ...]] = []

    def enter(self, kind: Input, *arguments: object) -> object:
        self.entered.append((kind, *arguments))
        return super().enter(kind, *arguments)


class Terminal:
    """
    Keeps what is written to it, and does without colours and cursor.
    """

    text = lastWrite = b""

    def write(self, data: str | bytes) -> None:
        self.lastWrite = data.encode() if isinstance(data, str) else data
        self.text += self.lastWrite

    def nextLine(self) -> None:
        self.write(b"\n")

    def __getattr__(self, name: str) -> Any:  # Any: the many verbs of ITerminalTransport
        return lambda *arguments: None


def test_theHostKeyIsMadeOnceAndKept(tmp_path: Path) -> None:
    path = tmp_path / "state" / "key"
    made = keptHostKey(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keptHostKey(path) == made


def test_aBrokenHostKeyIsAClearError(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("not a key")
    with pytest.raises(ConfigurationError, match="is not an SSH key"):
        keptHostKey(path)


def test_aRemovedKeyIsOutAtOnce(tmp_path: Path) -> None:
    path = tmp_path / "authorized_keys"
    keys = AuthorizedKeys(path)
    assert list(keys.getAuthorizedKeys(b"anybody")) == []
    public = keptHostKey(tmp_path / "key").public()
    path.write_bytes(public.toString("openssh"))
    assert list(keys.getAuthorizedKeys(b"anybody")) == [public]
    path.write_text("")
    assert list(keys.getAuthorizedKeys(b"anybody")) == []


def test_passwordsAreNeverTaken(tmp_path: Path) -> None:
    shells = Shells(Inputs(), {})
    factory = manholeFactory(shells, tmp_path / "authorized_keys", tmp_path / "key")
    assert IUsernamePassword not in factory.portal.listCredentialsInterfaces()
    (hostKey,) = factory.privateKeys.values()
    assert isinstance(hostKey, Key)


def test_aLineThatIsTypedEntersByTheDoor() -> None:
    inputs = Typed()
    terminal = Terminal()
    shell = Shell(Shells(inputs, {"answer": 42}))
    shell.makeConnection(terminal)
    shell.lineReceived(b"answer + 1")
    assert inputs.entered == [(Input.LINE, 1, b"answer + 1")]
    assert terminal.text.endswith(b"43\n>>> ")


def test_aLineOfAShellThatIsOpenElsewhereRunsUnseen() -> None:
    inputs, told = Inputs(), list[int]()
    Shells(inputs, {"told": told})
    assert not inputs.enter(Input.LINE, 3, b"told.append(1)")
    inputs.enter(Input.LINE, 3, b"1 / 0")
    assert inputs.enter(Input.LINE, 3, b"if told:")
    assert inputs.enter(Input.LINE, 3, b"    told.append(2)")
    assert not inputs.enter(Input.LINE, 3, b"")
    assert told == [1, 2]


def test_aShellThatIsClosedIsForgotten() -> None:
    inputs, told = Inputs(), list[bool]()
    shell = Shell(Shells(inputs, {"told": told}))
    shell.makeConnection(Terminal())
    shell.lineReceived(b"x = 1")
    shell.connectionLost(None)
    inputs.enter(Input.LINE, 1, b"told.append('x' in globals())")
    assert told == [False]
