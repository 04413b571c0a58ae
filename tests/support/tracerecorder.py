"""
What happened in a simulation, line by line: what was sent, what was told, which machine moved.

Two runs that give the same trace did the same things, at the same times, in the same order.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from automat import TypeMachine
from twisted.internet.task import Clock

from h323d.asn1 import h225, h245
from h323d.errors import DecodeError
from h323d.events.bus import EventBus, Fact
from h323d.h323.signalling import q931, tpkt
from h323d.tracing import traceAll
from tests.support.network import SimulatedNetwork

__all__ = ["Entry", "TraceRecorder", "readable"]

RAS_PORTS = (1718, 1719)
RTP_VERSION = 2
RTCP_TYPES = range(200, 208)
SIGNIFICANT = 6  # decimals of a second


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One thing that happened.

    @ivar at: seconds of the simulation.
    @ivar kind: C{"udp"} and C{"tcp"} for what was sent, C{"fact"}, C{"state"}.
    """

    at: float
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.at:.{SIGNIFICANT}f} {self.kind:<5} {self.text}"


class TraceRecorder:
    """
    Writes down a whole simulation.

    @ivar entries: in the order in which they happened.
    """

    def __init__(self, clock: Clock, network: SimulatedNetwork) -> None:
        self.entries: list[Entry] = []
        self._clock = clock
        self._began = clock.seconds()
        self._stops: list[Callable[[], None]] = []
        network.observers.append(self._sent)
        for name, machine in _typeMachines():
            self._stops.append(traceAll(machine, self._moved(name)))

    def follow(self, who: str, events: EventBus) -> None:
        """
        Write down the facts of one bus.
        """
        events.subscribe(Fact, lambda fact: self._add("fact", f"{who} {fact}"))

    def close(self) -> None:
        """
        Look at the machines no more.
        """
        while self._stops:
            self._stops.pop()()

    def of(self, kind: str, word: str = "") -> list[Entry]:
        """
        The entries of one kind that have a word in them.
        """
        return [each for each in self.entries if each.kind == kind and word in each.text]

    def digest(self) -> str:
        """
        A hash over all entries.
        """
        whole = hashlib.sha256()
        for entry in self.entries:
            whole.update(f"{entry}\n".encode())
        return whole.hexdigest()

    def _add(self, kind: str, text: str) -> None:
        self.entries.append(Entry(self._clock.seconds() - self._began, kind, text))

    def _sent(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        ends = f"{source[0]}:{source[1]} > {destination[0]}:{destination[1]}"
        what = readable(kind, source, destination, data)
        self._add(kind, f"{ends} {what} {len(data)} {zlib.crc32(data):08x}")

    def _moved(self, name: str) -> Callable[[str, str, str], None]:
        def moved(old: str, symbol: str, new: str) -> None:
            self._add("state", f"{name} {old} --{symbol}--> {new}")

        return moved


def readable(kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes) -> str:
    """
    What was sent, in the words of its standard.
    """
    if kind == "udp" and (source[1] in RAS_PORTS or destination[1] in RAS_PORTS):
        return str(h225.decode("RasMessage", data)[0])
    if data[:1].isalpha():
        return data.partition(b"\r\n")[0].decode("ascii", "replace")
    if not data.strip(b"\r\n"):
        return "keepalive"
    if kind == "tcp":
        try:
            return " + ".join(_packets(data)) or "nothing"
        except DecodeError:  # the rest of one that was begun by somebody who died amid it
            return "octets"
    if data and data[0] >> 6 == RTP_VERSION:
        return "RTCP" if data[1] in RTCP_TYPES else f"RTP {data[1] & 0x7F}"
    return "octets"


def _packets(data: bytes) -> Iterator[str]:
    for packet in tpkt.TPKTReader().feed(data):
        if packet[0] == q931.PROTOCOL_DISCRIMINATOR:
            yield q931.MessageType(q931.decode(packet).messageType).name
        else:
            yield f"H.245 {h245.decode('MultimediaSystemControlMessage', packet)[1][0]}"


def _typeMachines() -> list[tuple[str, Any]]:
    """
    Every kind of machine in the house.  Any: they have nothing in common but their making.
    """
    names = sorted(name for name in sys.modules if name.startswith("h323d."))
    return [machine for name in names for machine in _machinesOf(name)]


@cache
def _machinesOf(module: str) -> list[tuple[str, Any]]:
    """
    Those that a module, which is loaded, declares.
    """
    short = module.removeprefix("h323d.")
    return [
        (short if variable == "MACHINE" else f"{short}.{variable.lower()}", value)
        for variable, value in sorted(vars(sys.modules[module]).items())
        if isinstance(value, TypeMachine)
    ]
