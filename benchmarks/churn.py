"""
What the members of a room hear while calls come and go: nothing of it, as it should be.

Twelve members, half by H.323 and half by SIP, talk in one room of a server process.  Beside it,
calls of both protocols in turn are set up into another room, and cleared when they have been held
for a second.  The members' sound has a process of its own (L{benchmarks.members}); signalling is
made by our own stack in this one.  Both have the server's priority, where the system lets them.
The server's CPU is measured first without, then with the calls; what a call costs is the
difference.

Run: C{python -m benchmarks.churn --rate 20 --seconds 25}
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import multiprocessing
import os
import random
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import deferLater
from zope.interface import implementer

from benchmarks.members import Heard, attend
from h323d.call.applications import Priority
from h323d.call.gates import Gates
from h323d.call.homes import Home
from h323d.call.legs import ILeg, ILegObserver, ILegOwner
from h323d.call.media import IMediaPool, IMediaPort, IMediaPortObserver
from h323d.call.observer import SilentObserver
from h323d.call.site import siteAt
from h323d.call.surroundings import Surroundings
from h323d.call.ways import Way
from h323d.config.sections import ServerConfig
from h323d.events.bus import EventBus
from h323d.h323.config import H323Config
from h323d.h323.endpoint import H323Endpoint
from h323d.net.datagram import Datagrams
from h323d.net.stream import StreamListener, StreamOpener
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.config import SIPConfig
from h323d.sip.endpoint import SIPEndpoint
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import newCallID
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from tests.support.fakemedia import FakePool, FakePort
from tests.support.processes import Server

SERVER, MEMBERS, CALLERS = "127.0.33.1", "127.0.33.2", "127.0.33.3"
ROOM, OTHER_ROOM = "80001", "80002"
SIZE = 12  # members
HELD = 1.0  # seconds that a call lasts
SETTLE = 3.0  # seconds until the room is as it stays
QUIET = 5.0  # seconds of the room alone, for comparison
PROFILE = MediaProfile.audio((G711_ULAW,))
TICKS = os.sysconf("SC_CLK_TCK")


class BoundPort(FakePort):
    """
    Takes packets and does not look at them.
    """

    def __init__(
        self,
        pool: FakePool,
        portId: int,
        observer: IMediaPortObserver,
        host: str,
        medium: Medium,
    ) -> None:
        super().__init__(pool, portId, observer, host, medium)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.rtp.host, self.rtp.port))

    def close(self) -> None:
        super().close()
        self._socket.close()


@implementer(IMediaPool)
class BoundPool(FakePool):
    """
    Ports that packets can be sent to.
    """

    def openPort(
        self,
        observer: IMediaPortObserver,
        home: Home,
        medium: Medium = Medium.AUDIO,
        priority: Priority = Priority.NORMAL,
    ) -> FakePort:
        port = BoundPort(self, next(self._numbers), observer, home.told, medium)
        self.ports.append(port)
        return port


@implementer(ILegOwner)
class Exchange:
    """
    Makes calls by both protocols, from one host.
    """

    def __init__(self, reactor: Any, host: str, pool: FakePool) -> None:
        # Any: a reactor of many interfaces.
        self._rng = random.Random(1)
        world = Surroundings(
            reactor, self._rng, Datagrams(reactor), StreamListener(reactor), StreamOpener(reactor),
            pool, EventBus(), execute,
        )  # fmt: skip
        self.gates = Gates(reactor, world.events, ())
        self._h323 = H323Endpoint(H323Config(port=0), world, siteAt(host), self)
        self._sip = SIPEndpoint(SIPConfig(port=0), world, siteAt(host), self)
        self._h323.start()
        self._sip.start()

    def call(self, room: str, bySIP: bool, observer: ILegObserver) -> ILeg:
        """
        Call one of the server's rooms.
        """
        callId = newCallID(self._rng)
        if bySIP:
            uri = PartyAddress(AddressKind.URL, f"sip:{room}@{SERVER}")
            way = Way("sip", None, (uri,))
            return SIPOriginator(self._sip).originate(callId, (), way, PROFILE, observer)
        name = PartyAddress(AddressKind.DIALLED_DIGITS, room)
        way = Way("h323", TransportAddress(SERVER, 1720), (name,))
        return self._h323.originator.originate(callId, (), way, PROFILE, observer)

    def legOffered(self, leg: ILeg) -> None:
        raise AssertionError("nobody calls us")

    def close(self) -> None:
        self._h323.close()
        self._sip.close()


@dataclass
class Joining(SilentObserver):
    """
    A member on its way into the room.

    @ivar ports: its own port, and the server's.
    """

    ports: Deferred[tuple[int, int]] = field(default_factory=Deferred)

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if stream.transmit is not None and not self.ports.called:
            self.ports.callback((port.rtp.port, stream.transmit.rtp.port))

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        if not self.ports.called:
            self.ports.errback(AssertionError(f"a member could not join: {cause.name}"))


class Calls:
    """
    The calls that come and go.

    @ivar answered: how many were.
    @ivar failed: how many were not.
    @ivar underWay: how many are not over.
    @ivar late: by how much one was made too late at worst, seconds.
    """

    def __init__(self, reactor: Any, exchange: Exchange, rate: float) -> None:
        self._reactor = reactor
        self._exchange = exchange
        self._rate = rate
        self.answered = self.failed = self.underWay = 0
        self.late = 0.0

    async def come(self, seconds: float) -> None:
        """
        Make calls for so long, and wait until the last is over.
        """
        start = self._reactor.seconds()
        for number in range(round(seconds * self._rate)):
            due = start + number / self._rate
            wait = due - self._reactor.seconds()
            if wait > 0:
                await deferLater(self._reactor, wait)
            self.late = max(self.late, self._reactor.seconds() - due)
            self.underWay += 1
            self._exchange.call(OTHER_ROOM, number % 2 == 1, Passing(self))
        while self.underWay:
            await deferLater(self._reactor, 0.05)

    def hangUp(self, leg: ILeg) -> None:
        self.answered += 1
        self._reactor.callLater(HELD, leg.hangup, Cause.NORMAL_CALL_CLEARING)

    def over(self, wasAnswered: bool) -> None:
        self.underWay -= 1
        self.failed += not wasAnswered


@dataclass
class Passing(SilentObserver):
    """
    One call that comes and goes.
    """

    calls: Calls
    answered: bool = False

    def legAnswered(self, leg: ILeg) -> None:
        self.answered = True
        self.calls.hangUp(leg)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self.calls.over(self.answered)


# What is measured.


class Gauge:
    """
    The server's CPU, and how its media plane fares, over one stretch of time.
    """

    def __init__(self, server: Server, pipe: Connection) -> None:
        self._server = server
        self._pipe = pipe
        self._heard()
        self._begun, self._spent, self._media = time.monotonic(), self._cpu(), self._plane()

    def read(self) -> dict[str, float]:
        """
        What has happened since it was made.
        """
        heard, spent, media = self._heard(), self._cpu() - self._spent, self._plane()
        lasted = time.monotonic() - self._begun
        return {
            "cpu": spent,
            "lasted": lasted,
            "share": spent / lasted,
            "givenUp": media["framesGivenUp"] - self._media["framesGivenUp"],
            "lateTicks": media["lateTicks"] - self._media["lateTicks"],
            "pause": max(heard.pauses) * 1000,
            "packets": sum(heard.packets) / len(heard.packets) / lasted,
            "late": heard.late * 1000,
            "worst": heard.worst * 1000,
        }

    def _heard(self) -> Heard:
        self._pipe.send(True)
        heard: Heard = self._pipe.recv()
        return heard

    def _cpu(self) -> float:
        text = Path(f"/proc/{self._server.pid}/stat").read_text()
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS

    def _plane(self) -> dict[str, float]:
        media: dict[str, float] = self._server.ask("status")["media"]
        return media


async def measure(reactor: Any, server: Server, rate: float, seconds: float) -> None:
    """
    The room alone, and the room beside the calls.
    """
    members = Exchange(reactor, MEMBERS, FakePool())
    joining = [Joining() for _ in range(SIZE)]
    legs = [members.call(ROOM, bool(turn % 2), each) for turn, each in enumerate(joining)]
    ports = dict([await each.ports for each in joining])
    pipe, other = multiprocessing.Pipe()
    room = multiprocessing.get_context("spawn").Process(
        target=attend, args=(MEMBERS, SERVER, ports, other)
    )
    room.start()
    Gauge(server, pipe)  # which waits until the members talk
    await deferLater(reactor, SETTLE)
    gauge = Gauge(server, pipe)
    await deferLater(reactor, QUIET)
    _tell("the room alone", alone := gauge.read())
    callers = Exchange(reactor, CALLERS, BoundPool())
    calls = Calls(reactor, callers, rate)
    gauge = Gauge(server, pipe)
    await calls.come(seconds)
    _tell(f"{rate:g} calls a second", beside := gauge.read())
    extra = beside["cpu"] - alone["share"] * beside["lasted"]
    each = extra / max(1, calls.answered) * 1000
    print(f"{calls.answered} calls, {calls.failed} failed, {each:.2f} ms of CPU each")
    print(f"the calls were made {calls.late * 1000:.1f} ms too late at worst")
    pipe.send(False)
    room.join()
    for leg in legs:
        leg.hangup(Cause.NORMAL_CALL_CLEARING)
    await deferLater(reactor, 0.5)
    callers.close()
    members.close()


def _tell(what: str, figures: Mapping[str, float]) -> None:
    print(
        f"{what}: {figures['givenUp']:.0f} frames given up, {figures['lateTicks']:.0f} late ticks,"
        f" longest pause {figures['pause']:.1f} ms, {figures['packets']:.2f} packets/s each,"
        f" CPU {figures['share']:.3f}; the members' process late {figures['late']:.2f} ms (p99),"
        f" {figures['worst']:.1f} ms at worst",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0, help="calls a second")
    parser.add_argument("--seconds", type=float, default=25.0)
    options = parser.parse_args()
    from twisted.internet import reactor

    gc.disable()  # calls would be made too late, and then all at once
    with contextlib.suppress(OSError):  # or what is late would be late here
        os.setpriority(os.PRIO_PROCESS, 0, ServerConfig().niceness)
    running: Any = reactor  # Any: the reactor is a module to mypy
    with tempfile.TemporaryDirectory() as directory, Server(Path(directory), SERVER) as server:
        done = Deferred.fromCoroutine(measure(running, server, options.rate, options.seconds))
        done.addErrback(lambda failure: failure.printTraceback())
        done.addBoth(lambda _: running.stop())
        running.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
