"""
Joining a room by H.323: from the Setup to the Connect, over real sockets.

One telephone of our own stack calls a server process again and again, one call after the other,
in each start-up mode.  With C{ASTERISK_ROOT}, it calls Asterisk's chan_ooh323 (an echo) in turn,
which answers the same Setups.  Times include the TCP connection.

Run: C{python -m benchmarks.h323_join --calls 100}
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from h323d.call.media import PortStatistics
from h323d.cli.phone import Phone
from h323d.cli.phonesettings import PhoneSettings
from h323d.h323.calls.callstart import StartUpOptions
from h323d.media.thread import prepareInterpreter
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.processes import Asterisk, Server

US, SERVER, ASTERISK = "127.0.32.10", "127.0.32.1", "127.0.32.2"
MODES = {
    "fast start": StartUpOptions(),
    "slow start, tunnelled": StartUpOptions(fastStart=False),
    "slow start, separate H.245": StartUpOptions(fastStart=False, tunnelling=False),
}


class Caller:
    """
    One call after the other, and how long each took to be answered, and to have media.
    """

    def __init__(self, reactor: Any, startUp: StartUpOptions) -> None:
        # Any: a reactor of many interfaces.
        self._reactor = reactor
        profile = MediaProfile.audio((G711_ULAW,))
        settings = PhoneSettings(US, "1001", profile, startUp)
        self.phone = Phone(settings, self, None, None, reactor)
        self.phone.start()
        self.answered: list[float] = []
        self.media: list[float] = []

    async def call(self, number: str, host: str) -> None:
        """
        One call, hung up when sound could flow both ways.
        """
        self._released: Deferred[None] = Deferred()
        self._begun = self._reactor.seconds()
        self._answered = self._media = 0.0
        target = PartyAddress(AddressKind.DIALLED_DIGITS, number)
        self.phone.call(target, TransportAddress(host, 1720))
        await self._released

    def phoneRegistered(self) -> None:
        raise AssertionError("there is no gatekeeper")

    def phoneDialled(self) -> None:
        """
        The TCP connection counts, too: it is part of what a caller waits for.
        """

    def phoneHappened(self, what: str, **details: Any) -> None:
        elapsed = (self._reactor.seconds() - self._begun) * 1000
        if what == "answered":
            self._answered = elapsed
        elif what == "media" and details["direction"] == "sendrecv":
            self._media = elapsed
        if self._answered and self._media:
            self.answered.append(self._answered)
            self.media.append(self._media)
            self._answered = self._media = 0.0
            self.phone.hangup()

    def phoneFailed(self, reason: str) -> None:
        raise AssertionError(reason)

    def phoneReleased(self, cause: Cause, statistics: PortStatistics) -> None:
        self._released.callback(None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    options = parser.parse_args()
    from twisted.internet import reactor

    prepareInterpreter()
    running: Any = reactor  # Any: the reactor is a module to mypy
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(Server(directory / "ours", SERVER))
        targets = {"h323d, a room": ("80001", SERVER)}
        if os.environ.get("ASTERISK_ROOT"):
            stack.enter_context(Asterisk(directory / "theirs", ASTERISK, US, trace="0"))
            targets["chan_ooh323, an echo"] = ("600", ASTERISK)
        done = Deferred.fromCoroutine(_measure(running, targets, options.calls))
        done.addErrback(lambda failure: failure.printTraceback())
        done.addBoth(lambda _: running.stop())
        running.run()
    return 0


async def _measure(reactor: Any, targets: dict[str, tuple[str, str]], calls: int) -> None:
    print("| called | start-up | Connect p50 | p99 | media both ways p50 | p99 |")
    print("|---|---|---|---|---|---|")
    for mode, startUp in MODES.items():
        for name, (number, host) in targets.items():
            caller = Caller(reactor, startUp)
            for _ in range(calls):
                await caller.call(number, host)
            caller.phone.stop()
            figures = [*_percentiles(caller.answered), *_percentiles(caller.media)]
            print(f"| {name} | {mode} | " + " | ".join(f"{each:.1f}" for each in figures) + " |")


def _percentiles(values: list[float]) -> tuple[float, float]:
    return statistics.median(values), statistics.quantiles(values, n=100)[98]


if __name__ == "__main__":
    sys.exit(main())
