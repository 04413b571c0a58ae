"""
Load and soak by sipp, a SIP load generator that we did not write: calls come at an even rate into
many rooms in turn, are answered, held, and ended by who called.

What it tells of the calls: how many failed, how often a request of sipp's was sent again, and how
long answers took.  What it tells of the server: CPU for a call, without what it would have taken
idle, and of that the parts of its threads, signalling (the main one) and media; and, in a row for
each look at it, its memory, its descriptors, and what is in its tables.  The last two rows are from
before the calls that count and from when all that they leave behind for a while is gone: after a
soak they are to be alike.  sipp sends no sound; but the server does while a call is held, so what a
call costs has its media only where C{--hold} is not 0.

Run: C{python -m benchmarks.sipp_load --rate 50 --seconds 600}; a soak lasts an hour.  With
C{--beside}, an Asterisk takes the same calls into rooms of ConfBridge, before and after (needs
C{ASTERISK_ROOT}).
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from benchmarks.churn import TICKS
from h323d.control.client import CommandFailed
from tests.support.processes import Asterisk, Server, program, waitFor

SERVER, SIPP, ASTERISK = "127.0.131.1", "127.0.131.2", "127.0.131.3"
SCENARIO = Path(__file__).parent / "sippload" / "room.xml"
FIRST_ROOM = 80001
WARM = 10  # seconds of calls that do not count: what is made once is made then
LEFT_BEHIND = 35.0  # seconds until no transaction is left of a call: 64*T1, and a moment
MEGABYTE = 1 << 20
IDLE = 5.0  # seconds for which an idle server is looked at
PATIENCE = 100.0  # seconds for an answer of the server's, as for L{waitFor}


@dataclass(frozen=True)
class Load:
    """
    @ivar rate: calls a second.
    @ivar seconds: for which they come.
    @ivar rooms: that they go to in turn.
    @ivar hold: seconds that each lasts.
    """

    rate: float
    seconds: float
    rooms: int
    hold: float

    @property
    def warming(self) -> Load:
        """
        The calls before, that do not count.
        """
        return replace(self, seconds=WARM)


@dataclass(frozen=True)
class Look:
    """
    How a server is at one time.

    @ivar memory: resident, octets.
    @ivar cpu: since it began.
    @ivar tables: how much is in each, by name.
    """

    memory: int
    descriptors: int
    cpu: CPU
    tables: dict[str, int]

    def __str__(self) -> str:
        counts = " | ".join(map(str, self.tables.values()))
        return f"{self.memory / MEGABYTE:.1f} | {self.descriptors} | {counts}"


def statusOf(server: Server) -> dict[str, Any]:
    """
    On a machine that does much else the answer may not come in time; then it is asked for again.
    """

    def answer() -> dict[str, Any] | None:
        with suppress(CommandFailed):
            status: dict[str, Any] = server.ask("status")
            return status
        return None

    told: dict[str, Any] = waitFor(answer, PATIENCE, "the server's status", every=1.0)
    return told


@dataclass(frozen=True)
class CPU:
    """
    What a process has taken since it began, seconds.

    @ivar at: when, by the monotonic clock.
    @ivar whole: of all threads that there ever were.
    @ivar threads: of each that there is, by its name, the first by C{"main"}.
    """

    at: float
    whole: float
    threads: dict[str, float]

    @classmethod
    def of(cls, pid: int) -> CPU:
        directory = Path(f"/proc/{pid}")
        line = (directory / "stat").read_text()
        user, system = line.rpartition(")")[2].split()[11:13]
        threads: dict[str, float] = {}
        for task in (directory / "task").iterdir():
            with suppress(FileNotFoundError):  # it has ended
                name = (
                    "main" if task.name == directory.name else (task / "comm").read_text().strip()
                )
                spent = int((task / "schedstat").read_text().split()[0]) / 1e9
                threads[name] = threads.get(name, 0.0) + spent
        return cls(time.monotonic(), (int(user) + int(system)) / TICKS, threads)

    def since(self, before: CPU) -> CPU:
        """
        What it has taken since then.
        """
        threads = {name: cpu - before.threads.get(name, 0.0) for name, cpu in self.threads.items()}
        return CPU(self.at - before.at, self.whole - before.whole, threads)

    def beyond(self, idle: CPU) -> CPU:
        """
        What it would not have taken if it had been idle, as it was for another while.
        """
        longer = self.at / idle.at
        threads = {
            name: cpu - longer * idle.threads.get(name, 0.0) for name, cpu in self.threads.items()
        }
        return CPU(self.at, self.whole - longer * idle.whole, threads)

    def perCall(self, calls: int) -> str:
        parts = (f"{name} {cpu / calls * 1000:.2f}" for name, cpu in sorted(self.threads.items()))
        shown = ", ".join(each for each in parts if not each.endswith(" 0.00"))
        return f"{self.whole / calls * 1000:.2f} ms of CPU each ({shown})"


def idleOf(pid: int) -> CPU:
    """
    What a process takes while nothing goes on.
    """
    before = CPU.of(pid)
    time.sleep(IDLE)
    return CPU.of(pid).since(before)


def lookAt(server: Server) -> Look:
    process = Path(f"/proc/{server.pid}")
    pages = int((process / "statm").read_text().split()[1])
    status = statusOf(server)
    tables = {name: status[name] for name in ("calls", "rooms", "admissions")}
    tables |= {f"media {name}": status["media"][name] for name in ("ports", "rooms")}
    return Look(
        pages * os.sysconf("SC_PAGE_SIZE"),
        len(list((process / "fd").iterdir())),
        CPU.of(server.pid),
        tables,
    )


class Generator:
    """
    One run of sipp, which ends with its context, if not before.
    """

    def __init__(
        self, directory: Path, load: Load, target: str = SERVER, source: str = SIPP
    ) -> None:
        """
        @param target: the address of who is called.
        @param source: that of who calls.
        """
        directory.mkdir(parents=True)
        self._directory = directory
        rooms = directory / "rooms.csv"
        names = [str(FIRST_ROOM + number) for number in range(load.rooms)]
        rooms.write_text("\n".join(["SEQUENTIAL", *names]) + "\n")
        self._child = subprocess.Popen(
            [
                program("sipp"), target, "-nostdin", "-i", source, "-sf", str(SCENARIO),
                "-inf", str(rooms), "-r", f"{load.rate:g}", "-m", f"{load.rate * load.seconds:.0f}",
                "-d", f"{load.hold * 1000:.0f}", "-trace_stat", "-stf", "stat.csv", "-fd", "1",
                "-trace_rtt", "-rtt_freq", "1", "-trace_err", "-error_file", "errors.log",
                "-timer_resol", "1",
            ],
            cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.wait()

    @property
    def isRunning(self) -> bool:
        return self._child.poll() is None

    def finish(self) -> None:
        """
        Wait for its last call.
        """
        self._child.wait()

    def counters(self) -> dict[str, str]:
        """
        Its statistics, as they were at its end.
        """
        with (self._directory / "stat.csv").open() as file:
            *_, last = csv.DictReader(file, delimiter=";")
        return dict(last)

    def answers(self) -> list[float]:
        """
        How long each took, ms.
        """
        (file,) = self._directory.glob("*_rtt.csv")
        with file.open() as lines:
            return [float(row["response_time_ms"]) for row in csv.DictReader(lines, delimiter=";")]

    def errors(self) -> str:
        file = self._directory / "errors.log"
        return file.read_text(errors="replace") if file.exists() else ""


def during(generator: Generator, server: Server, every: float) -> Iterator[tuple[float, Look]]:
    """
    Looks at a server while calls come.
    """
    began = time.monotonic()
    due = began + every
    while generator.isRunning:
        time.sleep(0.2)
        if time.monotonic() >= due:
            yield time.monotonic() - began, lookAt(server)
            due += every


def atRest(server: Server) -> Look:
    """
    When all that calls leave behind is gone.
    """
    waitFor(lambda: statusOf(server)["calls"] == 0, 30, "no call is left")
    time.sleep(LEFT_BEHIND)
    return lookAt(server)


def measure(server: Server, directory: Path, load: Load, every: float) -> int:
    """
    @return: how many calls failed.
    """
    with Generator(directory / "warm", load.warming) as warm:
        warm.finish()
    before = atRest(server)
    idle = idleOf(server.pid)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"| at, s | RSS, MB | descriptors | {' | '.join(before.tables)} |")
    print(f"|{'---|' * (3 + len(before.tables))}")
    with Generator(directory / "load", load) as generator:
        for at, look in during(generator, server, every):
            print(f"| {at:.0f} | {look} |", flush=True)
    spent = lookAt(server).cpu.since(before.cpu).beyond(idle)
    after = atRest(server)
    print(f"| before | {before} |\n| after | {after} |\n")
    failed = tell("h323d", generator, spent)
    media = statusOf(server)["media"]
    print(
        f"{media['lateTicks']} of {media['ticks']} ticks were late, {media['framesGivenUp']} frames"
        f" given up; load average {os.getloadavg()[0]:.1f}"
    )
    if "Traceback" in server.output():
        print(server.output()[-3000:])
    return failed


def measureBeside(directory: Path, load: Load) -> None:
    """
    What the same calls cost an Asterisk.
    """
    with Asterisk(directory / "theirs", ASTERISK, SERVER, ooh323="no", trace="0") as peer:
        with Generator(directory / "warm", load.warming, ASTERISK) as warm:
            warm.finish()
        idle, before = idleOf(peer.pid), CPU.of(peer.pid)
        with Generator(directory / "load", load, ASTERISK) as generator:
            generator.finish()
        tell("Asterisk", generator, CPU.of(peer.pid).since(before).beyond(idle))


def tell(name: str, generator: Generator, spent: CPU) -> int:
    """
    Print what became of the calls.

    @param name: who took them.
    @param spent: the server's CPU.
    @return: how many failed.
    """
    counters, answers = generator.counters(), generator.answers()
    good, failed = int(counters["SuccessfulCall(C)"]), int(counters["FailedCall(C)"])
    again = counters["Retransmissions(C)"]
    print(
        f"{name}: {good + failed} calls, {failed} failed; {again} requests sent again;"
        f" answered after {statistics.median(answers):.1f} ms,"
        f" p99 {statistics.quantiles(answers, n=100)[98]:.1f} ms, at most {max(answers):.0f} ms;"
        f" {spent.perCall(good + failed)}"
    )
    if failed:
        print(generator.errors()[:2000])
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0, help="calls a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--hold", type=float, default=1.0, help="seconds that a call lasts")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two looks")
    parser.add_argument("--beside", action="store_true", help="measure an Asterisk, too")
    options = parser.parse_args()
    load = Load(options.rate, options.seconds, options.rooms, options.hold)
    with tempfile.TemporaryDirectory() as name:
        if options.beside:
            measureBeside(Path(name) / "before", load)
        with Server(Path(name) / "server", SERVER) as server:
            failed = measure(server, Path(name), load, options.every)
        if options.beside:
            measureBeside(Path(name) / "after", load)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
