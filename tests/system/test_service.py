"""
C{twistd h323d} as a process: how it starts, is steered, is entered, and leaves.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twisted.conch.ssh.keys import Key

from h323d.control.client import ask
from tests.support.processes import BUSY, RUN, Caller, Server, control, program, run, waitFor

BARE, STEERED, ENTERED, REFUSED, LEAVING, AGAIN, BACKGROUND, POOR = (
    f"127.0.22.{n}" for n in range(1, 9)
)
CALLER = "127.0.22.11"
LIMITS = '[conference]\npatterns = ["{pattern}"]\n'


class BareServer(Server):
    """
    A server without any configuration file.
    """

    def command(self) -> Sequence[str]:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.socket = self.directory / "h323d.sock"
        return [
            "env", f"RUNTIME_DIRECTORY={self.directory}", f"STATE_DIRECTORY={self.directory}",
            program("twistd"), "-n", "--pidfile=", "h323d", "--bind", self.address,
        ]  # fmt: skip


def freePort() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# How it starts.


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareServer]:
    with BareServer(tmp_path_factory.mktemp("bare"), BARE) as server:
        yield server


def test_withoutAnyConfigurationEveryListenerIsOnTheOneAddress(bare: BareServer) -> None:
    status = bare.ask("status")
    assert status["listeners"] == {
        "sip": f"{BARE}:5060", "h323": f"{BARE}:1720", "ras": f"{BARE}:1719"
    }  # fmt: skip
    for port in (5060, 1720):
        socket.create_connection((BARE, port), 2).close()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", 1720)) != 0, "it listens on other addresses too"


def test_itsLogSaysWhatItListensForAndLastOfAllWhatIsOpenToWhom(bare: BareServer) -> None:
    waitFor(lambda: "open: " in bare.output(), 10, "all is told")
    started = bare.output()
    assert (
        f"listening: SIP, UDP and TCP {BARE}:5060; H.323, TCP {BARE}:1720; RAS, UDP {BARE}:1719"
        in started
    )
    assert "TCP starting on 1720" in started
    for name in ("Accepting", "Port", "ControlServer"):
        assert f"{name} starting" not in started
    (told,) = (line for line in started.splitlines() if "open: " in line)
    assert "open: on this machine only: anybody may register by H.323; " in told


REFUSALS = {
    "wrong option": (["--nonsense"], "", "option --nonsense not recognized"),
    "wrong key": (
        [],
        "[sip]\nprt = 5060\n",
        "h323d.toml: sip.prt: unknown key; did you mean port?",
    ),
    "wrong address": (["--bind", "nonsense"], "", "--bind: 'nonsense' is not an IP address"),
    "taken port": (["--bind", BARE], "", f"cannot bind UDP {BARE}:5060: Address already in use"),
}


@pytest.fixture(scope="module")
def refused(
    bare: BareServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[int, str]]:
    """
    What became of servers that could not start: exit status and output.
    """
    children = {}
    for name, (arguments, configuration, _) in REFUSALS.items():
        directory = tmp_path_factory.mktemp("refused")
        (directory / "h323d.toml").write_text(configuration)
        options = arguments or ["--bind", REFUSED, "--config", "h323d.toml"]
        children[name] = subprocess.Popen(
            [program("twistd"), "-n", "--pidfile=", "h323d", *options], cwd=directory,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=os.environ | {"RUNTIME_DIRECTORY": str(directory)},
        )  # fmt: skip
    outputs = {name: child.communicate(timeout=RUN * BUSY)[0] for name, child in children.items()}
    return {name: (children[name].returncode, outputs[name]) for name in children}


@pytest.mark.parametrize("name", REFUSALS)
def test_whatCannotStartSaysWhyInOneLine(name: str, refused: dict[str, tuple[int, str]]) -> None:
    status, output = refused[name]
    assert status == 1, output
    (line,) = (each for each in output.splitlines() if "h323d: " in each)
    assert REFUSALS[name][2] in line
    assert "Traceback" not in output
    assert "Usage" not in output


# How it goes into the background.


def test_itGoesIntoTheBackgroundOnceItListens(tmp_path: Path) -> None:
    done = daemon(tmp_path, "--bind", BACKGROUND)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pid = int((tmp_path / "twistd.pid").read_text())
    assert ask(str(tmp_path / "h323d.sock"), "status")["listeners"]["sip"] == f"{BACKGROUND}:5060"
    os.kill(pid, signal.SIGTERM)
    waitFor(lambda: not (tmp_path / "twistd.pid").exists(), 10, "it leaves")


UNREADABLE = '[h323]\ncertificate = "/absent.pem"\nprivateKey = "/absent.pem"\n'
DAEMON_REFUSALS = {
    "taken port": (["--bind", BARE], "", f"cannot bind UDP {BARE}:5060: Address already in use"),
    "wrong key": (["--bind", REFUSED], "[sip]\nprt = 5060\n", "sip.prt: unknown key; did you mean"),
    "no certificate": (["--bind", REFUSED], UNREADABLE, "h323.certificate: /absent.pem: No such"),
    "taken socket": (["--bind", REFUSED], '[control]\nsocket = "log"\n', "control socket"),
}


@pytest.mark.parametrize("name", DAEMON_REFUSALS)
def test_whatCannotGoIntoTheBackgroundSaysSoAndLeavesNothing(
    name: str, bare: BareServer, tmp_path: Path
) -> None:
    options, configuration, reason = DAEMON_REFUSALS[name]
    (tmp_path / "h323d.toml").write_text(configuration)
    done = daemon(tmp_path, *options, "--config", "h323d.toml")
    assert done.returncode == 1
    (_,) = (line for line in done.stderr.splitlines() if reason in line)
    assert "Traceback" not in done.stderr + (tmp_path / "log").read_text()
    # The shell has its answer before twistd has cleared away.
    waitFor(lambda: not processesIn(tmp_path), 5, "no process is left")
    assert not (tmp_path / "twistd.pid").exists()


def test_itLeavesNoPIDFileInTheForegroundEither(bare: BareServer, tmp_path: Path) -> None:
    done = daemon(tmp_path, "--bind", BARE, foreground=True)
    assert done.returncode == 1
    assert not (tmp_path / "twistd.pid").exists()


def daemon(
    directory: Path, *options: str, foreground: bool = False
) -> subprocess.CompletedProcess[str]:
    """
    Start a server as a person does who wants the shell back.
    """
    (directory / "log").touch()
    return subprocess.run(
        [program("twistd"), *(["-n"] if foreground else []), "--logfile=log", "h323d", *options],
        cwd=directory, capture_output=True, text=True, timeout=30, check=False,
        env=os.environ | {"RUNTIME_DIRECTORY": str(directory), "STATE_DIRECTORY": str(directory)},
    )  # fmt: skip


def processesIn(directory: Path) -> list[str]:
    """
    The processes whose current directory it is.
    """
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # somebody else's, or over
            if (each / "cwd").readlink() == directory.resolve():
                found.append(each.name)
    return found


# How it is steered.


@pytest.fixture(scope="module")
def steered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    configuration = LIMITS.format(pattern="8xxxx")
    with Server(tmp_path_factory.mktemp("steered"), STEERED, configuration) as server:
        yield server


def call(server: Server, directory: Path, number: str, *options: str) -> Caller:
    return Caller(
        directory, "caller", "--json", "--bind", CALLER, "--tone", "440", *options,
        f"{number}@{server.address}",
    )  # fmt: skip


def test_anIdleServerShowsThatThereIsNothing(bare: BareServer) -> None:
    for command in ("calls", "rooms", "registrations"):
        done = control(bare, command)
        assert (done.returncode, done.stdout) == (0, "none\n")


def test_theOperatorSeesACallAndEndsIt(steered: Server, tmp_path: Path) -> None:
    with call(steered, tmp_path, "h323:80001") as caller:
        waitFor(lambda: '"media"' in caller.output(), 10, "the caller is in the room")
        (row,) = steered.ask("calls")
        assert (row["protocol"], row["room"], row["presence"]) == ("h323", "80001", "present")
        assert row["peer"].startswith(CALLER)
        (room,) = steered.ask("rooms")
        assert [each["legId"] for each in room["participants"]] == [row["legId"]]
        table = control(steered, "calls").stdout
        assert row["callId"] in table
        assert "PCMU" in table
        assert steered.ask("hangup", row["callId"]) == {"ended": [row["legId"]]}
        assert caller.wait(10) == 0, caller.output()
    assert '"cause": "NORMAL_CALL_CLEARING"' in caller.output()
    waitFor(lambda: steered.ask("rooms") == [], 5, "the room is closed")


def test_hangingUpWhatIsNotThereFails(bare: BareServer) -> None:
    done = control(bare, "hangup", "nothing")
    assert done.returncode == 1
    assert done.stderr == "h323ctl: no call, leg or room is called nothing\n"


def test_aReloadedPatternOpensRooms(steered: Server, tmp_path: Path) -> None:
    reload(steered, LIMITS.format(pattern="7xxxx"))
    waitFor(lambda: "in force: ('conference',)" in steered.output(), 10, "the file is read again")
    with call(steered, tmp_path, "sip:70001", "--seconds", "0.5") as caller:
        assert caller.wait(15) == 0, caller.output()
    assert steered.ask("status")["facts"]["ConfigurationReloaded"] >= 1


def test_aReloadOfABrokenFileChangesNothingAndNamesThePlace(steered: Server) -> None:
    before = steered.ask("status")["facts"].get("ConfigurationReloaded", 0)
    reload(steered, "[conference]\nmaxRoms = 1\n")
    waitFor(lambda: "not reloaded: " in steered.output(), 10, "the fault is told")
    assert "conference.maxRoms: unknown key; did you mean maxRooms?" in steered.output()
    assert steered.ask("status")["facts"].get("ConfigurationReloaded", 0) == before
    assert "Traceback" not in steered.output()


def reload(server: Server, configuration: str) -> None:
    (server.directory / f"{server.address}.toml").write_text(configuration)
    server.signal(signal.SIGHUP)


# How it leaves.


def test_aServerThatIsToldToStopHangsUpAndLeavesNothingBehind(tmp_path: Path) -> None:
    server = BareServer(tmp_path / "server", LEAVING)
    with server, call(server, tmp_path, "h323:80001") as caller:
        waitFor(lambda: '"media"' in caller.output(), 10, "the caller is in the room")
        server.signal(signal.SIGTERM)
        # twistd ends by the signal that stopped it, so that who started it knows.
        assert server.wait(10) in (0, -signal.SIGTERM), server.output()
        assert caller.wait(10) == 0, caller.output()
    assert '"cause": "NORMAL_CALL_CLEARING"' in caller.output()
    assert "Traceback" not in server.output()
    assert not server.socket.exists()
    for kind, port in ((socket.SOCK_STREAM, 1720), (socket.SOCK_DGRAM, 5060)):
        with socket.socket(type=kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LEAVING, port))


# How it is entered.


class Doorway:
    """
    A server with a manhole, a key that is let in and one that is not.
    """

    def __init__(self, directory: Path, address: str) -> None:
        self.directory = directory
        self.address = address
        self.port = freePort()
        self.good = newKey(directory / "good")
        self.bad = newKey(directory / "bad")
        (directory / "authorized_keys").write_bytes((directory / "good.pub").read_bytes())
        self.configuration = (
            f'[control]\nmanhole = true\nmanholePort = {self.port}\n'
            f'manholeAuthorizedKeys = "{directory}/authorized_keys"\n'
            f'stateDirectory = "{directory}/state"\n'
        )  # fmt: skip

    def server(self) -> Server:
        return ManholeServer(self.directory, self.address, self.configuration)

    def enter(self, *options: str, lines: str = "") -> subprocess.CompletedProcess[str]:
        """
        Log in by a real SSH client, and type.
        """
        return run(
            [
                program("ssh"), "-tt", "-F", "none", "-p", str(self.port),
                "-o", f"UserKnownHostsFile={self.directory}/known_hosts",
                "-o", "StrictHostKeyChecking=accept-new", "-o", "IdentitiesOnly=yes",
                "-o", "IdentityAgent=none", "-o", "NumberOfPasswordPrompts=0",
                *options, "operator@127.0.0.1",
            ],
            input=lines,
        )  # fmt: skip


class ManholeServer(Server):
    """
    A server whose configuration says all about its control section.
    """

    def command(self) -> Sequence[str]:
        command = list(super().command())
        (self.directory / f"{self.address}.toml").write_text(
            self.configuration + f'socket = "{self.socket}"\n'
        )
        return command


def newKey(path: Path) -> Path:
    key = Key(Ed25519PrivateKey.generate())
    path.touch(mode=0o600)
    path.write_bytes(key.toString("openssh"))
    path.with_suffix(".pub").write_bytes(key.public().toString("openssh"))
    return path


@pytest.fixture(scope="module")
def doorway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doorway]:
    doorway = Doorway(tmp_path_factory.mktemp("doorway"), ENTERED)
    with doorway.server():
        yield doorway


def test_whoHasTheKeyReadsCallsRoomsAndStates(doorway: Doorway, tmp_path: Path) -> None:
    lines = "calls()\nrooms()\nstate(next(iter(server.h323.legs))._call)\n\x04"
    caller = Caller(
        tmp_path, "caller", "--json", "--bind", CALLER, "--tone", "440", f"h323:80001@{ENTERED}"
    )
    with caller:
        waitFor(lambda: '"media"' in caller.output(), 10, "the caller is in the room")
        done = doorway.enter("-i", str(doorway.good), lines=lines)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", done.stdout)
    assert "'protocol': 'h323'" in shown
    assert "'room': '80001'" in shown
    assert "'active'" in shown
    assert "Traceback" not in shown


def test_whatIsCommandedInTheShellIsAnActOfTheManhole(doorway: Doorway) -> None:
    lines = (
        "from h323d.events.server import OperatorActed\nacts = []\n"
        "subscription = server.events.subscribe(OperatorActed, acts.append)\n"
        "maintenance('off')\nsubscription.end()\n[(act.actor, act.command) for act in acts]\n\x04"
    )
    done = doorway.enter("-i", str(doorway.good), lines=lines)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", done.stdout)
    assert "[('manhole', 'maintenance')]" in shown


def test_whoHasAnotherKeyStaysOut(doorway: Doorway) -> None:
    done = doorway.enter("-i", str(doorway.bad), lines="calls()\n")
    assert done.returncode == 255
    assert "Permission denied (publickey)" in done.stderr


def test_noPasswordIsAskedFor(doorway: Doorway) -> None:
    done = doorway.enter(
        "-o", "PubkeyAuthentication=no",
        "-o", "PreferredAuthentications=password,keyboard-interactive",
    )  # fmt: skip
    assert done.returncode == 255
    assert "Permission denied (publickey)" in done.stderr


def test_theHostKeyIsTheSameAfterARestart(tmp_path: Path) -> None:
    doorway = Doorway(tmp_path, AGAIN)
    for _ in range(2):
        with doorway.server():
            # The client refuses a key that is not the one it learnt.
            done = doorway.enter("-i", str(doorway.good), "-o", "LogLevel=VERBOSE", lines="\x04")
            assert "Authenticated to 127.0.0.1" in done.stderr, done.stderr
    assert len((tmp_path / "known_hosts").read_text().splitlines()) == 1


# What strangers cannot take.


class PoorServer(Server):
    """
    A server with few file descriptors.
    """

    def command(self) -> Sequence[str]:
        return ["prlimit", "--nofile=160:160", *super().command()]


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is not installed")
def test_connectionsLeaveTheOperatorADescriptor(tmp_path: Path) -> None:
    with PoorServer(tmp_path, POOR) as server, ExitStack() as stack:
        for number in range(200):
            # From several hosts, or their share would be the end of it.
            made = socket.create_connection(
                (POOR, 1720 if number % 2 else 5060), 5, (f"127.0.22.{20 + number % 20}", 0)
            )
            stack.enter_context(made)
        waitFor(lambda: "file descriptors run out" in server.output(), 10, "the limit is met")
        assert server.ask("status")
        assert "Traceback" not in server.output()
