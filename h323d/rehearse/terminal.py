"""
One party of a rehearsal, as a process: a telephone of the house that says its marker, keeps what it
hears, and does what it is told, line by line on standard input; the end of the input ends it.

C{call} and C{hangup} do what they say.  C{flood HOST PORT} sends datagrams for a while, as fast as
a misbehaving telephone does; C{garbage HOST SIP H323 RAS} sends what is no message, by each way
that there is. What happens is told as lines of JSON, with the time by the monotonic clock, which
all processes of a machine share.  Its options are those of C{h323d-call}, after what L{Role} has.
"""

from __future__ import annotations

import json
import random
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from twisted.internet.stdio import StandardIO
from twisted.internet.task import LoopingCall
from twisted.protocols.basic import LineOnlyReceiver
from zope.interface import implementer

from h323d.call.media import ISampleSink, ISampleSource, PortStatistics
from h323d.call.surroundings import Surroundings
from h323d.cli.calloptions import optionsOf
from h323d.cli.callsettings import destinationOf, settingsOf
from h323d.cli.phone import Phone
from h323d.errors import H323dError
from h323d.media.config import MediaConfig
from h323d.media.thread import prepareInterpreter
from h323d.rehearse.leavetap import LeaveTap
from h323d.rehearse.marker import RATE, Voice, position
from h323d.rehearse.recording import Recorder, StampWriter
from h323d.rehearse.tappedpool import TappedPool
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["PORTS", "Ear", "Mouth", "Role", "main"]

PORTS = 16  # of media, that a party may need in a rehearsal
TICK_MS = 10  # of the shortest packets
FIGURES = 1.0  # seconds between two looks at how the sound fares
ASTRAY = 0.1  # seconds by which a mouth may be behind the clock until it goes on elsewhere
FLOOD_SECONDS = 2.0
FLOOD_PERIOD = 0.02  # seconds
FLOOD_BURST = 10  # datagrams in each
GARBAGE = (1, 12, 64, 400, 1400)  # octets
LAST_WORDS = 0.3  # seconds for a call's end to leave

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Role:
    """
    Whose part it plays.

    @ivar number: of its marker, from 0.
    @ivar parties: how many go round.
    @ivar recording: where what it hears is kept, without an ending.
    @ivar portFirst: of its L{PORTS} ports of media.
    @ivar isRelayed: whether there is a relay on the way.
    """

    number: int
    parties: int
    recording: Path
    portFirst: int
    isRelayed: bool

    @property
    def said(self) -> Path:
        """
        Where it is kept when its sound left, without an ending.
        """
        return self.recording.with_name(f"{self.recording.name}-said")

    def arguments(self) -> list[str]:
        return [
            *(str(self.number), str(self.parties), str(self.recording)),
            *(str(self.portFirst), str(int(self.isRelayed))),
        ]

    @classmethod
    def read(cls, arguments: Sequence[str]) -> Role:
        number, parties, recording, portFirst, isRelayed = arguments
        return cls(int(number), int(parties), Path(recording), int(portFirst), isRelayed == "1")


@implementer(ISampleSource)
class Mouth:
    """
    Says what a L{Voice} has for each moment.
    """

    def __init__(self, voice: Voice, left: StampWriter) -> None:
        self._voice = voice
        self._left = left
        self._next: int | None = None
        self._rate = 0

    def read(self, count: int, sampleRate: int) -> Samples:
        now = time.monotonic()
        due = position(now, sampleRate)
        isAstray = self._next is None or abs(due - self._next) > ASTRAY * sampleRate
        start = due if self._next is None or isAstray or sampleRate != self._rate else self._next
        self._left.note(start * RATE // sampleRate, now)
        self._next, self._rate = start + count, sampleRate
        return self._voice.render(start, count, sampleRate)


@implementer(ISampleSink)
class Ear:
    """
    Keeps what would be heard now: behind the jitter buffer.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def write(self, samples: Samples, sampleRate: int) -> None:
        self._recorder.hear(time.monotonic(), samples, sampleRate)


class Terminal:
    """
    Obeys, and tells.
    """

    def __init__(self, role: Role, arguments: Sequence[str], reactor: Any) -> None:
        """
        @param reactor: Any: of many interfaces.

        @raise H323dError: an option cannot be used.
        """
        options = optionsOf(arguments)
        self.isRelayed = role.isRelayed
        self._reactor = reactor
        self._target, self._destination = destinationOf(options)
        self._recorder, self._left = Recorder(role.recording), StampWriter(role.said)
        last = role.portFirst + PORTS - 1
        media = MediaConfig(role.portFirst, last, maximumPorts=PORTS, tickMs=TICK_MS)
        self._phone = Phone(
            replace(settingsOf(options, self._destination), media=media),
            self,
            Mouth(Voice(role.number, role.parties), self._left),
            Ear(self._recorder),
            reactor,
            self._tapped,
        )
        self._bind = options.bind
        self._chance = random.Random(role.number)
        self._isFirst = True
        self._figures = LoopingCall(self._tellFigures)
        self._figures.clock = reactor

    def _tapped(self, world: Surroundings) -> Surroundings:
        return replace(world, pool=TappedPool(world.pool, self), wire=LeaveTap(self))

    def start(self) -> None:
        self._tell("listening", **self._phone.start())
        self._figures.start(FIGURES, now=False)

    def obey(self, command: str, *places: str) -> None:
        if command == "call" and self._phone.leg is None and self._target is not None:
            self._isFirst = True
            self._tell("calling")
            self._phone.call(self._target, self._destination)
        elif command == "hangup" and self._phone.leg is not None:
            self._tell("leaving")
            self._phone.hangup()
        elif command == "flood":
            self._flood((places[0], int(places[1])))
        elif command == "garbage":
            self._sendGarbage(places[0], [int(each) for each in places[1:]])

    def leave(self) -> None:
        """
        Nobody tells us anything any more.
        """
        self._phone.hangup()
        self._reactor.callLater(LAST_WORDS, self._end)

    def _end(self) -> None:
        self._phone.stop()  # the media thread writes no more
        self._recorder.close()
        self._left.close()
        if self._reactor.running:
            self._reactor.stop()

    def _tell(self, event: str, **details: Any) -> None:  # Any: whatever JSON can say
        print(json.dumps({"event": event, "at": time.monotonic(), **details}), flush=True)

    def _tellFigures(self) -> None:
        if self._phone.leg is not None:
            self._tell("figures", **asdict(self._phone.statistics()))

    # How it misbehaves.

    def _flood(self, target: tuple[str, int]) -> None:
        self._tell("flooding")
        burst = LoopingCall(self._sendBurst, self._newSocket(socket.SOCK_DGRAM), target)
        burst.clock = self._reactor
        burst.start(FLOOD_PERIOD)
        self._reactor.callLater(FLOOD_SECONDS, burst.stop)

    def _sendBurst(self, sender: socket.socket, target: tuple[str, int]) -> None:
        host = target[0]
        for _ in range(FLOOD_BURST):
            number = self._chance.getrandbits(48)
            request = (
                f"OPTIONS sip:{host} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {self._bind};branch=z9hG4bK{number:x}\r\n"
                f"From: <sip:flood@{self._bind}>;tag={number:x}\r\nTo: <sip:{host}>\r\n"
                f"Call-ID: {number:x}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
            )
            with suppress(OSError):  # its buffer is full, or it was refused
                sender.sendto(request.encode(), target)

    def _sendGarbage(self, host: str, ports: Sequence[int]) -> None:
        self._tell("garbage")
        datagrams = self._newSocket(socket.SOCK_DGRAM)
        for port in ports:
            for size in GARBAGE:
                with suppress(OSError):  # it was refused
                    datagrams.sendto(self._chance.randbytes(size), (host, port))
            with suppress(OSError), self._newSocket(socket.SOCK_STREAM) as stream:
                stream.connect_ex((host, port))
                self._reactor.callLater(
                    0.0, _sendAndClose, stream.dup(), self._chance.randbytes(64)
                )

    def _newSocket(self, kind: socket.SocketKind) -> socket.socket:
        made = socket.socket(socket.AF_INET6 if ":" in self._bind else socket.AF_INET, kind)
        made.setblocking(False)
        made.bind((self._bind, 0))
        return made

    # What the taps tell.

    def soundArrived(self) -> None:
        if self._isFirst:
            self._isFirst = False
            self._tell("firstPacket")

    def soundAimed(self, port: int, peer: TransportAddress) -> None:
        self._tell("aimed", port=port, host=peer.host, there=peer.port)

    def leaveConfirmed(self) -> None:
        self._tell("confirmed")

    # What the telephone tells.

    def phoneRegistered(self) -> None:
        """It is told as what has happened, too."""

    def phoneHappened(self, what: str, **details: Any) -> None:
        self._tell(what, **details)

    def phoneDialled(self) -> None:
        self._tell("dialled")

    def phoneFailed(self, reason: str) -> None:
        self._tell("failed", reason=reason)

    def phoneReleased(self, cause: Cause, statistics: PortStatistics) -> None:
        self._tell("released", cause=cause.name, **asdict(statistics))


def _sendAndClose(stream: socket.socket, octets: bytes) -> None:
    with suppress(OSError), stream:  # there is nobody
        stream.send(octets)


class _Orders(LineOnlyReceiver):
    delimiter = b"\n"

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def lineReceived(self, line: bytes) -> None:
        self._terminal.obey(*line.decode().split())

    def connectionLost(self, reason: Any = None) -> None:  # Any: as Twisted has it
        self._terminal.leave()


def main(arguments: Sequence[str]) -> int:
    """
    @param arguments: those of L{Role}, C{--}, and those of C{h323d-call}.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who rehearses ends us, when all is reported
    from twisted.internet import reactor  # only now: it is the one that this process uses

    place = arguments.index("--")
    running: Any = reactor  # Any: the reactor is a module to mypy
    try:
        terminal = Terminal(Role.read(arguments[:place]), arguments[place + 1 :], running)
        terminal.start()
    except H323dError as error:
        print(str(error), file=sys.stderr)
        return 1
    StandardIO(_Orders(terminal))
    prepareInterpreter()
    running.run(installSignalHandlers=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
