"""
A protected server whose leading process dies again and again, while calls of every kind begin, go
on and end: how long until another leads, and is anything lost?

Deaths are at random moments.  The time is that from the signal until the new leader says in its log
that it leads, so with what it takes to notice; of one that is stopped (SIGSTOP) with C{patienceMs},
too.  A packet is lost that a caller did not hear.

Run: C{python -m benchmarks.failover --deaths 100}
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.support.processes import Caller
from tests.support.protectedserver import ProtectedServer

US = "127.0.155.1"
PATIENCE = 500  # milliseconds, as in service
KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (f"h323:80001@{US}", ()),
    (f"h323:80001@{US}", ("--early-h245", "--codec", "PCMA")),
    (f"h323:80001@{US}", ("--no-tunnelling",)),
    (f"h323:80001@{US}", ("--no-fast-start", "--no-tunnelling")),
    ("80001", ("--gatekeeper", f"{US}:1719", "--no-fast-start")),
    (f"sip:80001@{US}", ()),
    (f"sip:80001@{US};transport=tcp", ()),
)


class Load:
    """
    Callers, as many at a time as are wanted.
    """

    def __init__(self, directory: Path, stack: ExitStack, wanted: int, rng: random.Random) -> None:
        self._directory = directory
        self._stack = stack
        self._wanted = wanted
        self._rng = rng
        self.callers: list[Caller] = []

    def fill(self) -> None:
        while sum(each.isRunning for each in self.callers) < self._wanted:
            number = len(self.callers)
            target, options = KINDS[number % len(KINDS)]
            caller = Caller(
                self._directory, f"caller{number}", "--bind", f"127.0.155.{10 + number % 200}",
                "--tone", str(300 + 40 * (number % 20)), "--json",
                "--seconds", f"{4 + self._rng.random() * 8:.1f}", *options, target,
            )  # fmt: skip
            self.callers.append(self._stack.enter_context(caller))

    def outcomes(self) -> tuple[Counter[str], int, int]:
        """
        @return: how calls ended; packets lost, and received.
        """
        ended: Counter[str] = Counter()
        lost = received = 0
        for caller in self.callers:
            caller.wait(30)
            told = [json.loads(each) for each in caller.output().splitlines() if each[:1] == "{"]
            events: dict[str, Any] = {each["event"]: each for each in told}
            released = events.get("released", {"cause": "never released"})
            ended[released["cause"] if "answered" in events else "never answered"] += 1
            lost += events.get("summary", {}).get("packetsLost", 0)
            received += events.get("summary", {}).get("packetsReceived", 0)
        return ended, lost, received


def strike(server: ProtectedServer, how: signal.Signals) -> float:
    """
    @return: seconds until another led.
    """
    leader = server.leader
    begun = time.monotonic()
    os.kill(leader, how)
    while server.leader == leader:
        time.sleep(0.0005)
    return time.monotonic() - begun


def row(what: str, seconds: list[float]) -> str:
    took = sorted(1000 * each for each in seconds)
    share = [took[min(len(took) - 1, int(len(took) * part))] for part in (0.5, 0.99)]
    return f"| {what} | {len(took)} | {share[0]:.0f} | {share[1]:.0f} | {took[-1]:.0f} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deaths", type=int, default=100)
    parser.add_argument("--calls", type=int, default=6, help="at a time")
    parser.add_argument(
        "--stopped", type=int, default=10, help="each so many is stopped, not killed"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    took: dict[signal.Signals, list[float]] = {signal.SIGKILL: [], signal.SIGSTOP: []}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        server = ProtectedServer(Path(name) / "server", US, patienceMs=PATIENCE, isKept=True)
        stack.enter_context(server)
        load = Load(Path(name), stack, options.calls, rng)
        for number in range(options.deaths):
            load.fill()
            server.protected()
            time.sleep(rng.random() / 2)
            isStopped = number % options.stopped == options.stopped - 1
            how = signal.SIGSTOP if isStopped else signal.SIGKILL
            took[how].append(strike(server, how))
        ended, lost, received = load.outcomes()
        alarms = server.ask("status")["facts"]["TookOver"] - options.deaths
    print("| it was | deaths | median, ms | 99 % | at most |")
    print("|---|---|---|---|---|")
    for how, seconds in took.items():
        if seconds:
            print(row("killed" if how is signal.SIGKILL else "stopped", seconds))
    print(f"\n{sum(ended.values())} calls: {dict(ended)}; {lost} of {received} packets lost;")
    print(f"{alarms} take-overs more than deaths, as a leader seemed to hang")
    return 0


if __name__ == "__main__":
    sys.exit(main())
