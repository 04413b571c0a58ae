"""
C{h323d-keeper} as a process, with servers of no use that die (L{tests.support.keptserver}).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.keptserver import GREETING
from tests.support.processes import BUSY, RUN, Process, program, run, waitFor

pytestmark = pytest.mark.interop

ROOT = Path(__file__).parents[2]
MORTAL, IMMORTAL, NEVER = (f"127.0.54.{n}" for n in range(1, 4))
PORT = 1720
FIRST = 3  # as systemd has it
_GIVE = """
import os, sys
given = sys.argv[1].split(",")
for target, descriptor in enumerate(map(int, given), 3000):
    os.dup2(descriptor, target)
for index in range(len(given)):
    os.dup2(3000 + index, 3 + index)
    os.close(3000 + index)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""
"""
Begins a program with descriptors from the third on.
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def command(address: str, *others: str) -> list[str]:
    server = [sys.executable, "-m", "tests.support.keptserver", address, str(PORT), *others]
    return [program("h323d-keeper"), "--", *server]


class Keeper(Process):
    """
    With a server that greets.
    """

    def __init__(self, directory: Path, address: str, *others: str) -> None:
        super().__init__(directory, "keeper")
        self._address = address
        self._others = others

    def command(self) -> Sequence[str]:
        return ["env", f"PYTHONPATH={ROOT}", *command(self._address, *self._others)]

    def ready(self) -> bool:
        return bool(leaders(self.output()))


def leaders(output: str) -> list[int]:
    return [int(each) for each in re.findall(r"process (\d+) leads", output)]


def isThere(pid: int) -> bool:
    return Path(f"/proc/{pid}/exe").exists()


def greeting(address: str) -> bytes:
    """
    All that is said to somebody who calls.
    """
    with socket.create_connection((address, PORT), RUN * BUSY) as caller:
        heard = b""
        while (more := caller.recv(100)) != b"":
            heard += more
        return heard


def test_whoeverDiesAndWhereverEachCallerIsGreetedOnce(tmp_path: Path) -> None:
    with Keeper(tmp_path, MORTAL) as keeper:
        assert [greeting(MORTAL) for _ in range(60)] == [GREETING] * 60
        output = keeper.output()
        assert output.count("was ended by SIGKILL") >= 15
        assert "nobody leads" not in output
        keeper.signal(signal.SIGTERM)
        assert keeper.wait(RUN) == 0
        assert [pid for pid in leaders(keeper.output()) if isThere(pid)] == []


def test_aServerThatDoesNotBeginIsNotBegunForEver(tmp_path: Path) -> None:
    nobody = [program("h323d-keeper"), sys.executable, "-c", "raise SystemExit(7)"]
    done = subprocess.run(nobody, capture_output=True, text=True, timeout=RUN * BUSY, check=False)
    assert done.returncode == 7
    assert "has returned 7" in done.stderr


def test_theUnitIsOneThatSystemdTakes(tmp_path: Path) -> None:
    units = tmp_path / "units"
    shutil.copytree(ROOT / "etc" / "systemd", units)
    for path in units.rglob("*.*"):
        if path.is_file():  # which names programs that are not installed here
            path.write_text(re.sub(r"/opt/h323d/bin/[\w-]+", "/bin/true", path.read_text()))
    done = run([program("systemd-analyze"), "verify", str(units / "h323d.service")])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


class Systemd:
    """
    What a service is told by, and what is kept of it.

    @ivar kept: descriptors by name.
    @ivar told: everything else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: dict[str, int] = {}
        self.told: list[str] = []
        self._end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._end.bind(str(path))
        self._end.setblocking(False)

    def listen(self) -> None:
        """
        Take what was told.
        """
        while True:
            try:
                octets, descriptors, _, _ = socket.recv_fds(self._end, 4096, 4)
            except BlockingIOError:
                return
            text = octets.decode()
            name = text.partition("FDNAME=")[2].partition("\n")[0]
            if text.startswith("FDSTORE=1\n"):
                (self.kept[name],) = descriptors
            elif text.startswith("FDSTOREREMOVE=1\n"):
                os.close(self.kept.pop(name))
            else:
                self.told.append(text)

    def isReady(self) -> bool:
        self.listen()
        return "READY=1" in self.told

    def begin(self, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
        """
        Begin the service, with what is kept of it.
        """
        given = environment(NOTIFY_SOCKET=str(self.path))
        begun = list(arguments)
        descriptors = [os.dup(each) for each in self.kept.values()]
        if descriptors:
            told = ",".join(map(str, descriptors))
            begun = [sys.executable, "-c", _GIVE, told, sys.executable, *arguments]
            given |= {"LISTEN_FDS": str(len(descriptors)), "LISTEN_FDNAMES": ":".join(self.kept)}
        with log.open("ab") as output:
            process = subprocess.Popen(
                begun, stdout=output, stderr=output, env=given, pass_fds=descriptors, cwd=ROOT
            )
        for each in descriptors:
            os.close(each)
        return process

    def close(self) -> None:
        for each in self.kept.values():
            os.close(each)
        self._end.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    with closing(Systemd(tmp_path / "notify")) as made:
        yield made


def test_aKeeperThatIsKilledLosesNoListenerAndNobodyWhoCalls(
    systemd: Systemd, tmp_path: Path
) -> None:
    log = tmp_path / "keeper.log"
    arguments = command(IMMORTAL, "immortal")
    keeper = systemd.begin(log, *arguments)
    waitFor(systemd.isReady, RUN, "somebody leads")
    (leader,) = leaders(log.read_text())
    assert greeting(IMMORTAL) == GREETING

    keeper.kill()
    keeper.wait()
    systemd.listen()
    waiting = [socket.create_connection((IMMORTAL, PORT), RUN * BUSY) for _ in range(5)]
    systemd.told.clear()
    again = systemd.begin(log, *arguments)
    for each in waiting:
        with each:
            assert each.recv(100) == GREETING
    waitFor(systemd.isReady, RUN, "it is ready again")
    assert isThere(leader)
    assert leaders(log.read_text()) == [leader]

    again.terminate()
    assert again.wait(RUN * BUSY) == 0
    waitFor(lambda: not isThere(leader), RUN, "the server ends, too")
    systemd.listen()
    assert systemd.kept == {}
