"""
The walk of a call through the gateway that may speak some formats alone: by the configuration, or
since there is a guard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from h323d.config.sections import Configuration
from h323d.events.calls import CallRefused
from h323d.gateway.config import GatewayConfig
from h323d.sip.messages.message import SIPResponse
from h323d.sip.sdp.description import parse
from h323d.sip.sdp.payloads import formatsOf, isSpoken
from h323d.values.media.formats import G711_ALAW, MediaFormat
from tests.support.guardedhouse import HOST, RAS, House
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, offerBody, request

GSM, PCMA = "3", "8"


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=4) as world:
        yield world
        world.leave()
        assert world.leftOver() == []


class Calls:
    """
    A SIP phone that calls an H.323 telephone.
    """

    def __init__(self, world: Simulation, telephone: Telephone, phone: ScriptedPeer) -> None:
        self.world, self.telephone, self.phone = world, telephone, phone
        telephone.register()
        world.run(1.0)

    def call(self, formats: str) -> SIPResponse:
        text = request("INVITE", uri=f"sip:1000@{HOST}", body=offerBody(formats=formats))
        self.phone.send(text, SERVER)
        self.world.run(1.0)
        answer = self.phone.messages[-1]
        assert isinstance(answer, SIPResponse)
        return answer


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    gateway = GatewayConfig(acceptUnregistered=True, audioFormats=("PCMA",))
    return world.server(HOST, Configuration(gateway=gateway))


@pytest.fixture
def narrow(world: Simulation, server: SimulatedServer) -> Iterator[Calls]:
    telephone = Telephone(world, "10.0.0.2", "1000", gatekeeper=RAS)
    calls = Calls(world, telephone, ScriptedPeer(world, "10.0.0.3"))
    yield calls
    calls.phone.port.close()


@pytest.fixture
def house(world: Simulation, tmp_path: Path) -> Iterator[House]:
    base = Configuration(gateway=GatewayConfig(acceptUnregistered=True))
    house = House(world, tmp_path / "registry.yaml", base=base)
    yield house
    house.close()


def told(answer: SIPResponse) -> tuple[MediaFormat, ...]:
    """
    The formats of a description, but for what goes beside sound.
    """
    (line,) = parse(answer.body).media
    return tuple(filter(isSpoken, formatsOf(line).values()))


def test_whoSpeaksNothingThatIsAllowedIsRefusedWithTheList(
    narrow: Calls, server: SimulatedServer
) -> None:
    answer = narrow.call(GSM)
    assert answer.status == 488
    assert "PCMA; you have GSM/8000" in (answer.headers.get("Warning") or "")
    assert told(answer) == (G711_ALAW,)
    assert [each.reason for each in server.told(CallRefused)] == ["formatsNotAllowed"]
    assert narrow.telephone.reports == []  # it does not even ring


def test_anOfferIsCutToTheList(narrow: Calls) -> None:
    answer = narrow.call(f"{GSM} 0 {PCMA}")
    assert answer.status == 200
    assert told(answer) == (G711_ALAW,)
    assert [each.transmit for each in narrow.telephone.streams] != []
    spoken = {each.transmit.format for each in narrow.telephone.streams if each.transmit}
    assert spoken == {G711_ALAW}


def test_whatIsChangedInACallIsOfTheListToo(narrow: Calls) -> None:
    tag = narrow.call(PCMA).toAddress.tag or ""
    uri, body = f"sip:1000@{HOST}", offerBody(formats=GSM)
    narrow.phone.send(request("ACK", branch="z9hG4bKack", toTag=tag, uri=uri), SERVER)
    changed = request("INVITE", branch="z9hG4bK2", cseq=2, toTag=tag, uri=uri, body=body)
    narrow.phone.send(changed, SERVER)
    narrow.world.run(1.0)
    answer = narrow.phone.messages[-1]
    assert isinstance(answer, SIPResponse)
    assert (answer.status, told(answer)) == (488, (G711_ALAW,))
    assert narrow.telephone.speaking


@pytest.mark.parametrize(("formats", "status"), [(GSM, 488), (PCMA, 200)])
def test_whereThereIsAGuardTheCouncilsListHolds(
    world: Simulation, house: House, formats: str, status: int
) -> None:
    assert Calls(world, house.alice, house.phone).call(formats).status == status


def test_theConfigurationHasTheLastWord(world: Simulation, house: House) -> None:
    gateway = GatewayConfig(acceptUnregistered=True, audioFormats=("GSM", "PCMU"))
    house.server.server.reload(replace(house.configuration, gateway=gateway))
    assert Calls(world, house.alice, house.phone).call(GSM).status == 200
