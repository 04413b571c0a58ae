"""
What systemd is told and keeps; the test is systemd.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.keeper.store import FIRST, Store, takeStored


class Systemd:
    def __init__(self, name: str) -> None:
        self._end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._end.bind("\0" + name[1:] if name.startswith("@") else name)
        self._end.setblocking(False)

    def told(self) -> tuple[list[str], list[int]]:
        octets, descriptors, _, _ = socket.recv_fds(self._end, 4096, 4)
        return octets.decode().split("\n"), descriptors

    def close(self) -> None:
        self._end.close()


@pytest.fixture(params=["file", "abstract"])
def name(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "notify") if request.param == "file" else f"@{tmp_path}"


@pytest.fixture
def systemd(name: str) -> Iterator[Systemd]:
    made = Systemd(name)
    yield made
    made.close()


@pytest.fixture
def store(name: str, systemd: Systemd) -> Store:
    return Store({"NOTIFY_SOCKET": name})


def test_whatBecomesOfTheServiceIsTold(systemd: Systemd, store: Store) -> None:
    store.ready()
    store.status("process 12 leads")
    store.stopping()
    assert [systemd.told()[0] for _ in range(3)] == [
        ["READY=1"],
        ["STATUS=process 12 leads"],
        ["STOPPING=1"],
    ]


def test_aStatusIsOneLine(systemd: Systemd, store: Store) -> None:
    store.status("one\nREADY=1")
    assert systemd.told()[0] == ["STATUS=one READY=1"]


def test_aDescriptorIsKeptWhateverBecomesOfIt(systemd: Systemd, store: Store) -> None:
    mine, other = socket.socketpair()
    store.keep("listener.5", mine.fileno())
    mine.close()
    text, (kept,) = systemd.told()
    assert text == ["FDSTORE=1", "FDNAME=listener.5", "FDPOLL=0"]
    os.write(kept, b"still there")
    assert other.recv(20) == b"still there"
    os.close(kept)


def test_whatIsForgottenIsNamed(systemd: Systemd, store: Store) -> None:
    store.forget("listener.5")
    assert systemd.told() == (["FDSTOREREMOVE=1", "FDNAME=listener.5"], [])


def test_whereThereIsNoSystemdNothingIsTold(tmp_path: Path) -> None:
    Store({}).ready()
    Store({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()


def test_whatWasKeptIsFoundByItsName(monkeypatch: pytest.MonkeyPatch) -> None:
    inherited: list[tuple[int, bool]] = []
    monkeypatch.setattr(os, "set_inheritable", lambda *given: inherited.append(given))
    environment = {
        "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDS": "2",
        "LISTEN_FDNAMES": "asks:listener.5",
        "NOTIFY_SOCKET": "/run/systemd/notify",
        "HOME": "/",
    }
    assert takeStored(environment) == {"asks": FIRST, "listener.5": FIRST + 1}
    assert inherited == [(FIRST, False), (FIRST + 1, False)]
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize(
    "given", [{}, {"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "asks"}]
)
def test_whatIsMeantForSomebodyElseIsNotOurs(given: dict[str, str]) -> None:
    environment = dict(given)
    assert takeStored(environment) == {}
    assert environment == {}
