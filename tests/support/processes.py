"""
Real processes for system tests: the server, and peers that we did not write.

Each is a context manager.  Where a peer is not installed, entering it skips
the test with the reason.  Every peer has an address of its own in 127.0.0.0/8.

What a process does is waited for, and never a time.  Deadlines are for what hangs: they are said
for a machine that has nothing else to do, and last L{BUSY} times as long.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from h323d.control.client import ask
from tests.support.preloaded import PreloadedChild

__all__ = [
    "BUSY",
    "RUN",
    "Asterisk",
    "Baresip",
    "Caller",
    "Capture",
    "Process",
    "Server",
    "clearOnceHeard",
    "control",
    "isBound",
    "program",
    "run",
    "runSipp",
    "together",
    "waitFor",
]

PEERS = Path(__file__).parents[1] / "system" / "peers"
PRELOADED = [str(Path(sys.executable).with_name(name)) for name in ("h323d-call", "twistd")]
BUSY = 6.0  # how much longer all may take on a machine that is busy with other things
RUN = 20.0  # seconds that a program may take that does one thing and ends
POLL = 0.05  # seconds between two looks
BAD_DISSECTION = "_ws.malformed || _ws.expert.severity == error"


def waitFor(condition: Callable[[], Any], seconds: float, what: str, every: float = POLL) -> Any:
    """
    Ask until the answer is true.

    @param seconds: that this takes at most where nothing else goes on.
    @param every: seconds between two looks, where a look is work for whoever is looked at.

    @raise AssertionError: it was not, not even within L{BUSY} times as long.
    """
    deadline = time.monotonic() + seconds * BUSY
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds * BUSY} s")
        time.sleep(every)


def run(
    command: Sequence[str], seconds: float = RUN, **options: Any
) -> subprocess.CompletedProcess[str]:
    """
    Run a program to its end, and take what it prints.

    @param seconds: as for L{waitFor}.
    @param options: as C{subprocess.run} has them (Any: of any kind).
    """
    return subprocess.run(
        command, capture_output=True, text=True, timeout=seconds * BUSY, check=False, **options
    )


def control(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """
    Run C{h323ctl} as a person does.
    """
    return run([program("h323ctl"), "--socket", str(server.socket), *arguments])


def program(name: str) -> str:
    """
    The path of a peer's program; the test is skipped where it is missing.
    """
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def isBound(address: str, port: int, protocol: str = "udp") -> bool:
    """
    Whether somebody has this port of an IPv4 address, as the kernel lists them.
    """
    octets = bytes(map(int, reversed(address.split("."))))
    return f"{octets.hex().upper()}:{port:04X}" in Path(f"/proc/net/{protocol}").read_text()


class Process:
    """
    One child process, with its output in a file.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self.directory = directory
        self.name = name
        self.log = directory / f"{name}.log"
        self._child: subprocess.Popen[bytes] | PreloadedChild | None = None

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def ready(self) -> bool:
        return True

    def __enter__(self) -> Self:
        command = self.command()
        self.directory.mkdir(parents=True, exist_ok=True)
        self._child = self._begin(command)
        try:
            waitFor(self._readyOrDead, 20.0, f"{self.name} starts")
        except BaseException:
            self.stop()
            raise
        return self

    def _begin(self, command: Sequence[str]) -> subprocess.Popen[bytes] | PreloadedChild:
        if command[0] in PRELOADED:
            self.log.write_bytes(b"")  # it is read before the child has come to open it
            return PreloadedChild(command, self.directory, self.log)
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=self.directory,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _readyOrDead(self) -> bool:
        assert self._child is not None
        if self._child.poll() is not None:
            raise AssertionError(f"{self.name} ended at once:\n{self.output()}")
        return self.ready()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def isRunning(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait(self, seconds: float) -> int:
        """
        @param seconds: as for L{waitFor}.

        @return: the exit status.
        """
        assert self._child is not None
        return self._child.wait(seconds * BUSY)

    def signal(self, number: int) -> None:
        assert self._child is not None
        self._child.send_signal(number)

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(8.0 * BUSY)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def together(stack: ExitStack, *processes: Process) -> None:
    """
    Start several at the same time, and end them with the stack.
    """
    for each in processes:
        stack.push(each)
    with ThreadPoolExecutor(len(processes)) as pool:
        for started in [pool.submit(each.__enter__) for each in processes]:
            started.result()


class Server(Process):
    """
    C{twistd h323d} on one address.
    """

    def __init__(self, directory: Path, address: str, configuration: str = "") -> None:
        super().__init__(directory, f"h323d-{address}")
        self.address = address
        self.socket = directory / f"{address}.sock"
        self.state = directory / f"{address}.state"
        self.configuration = configuration

    def command(self) -> Sequence[str]:
        self.directory.mkdir(parents=True, exist_ok=True)
        file = self.directory / f"{self.address}.toml"
        control = f'\n[control]\nsocket = "{self.socket}"\nstateDirectory = "{self.state}"\n'
        file.write_text(self.configuration + control)
        return [
            program("twistd"), "-n", "--pidfile=", "h323d",
            "--bind", self.address, "--config", str(file),
        ]  # fmt: skip

    def ready(self) -> bool:
        return self.socket.exists()

    def ask(self, *arguments: str) -> Any:
        """
        What C{h323ctl --json} answers.
        """
        return ask(str(self.socket), *arguments)


class Caller(Process):
    """
    C{h323d-call} with some arguments.
    """

    def __init__(self, directory: Path, name: str, *arguments: str) -> None:
        super().__init__(directory, name)
        self.arguments = arguments

    def command(self) -> Sequence[str]:
        return [program("h323d-call"), *self.arguments]

    def hangUp(self) -> int:
        """
        End the call, as whoever is told to stop does.

        @return: the exit status.
        """
        self.signal(signal.SIGTERM)
        return self.wait(10)


def clearOnceHeard(server: Server) -> None:
    """
    Hang up the one call that a server has in a room, when a second's packets have left for it.
    """

    def media() -> list[Any]:
        return [each["media"] for each in server.ask("calls") if each.get("media")]

    waitFor(lambda: any(each["packetsSent"] > 50 for each in media()), 10, "sound for the caller")
    (call,) = server.ask("calls")
    server.ask("hangup", call["callId"])


class Asterisk(Process):
    """
    Asterisk with chan_ooh323 and PJSIP, unpacked where C{ASTERISK_ROOT} says.

    @ivar address: its own; C{other}: the one its dialplan calls.
    """

    def __init__(self, directory: Path, address: str, other: str, **settings: str) -> None:
        super().__init__(directory, f"asterisk-{address}")
        self.address = address
        root = os.environ.get("ASTERISK_ROOT", "")
        if not (Path(root) / "usr/sbin/asterisk").exists():
            pytest.skip("ASTERISK_ROOT names no unpacked Asterisk")
        self._environment = os.environ | {"AST_ROOT": root, "AST_CONF": str(directory)}
        self._run([str(PEERS / "asterisk-conf"), self.name, address, other]
                  + [f"{key}={value}" for key, value in settings.items()])  # fmt: skip
        self._root = root

    def command(self) -> Sequence[str]:
        root = self._root
        libraries = f"{root}/usr/lib/x86_64-linux-gnu:{root}/lib/x86_64-linux-gnu:{root}/usr/lib"
        loader = f"{root}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
        configuration = self.directory / self.name / "etc" / "asterisk.conf"
        return [
            loader, "--library-path", libraries, f"{root}/usr/sbin/asterisk",
            "-C", str(configuration), "-f",
        ]  # fmt: skip

    def ready(self) -> bool:
        return "fully booted" in self.tell("core waitfullybooted")

    def tell(self, command: str) -> str:
        """
        Run a command of Asterisk's shell, and return what it prints.
        """
        return self._run([str(PEERS / "asterisk-run"), self.name, "rx", command], check=False)

    def call(self, channel: str, extension: str) -> None:
        """
        Call out by C{channel}, and let the called party meet C{extension}.
        """
        self.tell(f"channel originate {channel} extension {extension}@default")

    def messages(self) -> str:
        path = self.directory / self.name / "log" / "messages.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _run(self, command: Sequence[str], check: bool = True) -> str:
        done = run(command, env=self._environment)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout


class Baresip(Process):
    """
    A SIP softphone without a sound card.

    @ivar heard: the recording of what it heard, once it has ended.
    """

    SERVER = "[media]\nlatchAnyHost = true\n"
    """
    What a server's configuration needs to hear it: its sound leaves from the address that the
    system chooses, and where a machine has as many as the loopback, that is not the one it names.
    """

    CONFIGURATION = """\
sip_listen {address}:5060
net_interface {address}
module_path {modules}
module g711.so
module g722.so
module gsm.so
module g726.so
module amr.so
module opus.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {address}:4444
ausrc_channels 1
auplay_channels 1
audio_source aufile,{directory}/tone.wav
audio_player aubridge,sink
audio_alert aubridge,sink
snd_path {directory}
rtp_ports 20000-21000
"""

    def __init__(
        self,
        directory: Path,
        address: str,
        dial: str,
        seconds: int,
        codec: str = "PCMU/8000/1",
        registrar: str = "",
        account: str = "",
    ) -> None:
        """
        @param account: more parameters of its account, each with its semicolon.
        @param dial: whom to call at once; nobody, if empty.
        @param seconds: after which it leaves.
        @param registrar: where to register, if anywhere, for a minute each time; it then
            answers at once who calls.
        """
        super().__init__(directory, f"baresip-{address}")
        self.address = address
        self.dial = dial
        self.seconds = seconds
        self.codec = codec
        self.registrar = registrar
        self.account = account

    def command(self) -> Sequence[str]:
        baresip = program("baresip")
        modules = next(
            (each for each in ("/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules")
             if Path(each).is_dir()), None,
        )  # fmt: skip
        if modules is None:
            pytest.skip("baresip's modules are not where Debian has them")
        text = self.CONFIGURATION.format(
            address=self.address, modules=modules, directory=self.directory
        )
        if "sipnat=outbound" in self.account:  # which says which phone it is
            text = f"module_tmp uuid.so\n{text}"
            (self.directory / "uuid").write_text("5d6c1c6e-1111-4222-8333-1234567890ab")
        (self.directory / "config").write_text(text)
        home, interval = (self.registrar, 60) if self.registrar else (self.address, 0)
        account = f"<sip:b@{home}>;regint={interval};audio_codecs={self.codec};answermode=auto"
        (self.directory / "accounts").write_text(f"{account}{self.account}\n")
        (self.directory / "contacts").write_text("")
        dial = ["-e", f"/dial {self.dial}"] if self.dial else []
        return [baresip, "-f", str(self.directory), *dial, "-t", str(self.seconds)]

    def tell(self, command: str, parameters: str = "") -> str:
        """
        Give it a command, as its remote control does.

        @return: its answer.
        """
        text = json.dumps({"command": command, "params": parameters, "token": "t"})
        with socket.create_connection((self.address, 4444), 3 * BUSY) as connection:
            connection.sendall(f"{len(text)}:{text},".encode())
            return connection.recv(65536).decode()

    @property
    def heard(self) -> Path:
        (file,) = self.directory.glob("dump-*-dec.wav")
        return file


class Capture(Process):
    """
    Everything that an address, or a network of them, sends and receives on the loopback.

    Packets come into the file in their order, and late.  So the capture has begun when a datagram of our
    own is in it, and is not ended before another one is.
    """

    def __init__(self, directory: Path, address: str) -> None:
        super().__init__(directory, "capture")
        self.address = address
        self.file = directory / "capture.pcapng"
        self._marks = socket.socket(type=socket.SOCK_DGRAM)
        self._marks.bind(("127.0.0.1", 0))
        self._marked = socket.socket(type=socket.SOCK_DGRAM)
        self._marked.bind((str(ipaddress.ip_network(address)[-1]), 0))

    def command(self) -> Sequence[str]:
        self._tshark = program("tshark")
        return [
            program("dumpcap"), "-q", "-i", "lo", "-w", str(self.file), "-f",
            f"{'net' if '/' in self.address else 'host'} {self.address}",
        ]  # fmt: skip

    def ready(self) -> bool:
        return self._hasMark(b"the test begins")

    def stop(self) -> None:
        if self._child is not None and self._child.poll() is None:
            waitFor(lambda: self._hasMark(b"the test ends"), 10, "all is captured")
        super().stop()
        self._marks.close()
        self._marked.close()

    def _hasMark(self, mark: bytes) -> bool:
        """
        Send a mark, and look whether one like it was captured.
        """
        self._marks.sendto(mark, self._marked.getsockname())
        return self.file.exists() and mark in self.file.read_bytes()

    def complaints(self, address: str) -> str:
        """
        What the dissector finds wrong with what an address sent so far.  What an ICMP error
        quotes is cut off, and no message.
        """
        query = f"ip.src == {address} && !icmp && ({BAD_DISSECTION})"
        return self.dissect(query, "-T", "fields", "-e", "frame.number", "-e", "frame.protocols",
                            "-e", "_ws.expert.message")  # fmt: skip

    def dissect(self, query: str, *options: str) -> str:
        """
        The lines that the dissector prints for what a display filter lets
        through.
        """
        command = [
            *(self._tshark, "-r", str(self.file), "-Y", query),
            *("--disable-protocol", "cpfi", *options),
        ]

        def whole() -> subprocess.CompletedProcess[str] | None:
            done = run(command)
            return None if "cut short" in done.stderr else done

        done: subprocess.CompletedProcess[str] = waitFor(whole, 10, "the last packet is whole")
        assert done.returncode == 0, done.stderr
        return done.stdout


def runSipp(directory: Path, target: str, *options: str, seconds: float = 30.0) -> str:
    """
    Run sipp to its end.

    @return: what it printed.

    @raise AssertionError: a call failed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    done = run([program("sipp"), target, "-nostdin", *options], seconds, cwd=directory)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", done.stdout)
