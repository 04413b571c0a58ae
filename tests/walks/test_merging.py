"""
The walk of a call of two that goes on in a room, where others join them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallTransferred
from h323d.operation.command import OperatorError
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.witness.assembly import LINGER
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
ALICE, BOB, CAROL = 400, 700, 1000  # Hz
SETTLED = 0.6


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=15) as simulation:
        yield simulation


@dataclass(frozen=True)
class House:
    """
    Alice and Bob are in a call, and Carol is there.
    """

    world: Simulation
    server: SimulatedServer
    alice: Telephone
    bob: Telephone
    carol: Telephone
    callId: str

    def heard(self) -> tuple[list[int], ...]:
        tones = (ALICE, BOB, CAROL)
        self.world.run(SETTLED)
        return tuple(each.heard.heard(tones) for each in (self.alice, self.bob, self.carol))

    def merge(self, call: str = "", room: str = "80001") -> Any:
        """
        @return: what comes of it; Any: a failure too.
        """
        outcome: list[Any] = []
        done: Deferred[Any] = self.server.server.operator.room(room, "merge", call or self.callId)
        done.addBoth(outcome.append)
        return outcome[0]

    def over(self) -> None:
        self.world.leave()
        assert self.world.leftOver() == []


def begun(world: Simulation, config: ConferenceConfig | None = None, bob: str = "h323") -> House:
    server = world.server(SERVER, Configuration(conference=config or ConferenceConfig()))
    phones = {
        alias: Telephone(world, f"10.0.1.{number}", alias, tone, gatekeeper=RAS)
        for number, (alias, tone) in enumerate((("1001", ALICE), ("1002", BOB), ("1003", CAROL)), 1)
    }
    for alias, phone in phones.items():
        if alias != "1002" or bob == "h323":
            phone.register()
    world.run(1.0)
    alice, second, carol = phones.values()
    where = "1002" if bob == "h323" else "sip:1002@10.0.1.2"
    answers: list[Any] = []
    server.server.operator.call("1001", where).addBoth(answers.append)
    world.until(lambda: alice.speaking and second.speaking)
    world.run(SETTLED)
    return House(world, server, alice, second, carol, answers[0].callId)


@pytest.mark.parametrize("bob", ["h323", "sip"])
def test_bothTalkOnInTheRoomAndHearWhoJoinsThem(world: Simulation, bob: str) -> None:
    house = begun(world, bob=bob)
    members = house.merge()
    assert [each.role for each in members] == ["participant", "participant"]
    assert house.server.server.gateway.bridges == {}
    assert house.heard() == ([BOB], [ALICE], [])
    house.carol.call("80001")
    world.until(lambda: house.carol.speaking)
    assert house.heard() == ([BOB, CAROL], [ALICE, CAROL], [ALICE, BOB])
    house.alice.hangup()
    world.run(SETTLED)
    assert house.bob.cause is None
    house.over()


def test_whoLeavesTheRoomDoesNotEndTheCallOfTheOther(world: Simulation) -> None:
    house = begun(world)
    house.merge()
    first, _ = house.server.server.conference.rooms["80001"].participants  # type: ignore[index] # a text
    house.server.server.operator.hangup(first)
    world.until(lambda: house.alice.cause is not None or house.bob.cause is not None)
    world.run(SETTLED)
    assert [each.cause for each in (house.alice, house.bob)].count(None) == 1
    house.over()


def test_eachOfThemHasARecordOfTheRoom(world: Simulation) -> None:
    house = begun(world)
    house.merge()
    transfers = house.server.told(CallTransferred)
    assert [each.callId for each in transfers] == [house.callId] * 2
    house.alice.hangup()
    house.bob.hangup()
    world.run(LINGER + 1.0)
    records = {each["callId"]: each for each in house.server.server.operator.cdr()}
    assert records[house.callId]["outcome"] == "answered"
    for each in transfers:
        record = records[each.onward]
        assert (record["model"], record["room"]) == ("conference", "80001")
        assert (record["outcome"], record["called"]) == ("answered", ["80001"])
    house.over()


def test_whereThereIsNoPlaceForBothTheirCallGoesOn(world: Simulation) -> None:
    house = begun(world, ConferenceConfig(maxTotalParticipants=1))
    failure = house.merge()
    assert (failure.check(OperatorError), str(failure.value)) == (OperatorError, "serverFull")
    assert house.heard() == ([BOB], [ALICE], [])
    house.over()


@pytest.mark.parametrize("call", ["nothing", "80001"])
def test_whatIsNoCallOfTwoIsToldSo(world: Simulation, call: str) -> None:
    house = begun(world)
    assert str(house.merge(call).value) == f"no call of two is called {call}"
    house.over()


def test_whoDoNotTalkYetAreNotMoved(world: Simulation) -> None:
    house = begun(world)
    answers: list[Any] = []
    house.server.server.operator.call("1003", "h323:nobody@10.0.1.9").addBoth(answers.append)
    failure = house.merge(answers[0].callId)
    assert str(failure.value) == f"the parties of {answers[0].callId} do not talk with each other"
    assert house.alice.cause is None
    house.over()


def test_aCallThatIsMovedIsOverWithTheRoom(world: Simulation) -> None:
    house = begun(world)
    house.merge()
    house.server.server.operator.hangup("80001")
    world.until(lambda: None not in (house.alice.cause, house.bob.cause))
    assert house.alice.cause is house.bob.cause is Cause.NORMAL_CALL_CLEARING
    house.over()
