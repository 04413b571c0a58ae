"""
Two control connections that are one channel.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.homes import Home
from h323d.call.transport import IStream, IStreamUser
from h323d.errors import DecodeError
from h323d.gatekeeper.routed.channeldoor import ControlWay
from h323d.gatekeeper.routed.control import MAXIMUM_WAITING, ControlCoupling
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.h323.h245.connection import ControlChannel, ControlListener, ControlNetwork, dialControl
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedNetwork

US, AT_CALLER, AT_CALLED, STRANGER = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.66"


class Endpoint:
    """
    One side's H.245.
    """

    def __init__(self) -> None:
        self.channel: ControlChannel | None = None
        self.packets: list[bytes] = []
        self.isClosed = False

    def admitsControl(self, source: TransportAddress) -> bool:
        return True

    def controlOpened(self, channel: ControlChannel) -> None:
        self.channel = channel

    def controlReceived(self, channel: ControlChannel, octets: bytes) -> None:
        self.packets.append(octets)

    def controlClosed(self, channel: ControlChannel, error: DecodeError | None) -> None:
        self.isClosed = True

    def say(self, *packets: bytes) -> None:
        assert self.channel is not None
        for each in packets:
            self.channel.send(each)


class Guard:
    """
    Takes connections from one host.
    """

    def __init__(self, host: str) -> None:
        self._host = host

    def admitsControl(self, source: TransportAddress) -> bool:
        return source.host == self._host


class Scene:
    """
    The called side waits for H.245; the caller is told to connect to us.

    @ivar asked: which sides were asked to connect, and where.
    @ivar strangers: the sides on whose connection there is another.
    @ivar isTold: whether what a side says is passed on at all.
    """

    def __init__(self, asks: bool = False) -> None:
        self.asked: list[tuple[int, TransportAddress]] = []
        self.clock = Clock()
        self.network = SimulatedNetwork(self.clock, random.Random(1))
        self.hosts = {
            host: self.network.host(host) for host in (US, AT_CALLER, AT_CALLED, STRANGER)
        }
        self.caller, self.called = Endpoint(), Endpoint()
        self.coupled = 0
        self.faults: list[int] = []
        self.passes = True
        self.strangers: tuple[int, ...] = ()
        self.waiting = ControlListener(
            self.called,
            self.clock,
            StreamListener(self.hosts[AT_CALLED]),
            Home.at(AT_CALLED),
        )
        guards: Any = (Guard(AT_CALLER), Guard(AT_CALLED))
        self.coupling = ControlCoupling(
            self,
            self.clock,
            self._networkOf,
            guards.__getitem__,
            CALLED,
            self.waiting.address,
            self._ask if asks else None,
        )

    def _ask(self, which: int, address: TransportAddress) -> None:
        self.asked.append((which, address))

    def _networkOf(self, which: int) -> ControlNetwork:
        here = self.hosts[US]
        return ControlNetwork(StreamListener(here), StreamOpener(here), Home.at(US))

    # What the coupling tells.

    def translateControl(self, which: int, octets: bytes, way: ControlWay) -> bytes | None:
        if octets == b"no":
            way.answer(b"never")
            return None
        return b"%d:" % which + octets if self.passes else None

    def admitsKey(self, which: int, key: bytes | None) -> bool:
        return which not in self.strangers

    def controlCoupled(self) -> None:
        self.coupled += 1

    def fault(self, door: str, which: int, error: DecodeError) -> None:
        self.faults.append(which)

    # What is done with it.

    def connect(self, endpoint: Endpoint | None = None, host: str = AT_CALLER) -> None:
        self.dial(endpoint or self.caller, host, self.coupling.address)

    def dial(self, endpoint: Endpoint, host: str, address: TransportAddress) -> None:
        opener = StreamOpener(self.hosts[host])
        dialControl(endpoint, self.clock, opener, address, 5.0, Home.at(host))
        self.settle()

    def settle(self) -> None:
        self.clock.pump([0.005] * 12)

    def end(self) -> None:
        self.coupling.close()
        self.waiting.stop()
        self.settle()
        assert self.network.tcp == {}
        assert self.clock.getDelayedCalls() == []


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_nobodyIsConnectedToBeforeTheOtherHasConnected(scene: Scene) -> None:
    scene.settle()
    assert scene.coupling.address.host == US
    assert (scene.coupled, scene.called.channel) == (0, None)
    scene.connect()
    assert scene.coupled == 1
    assert scene.called.channel is not None
    scene.end()


def test_whatOneSideSaysComesToTheOtherTranslated(scene: Scene) -> None:
    scene.connect()
    scene.caller.say(b"one", b"two")
    scene.called.say(b"three")
    scene.settle()
    assert scene.called.packets == [b"%d:one" % CALLER, b"%d:two" % CALLER]
    assert scene.caller.packets == [b"%d:three" % CALLED]
    scene.end()


def test_whatIsNotToGoOnDoesNot(scene: Scene) -> None:
    scene.connect()
    scene.passes = False
    scene.caller.say(b"one")
    scene.settle()
    assert scene.called.packets == []
    scene.end()


@pytest.mark.parametrize("which", [CALLER, CALLED])
def test_whoIsAnotherThanTheirSideIsNotSpokenWith(scene: Scene, which: int) -> None:
    scene.strangers = (which,)
    scene.connect()
    scene.caller.say(b"one")
    scene.settle()
    assert scene.called.packets == []
    assert scene.caller.isClosed
    assert scene.coupled == (which == CALLED)


def test_aSideIsAnsweredByItsOwnConnection(scene: Scene) -> None:
    scene.connect()
    scene.called.say(b"no")
    scene.settle()
    assert (scene.caller.packets, scene.called.packets) == ([], [b"never"])
    scene.end()


def test_whatIsSaidBeforeTheFarSideIsThereWaitsUpToALimit(scene: Scene) -> None:
    scene = Scene(asks=True)
    scene.connect()
    scene.caller.say(*[b"%d" % number for number in range(MAXIMUM_WAITING + 5)])
    scene.settle()
    scene.dial(scene.called, AT_CALLED, scene.asked[0][1])
    assert len(scene.called.packets) == MAXIMUM_WAITING
    assert scene.called.packets[0] == b"%d:0" % CALLER
    scene.end()


def test_whoCannotBeConnectedToIsAskedToConnect() -> None:
    scene = Scene(asks=True)
    assert scene.asked == []
    scene.connect()
    ((which, address),) = scene.asked
    assert which == CALLED
    assert address.host == US
    assert address != scene.coupling.address
    scene.dial(scene.called, AT_CALLED, address)
    scene.called.say(b"here")
    scene.settle()
    assert scene.caller.packets == [b"%d:here" % CALLED]
    scene.end()


def test_aSideThatWaitsSomewhereElseIsConnectedToThere(scene: Scene) -> None:
    elsewhere = Endpoint()
    listener = StreamListener(scene.hosts[AT_CALLED])
    other = ControlListener(elsewhere, scene.clock, listener, Home.at(AT_CALLED))
    scene.coupling.aim(other.address)
    scene.connect()
    assert elsewhere.channel is not None
    assert scene.called.channel is None
    other.stop()
    scene.end()


def test_aStrangerIsNotTakenForASide(scene: Scene) -> None:
    stranger = Endpoint()
    scene.connect(stranger, STRANGER)
    assert (stranger.isClosed, scene.coupled) == (True, 0)
    scene.connect()
    assert scene.coupled == 1
    scene.end()


@pytest.mark.parametrize("by", ["caller", "called"])
def test_whoeverClosesBothAreClosed(by: str, scene: Scene) -> None:
    scene.connect()
    side = scene.caller if by == "caller" else scene.called
    other = scene.called if by == "caller" else scene.caller
    assert side.channel is not None
    side.channel.close()
    scene.settle()
    assert other.isClosed
    assert scene.faults == []
    scene.end()


@implementer(IStreamUser)
class Babbler:
    """
    Writes what is no packet.
    """

    isClosed = False

    def streamOpened(self, stream: IStream) -> None:
        stream.write(b"\x01\x02\x03\x04")

    def streamReceived(self, data: bytes) -> None:
        pass

    def streamClosed(self, reason: str) -> None:
        self.isClosed = True


def test_aStreamThatCannotBeReadIsToldWithItsSideAndEnds(scene: Scene) -> None:
    babbler = Babbler()
    StreamOpener(scene.hosts[AT_CALLER]).open(scene.coupling.address, babbler, 5.0)
    scene.settle()
    scene.settle()
    assert scene.faults == [CALLER]
    assert babbler.isClosed
    scene.end()


def test_atItsEndEverythingIsFree(scene: Scene) -> None:
    scene.connect()
    scene.coupling.close()
    scene.settle()
    assert (scene.caller.isClosed, scene.called.isClosed) == (True, True)
    scene.end()
