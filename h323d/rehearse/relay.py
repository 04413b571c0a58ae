"""
A relay on the way of the parties' sound, that loses and delays it: a process of its own, without
root, and without a look into signalling or packets.

Each port of media of a party has a door here: a party's port q is told to the server as L{doorOf}
q, and the party itself sends to that door, too.  So what comes to a door from the party goes on to
the server, from the same door, and what comes from elsewhere goes to the party.  Where the server
has its end is told line by line on standard input, as the party learns it: C{PORT HOST PORT}, the
first of them the party's.  What comes before that is lost.  The end of the input ends the process.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.stdio import StandardIO
from twisted.protocols.basic import LineOnlyReceiver

from h323d.rehearse.haste import hurry
from h323d.rehearse.impairment import Flow, Impairment

__all__ = ["LISTENING", "SHIFT", "Door", "Routes", "doorOf", "main"]

SHIFT = 4096  # from a party's port to its door
LISTENING = b"listening"

Address = tuple[str, int]


def doorOf(port: int) -> int:
    """
    The port that a party's peer is told instead of its own.
    """
    return port + SHIFT


class Door(DatagramProtocol):
    """
    One port, for both directions.
    """

    noisy = False

    def __init__(
        self, clock: IReactorTime, owner: Address, impairment: Impairment, seed: int
    ) -> None:
        """
        @param owner: the party's end.
        """
        self._clock = clock
        self._owner = owner
        self._inward = Flow(impairment, seed, f"to {owner[1]}")
        self._outward = Flow(impairment, seed, f"from {owner[1]}")
        self.peer: Address | None = None

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:  # Any: as Twisted has it
        if addr == self._owner:
            self._pass(self._outward, datagram, self.peer)
        else:
            self._pass(self._inward, datagram, self._owner)

    def _pass(self, flow: Flow, datagram: bytes, target: Address | None) -> None:
        now = self._clock.seconds()
        arrival = flow.arrival(now)
        if arrival is None or target is None:
            return
        if arrival <= now:
            self._leave(datagram, target)
        else:
            self._clock.callLater(arrival - now, self._leave, datagram, target)

    def _leave(self, datagram: bytes, target: Address) -> None:
        if self.transport is not None:
            self.transport.write(datagram, target)

    def connectionRefused(self) -> None:
        """Whoever was there has gone; that is told by signalling."""


class Routes(LineOnlyReceiver):
    """
    Is told where the server has its ends.
    """

    delimiter = b"\n"

    def __init__(self, reactor: Any, doors: dict[int, Door]) -> None:
        """
        @param reactor: is stopped when nobody tells any more; Any: of many interfaces.
        @param doors: by the port of the party.
        """
        self._reactor = reactor
        self._doors = doors

    def connectionMade(self) -> None:
        self.sendLine(LISTENING)

    def lineReceived(self, line: bytes) -> None:
        port, host, there = line.decode().split()
        for control in (0, 1):  # RTP, and RTCP above it (RFC 3550, 11)
            self._doors[int(port) + control].peer = host, int(there) + control

    def connectionLost(self, reason: Any = None) -> None:  # Any: as Twisted has it
        if self._reactor.running:
            self._reactor.stop()


def main(arguments: Sequence[str]) -> int:
    """
    @param arguments: loss, delay, jitter, seed; then C{HOST FIRST COUNT} for each party.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who rehearses ends us, when all is reported
    hurry()
    from twisted.internet import reactor  # only now: it is the one that this process uses

    loss, delay, jitter, seed, *places = arguments
    impairment = Impairment(float(loss), float(delay), float(jitter))
    doors: dict[int, Door] = {}
    running: Any = reactor  # Any: the reactor is a module to mypy
    for host, first, count in zip(places[::3], places[1::3], places[2::3], strict=True):
        for port in range(int(first), int(first) + int(count)):
            doors[port] = Door(running, (host, port), impairment, int(seed))
            running.listenUDP(doorOf(port), doors[port], interface=host)
    StandardIO(Routes(running, doors))
    running.run(installSignalHandlers=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
