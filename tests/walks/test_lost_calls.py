"""
Calls whose endpoint is not what it was: it does not have the call any more, says nothing, or
is not registered any more; and what becomes of the call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from h323d.config.sections import Configuration
from h323d.events.gatekeeper import CallLost, EndpointUnregistered
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
INTERVAL = 3  # seconds between two questions about a call
SILENCE = 10.0  # seconds until a question counts as unanswered
ALICE, BOB = 440, 700  # Hz


class House:
    """
    A server that routes calls, and asks after them often; Alice and Bob.
    """

    def __init__(self, world: Simulation, timeToLive: int = 600, **gatekeeper: Any) -> None:
        self.world = world
        self.server = world.server(
            SERVER,
            replace(
                Configuration(),
                gatekeeper=GatekeeperConfig(
                    **{"callPollInterval": INTERVAL, "timeToLive": timeToLive} | gatekeeper
                ),
                routed=RoutedConfig(model=CallModel.ROUTED),
            ),
        )
        self.operator = self.server.server.operator
        self.alice = self._registered("10.0.0.2", "1000", ALICE)
        self.bob = self._registered("10.0.0.3", "2000", BOB)

    def _registered(self, address: str, alias: str, tone: int) -> Telephone:
        phone = Telephone(self.world, address, alias, tone, gatekeeper=RAS, timeToLive=600)
        phone.register()
        self.world.until(lambda: phone.registrations == ["registered"])
        return phone

    def call(self, target: str) -> None:
        """
        Alice calls, and has been asked about the call.
        """
        self.alice.call(target)
        self.world.run(2.5 * INTERVAL)
        assert self.alice.speaking

    def lose(self, how: str) -> None:
        """
        Alice's RAS does not know the call any more, or says nothing; her telephone talks on.
        """
        if how == "unknown":
            assert self.alice.leg is not None
            self.alice.ras.calls.dropped(bytes.fromhex(self.alice.leg.callIdentifier))
        else:
            self.alice.ras.close()
        self.world.run(2 * INTERVAL + SILENCE)

    def record(self) -> Any:
        (record,) = self.operator.cdr()
        return record

    def hears(self, telephone: Telephone) -> list[int]:
        return telephone.heard.heard((ALICE, BOB))


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=9) as simulation:
        yield simulation
        simulation.leave()
        assert simulation.leftOver() == []


LOST = [("silent", Cause.DESTINATION_OUT_OF_ORDER), ("unknown", Cause.NORMAL_UNSPECIFIED)]


@pytest.mark.parametrize(("how", "cause"), LOST)
def test_aCallInARoomThatIsLostLeavesIt(world: Simulation, how: str, cause: Cause) -> None:
    house = House(world)
    house.call("80001")
    house.lose(how)
    assert [fact.reason for fact in house.server.told(CallLost)] == [how]
    assert house.alice.cause is cause
    assert (house.operator.rooms(), house.operator.calls()) == ([], [])
    record = house.record()
    assert (record["outcome"], record["room"]) == ("answered", "80001")
    assert (record["cause"], record["releasedBy"]) == (cause, "server")
    assert house.operator.status().admissions == 0


@pytest.mark.parametrize(("how", "cause"), LOST)
def test_aRoutedCallThatIsLostEndsForBoth(world: Simulation, how: str, cause: Cause) -> None:
    house = House(world)
    house.call("2000")
    house.lose(how)
    assert (house.alice.cause, house.bob.cause) == (cause, cause)
    record = house.record()
    assert (record["outcome"], record["model"]) == ("answered", "routed")
    assert (record["cause"], record["releasedBy"]) == (cause, "server")
    status = house.operator.status()
    assert (status.routed, status.admissions, status.bandwidth) == (0, 0, 0)


@pytest.mark.parametrize("target", ["80001", "2000"])
def test_itGoesOnWhereLostCallsAreNotToBeDropped(world: Simulation, target: str) -> None:
    house = House(world, dropLostCalls=False)
    house.call(target)
    house.lose("unknown")
    assert len(house.server.told(CallLost)) == 1
    assert (house.alice.speaking, house.alice.cause) == (True, None)


def test_aRoutedCallOutlivesTheRegistrationOfASide(world: Simulation) -> None:
    house = House(world, timeToLive=10, callPollInterval=0)
    house.alice.call("2000")
    world.run(1.0)
    house.alice.ras.close()
    world.run(28.0)
    (gone,) = house.server.told(EndpointUnregistered)
    assert gone.reason == "expired"
    assert (house.hears(house.alice), house.hears(house.bob)) == ([BOB], [ALICE])
    house.alice.hangup()
    world.run(10.0)
    record = house.record()
    assert (record["outcome"], record["model"]) == ("answered", "routed")
    assert (record["cause"], record["releasedBy"]) == (Cause.NORMAL_CALL_CLEARING, "calling")
    assert record["duration"] > 28


def test_aRoutedCallOutlivesItsSidesBeingUnregistered(world: Simulation) -> None:
    house = House(world)
    house.alice.call("2000")
    world.run(1.0)
    house.operator.unregister("1000")
    world.run(5.0)
    assert house.alice.registrations[-1] == "registered"
    assert (house.hears(house.alice), house.hears(house.bob)) == ([BOB], [ALICE])
    assert len(house.operator.calls()) == 1


def test_aCallInARoomIsEndedByItsNameInH323Too(world: Simulation) -> None:
    house = House(world)
    house.alice.call("80001")
    world.run(1.0)
    (leg,) = house.server.legs
    house.operator.hangup(leg.callIdentifier)
    world.run(1.0)
    assert house.alice.cause is Cause.NORMAL_CALL_CLEARING
    assert house.operator.status().admissions == 0
