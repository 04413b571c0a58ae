"""
What the gatekeeper's own work costs, without a socket: from the octets of a
request to those of the answer, in one process.

Run by L{benchmarks.ras}, a process for each number of endpoints.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable

from twisted.internet.defer import execute
from twisted.internet.task import Clock
from zope.interface import implementer

from benchmarks.rasmessages import Asker, hostOf
from h323d.asn1 import h225
from h323d.call.gates import Gates
from h323d.call.site import siteAt
from h323d.call.surroundings import Surroundings
from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.events.bus import EventBus
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.settings import ZoneSettings
from h323d.gatekeeper.zone import Zone
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import PartyAddress, TransportAddress
from tests.support.fakemedia import FakePool

TRANSACTIONS = 2000
PORT = 1719
Request = tuple[int, bytes]


@implementer(IDatagramPort, IDatagrams)
class Wire:
    """
    The gatekeeper's port: keeps the last answer.
    """

    address = TransportAddress("10.0.0.1", PORT)
    answer = b""

    def bind(self, address: TransportAddress, user: IDatagramUser) -> IDatagramPort:
        self.user = user
        return self

    def bindMulticast(
        self, group: TransportAddress, interface: str, user: IDatagramUser
    ) -> IDatagramPort:
        return self

    def heardAt(self, peer: TransportAddress) -> str:
        return self.address.host

    def send(self, data: bytes, destination: TransportAddress, local: str = "") -> None:
        self.answer = data

    def close(self) -> None:
        pass


@implementer(ILocalNumbers)
class NoNumbers:
    """
    No rooms.
    """

    def serves(self, address: PartyAddress) -> bool:
        return False


def host(endpoint: int) -> str:
    return hostOf(endpoint, "10.1")


class Bench:
    """
    A gatekeeper with C{size} endpoints registered.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.clock = Clock()
        self.wire = Wire()
        events = EventBus()
        self.zone = Zone(
            ZoneSettings(GatekeeperConfig(maxRegistrations=1_000_000)),
            Surroundings(
                self.clock,
                random.Random(1),
                self.wire,
                StreamListener(self.clock),
                StreamOpener(self.clock),
                FakePool(),
                events,
                execute,
            ),
            siteAt("10.0.0.1"),
            NoNumbers(),
            Gates(self.clock, events, ()),
        )
        self.zone.start()
        self.asker = Asker(host, PORT)
        self.ids = [self._register(endpoint) for endpoint in range(size)]
        self.clock.advance(16)  # past the life of the answers kept for repetitions
        self.chosen = random.Random(2).choices(range(size), k=TRANSACTIONS)

    def _register(self, endpoint: int) -> str:
        data = self.asker.first(endpoint)
        self.wire.user.datagramReceived(data, TransportAddress(host(endpoint), PORT))
        name, fields = h225.decode("RasMessage", self.wire.answer)
        assert name == "registrationConfirm"
        return str(fields["endpointIdentifier"])

    def measure(self, expected: str, requests: list[Request], parts: int = 1) -> float:
        """
        @return: microseconds of CPU for each transaction of so many parts.
        """
        sources = [TransportAddress(host(endpoint), PORT) for endpoint, _ in requests]
        work = [(data, source) for (_, data), source in zip(requests, sources, strict=True)]
        received = self.wire.user.datagramReceived
        gc.collect()
        start = time.process_time()
        for data, source in work:
            received(data, source)
        spent = time.process_time() - start
        assert h225.decode("RasMessage", self.wire.answer)[0] == expected
        self.clock.advance(16)
        return spent / (len(requests) / parts) * 1e6

    def full(self) -> float:
        data = [(each, self.asker.first(each)) for each in self.chosen]
        return self.measure("registrationConfirm", data)

    def keepAlive(self) -> float:
        data = [(each, self.asker.keepAlive(each, self.ids[each])) for each in self.chosen]
        return self.measure("registrationConfirm", data)

    def admission(self) -> float:
        data: list[Request] = []
        for each in self.chosen:
            called = (each + 1) % self.size
            data += [(each, part) for part in self.asker.call(each, self.ids[each], called)]
        return self.measure("disengageConfirm", data, 2)


def best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(3))


def main() -> None:
    size = int(sys.argv[1])
    bench = Bench(size)
    figures = [best(each) for each in (bench.full, bench.keepAlive, bench.admission)]
    print(f"{size:8} " + " ".join(f"{each:10.0f}" for each in figures), flush=True)
    bench.zone.close()


if __name__ == "__main__":
    main()
