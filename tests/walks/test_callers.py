"""
Callers that call themselves what they are not, and what others see of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.operation.views import told
from h323d.values.address import TransportAddress
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)


class House:
    """
    A server that routes calls, Alice, who is 1000, and the chairman, who is 2000.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        configuration = Configuration(
            routed=RoutedConfig(model=CallModel.ROUTED, acceptUnregistered=True)
        )
        self.server = world.server(SERVER, configuration)
        self.alice = Telephone(world, "10.0.0.2", "1000", gatekeeper=RAS)
        self.chairman = Telephone(world, "10.0.0.3", "2000", gatekeeper=RAS)
        self.stranger = Telephone(world, "10.0.0.66", "3000")
        for each in (self.alice, self.chairman):
            each.register()
        world.run(1.0)

    def callAs(self, telephone: Telephone, name: str, target: str, **more: Any) -> None:
        telephone.alias = name
        telephone.call(target, **more)
        self.world.run(1.0)
        assert telephone.speaking

    @property
    def shown(self) -> Any:
        (call,) = told(self.server.server.operator.calls())
        return call["calling"]


@pytest.fixture
def house() -> Iterator[House]:
    with Simulation(seed=3) as world:
        yield House(world)
        world.leave()
        assert world.leftOver() == []


def test_inARoomAnEndpointHasItsOwnName(house: House) -> None:
    house.callAs(house.alice, "2000", "80001")
    assert house.shown == ["1000"]


def test_aStrangerHasNone(house: House) -> None:
    house.callAs(house.stranger, "2000", "80001", destination=TransportAddress(SERVER, 1720))
    assert house.shown == []


def test_norHasOneThatCallsBySIP(house: House) -> None:
    house.callAs(house.stranger, "2000", f"sip:80001@{SERVER}")
    assert [name for name in house.shown if name.startswith("2000")] == []


@pytest.mark.parametrize("claimed", ["1000", "2000"])
def test_aCallThatIsRoutedOnSaysItToo(house: House, claimed: str) -> None:
    other = Telephone(house.world, "10.0.0.4", "4000", gatekeeper=RAS)
    other.register()
    house.world.run(1.0)
    house.callAs(house.alice, claimed, "4000")
    assert house.shown == ["1000"]
    assert other.leg is not None
    assert [str(each) for each in other.leg.calling] == ["1000"]


def test_aStrangersCallIsRoutedOnWithoutTheName(house: House) -> None:
    house.callAs(house.stranger, "2000", "1000", destination=TransportAddress(SERVER, 1720))
    assert house.alice.leg is not None
    assert house.alice.leg.calling == ()
