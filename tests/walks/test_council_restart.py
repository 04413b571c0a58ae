"""
The walk of a council whose server ends while it meets, and is there again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from h323d.council.config import CouncilConfig
from h323d.council.council import RESUME
from h323d.events.council import CouncilConvened, GuardianCalled
from h323d.operation.command import OperatorError, Role
from h323d.operation.desk import Actor
from tests.support.councillors import ROOM, SERVER, SIGNALLING, House
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

QUICK = CouncilConfig(redials=1, redialSeconds=5.0, ringSeconds=10.0, maxSeconds=30.0)


class Restarting(House):
    """
    The house of a council, whose server can end, and be there again.
    """

    def __init__(self, world: Simulation, directory: Path, store: str = "") -> None:
        self.store = directory / "state" / "councils.json"
        council = replace(QUICK, store=store or str(self.store))
        super().__init__(world, directory / "registry.yaml", council=council)

    def convene(self, *arguments: str) -> None:
        actor = Actor("uid 7", Role.OPERATOR)
        self.server.server.desk.ask(actor, "council", [ROOM, "convene", *arguments])
        self.world.run(2.0)

    def end(self) -> None:
        self.server.stop()
        self.world.run(2.0)

    def begin(self) -> None:
        configuration = self.server.server.configuration
        self.server = self.world.started(SimulatedServer(self.world, SERVER, configuration))

    def restart(self) -> None:
        self.end()
        self.begin()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Restarting]:
    with Simulation(seed=31) as world:
        house = Restarting(world, tmp_path)
        yield house
        house.over()


def test_whoIsExpectedIsRungAgainAndWhoHasComeIsKnown(house: Restarting) -> None:
    house.registered("anna")
    house.convene()
    assert house.states() == {"anna": "present", "bert": "pausing", "cora": "pausing"}
    house.restart()
    assert set(house.states().values()) == {"absent"}
    assert [name for name, view in house.council().items() if view.attended] == ["anna"]
    house.phones["anna"].ras.stop()  # she does not know yet that the server was away
    house.world.run(1.0)
    house.registered("anna", "bert")
    assert house.states() == {"anna": "absent", "bert": "absent", "cora": "absent"}
    house.world.run(RESUME)
    assert house.states() == {"anna": "present", "bert": "present", "cora": "pausing"}
    assert len(house.server.told(CouncilConvened)) == 1
    assert {each.attempt for each in house.server.told(GuardianCalled)} == {1}


def test_whoStaysAwayIsRungNoMoreOftenThanAtFirst(house: Restarting) -> None:
    house.convene("if://guardian/anna")
    house.restart()
    house.world.run(16.0)
    view = house.council()["anna"]
    assert (view.state, view.why, view.attempts) == ("absent", "notRegistered", 2)


def test_byWhomAndUntilWhenIsKept(house: Restarting) -> None:
    house.convene("-", "ESCALATE")
    (before,) = house.server.server.operator.councils()
    house.restart()
    (after,) = house.server.server.operator.councils()
    assert (after.by, after.callType, after.guardians) == ("uid 7", "ESCALATE", 3)
    assert (after.since, after.left) == (before.since + 2.0, before.left - 2.0)
    house.world.run(after.left)
    assert house.server.server.operator.councils() == []


def test_theTypeHoldsBeforeAnybodyComes(house: Restarting) -> None:
    fields = {"public_key": "", "proof": "address", "addresses": "10.0.1.9"}
    house.fields["dora"] = {**fields, "aliases": "h323:dora", "may": "[ROUTINE, ESCALATE]"}
    house.write()
    house.world.run(2.0)
    house.convene("if://guardian/dora", "ESCALATE")
    house.restart()
    dora = Telephone(house.world, "10.0.1.9", "Dora 219-09-9998")
    dora.call(ROOM, destination=SIGNALLING)
    house.world.run(0.5)
    assert house.council()["dora"].refused == "PII_POLICY_VIOLATION found:SSN"


def test_whoComesByThemselvesIsNotRung(house: Restarting) -> None:
    house.convene("if://guardian/anna")
    house.restart()
    house.registered("anna")
    house.phones["anna"].call(ROOM)
    house.world.run(RESUME)
    assert (house.states(), house.phones["anna"].offers) == ({"anna": "present"}, 0)


def test_whatWasDismissedIsGone(house: Restarting) -> None:
    house.convene()
    house.council("dismiss")
    house.restart()
    with pytest.raises(OperatorError, match="no council meets in 80001"):
        house.council()


def test_soIsWhatIsOverByThen(house: Restarting) -> None:
    house.convene()
    house.end()
    house.world.run(QUICK.maxSeconds)
    house.begin()
    assert house.server.server.operator.councils() == []
    house.world.run(2.0)
    assert json.loads(house.store.read_text()) == {"councils": []}


def test_aBrokenFileLosesNothingElseAndIsTold(house: Restarting) -> None:
    house.convene("-", "ROUTINE")
    house.server.server.operator.council("80002", "convene")
    house.world.run(2.0)
    house.end()
    broken = house.store.read_text().replace('"ROUTINE"', '"NONE"', 1)
    house.store.write_text(broken)
    house.begin()
    assert [each.room for each in house.server.server.operator.councils()] == ["80002"]
    (failure,) = house.world.failures
    assert f"{house.store}: council 1: type: NONE is no type of calls" in failure
    house.world.failures.clear()
    assert house.store.with_name("councils.json.broken").read_text() == broken
    house.world.run(2.0)
    assert len(json.loads(house.store.read_text())["councils"]) == 1


def test_withoutAFileNothingIsKept(tmp_path: Path) -> None:
    with Simulation(seed=31) as world:
        house = Restarting(world, tmp_path, store="councils.json")
        house.convene()
        house.restart()
        assert house.server.server.operator.councils() == []
        house.over()
