"""
How endpoints behind a NAT register, and are made to connect.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.registry.storeformat import fromText, toText
from h323d.gatekeeper.traversal import Locality
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.ras.messages import RASMessage
from h323d.h323.signalling import q931, tpkt, uuie
from h323d.h323.signalling.features import feature, parametersOf, withFeature
from h323d.h323.signalling.traversal import SIGNALLING_TRAVERSAL
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
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


def test_theFacilityIsReadAsH323PlusSendsIt() -> None:
    packet = next(iter(tpkt.TPKTReader().feed(dialBack(CALL))))
    message = q931.decode(packet)
    assert message.callReference == 0
    assert message.userUser is not None
    assert uuie.read(message.userUser).callIdentifier == CALL


def test_aliasesAreFoundWhoeverTheyBelongTo(world: World) -> None:
    _, registration = registered(world)
    alias = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")
    assert world.zone.registry.byAlias(alias) == registration
