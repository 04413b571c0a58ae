"""
Doors of the relay, in virtual time.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import FakeDatagramTransport, StringTransport

from h323d.rehearse.impairment import UNIMPAIRED, Impairment
from h323d.rehearse.relay import SHIFT, Door, Routes, doorOf

PARTY, SERVER, STRANGER = ("127.0.0.11", 20000), ("127.0.0.1", 16384), ("127.0.0.9", 99)


class FakeReactor:
    running = True

    def stop(self) -> None:
        self.running = False


def opened(clock: Clock, impairment: Impairment = UNIMPAIRED) -> tuple[Door, FakeDatagramTransport]:
    door, transport = Door(clock, PARTY, impairment, 7), FakeDatagramTransport()
    door.makeConnection(transport)
    return door, transport


def test_eachSideGetsWhatTheOtherSends() -> None:
    door, transport = opened(Clock())
    door.peer = SERVER
    door.datagramReceived(b"there", PARTY)
    door.datagramReceived(b"back", SERVER)
    assert transport.written == [(b"there", SERVER), (b"back", PARTY)]


def test_whatComesBeforeTheServersEndIsKnownIsLost() -> None:
    door, transport = opened(Clock())
    door.datagramReceived(b"there", PARTY)
    assert transport.written == []


def test_itIsDelayed() -> None:
    clock = Clock()
    door, transport = opened(clock, Impairment(delayMs=20.0))
    door.datagramReceived(b"back", SERVER)
    clock.advance(0.019)
    assert transport.written == []
    clock.advance(0.0011)
    assert transport.written == [(b"back", PARTY)]
    assert clock.getDelayedCalls() == []


def test_whatIsLostDoesNotArriveAndTheOtherDirectionLosesOthers() -> None:
    door, transport = opened(Clock(), Impairment(loss=50.0))
    door.peer = SERVER
    for number in range(200):
        for source in (PARTY, SERVER):
            door.datagramReceived(b"%d" % number, source)
    there = {data for data, target in transport.written if target == SERVER}
    back = {data for data, target in transport.written if target == PARTY}
    assert 60 < len(there) < 140
    assert 60 < len(back) < 140
    assert there != back


def test_theServersEndIsToldForBothPortsOfAPair() -> None:
    clock, reactor = Clock(), FakeReactor()
    doors = {port: Door(clock, ("127.0.0.11", port), UNIMPAIRED, 7) for port in (20000, 20001)}
    routes, transport = Routes(reactor, doors), StringTransport()
    routes.makeConnection(transport)
    assert transport.value() == b"listening\n"
    routes.dataReceived(b"20000 127.0.0.1 16384\n")
    assert [each.peer for each in doors.values()] == [("127.0.0.1", 16384), ("127.0.0.1", 16385)]
    routes.connectionLost()
    assert not reactor.running


@pytest.mark.parametrize("port", [20000, 20001])
def test_aDoorIsAtADistanceFromItsPort(port: int) -> None:
    assert doorOf(port) == port + SHIFT
    assert SHIFT % 2 == 0, "RTP is at an even port"
