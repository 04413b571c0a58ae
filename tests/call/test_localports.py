"""
Connections that keep to a range of local ports.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.localports import (
    MAXIMUM_TRIES,
    TELL_EVERY,
    ListenerInRange,
    LocalPorts,
    OpenerInRange,
)
from h323d.call.transport import (
    NO_LOCAL_PORT,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
)
from h323d.errors import ResourceUnavailable
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from h323d.values.portspan import PortSpan
from tests.support.network import SimulatedNetwork

US, THERE = "10.0.0.1", TransportAddress("10.0.0.2", 1720)
ANY = TransportAddress(US, 0)
SOME = PortSpan(30000, 30003)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def network(clock: Clock) -> SimulatedNetwork:
    return SimulatedNetwork(clock, random.Random(1))


def portsOf(clock: Clock, ports: PortSpan = SOME, seed: int = 1) -> LocalPorts:
    return LocalPorts(ports, "h323.portRange", clock, random.Random(seed))


@implementer(IStreamUser)
class User:
    """
    Remembers from which port it was connected, or why not.
    """

    def __init__(self) -> None:
        self.port = 0
        self.closed = ""

    def streamOpened(self, stream: IStream) -> None:
        self.port = stream.local.port

    def streamReceived(self, data: bytes) -> None:
        pass

    def streamClosed(self, reason: str) -> None:
        self.closed = reason


class Caller:
    """
    Who connects to somebody that takes everything, from a range of ports.
    """

    def __init__(self, network: SimulatedNetwork, listens: bool = True) -> None:
        self._clock = network.clock
        if listens:
            StreamListener(network.host(THERE.host)).listen(THERE, lambda peer: User())
        opener = StreamOpener(network.host(US))
        self._opener = OpenerInRange(opener, portsOf(network.clock))

    def open(self) -> User:
        user = User()
        self._opener.open(THERE, user, 5.0)
        self._clock.pump([0.01] * 5)
        return user


def test_theyProvideTheSeams(network: SimulatedNetwork) -> None:
    ports = portsOf(network.clock)
    host = network.host(US)
    assert verifyObject(IStreamListener, ListenerInRange(StreamListener(host), ports))
    assert verifyObject(IStreamOpener, OpenerInRange(StreamOpener(host), ports))


def test_eachPortComesOnceInAnOrderThatIsDrawn(clock: Clock) -> None:
    orders = {tuple(portsOf(clock, seed=seed).drawn()) for seed in range(40)}
    assert all(sorted(order) == [30000, 30001, 30002, 30003] for order in orders)
    assert {order[0] for order in orders} == {30000, 30001, 30002, 30003}


def test_ofALargeRangeNotAllAreTried(clock: Clock) -> None:
    assert len(list(portsOf(clock, PortSpan(1024, 65535)).drawn())) == MAXIMUM_TRIES


def test_thatNoneIsLeftIsLoggedOnceAMinute(clock: Clock) -> None:
    ports = portsOf(clock)
    with capturedLogs() as logged:
        next(ports.drawn())  # which found one
        assert logged == []
        for _ in range(3):
            list(ports.drawn())
        assert len(logged) == 1
        clock.advance(TELL_EVERY)
        list(ports.drawn())
    assert [(each["key"], each["ports"]) for each in logged] == [
        ("h323.portRange", "30000-30003")
    ] * 2


def test_aPortThatIsInUseIsPassedOver(network: SimulatedNetwork) -> None:
    caller = Caller(network)
    users = [caller.open() for _ in range(4)]
    assert sorted(user.port for user in users) == [30000, 30001, 30002, 30003]
    assert caller.open().closed == NO_LOCAL_PORT
    network.resetStreams(US)
    network.clock.pump([0.01] * 5)
    assert caller.open().port in range(30000, 30004)


def test_whoIsNotThereIsNotTriedFromEachPort(network: SimulatedNetwork) -> None:
    user = Caller(network, listens=False).open()
    assert "refused" in user.closed
    assert network.connecting == {}


def test_whereNoRangeIsMeantAnyPortWillDo(network: SimulatedNetwork) -> None:
    StreamListener(network.host(THERE.host)).listen(THERE, lambda peer: User())
    user = User()
    StreamOpener(network.host(US)).open(THERE, user, 5.0)
    network.clock.pump([0.01] * 5)
    assert user.port >= 40000


def test_openingCanBeCancelledWhileAPortIsLookedFor(network: SimulatedNetwork) -> None:
    caller = Caller(network)
    for _ in range(3):
        caller.open()
    user = User()
    opener = OpenerInRange(StreamOpener(network.host(US)), portsOf(network.clock))
    opening = opener.open(THERE, user, 5.0)
    opening.cancel()
    network.clock.pump([0.01] * 5)
    assert user.port == 0
    assert user.closed


def test_aListenerTakesTheNextOneThatIsFree(network: SimulatedNetwork) -> None:
    listener = ListenerInRange(StreamListener(network.host(US)), portsOf(network.clock))
    listening = [listener.listen(ANY, lambda peer: User()) for _ in range(4)]
    assert sorted(each.address.port for each in listening) == [30000, 30001, 30002, 30003]
    with pytest.raises(ResourceUnavailable, match=NO_LOCAL_PORT):
        listener.listen(ANY, lambda peer: User())
    listening[2].stop()
    assert listener.listen(ANY, lambda peer: User()).address == listening[2].address


def test_aListenerThatIsToldAPortTakesThat(network: SimulatedNetwork) -> None:
    listener = ListenerInRange(StreamListener(network.host(US)), portsOf(network.clock))
    assert listener.listen(TransportAddress(US, 1720), lambda peer: User()).address.port == 1720
