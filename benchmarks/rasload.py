"""
Endpoints by the thousand, in a process of their own, that speak RAS to a
gatekeeper over UDP.

Every endpoint sends from an address of its own: all of 127.0.0.0/8 is local on
Linux, and one socket can send from any of it (C{IP_PKTINFO}).  Requests are
encoded before the clock is started, and answers are told apart by their first
octet alone, so that this process leaves the machine to the one that is
measured.

Run by L{benchmarks.ras}; prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks.rasmessages import Asker, hostOf
from h323d.asn1 import h225

IP_PKTINFO = 8  # linux/in.h; the socket module has no name for it
PORT = 20719  # from which every endpoint sends
WINDOW = 16  # requests that wait for an answer, where it goes as fast as it can
PATIENCE = 3.0  # seconds until an answer counts as lost
RCF, ACF, DCF, LCF = 4, 10, 16, 19  # alternatives of RasMessage


@dataclass(frozen=True, slots=True)
class Transaction:
    """
    What one endpoint asks, one thing after the other.

    @ivar host: its address, packed.
    @ivar requests: each with the alternative of its answer.
    """

    host: bytes
    requests: tuple[tuple[bytes, int], ...]


@dataclass(slots=True)
class Figures:
    """
    @ivar cpu: microseconds of the server's CPU for a transaction.
    @ivar latencies: of each request, seconds.
    """

    cpu: float
    latencies: list[float]

    def at(self, quantile: float) -> float:
        """
        Milliseconds.
        """
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))] * 1000


class Wire:
    """
    One socket for all endpoints.
    """

    def __init__(self, server: str) -> None:
        self._server = (server, 1719)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        self._socket.bind(("0.0.0.0", PORT))
        self._socket.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def send(self, host: bytes, data: bytes) -> None:
        source = struct.pack("=i4s4s", 0, host, b"\0\0\0\0")
        self._socket.sendmsg([data], [(socket.IPPROTO_IP, IP_PKTINFO, source)], 0, self._server)

    def receive(self, seconds: float) -> tuple[bytes, bytes] | None:
        """
        @return: the endpoint's address and the answer; C{None} if none came.
        """
        try:
            data, ancillary, _, _ = self._socket.recvmsg(4096, 64)
        except BlockingIOError:
            if seconds <= 0 or not self._poll.poll(seconds * 1000):
                return None
            data, ancillary, _, _ = self._socket.recvmsg(4096, 64)
        return ancillary[0][2][8:12], data


class Process:
    """
    The server, as the kernel sees it.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def cpu(self) -> float:
        """
        Seconds of user and system time of all its threads.
        """
        with open(f"/proc/{self._pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """
        Octets that are resident.
        """
        with open(f"/proc/{self._pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Crowd:
    """
    Runs transactions and watches what they cost.
    """

    def __init__(self, wire: Wire, server: Process) -> None:
        self._wire = wire
        self._server = server
        self._waiting: dict[bytes, tuple[float, Transaction, int]] = {}
        self._latencies: list[float] = []
        self._answer = b""

    def hurry(self, transactions: Iterable[Transaction], window: int = WINDOW) -> Figures:
        """
        As fast as the server answers.
        """
        return self._measured(self._hurry(transactions, window))

    def pace(self, transactions: Iterable[Transaction], rate: float) -> Figures:
        """
        So many a second, evenly.
        """
        return self._measured(self._pace(transactions, rate))

    def answers(self, transactions: Iterable[Transaction]) -> Iterator[bytes]:
        """
        One after the other.

        @return: the last answer to each.
        """
        for transaction in transactions:
            self._begin(transaction)
            while self._waiting:
                self._take(PATIENCE)
            yield self._answer

    def _measured(self, steps: Iterator[int]) -> Figures:
        self._latencies = []
        before = self._server.cpu()
        count = sum(steps)
        return Figures((self._server.cpu() - before) / count * 1e6, self._latencies)

    def _hurry(self, transactions: Iterable[Transaction], window: int) -> Iterator[int]:
        for transaction in transactions:
            while len(self._waiting) >= window or transaction.host in self._waiting:
                self._take(PATIENCE)
            self._begin(transaction)
            yield 1
        while self._waiting:
            self._take(PATIENCE)

    def _pace(self, transactions: Iterable[Transaction], rate: float) -> Iterator[int]:
        due = time.perf_counter()
        for transaction in transactions:
            due += 1 / rate
            while (left := due - time.perf_counter()) > 0 or transaction.host in self._waiting:
                self._take(max(left, 0.0), must=False)
            self._begin(transaction)
            yield 1
        while self._waiting:
            self._take(PATIENCE)

    def _begin(self, transaction: Transaction) -> None:
        self._waiting[transaction.host] = (time.perf_counter(), transaction, 0)
        self._wire.send(transaction.host, transaction.requests[0][0])

    def _take(self, seconds: float, must: bool = True) -> None:
        received = self._wire.receive(seconds)
        if received is None:
            if must:
                raise SystemExit(f"{len(self._waiting)} requests were not answered")
            return
        host, self._answer = received
        sent, transaction, step = self._waiting.pop(host)
        now = time.perf_counter()
        self._latencies.append(now - sent)
        alternative = self._answer[0] >> 2
        if alternative != transaction.requests[step][1]:
            raise SystemExit(f"refused: {h225.decode('RasMessage', self._answer)}")
        if step + 1 < len(transaction.requests):
            self._waiting[host] = (now, transaction, step + 1)
            self._wire.send(host, transaction.requests[step + 1][0])


class Load:
    """
    So many endpoints.
    """

    def __init__(self, size: int, count: int) -> None:
        self._size = size
        self._asker = Asker(hostOf, PORT)
        self._ids: list[str] = []
        chance = random.Random(2)
        self._chosen = [chance.randrange(size) for _ in range(count)]

    def register(self, crowd: Crowd) -> Figures:
        """
        Every endpoint for the first time.
        """
        return crowd.hurry(map(self._first, range(self._size)))

    def learn(self, crowd: Crowd) -> None:
        """
        Let those who ask later register once more, for their identifiers.
        """
        self._ids = [""] * self._size
        asking = sorted(set(self._chosen))
        answers = crowd.answers(map(self._first, asking))
        for endpoint, answer in zip(asking, answers, strict=True):
            self._ids[endpoint] = h225.decode("RasMessage", answer)[1]["endpointIdentifier"]

    def kinds(self) -> Iterator[tuple[str, list[Transaction]]]:
        """
        The transactions of each kind, encoded.
        """
        yield "full RRQ", [self._first(each) for each in self._chosen]
        yield "keepalive", [self._keepAlive(each) for each in self._chosen]
        yield "ARQ + DRQ", [self._call(each) for each in self._chosen]
        yield "LRQ", [self._location(each) for each in self._chosen]

    def _first(self, endpoint: int) -> Transaction:
        return _transaction(endpoint, (self._asker.first(endpoint), RCF))

    def _keepAlive(self, endpoint: int) -> Transaction:
        return _transaction(endpoint, (self._asker.keepAlive(endpoint, self._ids[endpoint]), RCF))

    def _call(self, endpoint: int) -> Transaction:
        called = (endpoint + 1) % self._size
        arq, drq = self._asker.call(endpoint, self._ids[endpoint], called)
        return _transaction(endpoint, (arq, ACF), (drq, DCF))

    def _location(self, endpoint: int) -> Transaction:
        called = (endpoint + 1) % self._size
        return _transaction(endpoint, (self._asker.location(endpoint, called), LCF))


def _transaction(endpoint: int, *requests: tuple[bytes, int]) -> Transaction:
    return Transaction(socket.inet_aton(hostOf(endpoint)), requests)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server", help="the gatekeeper's address")
    parser.add_argument("pid", type=int, help="its process")
    parser.add_argument("size", type=int, help="how many endpoints")
    parser.add_argument("--count", type=int, default=4000, help="transactions of each kind")
    parser.add_argument("--rate", type=float, default=1000, help="a second, where paced")
    options = parser.parse_args()
    server = Process(options.pid)
    crowd = Crowd(Wire(options.server), server)
    load = Load(options.size, options.count)
    before = server.memory()
    first = load.register(crowd)
    result: dict[str, object] = {
        "memory": (server.memory() - before) / options.size,
        "first RRQ": {"cpu": first.cpu},
    }
    load.learn(crowd)
    for (name, hurried), (_, paced) in zip(load.kinds(), load.kinds(), strict=True):
        fast, even = crowd.hurry(hurried), crowd.pace(paced, options.rate)
        result[name] = {
            "cpu": fast.cpu, "paced": even.cpu, "p50": even.at(0.5), "p99": even.at(0.99),
        }  # fmt: skip
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
