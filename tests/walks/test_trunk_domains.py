"""
The walk of a call by a trunk that is a domain, whose servers fail, or whose records are of no use:
what its caller is told.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gateway.config import GatewayConfig
from h323d.sip.locating import MAX_TRIES
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.writer import write
from tests.support.bridged import SERVER, SIP
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request

ALICE, FIRST, SECOND = "10.0.1.1", "10.0.2.1", "10.0.2.2"
UDP = "_sip._udp.example.com"
CARRIER = TrunkConfig("carrier", "example.com", prefixes=("0",), checkInterval=0)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=20) as simulation:
        yield simulation


def started(world: Simulation) -> SimulatedServer:
    """
    A server that has looked for its trunk.
    """
    gateway = GatewayConfig(acceptUnregistered=True)
    routing = RoutingConfig(trunks=(CARRIER,))
    server = world.server(SERVER, Configuration(routing=routing, gateway=gateway))
    world.run(5.0)
    return server


def names(world: Simulation, *hosts: str) -> None:
    """
    The servers of the domain, best first.
    """
    for number, host in enumerate(hosts):
        world.names.service(UDP, f"s{number}.example.com", 5060, number)
        world.names.host(f"s{number}.example.com", host)


class Refusing(ScriptedPeer):
    """
    A server that answers every INVITE in the same way.
    """

    status = 503

    def received(self) -> list[SIPRequest]:
        requests = (each for each in self.messages if isinstance(each, SIPRequest))
        return [each for each in requests if each.method == "INVITE"]

    def datagramReceived(self, data: bytes, source: object) -> None:
        super().datagramReceived(data, source)  # type: ignore[arg-type]  # an address
        message = self.messages[-1]
        if isinstance(message, SIPRequest) and message.method == "INVITE":
            self.port.send(write(message.response(self.status, None, "there")), SIP)


class Caller:
    """
    Somebody who calls by the trunk.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        self.peer = ScriptedPeer(world, ALICE)
        invite = request("INVITE", uri=f"sip:0301234@{SERVER}", body=offerBody(ALICE))
        self.peer.send(invite.replace("10.0.0.3", ALICE), SIP)

    def told(self, seconds: float) -> list[int]:
        """
        The final answer, within a time.
        """
        self.world.run(seconds)
        answers = (each for each in self.peer.messages if isinstance(each, SIPResponse))
        return list(dict.fromkeys(each.status for each in answers if each.isFinal))


def test_aCallGoesOnToTheNextServerWhereOneRefusesIt(world: Simulation) -> None:
    names(world, FIRST, SECOND)
    first, second = Refusing(world, FIRST), Refusing(world, SECOND)
    second.status = 486
    started(world)
    assert Caller(world).told(1.0) == [486]
    assert (len(first.received()), len(second.received())) == (1, 1)


def test_aCallGoesOnWhereOneServerSaysNothingAndTheNextCallBeginsThere(world: Simulation) -> None:
    names(world, FIRST, SECOND)
    second = Refusing(world, SECOND)
    second.status = 486
    server = started(world)
    assert Caller(world).told(7.0) == [486]
    (trunk,) = server.server.operator.trunks()
    assert trunk.address == f"{SECOND}:5060"
    assert trunk.targets[0] == f"{FIRST}:5060 udp failing: no answer to a call"


@pytest.mark.parametrize("records", ["none", "themselves", "silent", "broken", "ours"])
def test_aDomainThatLeadsNowhereIs503(world: Simulation, records: str) -> None:
    if records == "themselves":
        world.names.replacement("example.com", "SIP+D2U", "example.com")
        world.names.service(UDP, UDP, 5060)
    elif records == "silent":
        world.names.wait(UDP)
    elif records == "broken":
        world.names.broken.update(("example.com", UDP))
    elif records == "ours":
        names(world, SERVER)
    started(world)
    assert Caller(world).told(1.0) == [503]
    assert len(world.names.asked) < MAX_TRIES


def test_ofFiveHundredServersTenAreTried(world: Simulation) -> None:
    names(world, *(f"10.2.{each // 250}.{each % 250 + 1}" for each in range(500)))
    peers = [Refusing(world, f"10.2.0.{each + 1}") for each in range(20)]
    started(world)
    assert Caller(world).told(5.0) == [503]
    assert [len(each.received()) for each in peers] == [1] * MAX_TRIES + [0] * 10
    assert len(world.names.asked) == MAX_TRIES + 1


def test_serversAreKnownForAsLongAsTheNameServerSaysNothing(world: Simulation) -> None:
    names(world, FIRST)
    first = Refusing(world, FIRST)
    first.status = 486
    started(world)
    world.names.wait(UDP)
    world.run(70.0)
    assert Caller(world).told(1.0) == [486]
