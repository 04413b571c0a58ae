"""
What a RAS transaction costs, from the octets of the request to those of the answer.

    python -m benchmarks.ras [N ...]

For each N, so many endpoints are registered, each from an address of its own;
then a number of them, spread over all, register again in full, renew, and have
a call to another endpoint admitted and ended.  CPU time (user and system) of
this process is divided by the transactions.  No socket and no thread: a
gatekeeper's whole work, without the kernel's.  An ARQ and a DRQ count as one
transaction together.  Each N has a process of its own, so that memory is its
own too.
"""

from __future__ import annotations

import gc
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from twisted.internet.defer import execute
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.asn1 import h225
from h323d.call.gates import Gates
from h323d.call.surroundings import Surroundings
from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.events import EventBus
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.settings import ZoneSettings
from h323d.gatekeeper.zone import Place, Zone
from h323d.h323.addresses import transportToValue
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import PartyAddress, TransportAddress
from tests.support.fakemedia import FakePool

SIZES = (100, 2000, 20000)
TRANSACTIONS = 2000
OID = (0, 0, 8, 2250, 0, 4)
VENDOR = {
    "vendor": {"t35CountryCode": 9, "t35Extension": 0, "manufacturerCode": 61},
    "productId": b"benchmark",
    "versionId": b"1",
}
TERMINAL = {"vendor": VENDOR, "terminal": {}, "mc": False, "undefinedNode": False}


@implementer(IDatagramPort, IDatagrams)
class Wire:
    """
    The gatekeeper's port: keeps the last answer.
    """

    address = TransportAddress("10.0.0.1", 1719)
    answer = b""

    def bind(self, address: TransportAddress, user: IDatagramUser) -> IDatagramPort:
        self.user = user
        return self

    def bindMulticast(
        self, group: TransportAddress, interface: str, user: IDatagramUser
    ) -> IDatagramPort:
        return self

    def send(self, data: bytes, destination: TransportAddress) -> None:
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


def host(number: int) -> str:
    return f"10.{1 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"


def encode(name: str, **fields: object) -> bytes:
    return h225.encode("RasMessage", (name, fields))


def registration(number: int, seq: int, **more: object) -> bytes:
    fields: dict[str, object] = {
        "requestSeqNum": seq,
        "protocolIdentifier": OID,
        "discoveryComplete": True,
        "callSignalAddress": [transportToValue(TransportAddress(host(number), 1720))],
        "rasAddress": [transportToValue(TransportAddress(host(number), 1719))],
        "terminalType": TERMINAL,
        "gatekeeperIdentifier": "h323d",
        "endpointVendor": VENDOR,
        "timeToLive": 300,
        "keepAlive": False,
        "willSupplyUUIEs": False,
        "maintainConnection": False,
    }
    return encode("registrationRequest", **(fields | more))


def names(number: int) -> list[tuple[str, str]]:
    return [("h323-ID", f"endpoint{number}"), ("dialledDigits", f"{100000 + number}")]


def call(number: int, endpointId: str) -> dict[str, object]:
    return {
        "endpointIdentifier": endpointId,
        "gatekeeperIdentifier": "h323d",
        "conferenceID": number.to_bytes(16, "big"),
        "callReferenceValue": number % 32000 + 1,
        "callIdentifier": {"guid": (number + 1).to_bytes(16, "little")},
    }


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
            ZoneSettings(
                GatekeeperConfig(maxRegistrations=1_000_000), RoutingConfig(acceptUnknownLRQ=True)
            ),
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
            Place("10.0.0.1", "10.0.0.1", TransportAddress("10.0.0.1", 1720)),
            NoNumbers(),
            Gates(self.clock, events, ()),
        )
        self.zone.start()
        self.ids: list[str] = []
        before = memory()
        for number in range(size):
            name, fields = self.ask(number, registration(number, 1, terminalAlias=names(number)))
            assert name == "registrationConfirm"
            self.ids.append(fields["endpointIdentifier"])
        self.clock.advance(16)  # past the life of the answers kept for repetitions
        self.perRegistration = (memory() - before) / size
        self.chosen = random.Random(2).choices(range(size), k=TRANSACTIONS)

    def ask(self, number: int, data: bytes) -> tuple[str, dict[str, str]]:
        self.wire.user.datagramReceived(data, TransportAddress(host(number), 1719))
        answer: tuple[str, dict[str, str]] = h225.decode("RasMessage", self.wire.answer)
        return answer

    def measure(self, expected: str, requests: list[tuple[int, bytes]], parts: int = 1) -> float:
        """
        @return: microseconds of CPU for each transaction of so many parts.
        """
        sources = [TransportAddress(host(number), 1719) for number, _ in requests]
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
        data = [
            (each, registration(each, seq, terminalAlias=names(each)))
            for seq, each in enumerate(self.chosen, 2)
        ]
        return self.measure("registrationConfirm", data)

    def keepAlive(self) -> float:
        data = [
            (each, registration(each, seq, keepAlive=True, endpointIdentifier=self.ids[each]))
            for seq, each in enumerate(self.chosen, 10000)
        ]
        return self.measure("registrationConfirm", data)

    def admission(self) -> float:
        return self.measure("disengageConfirm", list(self._calls()), 2)

    def _calls(self) -> Iterator[tuple[int, bytes]]:
        for seq, each in enumerate(self.chosen, 20000):
            common = call(seq, self.ids[each])
            yield (
                each,
                encode(
                    "admissionRequest",
                    requestSeqNum=seq,
                    callType=("pointToPoint", None),
                    destinationInfo=[names((each + 1) % self.size)[1]],
                    srcInfo=names(each),
                    bandWidth=1280,
                    activeMC=False,
                    answerCall=False,
                    canMapAlias=True,
                    willSupplyUUIEs=False,
                    **common,
                ),
            )
            yield (
                each,
                encode(
                    "disengageRequest",
                    requestSeqNum=seq + 10000,
                    disengageReason=("normalDrop", None),
                    answeredCall=False,
                    **common,
                ),
            )


def memory() -> float:
    """
    Octets in use now, by what the kernel says.
    """
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(3))


def run(size: int) -> None:
    bench = Bench(size)
    figures = [best(each) for each in (bench.full, bench.keepAlive, bench.admission)]
    columns = " ".join(f"{each:10.0f}" for each in figures)
    print(f"{size:8} {columns} {bench.perRegistration:8.0f}", flush=True)
    bench.zone.close()


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or list(SIZES)
    if len(sizes) == 1:
        run(sizes[0])
        return
    print("microseconds of CPU per transaction; octets of memory per registration")
    print(f"{'N':>8} {'full RRQ':>10} {'keepalive':>10} {'ARQ+DRQ':>10} {'memory':>8}", flush=True)
    for size in sizes:
        subprocess.run([sys.executable, "-m", "benchmarks.ras", str(size)], check=True)


if __name__ == "__main__":
    main()
