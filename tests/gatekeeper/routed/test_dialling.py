"""
Which way a routed call takes to its called side: over TLS to who takes that, and else over TCP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from zope.interface import implementer

from h323d.asn1 import h245
from h323d.call.transport import IStreamListener, IStreamUser
from h323d.config.sections import Configuration
from h323d.events.calls import CallRouted
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.h323.config import H323Config
from h323d.h323.ras.messages import RASMessage
from h323d.h323.signalling import tpkt
from h323d.h323.signalling.features import withFeature
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.securesignalling import offer
from h323d.h323.signalling.uuie import Start
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.h323 import ScriptedCallee, ScriptedPeer
from tests.support.ras import Peer, keepAlive, rrq, urq
from tests.support.sealed import sealed, sealedStreams
from tests.support.simulation import SimulatedServer, Simulation

SERVER, AT_CALLER, AT_BOB, AT_CAROL = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"
BOB = ("dialledDigits", "2000")
PLAIN, SECURE = 1720, 1300
CONTROL = h245.encode(
    "MultimediaSystemControlMessage",
    ("request", ("masterSlaveDetermination", {"terminalType": 50, "statusDeterminationNumber": 1})),
)


class Zone:
    """
    A server with a certificate that routes 2000 to Bob, and then to Carol; Bob has registered,
    and takes calls on both ports.

    @ivar written: what went over connections, with where to.
    """

    def __init__(
        self,
        world: Simulation,
        *,
        bobs: int | None = SECURE,
        certificate: str = "certificate.pem",
        model: CallModel = CallModel.ROUTED,
        portRange: str = "",
        h245PortRange: str = "",
    ) -> None:
        """
        @param bobs: the port for TLS that Bob says he has.
        """
        self.world = world
        self.written: list[tuple[tuple[str, int], bytes]] = []
        world.network.observers.append(self._observe)
        tlsPort = SECURE if certificate else 0
        self.server: SimulatedServer = world.server(
            SERVER,
            replace(
                Configuration(),
                h323=H323Config(
                    tlsPort=tlsPort,
                    certificate=certificate,
                    privateKey=certificate,
                    portRange=portRange,
                    h245PortRange=h245PortRange,
                ),
                routing=RoutingConfig(routes=(StaticRoute(name="2000", to=(AT_BOB, AT_CAROL)),)),
                routed=RoutedConfig(model=model, acceptUnregistered=True),
            ),
        )
        self.ras = Peer(world.network, AT_BOB)
        self.registers(bobs)
        self.plainBob = ScriptedCallee(world.network, AT_BOB)
        self.secureBob = ScriptedCallee(
            world.network, AT_BOB, SECURE, sealedStreams(world.network.host(AT_BOB)).listener
        )
        self.carol = ScriptedCallee(world.network, AT_CAROL)
        self.caller: ScriptedPeer

    def _observe(self, kind: str, source: Any, destination: tuple[str, int], data: bytes) -> None:
        if kind == "tcp":
            self.written.append((destination, data))

    def registers(self, port: int | None) -> str:
        message = rrq(1, AT_BOB, BOB)
        if port is not None:
            there = TransportAddress(AT_BOB, port)
            message = RASMessage(message.name, withFeature(message.fields, offer(there)))
        answer = self.ras.ask(message)
        assert answer.name == "registrationConfirm"
        endpointId: str = answer.fields["endpointIdentifier"]
        return endpointId

    def call(self, start: Start | None = None, secure: bool = False) -> None:
        """
        Call 2000.

        @param secure: over TLS.
        """
        host = self.world.network.host(AT_CALLER)
        opener = sealedStreams(host).opener if secure else StreamOpener(host)
        here = TransportAddress(SERVER, SECURE if secure else PLAIN)
        self.caller = ScriptedPeer(self.world.network, AT_CALLER, here, opener)
        self.caller.send(self.caller.makeSetup(start, False, called="2000"))

    @property
    def ways(self) -> list[TransportAddress]:
        """
        Where the call was tried.
        """
        return [fact.peer for fact in self.server.told(CallRouted)]

    def setups(self) -> tuple[int, int, int]:
        """
        How many came to Bob by TCP and by TLS, and to Carol.
        """
        peers = (self.plainBob, self.secureBob, self.carol)
        plain, secure, carol = (each.kinds.count(MessageType.SETUP) for each in peers)
        return plain, secure, carol


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world
        assert world.failures == []


def test_whoTakesTLSIsCalledOverTLS(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    assert zone.setups() == (0, 1, 0)
    assert zone.ways == [TransportAddress(AT_BOB, SECURE)]
    zone.secureBob.connect()
    assert zone.caller.kinds == [MessageType.CALL_PROCEEDING, MessageType.CONNECT]


def test_whoSaysNothingIsCalledOverTCP(world: Simulation) -> None:
    zone = Zone(world, bobs=None)
    zone.call()
    assert zone.setups() == (1, 0, 0)
    assert zone.ways == [TransportAddress(AT_BOB, PLAIN)]


def test_withoutACertificateAllAreCalledOverTCP(world: Simulation) -> None:
    zone = Zone(world, certificate="")
    zone.call()
    assert zone.setups() == (1, 0, 0)


def test_whoLeftIsCalledOverTCP(world: Simulation) -> None:
    zone = Zone(world)
    zone.ras.ask(urq(2, AT_BOB))
    zone.call()
    assert zone.setups() == (1, 0, 0)


def test_whoRegistersAnewWithoutTLSIsCalledOverTCP(world: Simulation) -> None:
    zone = Zone(world)
    zone.registers(None)
    zone.call()
    assert zone.setups() == (1, 0, 0)


def test_whoOnlyKeepsTheRegistrationAliveIsCalledOverTLSStill(world: Simulation) -> None:
    zone = Zone(world)
    zone.ras.ask(keepAlive(3, AT_BOB, zone.registers(SECURE)))
    zone.call()
    assert zone.setups() == (0, 1, 0)


def test_whereTLSFailsTheNextWayIsTriedAndNotTCP(world: Simulation) -> None:
    zone = Zone(world, bobs=1301)
    zone.call()
    assert zone.setups() == (0, 0, 1)
    assert zone.ways == [TransportAddress(AT_BOB, 1301), TransportAddress(AT_CAROL, PLAIN)]


def test_whereTLSFailsAndThereIsNoOtherWayTheCallFails(world: Simulation) -> None:
    zone = Zone(world, bobs=1301)
    world.network.tcp.pop((AT_CAROL, PLAIN))
    zone.call()
    assert zone.setups() == (0, 0, 0)
    assert zone.caller.kinds == [MessageType.CALL_PROCEEDING, MessageType.RELEASE_COMPLETE]
    assert zone.caller.cause == Cause.DESTINATION_OUT_OF_ORDER


def control(zone: Zone, listener: IStreamListener) -> list[bytes]:
    """
    What Bob gets of a separate H.245 channel for which the caller connects.
    """
    there = TransportAddress(AT_BOB, 5001)
    received: list[bytes] = []
    waiting = _Receiving(received)
    listener.listen(there, lambda peer: waiting)
    bob = zone.secureBob if zone.secureBob.received else zone.plainBob
    bob.connect(Start(h245Address=there))
    address = zone.caller.received[-1][1].start.h245Address
    assert address is not None
    assert address.host == SERVER
    caller = _Receiving([], tpkt.encode(CONTROL))
    host = zone.world.network.host(AT_CALLER)
    secure = zone.caller.target.port == SECURE
    opener = sealedStreams(host).opener if secure else StreamOpener(host)
    opener.open(address, caller, 5.0)
    zone.caller.settle()
    return received


@implementer(IStreamUser)
class _Receiving:
    """
    A user of a stream that says one thing at most.
    """

    def __init__(self, received: list[bytes], says: bytes = b"") -> None:
        self._received = received
        self._says = says

    def streamOpened(self, stream: Any) -> None:
        if self._says:
            stream.write(self._says)

    def streamReceived(self, data: bytes) -> None:
        self._received.append(data)

    def streamClosed(self, reason: str) -> None:
        pass


@pytest.mark.parametrize(
    ("secureCaller", "model"),
    [
        (False, CallModel.ROUTED),
        (False, CallModel.ROUTED_H245),
        (False, CallModel.PROXIED),
        (True, CallModel.ROUTED_H245),
        (True, CallModel.PROXIED),
    ],
)
def test_H245WithASideThatIsCalledOverTLSIsOverTLS(
    secureCaller: bool, model: CallModel, world: Simulation
) -> None:
    zone = Zone(world, model=model)
    zone.call(secure=secureCaller)
    received = control(zone, sealedStreams(world.network.host(AT_BOB)).listener)
    assert received == [tpkt.encode(CONTROL)]
    (passed,) = [data for there, data in zone.written if there == (AT_BOB, 5001)]
    assert passed == sealed(tpkt.encode(CONTROL))


def test_H245WithACallerOverTLSIsOverTLSWhereTheOtherSideIsNot(world: Simulation) -> None:
    zone = Zone(world, bobs=None)
    zone.call(secure=True)
    received = control(zone, StreamListener(world.network.host(AT_BOB)))
    assert received == [tpkt.encode(CONTROL)]


def test_bothOverTLSConnectToEachOtherInTheRoutedModel(world: Simulation) -> None:
    zone = Zone(world)
    there = TransportAddress(AT_CALLER, 5000)
    zone.call(Start(h245Address=there), secure=True)
    assert zone.secureBob.received[0][1].start.h245Address == there


def test_theNextWayIsToldAnotherListener(world: Simulation) -> None:
    zone = Zone(world, model=CallModel.ROUTED_H245)
    zone.call(Start(h245Address=TransportAddress(AT_CALLER, 5000)))
    first = zone.secureBob.received[0][1].start.h245Address
    zone.secureBob.close()
    second = zone.carol.received[0][1].start.h245Address
    assert first is not None
    assert second is not None
    assert first != second
    listening = [port for host, port in world.network.tcp if host == SERVER]
    assert (first.port in listening, second.port in listening) == (False, True)


def oursTo(world: Simulation, host: str) -> list[int]:
    """
    The ports of the server's connections to a host.
    """
    streams = [each for each in world.network.streams if each.here[0] == SERVER]
    return [each.here[1] for each in streams if each.there[0] == host]


@pytest.mark.parametrize("bobs", [None, SECURE], ids=["TCP", "TLS"])
def test_signallingToTheCalledSideLeavesFromItsRange(bobs: int | None, world: Simulation) -> None:
    zone = Zone(world, bobs=bobs, portRange="20000-20000")
    zone.call()
    assert sum(zone.setups()) == 1
    assert oursTo(world, AT_BOB) == [20000]


def test_withoutAPortARoutedCallEndsAndSaysWhy(world: Simulation) -> None:
    zone = Zone(world, bobs=None, portRange="20000-20000")
    zone.call()
    zone.call()
    assert zone.setups() == (1, 0, 0)
    assert zone.caller.cause == Cause.RESOURCE_UNAVAILABLE


@pytest.mark.parametrize("bobs", [None, SECURE], ids=["TCP", "TLS"])
def test_H245OfARoutedCallKeepsToItsRange(bobs: int | None, world: Simulation) -> None:
    zone = Zone(world, bobs=bobs, model=CallModel.ROUTED_H245, h245PortRange="30000-30001")
    zone.call()
    streams = sealedStreams(world.network.host(AT_BOB)).listener
    received = control(zone, streams if bobs else StreamListener(world.network.host(AT_BOB)))
    assert received == [tpkt.encode(CONTROL)]
    assert [port for port in oursTo(world, AT_BOB) if port in (30000, 30001)] != []
    assert [port for port in oursTo(world, AT_CALLER) if port in (30000, 30001)] != []


def test_withoutAPortForH245ARoutedCallEndsAndSaysWhy(world: Simulation) -> None:
    zone = Zone(world, bobs=None, model=CallModel.ROUTED_H245, h245PortRange="30000-30000")
    zone.call(Start(h245Address=TransportAddress(AT_CALLER, 5000)))
    zone.plainBob.connect(Start(h245Address=TransportAddress(AT_BOB, 5001)))
    assert zone.caller.cause == Cause.RESOURCE_UNAVAILABLE
