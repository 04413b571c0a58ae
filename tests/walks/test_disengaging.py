"""
Calls that their endpoint says are over, or whose endpoint is gone, while they are here all the
same: what they use counts until they end, and they do end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from h323d.call.legs import ILeg
from h323d.config.sections import Configuration
from h323d.events.gatekeeper import RASAdmissionEnded, RASAdmissionRefused
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig
from h323d.gatekeeper.partings import GRACE
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.h323.calls.admission import AdmissionRequest
from h323d.h323.calls.leg import H323Leg
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
ONE = 1280  # what one call asks for


class Busy(Telephone):
    """
    A telephone that refuses every call.
    """

    def legOffered(self, leg: ILeg) -> None:
        leg.observe(self)
        leg.reject(Cause.SWITCHING_EQUIPMENT_CONGESTION)


class House:
    """
    A server with bandwidth for one call, Alice, Bob and Carol.
    """

    def __init__(
        self, world: Simulation, model: CallModel = CallModel.ROUTED, **gatekeeper: Any
    ) -> None:
        self.world = world
        limits = {"totalBandwidth": ONE} | gatekeeper
        configuration = Configuration(
            gatekeeper=GatekeeperConfig(**limits), routed=RoutedConfig(model=model)
        )
        self.server = world.server(SERVER, configuration)
        self.operator = self.server.server.operator
        self.alice = self.telephone("10.0.0.2", "1000")
        self.bob = self.telephone("10.0.0.3", "2000")
        self.carol = self.telephone("10.0.0.4", "3000")

    def telephone(self, address: str, alias: str, kind: type[Telephone] = Telephone) -> Telephone:
        phone = kind(self.world, address, alias, gatekeeper=RAS)
        phone.register()
        self.world.run(0.5)
        assert phone.registrations == ["registered"]
        return phone

    @property
    def used(self) -> Any:
        return self.operator.status().bandwidth

    def call(self, telephone: Telephone, target: str) -> None:
        telephone.call(target)
        self.world.run(1.0)


def disengage(telephone: Telephone, answered: bool = False) -> None:
    """
    Say that a call is over (DRQ), and talk on.
    """
    leg = telephone.leg
    assert isinstance(leg, H323Leg)
    request = AdmissionRequest(leg.identity, leg.reference, answered, (), (), None)
    telephone.ras.calls.disengage(request, Cause.NORMAL_CALL_CLEARING)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=4) as simulation:
        yield simulation
        simulation.leave()
        assert simulation.leftOver() == []


def test_whoSaysThatACallIsOverGetsNoOtherInItsPlace(world: Simulation) -> None:
    house = House(world)
    house.call(house.alice, "80001")
    assert house.used == ONE
    disengage(house.alice)
    world.run(1.0)
    assert (house.alice.speaking, house.used) == (True, ONE)
    house.call(house.bob, "80002")
    house.call(house.carol, "80003")
    assert [each.reason for each in house.server.told(RASAdmissionRefused)] == ["requestDenied"] * 2
    assert len(house.operator.calls()) == 1


def test_butIsTakenAtItsWordAfterAMoment(world: Simulation) -> None:
    house = House(world)
    house.call(house.alice, "80001")
    disengage(house.alice)
    world.run(GRACE + 0.5)
    assert house.alice.cause is Cause.NORMAL_CALL_CLEARING
    assert (house.operator.calls(), house.used) == ([], 0)
    (record,) = house.operator.cdr()
    assert (record["outcome"], record["room"]) == ("answered", "80001")
    house.call(house.carol, "80003")
    assert (house.carol.speaking, house.used) == (True, ONE)


@pytest.mark.parametrize("answered", [False, True])
def test_aRoutedCallEndsForBothWhicheverSideSaysSo(world: Simulation, answered: bool) -> None:
    house = House(world)
    house.call(house.alice, "2000")
    disengage(house.bob if answered else house.alice, answered)
    world.run(1.0)
    assert (house.alice.speaking, house.bob.speaking, house.used) == (True, True, ONE)
    world.run(GRACE)
    assert house.alice.cause is house.bob.cause is Cause.NORMAL_CALL_CLEARING
    assert house.used == 0


def test_aCallThatEndsByItselfIsNotEndedAgain(world: Simulation) -> None:
    house = House(world)
    house.call(house.alice, "80001")
    disengage(house.alice)
    house.alice.hangup()
    world.run(1.0)
    assert house.used == 0
    house.call(house.alice, "80001")
    world.run(2 * GRACE)
    assert (house.alice.speaking, house.used) == (True, ONE)


def test_aDirectCallIsOverWhenItsSidesSaySo(world: Simulation) -> None:
    house = House(world, CallModel.DIRECT)
    house.call(house.alice, "2000")
    disengage(house.alice)
    disengage(house.bob, True)
    world.run(2 * GRACE)
    assert house.used == 0
    assert house.alice.speaking  # they talk to each other, and we know no better
    assert len(house.server.told(RASAdmissionEnded)) == 2


def test_whoHasRefusedACallDoesNotEndItForTheNext(world: Simulation) -> None:
    house = House(world, totalBandwidth=0, aliasConflict=AliasConflict.ADDITIVE)
    house.telephone("10.0.0.5", "4000", Busy)
    second = house.telephone("10.0.0.6", "4000")
    house.call(house.alice, "4000")
    (ended,) = house.server.told(RASAdmissionEnded)
    assert ended.disengaged
    assert (house.alice.speaking, second.speaking) == (True, True)
    world.run(2 * GRACE)
    assert (house.alice.speaking, second.speaking) == (True, True)


@pytest.mark.parametrize("target", ["80001", "2000"])
def test_whoIsNotRegisteredAnyMoreKeepsWhatItsCallsUse(world: Simulation, target: str) -> None:
    house = House(world)
    house.call(house.alice, target)
    house.operator.unregister("1000")
    house.operator.unregister("2000")
    world.run(2.0)
    assert house.alice.registrations[-1] == "registered"  # anew, at once
    assert (house.alice.speaking, house.used) == (True, ONE)
    house.call(house.carol, "80003")
    assert house.carol.cause is not None
    house.alice.hangup()
    world.run(1.0)
    assert house.used == 0


def test_whatExpiresKeepsItToo(world: Simulation) -> None:
    house = House(world, timeToLive=10, callPollInterval=0)
    house.call(house.alice, "80001")
    house.alice.ras.close()
    world.run(40.0)
    assert (house.alice.speaking, house.used) == (True, ONE)
    house.alice.hangup()
    world.run(1.0)
    assert house.used == 0
