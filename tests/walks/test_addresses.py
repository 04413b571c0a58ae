"""
The walk of calls and registrations through a server that has an address on each of several
networks: whoever it talks with sees one address of it, and can use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.config.sections import AdvertisedConfig, Configuration, ServerConfig
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.media.config import MediaConfig
from h323d.sip.messages.message import SIPRequest
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.ras import Peer as RASPeer
from tests.support.ras import rrq as registration
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request

LAN, DMZ, SIX = "10.0.0.1", "172.16.0.1", "2001:db8::1"
AT_LAN, AT_DMZ, AT_SIX = "10.0.0.9", "172.16.0.9", "2001:db8::9"
ALICE, BOB, NOBODY = 400, 700, 1000  # Hz
TONES = (ALICE, BOB, NOBODY)
EVERYWHERE = ServerConfig(bind=("0.0.0.0", "::"))


class Sightings:
    """
    From which addresses each peer was sent something.
    """

    def __init__(self, world: Simulation) -> None:
        self._seen: dict[str, dict[str, None]] = {}
        world.network.observers.append(self._observe)

    def _observe(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        self._seen.setdefault(destination[0], {})[source[0]] = None

    def by(self, peer: str) -> list[str]:
        return list(self._seen[peer])


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=17) as world:
        yield world
        world.leave()
        assert world.leftOver() == []


def newServer(world: Simulation, **sections: object) -> SimulatedServer:
    given = {"server": EVERYWHERE, "media": MediaConfig(tickMs=20), **sections}
    configuration = replace(Configuration(), **given)  # type: ignore[arg-type]  # sections by name
    return world.server(LAN, configuration, (DMZ, SIX))


PLACES = pytest.mark.parametrize(
    ("phone", "server"), [(AT_LAN, LAN), (AT_DMZ, DMZ), (AT_SIX, SIX), (AT_LAN, DMZ)]
)


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@PLACES
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_aSIPPhoneTalksWithOneAddress(
    world: Simulation, phone: str, server: str, transport: str
) -> None:
    newServer(world)
    sightings = Sightings(world)
    first = Telephone(world, phone, "alice", ALICE)
    second = Telephone(world, "10.0.0.8", "bob", BOB)
    first.call(f"sip:80001@{bracketed(server)};transport={transport}")
    second.call(f"sip:80001@{LAN}")
    world.until(lambda: first.speaking and second.speaking)
    world.run(0.6)
    assert first.heard.heard(TONES) == [BOB]
    assert second.heard.heard(TONES) == [ALICE]
    assert sightings.by(phone) == [server]


@PLACES
def test_anH323TelephoneTalksWithOneAddress(world: Simulation, phone: str, server: str) -> None:
    newServer(world)
    sightings = Sightings(world)
    first = Telephone(world, phone, "alice", ALICE, TransportAddress(server, 1719))
    second = Telephone(world, "10.0.0.8", "bob", BOB)
    first.register()
    world.until(lambda: first.registrations == ["registered"])
    first.call("80001")
    second.call(f"sip:80001@{LAN}")
    world.until(lambda: first.speaking and second.speaking)
    world.run(0.6)
    assert first.heard.heard(TONES) == [BOB]
    assert second.heard.heard(TONES) == [ALICE]
    assert sightings.by(phone) == [server]


@PLACES
@pytest.mark.parametrize("model", [CallModel.ROUTED_H245, CallModel.PROXIED])
def test_aRoutedCallJoinsTwoNetworks(
    world: Simulation, model: CallModel, phone: str, server: str
) -> None:
    newServer(world, routed=RoutedConfig(model=model))
    sightings = Sightings(world)
    alice = Telephone(world, "10.0.0.8", "1000", ALICE, TransportAddress(LAN, 1719))
    bob = Telephone(world, phone, "2000", BOB, TransportAddress(server, 1719))
    for each in (alice, bob):
        each.register()
    world.run(1.0)
    alice.call("2000")
    world.run(1.5)
    assert (alice.heard.heard(TONES), bob.heard.heard(TONES)) == ([BOB], [ALICE])
    if model is CallModel.PROXIED:
        assert (sightings.by("10.0.0.8"), sightings.by(phone)) == ([LAN], [server])


def test_aRegisteredPhoneIsCalledFromTheAddressThatItReaches(world: Simulation) -> None:
    server = newServer(world)
    sightings = Sightings(world)
    phone = ScriptedPeer(world, AT_LAN)
    here = TransportAddress(DMZ, 5060)
    text = request("REGISTER", uri=f"sip:1001@{DMZ}", extra="Expires: 60\n")
    phone.send(text.replace("10.0.0.3", AT_LAN), here)
    world.until(lambda: phone.statuses)
    server.server.operator.call("1001", "sip:x@10.0.0.77")
    world.until(lambda: phone.methods)
    (invite,) = (each for each in phone.messages if isinstance(each, SIPRequest))
    assert sightings.by(AT_LAN) == [DMZ]
    assert (invite.via.host, str(invite.contacts[0].uri)) == (DMZ, f"sip:h323d@{DMZ}:5060")
    assert f"c=IN IP4 {DMZ}" in invite.body.decode()
    phone.port.close()


def test_aPhoneWithTwoPortsIsAnsweredAndHungUpOnFromTheAddressThatItAsked(
    world: Simulation,
) -> None:
    server = newServer(world)
    sightings = Sightings(world)
    sending, receiving = ScriptedPeer(world, AT_LAN, 5080), ScriptedPeer(world, AT_LAN, 5060)
    text = request(
        "INVITE", body=offerBody(AT_LAN), uri=f"sip:80001@{DMZ}", via=f"SIP/2.0/UDP {AT_LAN}"
    )
    sending.send(text.replace("10.0.0.3", AT_LAN), TransportAddress(DMZ, 5060))
    world.until(lambda: receiving.statuses)
    tag = receiving.messages[0].toAddress.tag or ""
    text = request("ACK", uri=f"sip:80001@{DMZ}", branch="z9hG4bK2", toTag=tag)
    sending.send(text.replace("10.0.0.3", AT_LAN), TransportAddress(DMZ, 5060))
    world.until(lambda: server.legs)
    server.legs[0].hangup(Cause.NORMAL_CALL_CLEARING)
    world.until(lambda: receiving.methods)
    assert (receiving.statuses[0], receiving.methods[0]) == (200, "BYE")
    assert sightings.by(AT_LAN) == [DMZ]
    world.run(40.0)
    for each in (sending, receiving):
        each.port.close()


@PLACES
def test_aRegisteredEndpointIsCalledFromTheAddressThatItReaches(
    world: Simulation, phone: str, server: str
) -> None:
    here = newServer(world)
    sightings = Sightings(world)
    alice = Telephone(world, phone, "alice", ALICE, TransportAddress(server, 1719))
    alice.register()
    world.until(lambda: alice.registrations == ["registered"])
    bob = Telephone(world, "10.0.0.8", "bob", BOB)
    here.server.operator.call("alice", "sip:bob@10.0.0.8")
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert (alice.heard.heard(TONES), bob.heard.heard(TONES)) == ([BOB], [ALICE])
    assert sightings.by(phone) == [server]


def test_anEndpointIsDismissedFromTheAddressThatItReaches(world: Simulation) -> None:
    server = newServer(world)
    sightings = Sightings(world)
    endpoint = RASPeer(world.network, AT_LAN, peer=TransportAddress(DMZ, 1719))
    confirm = endpoint.ask(registration(1, AT_LAN))
    assert confirm.name == "registrationConfirm"
    assert server.server.zone is not None
    server.server.zone.unregister(confirm.fields["endpointIdentifier"])
    world.run(0.1)
    assert endpoint.messages()[-1].name == "unregistrationRequest"
    assert sightings.by(AT_LAN) == [DMZ]
    endpoint.port.close()


def connectionLines(world: Simulation, phone: str, server: str) -> list[str]:
    """
    What the answer to a call says of where media is received.
    """
    script = ScriptedPeer(world, phone)
    branch, uri = f"z9hG4bK{phone}", f"sip:80001@{server}"
    text = request("INVITE", body=offerBody(phone), uri=uri, branch=branch, callId=phone)
    script.send(text.replace("10.0.0.3", phone), TransportAddress(server, 5060))
    world.until(lambda: [each for each in script.messages if each.body])
    (told, *_) = [each for each in script.messages if each.body]
    world.run(70.0)  # nobody acknowledges it, and nobody answers the BYE
    script.port.close()
    hosts = re.findall(r"c=IN IP4 (\S+)", told.body.decode())
    assert str(told.contacts[0].uri) == f"sip:80001@{hosts[0]}:5060"
    return hosts


def test_eachNetworkIsToldWhatIsAdvertisedToIt(world: Simulation) -> None:
    newServer(
        world,
        server=replace(
            EVERYWHERE,
            advertise="198.51.100.7",
            advertised=(AdvertisedConfig("172.16.9.9", "172.16.0.0/12"),),
        ),
    )
    assert connectionLines(world, "203.0.113.9", LAN) == ["198.51.100.7"]
    assert connectionLines(world, AT_DMZ, DMZ) == ["172.16.9.9"]


def test_aNameThatIsAdvertisedIsLookedUp(world: Simulation) -> None:
    world.names.host("gw.example.com", "198.51.100.7", "2001:db8::77")
    newServer(world, server=replace(EVERYWHERE, advertise="gw.example.com"))
    assert world.names.asked == ["gw.example.com"]
    assert connectionLines(world, "203.0.113.9", LAN) == ["198.51.100.7"]


def test_whatIsAdvertisedChangesWithAReload(world: Simulation) -> None:
    server = newServer(world)
    assert connectionLines(world, "203.0.113.9", LAN) == [LAN]
    changed = replace(
        server.server.configuration, server=replace(EVERYWHERE, advertise="198.51.100.7")
    )
    server.server.reload(changed)
    assert server.server.configuration.server.advertise == "198.51.100.7"
    assert connectionLines(world, "203.0.113.10", LAN) == ["198.51.100.7"]
