"""
A routed call that an operator sends to somebody else, from the command to the records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.operation.command import OperatorError
from h323d.operation.views import Transferred, told
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
ALICE, BOB, CAROL = 440, 700, 1000  # Hz, what each of them says


class House:
    """
    Three telephones that are registered with one server, Alice in a call with Bob.
    """

    def __init__(self, world: Simulation, transfers: int = 5, **routed: Any) -> None:
        self.world = world
        settings = RoutedConfig(model=CallModel.ROUTED, **routed)
        self.server: SimulatedServer = world.server(
            SERVER, replace(Configuration(), routed=settings)
        )
        self.operator = self.server.server.operator
        self.alice = self.registered("10.0.0.2", "1000", ALICE, transfers)
        self.bob = self.registered("10.0.0.3", "2000", BOB, transfers)
        self.carol = self.registered("10.0.0.4", "3000", CAROL, transfers)
        self.alice.call("2000")
        world.run(1.0)
        self.callId = self.routed()["callId"]

    def registered(self, address: str, alias: str, tone: int, transfers: int) -> Telephone:
        telephone = Telephone(self.world, address, alias, tone, gatekeeper=RAS, transfers=transfers)
        telephone.register()
        self.world.until(lambda: telephone.registrations == ["registered"])
        return telephone

    def routed(self) -> Any:
        """
        The only call there is.
        """
        (call,) = told(self.operator.calls())
        return call

    def transfer(self, target: str, side: str = "calling") -> Any:
        """
        What the operator is answered, once some time has passed.

        @raise OperatorError: as the operator is told.
        """
        answers: list[Any] = []
        failures: list[Any] = []
        callId = self.routed()["callId"]
        asked = self.operator.transfer(callId, target, side)
        asked.addCallbacks(answers.append, failures.append)
        self.world.run(2.0)
        for failure in failures:
            failure.raiseException()
        (answer,) = answers
        return answer

    def hears(self, telephone: Telephone) -> list[int]:
        return telephone.heard.heard((ALICE, BOB, CAROL))


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=7) as simulation:
        yield simulation


@pytest.fixture
def house(world: Simulation) -> House:
    return House(world)


def test_whoIsTransferredTalksToTheOtherOneAndNobodyElse(house: House) -> None:
    assert house.transfer("3000") == Transferred(house.callId)
    assert (house.hears(house.alice), house.hears(house.carol)) == ([CAROL], [ALICE])
    assert (house.bob.cause, house.bob.speaking) == (Cause.NORMAL_CALL_CLEARING, False)


def test_theCalledSideIsTransferredAsWell(house: House) -> None:
    house.transfer("3000", "called")
    assert (house.hears(house.bob), house.hears(house.carol)) == ([CAROL], [BOB])
    assert (house.alice.cause, house.alice.speaking) == (Cause.NORMAL_CALL_CLEARING, False)


def test_bothCallsHaveTheirRecord(house: House) -> None:
    house.transfer("3000")
    house.carol.hangup()
    house.world.run(1.0)
    second, first = house.operator.cdr()
    for record, called, by in ((first, "2000", "calling"), (second, "3000", "called")):
        assert (record["outcome"], record["model"]) == ("answered", "routed")
        assert (record["cause"], record["releasedBy"]) == (Cause.NORMAL_CALL_CLEARING, by)
        assert (record["calling"], record["called"]) == (["1000"], [called])
        assert record["admissions"] == 2
    assert first["callId"] == house.callId != second["callId"]


def test_theAdmissionsOfTheFirstCallEnd(house: House) -> None:
    house.transfer("3000")
    status = house.operator.status()
    assert (status.routed, status.admissions) == (1, 2)
    house.alice.hangup()
    house.world.run(1.0)
    status = house.operator.status()
    assert (status.routed, status.admissions, status.bandwidth) == (0, 0, 0)


def test_whoNeverObeysTalksOn(world: Simulation) -> None:
    house = House(world, transfers=0)
    assert house.transfer("3000") == Transferred(house.callId)
    assert house.alice.reports[-1] == "transfer to 3000"
    assert (house.hears(house.alice), house.hears(house.bob)) == ([BOB], [ALICE])
    assert (house.routed()["callId"], house.carol.reports) == (house.callId, [])


def test_oneCallIsNotTransferredForEver(world: Simulation) -> None:
    house = House(world, transfers=2)
    for target in ("3000", "2000", "3000"):
        house.transfer(target)
    assert house.hears(house.alice) == [BOB]
    assert house.alice.reports[-1] == "transfer to 3000"


def test_aRoomIsATargetLikeAnother(house: House) -> None:
    house.transfer("80001")
    (call,) = told(house.operator.calls())
    assert (call["room"], call["calling"]) == ("80001", ["1000"])
    assert house.bob.cause is Cause.NORMAL_CALL_CLEARING


def test_aNameThatNobodyHasIsToldToTheOperatorAndNothingIsLost(house: House) -> None:
    with pytest.raises(OperatorError, match=r"^nobody is called nemo$"):
        house.transfer("nemo")
    assert (house.hears(house.alice), house.hears(house.bob)) == ([BOB], [ALICE])
    assert house.alice.reports[-1] == "media"


def test_nobodyIsSentToThemselves(house: House) -> None:
    with pytest.raises(OperatorError, match=r"^1000 is who would call$"):
        house.transfer("1000")
    assert house.hears(house.alice) == [BOB]


def test_whileNoCallsAreTakenNobodyGivesOneUp(house: House) -> None:
    house.operator.maintenance("on")
    with pytest.raises(OperatorError, match=r"^no calls are taken: maintenance$"):
        house.transfer("3000")
    assert house.hears(house.alice) == [BOB]


def test_aURIOfSIPIsNoAddressOfH323(house: House) -> None:
    with pytest.raises(OperatorError, match=r"^nobody is called sip:carol@10\.0\.0\.4$"):
        house.transfer("sip:carol@10.0.0.4")


def test_anAddressThatNobodyRegisteredIsCalledThere(house: House) -> None:
    dora = Telephone(house.world, "10.0.0.5", "4000", CAROL)
    house.transfer("h323:4000@10.0.0.5")
    assert (house.hears(house.alice), house.hears(dora)) == ([CAROL], [ALICE])


def test_whoIsNotRegisteredIsTransferredThroughUs(world: Simulation) -> None:
    house = House(world, acceptUnregistered=True)
    house.alice.hangup()
    dora = Telephone(world, "10.0.0.5", "4000", ALICE)
    dora.call("2000", destination=TransportAddress(SERVER, 1720))
    world.run(1.0)
    house.transfer("3000")
    assert (house.hears(dora), house.hears(house.carol)) == ([CAROL], [ALICE])
    assert house.routed()["called"] == ["3000"]


def test_whoCannotBeReachedEndsTheSecondCall(house: House) -> None:
    house.carol.close()  # and the gatekeeper does not know that yet
    house.transfer("3000")
    house.world.run(30.0)
    assert (house.alice.leg, house.bob.leg) == (None, None)
    assert house.operator.status().admissions == 0


def test_transferredCallsLeaveNothingBehind(house: House) -> None:
    house.transfer("3000")
    house.world.leave()
    assert house.world.leftOver() == []
