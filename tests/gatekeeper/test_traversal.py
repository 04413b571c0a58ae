"""
How endpoints behind a NAT register, and are made to connect.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.errors import RemoteProtocolError, ResourceUnavailable
from h323d.events.doors import CallFromElsewhere
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.registry.storeformat import fromText, toText
from h323d.gatekeeper.security.config import HostMismatch, SecurityConfig
from h323d.gatekeeper.traversal import DialBacks, Locality
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.config import H323Config
from h323d.h323.ras.messages import RASMessage
from h323d.h323.ras.transactions import RASAsked
from h323d.h323.signalling import messages, q931, tpkt, uuie
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.features import feature, parametersOf, withFeature
from h323d.h323.signalling.traversal import SIGNALLING_TRAVERSAL
from h323d.h323.signalling.uuie import Content
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.network import SimulatedHost
from tests.support.ras import grq, keepAlive, rrq, urq
from tests.support.traversal import PRIVATE, TraversalEndpoint, dialBack, traversalRRQ
from tests.support.zone import World, makeWorld, world

__all__ = ["makeWorld", "world"]

ALICE = ("dialledDigits", "1001")
NAT = "198.51.100.7"
CALL = bytes(range(16))


def granted(answer: RASMessage) -> bool:
    return parametersOf(answer.fields, SIGNALLING_TRAVERSAL) is not None


def registered(
    world: World, host: str = NAT, **more: Any
) -> tuple[TraversalEndpoint, Registration]:
    endpoint = TraversalEndpoint(world.network, host)
    answer = endpoint.ask(traversalRRQ(1, ALICE, **more))
    assert answer.name == "registrationConfirm", answer
    found = world.zone.registry.byId(answer.fields["endpointIdentifier"])
    assert found is not None
    return endpoint, found


# Registration.


def test_discoveryOffersTraversalToWhoAsks(world: World) -> None:
    peer = world.peer(NAT)
    message = grq(1, PRIVATE)
    assert not granted(peer.ask(message))
    asking = withFeature({**message.fields, "requestSeqNum": 2}, feature(SIGNALLING_TRAVERSAL))
    assert granted(peer.ask(RASMessage(message.name, asking)))


def test_aTraversalRegistrationIsConfirmedForAShortTime(world: World) -> None:
    endpoint = TraversalEndpoint(world.network, NAT)
    answer = endpoint.ask(traversalRRQ(1, ALICE, timeToLive=3600))
    assert granted(answer)
    assert answer.fields["timeToLive"] == 19


def test_keepAlivesStayShort(world: World) -> None:
    endpoint, registration = registered(world)
    message = keepAlive(2, PRIVATE, registration.endpointId, timeToLive=3600)
    answer = endpoint.ask(message)
    assert granted(answer)
    assert answer.fields["timeToLive"] == 19


def test_itIsKnownByWhereItsPacketsComeFrom(world: World) -> None:
    _, registration = registered(world)
    assert registration.traversal
    assert registration.signalling == (TransportAddress(NAT, 31719),)


def test_twoWithTheSamePrivateAddressDoNotGetInEachOthersWay(world: World) -> None:
    registered(world)
    other = TraversalEndpoint(world.network, "203.0.113.9")
    assert other.ask(traversalRRQ(1, ("dialledDigits", "1002"))).name == "registrationConfirm"
    assert len(world.zone.registry) == 2


def test_addressesThatMeanNothingDoNotMatterToTraversal(world: World) -> None:
    nowhere = ("ipAddress", {"ip": bytes(4), "port": 0})
    _, registration = registered(world, rasAddress=[nowhere], callSignalAddress=[nowhere])
    assert registration.ras == ()


def test_theSameEndpointThroughAnotherPortOfItsNATKeepsItsPlace(world: World) -> None:
    _, before = registered(world)
    again = TraversalEndpoint(world.network, NAT, 31720)
    answer = again.ask(traversalRRQ(1, ALICE))
    assert answer.fields["endpointIdentifier"] == before.endpointId
    after = world.zone.registry.byId(before.endpointId)
    assert after is not None
    assert after.source.port == 31720


def test_anotherEndpointBehindTheSameNATDoesNotTakeTheName(world: World) -> None:
    registered(world)
    other = TraversalEndpoint(world.network, NAT, 31720)
    elsewhere = ("ipAddress", {"ip": bytes((192, 168, 1, 6)), "port": 1719})
    assert other.ask(traversalRRQ(1, ALICE, rasAddress=[elsewhere])).name == "registrationReject"


def test_aRegistrationOutlivesARestartAsWhatItWas(world: World) -> None:
    _, registration = registered(world)
    assert fromText(toText(registration)) == registration


def test_whereItIsSwitchedOffNobodyGetsIt(makeWorld: Any) -> None:
    world = makeWorld(traversal=TraversalConfig(enabled=False))
    endpoint = TraversalEndpoint(world.network, NAT)
    assert not granted(endpoint.ask(traversalRRQ(1, ALICE)))


# Guessing.


def test_aPrivateAddressFromElsewhereIsReplacedByWhereItCameFrom(world: World) -> None:
    peer = world.peer(NAT)
    answer = peer.ask(rrq(1, PRIVATE, ALICE))
    registration = world.zone.registry.byId(answer.fields["endpointIdentifier"])
    assert registration is not None
    assert registration.signalling == (TransportAddress(NAT, 1720),)


def test_aPrivateAddressFromAPrivateOneIsBelieved(world: World) -> None:
    peer = world.peer("10.0.0.77")
    answer = peer.ask(rrq(1, PRIVATE, ALICE))
    registration = world.zone.registry.byId(answer.fields["endpointIdentifier"])
    assert registration is not None
    assert registration.signalling == (TransportAddress(PRIVATE, 1720),)


def test_whoCanLeaveByAnAddressThatWasGuessed(world: World) -> None:
    peer = world.peer(NAT)
    endpointId = peer.ask(rrq(1, PRIVATE, ALICE)).fields["endpointIdentifier"]
    assert peer.ask(urq(2, PRIVATE, endpointIdentifier=endpointId)).name == "unregistrationConfirm"


@pytest.mark.parametrize(
    ("named", "source", "believable"),
    [
        ("192.168.1.5", "198.51.100.7", False),
        ("192.168.1.5", "192.168.1.5", True),
        ("192.168.1.5", "10.1.2.3", True),
        ("203.0.113.4", "198.51.100.7", True),
        ("fd00::5", "2001:db8::7", False),
        ("100.64.3.3", "198.51.100.7", False),
    ],
)
def test_onlyPrivateAddressesFromElsewhereAreDoubted(
    named: str, source: str, believable: bool
) -> None:
    assert Locality(TraversalConfig()).believable(named, source) == believable


def test_nothingIsDoubtedWhereGuessingIsOff() -> None:
    assert Locality(TraversalConfig(guess=False)).believable("192.168.1.5", "198.51.100.7")


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeToLive": 9},
        {"dialBackTimeout": 0.5},
        {"keepAliveInterval": 4},
        {"privateNetworks": ("192.168.1.5/16",)},
    ],
)
def test_wrongConfigurationIsNamed(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        TraversalConfig(**wrong)


# Dial-back.


class Door:
    """
    The signalling port of the gatekeeper's server, which takes dial-backs alone.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.stray: list[Content] = []
        here = SimulatedHost(world.network, "10.0.0.1")
        StreamListener(here).listen(TransportAddress("10.0.0.1", 1720), self._accept)

    def _accept(self, peer: TransportAddress) -> SignallingConnection:
        return SignallingConnection(self, self._world.clock, H323Config(), False)

    def facilityReceived(self, connection: SignallingConnection, content: Content) -> bool:
        taken = self._world.zone.dialBacks.facilityReceived(connection, content)
        if not taken:
            self.stray.append(content)
        return taken

    def setupReceived(self, *_: object) -> None:
        raise AssertionError("nobody calls us here")

    def badInput(self, *_: object) -> None:
        raise AssertionError("everything can be read here")

    def connectionGone(self, connection: SignallingConnection) -> None:
        pass


@pytest.fixture
def door(world: World) -> Door:
    return Door(world)


def test_anEndpointThatIsToldOfACallConnects(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    connections: list[SignallingConnection] = []
    world.zone.dialBacks.summon(registration, CALL).addCallback(connections.append)
    world.clock.pump([0.01] * 20)
    setup = messages.addressed(messages.setup(b"", "", (), ()), 7, False)
    connections[0].send(setup)
    world.clock.pump([0.01] * 5)
    assert [message.callReference for message in endpoint.received] == [7]
    assert len(world.zone.dialBacks) == 0
    connections[0].close()
    world.clock.pump([0.01] * 5)


def failureOf(world: World, registration: Registration, seconds: float) -> Cause:
    failures: list[Any] = []
    world.zone.dialBacks.summon(registration, CALL).addErrback(failures.append)
    world.clock.pump([0.1] * round(seconds * 10))
    (failure,) = failures
    assert failure.check(RemoteProtocolError)
    cause: Cause = failure.value.cause
    return cause


def test_oneThatDoesNotConnectHasNotResponded(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    assert failureOf(world, registration, 8.2) is Cause.NO_USER_RESPONDING


def test_oneThatDoesNotAnswerHasNotResponded(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.answers = False
    assert failureOf(world, registration, 8.2) is Cause.NO_USER_RESPONDING
    told = [each.name for each in endpoint.ras].count("serviceControlIndication")
    assert told > 1  # a lost datagram does not lose the call


def test_aCallIsSummonedForOnce(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    first = world.zone.dialBacks.summon(registration, CALL)
    assert failureOf(world, registration, 0.0) is Cause.INVALID_CALL_REFERENCE
    first.addErrback(lambda _: None)
    first.cancel()
    world.clock.pump([0.01] * 5)


def test_whenTheCallIsOverNobodyWaits(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    summoned = world.zone.dialBacks.summon(registration, CALL)
    summoned.addErrback(lambda _: None)
    summoned.cancel()
    assert len(world.zone.dialBacks) == 0
    world.clock.pump([0.01] * 5)


def test_oneThatCannotBeToldIsNotWaitedFor(world: World) -> None:
    _, registration = registered(world)

    def busy(*_: object) -> RASAsked:
        raise ResourceUnavailable("no requestSeqNum is free")

    here = TransportAddress("10.0.0.1", 1720)
    origins: Any = None  # nobody connects
    registrationAt = world.zone.registry.bySignalling
    dialBacks = DialBacks(
        TraversalConfig(), world.clock, lambda peer: here, registrationAt, busy, origins
    )
    failures: list[Any] = []
    summoned = dialBacks.summonBehind(registration.signalling[0], CALL)
    assert summoned is not None
    summoned.addErrback(failures.append)
    assert failures[0].value.cause is Cause.NO_USER_RESPONDING
    assert len(dialBacks) == 0


def test_whoCanBeConnectedToIsNotSummoned(world: World) -> None:
    world.registered("10.0.0.2")
    for host in ("10.0.0.2", "10.0.0.3"):  # of whom the second is nobody
        assert world.zone.dialBacks.summonBehind(TransportAddress(host, 1720), CALL) is None


def connectFrom(world: World, host: str, call: bytes) -> bool:
    """
    @return: whether the connection was left open.
    """
    other = TraversalEndpoint(world.network, host, 40000)
    other.call = call
    opener = StreamOpener(SimulatedHost(world.network, host))
    opener.open(TransportAddress("10.0.0.1", 1720), other, 5.0)
    world.clock.pump([0.01] * 10)
    left = other.stream is not None
    if other.stream is not None:
        other.stream.close()
    world.clock.pump([0.01] * 5)
    return left


def test_aCallThatSomebodyElseNamesIsNotGivenAway(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    summoned = world.zone.dialBacks.summon(registration, CALL)
    assert not connectFrom(world, "203.0.113.66", CALL)
    assert not summoned.called
    assert len(door.stray) == 1
    (fact,) = world.told(CallFromElsewhere)
    assert (fact.what, fact.endpointId, fact.refused) == ("dialBack", registration.endpointId, True)
    assert (fact.source.host, fact.known) == ("203.0.113.66", registration.source)
    summoned.addErrback(lambda _: None)
    summoned.cancel()


def test_unlessThatIsOnlyToBeTold(world: World, door: Door) -> None:
    world.reload(security=SecurityConfig(hostMismatch=HostMismatch.LOG))
    endpoint, registration = registered(world)
    endpoint.connects = False
    summoned = world.zone.dialBacks.summon(registration, CALL)
    connectFrom(world, "203.0.113.66", CALL)
    assert summoned.called
    assert [fact.refused for fact in world.told(CallFromElsewhere)] == [False]


def test_aCallThatNobodyWaitsForIsNotTaken(world: World, door: Door) -> None:
    assert connectFrom(world, NAT, bytes(16))
    assert len(door.stray) == 1
    assert world.told(CallFromElsewhere) == []


def test_theFacilityIsReadAsH323PlusSendsIt() -> None:
    packet = next(iter(tpkt.StreamReader().feed(dialBack(CALL))))
    message = q931.decode(packet)
    assert message.callReference == 0
    assert message.userUser is not None
    assert uuie.read(message.userUser).callIdentifier == CALL


def test_aliasesAreFoundWhoeverTheyBelongTo(world: World) -> None:
    _, registration = registered(world)
    alias = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")
    assert world.zone.registry.byAlias(alias) == registration
