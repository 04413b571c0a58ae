"""
The main jobs, seen with one's own eyes: twelve callers meet in one room, and two SIP phones call
H.323 terminals.

A server and twelve telephones are started, each a process of its own: six call
by H.323, in every way that such a call can start, and six by SIP.  Each plays
a tone of its own.  What each of them heard is measured in the spectrum of its
recording: the eleven others, and not itself.  Then two calls go through the gateway, with Opus on
the one side, and G.711 on the other; both hear each other.  C{python -m h323d.cli.demo}.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from h323d.cli.callsettings import codecsOf
from h323d.cli.demoreport import (
    JITTER_PASSED,
    PartyReport,
    brokenLimits,
    judge,
    liveTable,
    soundLimits,
    summary,
)
from h323d.cli.freeports import freePorts
from h323d.cli.party import Party, PartyFailed
from h323d.cli.serverprocess import ServerProcess
from h323d.control.client import CommandFailed, ask
from h323d.errors import H323dError

__all__ = ["main"]

ROOM = "80001"
HOST = "127.0.0.1"
TONES = (310, 430, 560, 690, 820, 970, 1110, 1270, 1430, 1610, 1790, 1990)  # Hz
LEVEL = -28.0  # dBov: eleven of them together do not clip
APART = 0.25  # seconds between two calls
SETTLE = 1.0  # seconds that everything gets after it has started
READY = 180.0  # seconds after which processes that have not started never will, on any machine
JOINED = 60.0  # seconds, likewise, for calls to be heard; how long they may take is judged apart
DEATHS = 2
LIMIT_BROKEN = 3  # exit status
BRIDGED_SECONDS = 6.0  # that the bridged calls last

PARTIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("fast start", "h323", ()),
    ("fast start, H.245 in Setup", "h323", ("--early-h245", "--codec", "PCMA")),
    ("fast start, separate H.245", "h323", ("--no-tunnelling", "--packet-ms", "30")),
    ("slow start, tunnelled", "h323", ("--no-fast-start",)),
    ("slow start, H.245 in Setup", "h323", ("--no-fast-start", "--early-h245")),
    ("slow start, by gatekeeper", "gatekeeper", ("--no-fast-start", "--no-tunnelling")),
    ("UDP", "sip", ()),
    ("UDP, A-law", "sip", ("--codec", "PCMA")),
    ("TCP", "sip-tcp", ()),
    ("UDP, 10 ms packets", "sip", ("--packet-ms", "10")),
    ("TCP, A-law, 40 ms packets", "sip-tcp", ("--codec", "PCMA", "--packet-ms", "40")),
    ("UDP, 60 ms packets", "sip", ("--packet-ms", "60")),
)

BRIDGED: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    ("UDP, Opus, calls", "sip", 600, ("--codec", "opus")),
    ("gatekeeper, u-law", "gatekeeper", 1000, ("--codec", "PCMU", "--answer")),
    ("TCP, Opus, calls", "sip-tcp", 700, ("--codec", "opus")),
    (
        "separate H.245, A-law",
        "gatekeeper",
        1300,
        ("--codec", "PCMA", "--no-tunnelling", "--answer"),
    ),
)
"""
Who calls, and who answers; and once more.
"""


def bridgedParties() -> list[tuple[str, str, int, tuple[str, ...]]]:
    """
    @return: L{BRIDGED}; with G.722 instead where Opus cannot be had, which is said.
    """
    try:
        codecsOf("opus")
    except H323dError as error:
        print(f"demo: {error}; G.722 takes its place", file=sys.stderr)
        return [
            (
                how.replace("Opus", "G.722"),
                protocol,
                tone,
                tuple("G722" if each == "opus" else each for each in options),
            )
            for how, protocol, tone, options in BRIDGED
        ]
    return list(BRIDGED)


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @return: 0; 1 if somebody did not hear somebody; L{LIMIT_BROKEN} if all
        did, but something took longer than it may.
    """
    parser = argparse.ArgumentParser(prog="demo", description=__doc__.split("\n\n")[0].strip())
    parser.add_argument("--seconds", type=float, default=20.0, help="how long all are together")
    parser.add_argument(
        "--media-processes",
        metavar="N",
        type=int,
        default=0,
        help="have the server's sound in processes of its own",
    )
    parser.add_argument(
        "--failover",
        action="store_true",
        help="have the server followed, and kill the process that leads, twice",
    )
    parser.add_argument("--keep", metavar="DIRECTORY", help="keep recordings and logs there")
    options = parser.parse_args(arguments)
    from twisted.internet import reactor  # only now: it is the one that this process uses

    directory = Path(options.keep or tempfile.mkdtemp(prefix="h323d-demo-"))
    directory.mkdir(parents=True, exist_ok=True)
    deaths = DEATHS if options.failover else 0
    demo = Demo(reactor, directory, options.seconds, options.media_processes, deaths)
    running: Any = reactor  # Any: the reactor is a module to mypy
    running.callWhenRunning(lambda: Deferred.fromCoroutine(demo.run()))
    running.run()
    if not options.keep:
        shutil.rmtree(directory, ignore_errors=True)
    return demo.status


class Demo:
    """
    One run.

    @ivar status: what the process exits with.
    """

    def __init__(
        self,
        reactor: Any,
        directory: Path,
        seconds: float,
        processes: int = 0,
        deaths: int = 0,
    ) -> None:
        """
        @param reactor: Any, of many interfaces.
        @param processes: that have the server's sound.
        @param deaths: how often whoever leads is killed while all are together.
        """
        self.status = 1
        self._deaths = deaths
        self._reactor = reactor
        self._seconds = seconds
        self._directory = directory
        sip, h323, ras = freePorts(HOST, 3)
        self._server = ServerProcess(
            reactor, directory, HOST, (sip, h323, ras), processes, bool(deaths)
        )
        self._parties = [
            Party(reactor, directory, index, how, protocol, TONES[index], LEVEL, options)
            for index, (how, protocol, options) in enumerate(PARTIES)
        ]
        self._bridged = [
            Party(reactor, directory, len(PARTIES) + index, how, protocol, tone, LEVEL, options)
            for index, (how, protocol, tone, options) in enumerate(bridgedParties())
        ]
        self._gatekeeper = ("--gatekeeper", f"{HOST}:{ras}")
        self._sip = f"{HOST}:{sip}"
        self._targets = {
            "h323": (f"h323:{ROOM}@{HOST}:{h323}",),
            "gatekeeper": (*self._gatekeeper, ROOM),
            "sip": (f"sip:{ROOM}@{self._sip}",),
            "sip-tcp": (f"sip:{ROOM}@{self._sip};transport=tcp",),
        }

    async def run(self) -> None:
        """
        Everything, from the first process to the verdict.
        """
        try:
            outcomes = await self._meet()
            pairs = await self._bridge()
            self._judge(outcomes, pairs)
        except (PartyFailed, CommandFailed) as error:
            print(f"demo: {error}", file=sys.stderr)
        finally:
            for party in self._parties + self._bridged:
                party.kill()
            await self._server.stop()
            self._reactor.stop()

    async def _meet(self) -> list[PartyReport]:
        print("starting a server and twelve callers ...", flush=True)
        self._server.start()
        await self._until(self._server.ready, READY, "the server starts")
        for party in self._parties:
            party.start(HOST, self._targets[party.protocol])
        await self._gather(self._parties)
        await deferLater(self._reactor, SETTLE)
        for party in self._parties:
            party.dial()
            await deferLater(self._reactor, APART)
        for party in self._parties:
            await self._until(party.joined, JOINED, f"{party.name} is in the room")
        print(f"all twelve are in room {ROOM}\n", flush=True)
        for _ in range(self._deaths):
            await self._watch(self._seconds / (self._deaths + 1))
            await self._strike()
        calls = await self._watch(self._seconds / (self._deaths + 1))
        await self._part(self._parties)
        return [PartyReport.of(party, calls, TONES, self._seconds) for party in self._parties]

    async def _strike(self) -> None:
        """
        Have the process that leads die.
        """
        await self._until(self._server.protected, JOINED, "another process follows")
        leader = self._server.leader
        self._server.strike()
        await self._until(lambda: self._server.leader != leader, JOINED, "another leads")
        now = self._server.leader
        print(f"\nprocess {leader}, which led, is killed; process {now} leads\n", flush=True)

    async def _bridge(self) -> list[list[PartyReport]]:
        """
        @return: of each call, what both sides tell.
        """
        print("\ntwo SIP phones call two H.323 terminals ...", flush=True)
        pairs = list(zip(self._bridged[::2], self._bridged[1::2], strict=True))
        for caller, called in pairs:
            transport = ";transport=tcp" if caller.protocol == "sip-tcp" else ""
            called.start(HOST, self._gatekeeper)
            caller.start(HOST, (f"sip:{called.alias}@{self._sip}{transport}",))
        await self._gather(self._bridged)
        for caller, _ in pairs:
            caller.dial()
        for party in self._bridged:
            await self._until(party.joined, JOINED, f"{party.name} is in the call")
        calls = await self._watch(BRIDGED_SECONDS)
        await self._part(self._bridged)
        return [
            [
                PartyReport.of(party, calls, [each.tone for each in pair], BRIDGED_SECONDS)
                for party in pair
            ]
            for pair in pairs
        ]

    async def _gather(self, parties: Sequence[Party]) -> None:
        for party in parties:
            await self._until(party.ready, READY, f"{party.name} is ready")

    async def _part(self, parties: Sequence[Party]) -> None:
        for party in parties:
            party.hangup()
        for party in parties:
            await self._until(party.ended, JOINED, f"{party.name} has ended")

    async def _watch(self, seconds: float) -> list[dict[str, Any]]:
        """
        @return: the server's view of the calls, at the end.
        """
        began = self._reactor.seconds()
        while True:
            await deferLater(self._reactor, 1.0)
            elapsed = self._reactor.seconds() - began
            calls: list[dict[str, Any]] = ask(str(self._server.socket), "calls")
            rooms = ask(str(self._server.socket), "rooms")
            print(liveTable(calls, rooms, elapsed, sys.stdout.isatty()), flush=True)
            if elapsed >= seconds:
                return calls

    def _judge(self, outcomes: list[PartyReport], pairs: list[list[PartyReport]]) -> None:
        bridged = [outcome for pair in pairs for outcome in pair]
        print(summary(outcomes + bridged))
        complaints = [each for heard in (outcomes, *pairs) for each in judge(heard)]
        slow: list[str] = []
        if not self._deaths:  # what is held to is that of a server that nobody follows
            slow = brokenLimits(outcomes) + soundLimits(bridged, JITTER_PASSED)
        for complaint in complaints + slow:
            print(f"demo: {complaint}", file=sys.stderr)
        if not complaints:
            print("in the room, every party heard the eleven others, and not itself;")
            print("in each of the two bridged calls, both heard each other")
        self.status = 1 if complaints else LIMIT_BROKEN if slow else 0

    async def _until(self, condition: Any, seconds: float, what: str) -> None:
        deadline = self._reactor.seconds() + seconds
        while not condition():
            if self._reactor.seconds() > deadline:
                raise PartyFailed(f"{what}: not within {seconds:.0f} s")
            await deferLater(self._reactor, 0.02)


if __name__ == "__main__":
    sys.exit(main())
