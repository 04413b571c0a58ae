"""
What it costs a server that another follows it (C{[ha]}), in CPU and in octets.

The same calls come to a server that is alone, to one that is followed, and to one whose flight
recorder keeps, beside that, what whoever follows is told: so its octets can be counted.  They take
turns, and of each figure the median of all rounds counts.  Media has a process of its own in all,
so what remains is signalling.  sipp calls rooms at an even rate; it is measured from when as many
transactions of calls that are over come to their end as begin, and what the process takes idle is
left out of what a call costs: media's reports and heartbeats are turns, too, and cost more where
there is a log.  Before the calls, endpoints register and ask for admission (L{benchmarks.rasload});
they stay registered.

Run: C{python -m benchmarks.following --rounds 5}
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from benchmarks.sipp_load import CPU, IDLE, LEFT_BEHIND, Generator, Load
from tests.support.processes import Server
from tests.support.protectedserver import ProtectedServer

SERVER, SIPP = "127.0.136.1", "127.0.137.1"
CONFIGURATION = "[media]\nprocesses = 1\n[routing]\nacceptUnknownLRQ = true\n"
FLIGHT = "flight"  # the recorder's directory, in that of the state
TRANSACTIONS = ("full RRQ", "keepalive", "ARQ + DRQ")
ROOMS, HOLD = 50, 1.0

Figures = dict[str, float]


class Kind(Enum):
    """
    How a server is protected.
    """

    ALONE = "alone"
    FOLLOWED = "followed"
    RECORDED = "recorded, too"

    def server(self, directory: Path) -> Server:
        if self is Kind.ALONE:
            return Server(directory, SERVER, CONFIGURATION)
        recorder = f'recorder = "{FLIGHT}"\n' if self is Kind.RECORDED else ""
        server = ProtectedServer(directory, SERVER, CONFIGURATION)
        server.configuration += recorder  # it ends with [ha]
        return server


@dataclass(frozen=True)
class Work:
    """
    What each server is given to do.

    @ivar rate: calls a second.
    @ivar seconds: for which they are measured.
    @ivar endpoints: that register; none, if 0.
    """

    rate: float
    seconds: float
    endpoints: int

    @property
    def calls(self) -> Load:
        return Load(self.rate, LEFT_BEHIND + self.seconds + 1, ROOMS, HOLD)


def microseconds(server: Server, endpoints: int) -> Figures:
    """
    CPU of each kind of RAS transaction, at an even pace.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.rasload", SERVER, str(server.pid), str(endpoints),
         "--count", "1000", "--rate", "500"],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    return {f"{each}, us": found[each]["paced"] for each in TRANSACTIONS}


def recorded(server: Server) -> int:
    """
    Octets that the flight recorder has kept.
    """
    return sum(each.stat().st_size for each in (server.state / FLIGHT).glob("*"))


def figuresOf(server: Server, directory: Path, work: Work) -> Figures:
    """
    @param directory: sipp's.

    @raise SystemExit: a call failed, or another follows than at the beginning.
    """
    processes = {"leader": server.pid}
    if isinstance(server, ProtectedServer):
        processes["follower"] = server.follower
    idle = taken(processes, IDLE)
    figures = microseconds(server, work.endpoints) if work.endpoints else {}
    with Generator(directory, work.calls, SERVER, SIPP) as generator:
        time.sleep(LEFT_BEHIND)
        logged = logOf(server)
        spent = taken(processes, work.seconds)
        turns, octets = (now - then for now, then in zip(logOf(server), logged, strict=True))
        generator.finish()
    if int(generator.counters()["FailedCall(C)"]):
        raise SystemExit(f"a call failed: {generator.errors()[:2000]}")
    if isinstance(server, ProtectedServer) and server.follower != processes["follower"]:
        raise SystemExit("who followed was replaced meanwhile")
    for name, cpu in spent.items():
        calls = work.rate * cpu.at
        figures[f"{name}, ms per call"] = 1000 * total(cpu.beyond(idle[name])) / calls
        figures[f"{name}, ms per s"] = 1000 * total(cpu) / cpu.at
        figures[f"{name} idle, ms per s"] = 1000 * total(idle[name]) / idle[name].at
    if turns:
        figures["turns per call"] = turns / calls
    if octets:
        figures["octets per call"] = octets / calls
        figures["octets per turn"] = octets / turns
    return figures


def taken(processes: Mapping[str, int], seconds: float) -> dict[str, CPU]:
    """
    What each takes in the time that comes.
    """
    before = {name: CPU.of(pid) for name, pid in processes.items()}
    time.sleep(seconds)
    return {name: CPU.of(pid).since(before[name]) for name, pid in processes.items()}


def total(cpu: CPU) -> float:
    """
    Seconds of all threads; the kernel counts them finer than those of the process.
    """
    return sum(cpu.threads.values())


def logOf(server: Server) -> tuple[int, int]:
    """
    @return: turns and octets until now; 0 where it is not known.
    """
    if not isinstance(server, ProtectedServer):
        return 0, 0
    return server.ask("ha", "status")["turn"], recorded(server)


def measure(kind: Kind, directory: Path, work: Work) -> Figures:
    """
    One server, from its start to its end.
    """
    with kind.server(directory / "server") as server:
        if isinstance(server, ProtectedServer):
            server.protected()
        return figuresOf(server, directory / "sipp", work)


def tell(found: dict[Kind, list[Figures]]) -> None:
    """
    Print a row for each figure.
    """
    print(f"| | {' | '.join(each.value for each in Kind)} | followed / alone |")
    print(f"|{'---|' * (len(Kind) + 2)}")
    for name in dict.fromkeys(name for each in found.values() for name in each[0]):
        cells = {kind: median(rounds, name) for kind, rounds in found.items()}
        shown = ["-" if each is None else f"{each:.2f}" for each in cells.values()]
        alone, followed = cells[Kind.ALONE], cells[Kind.FOLLOWED]
        ratio = f"{followed / alone:.2f}" if alone and followed else "-"
        print(f"| {name} | {' | '.join(shown)} | {ratio} |")


def median(rounds: Sequence[Figures], name: str) -> float | None:
    values = [each[name] for each in rounds if name in each]
    return statistics.median(values) if values else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=10.0, help="calls a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="that are measured")
    parser.add_argument("--endpoints", type=int, default=500, help="that register")
    options = parser.parse_args()
    work = Work(options.rate, options.seconds, options.endpoints)
    found: dict[Kind, list[Figures]] = {kind: [] for kind in Kind}
    with tempfile.TemporaryDirectory() as name:
        for number in range(options.rounds):
            for kind in Kind:
                figures = measure(kind, Path(name) / f"{number}{kind.name}", work)
                found[kind].append(figures)
                print(f"{kind.value}: {figures}", file=sys.stderr, flush=True)
    tell(found)
    print(f"\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0


if __name__ == "__main__":
    sys.exit(main())
