"""
The walk of who is revoked between two turns of the server: while another gate thinks about the
call that they ask for, or a registration.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from twisted.internet.defer import Deferred

from h323d.call.applications import PASSED, Application, Door, Verdict
from h323d.call.surroundings import Surroundings
from h323d.config.sections import Configuration, PluginConfig
from h323d.events.calls import CallAdmitted
from tests.support.fakegate import FakeGate
from tests.support.guardedhouse import ALICE, ANNA, HOST, SCRIPT, House
from tests.support.ras import arq, rrq
from tests.support.simulation import Simulation
from tests.support.sippeers import offerBody

ENTRY = "[h323d.policy]\nslow = tests.walks.test_guard_revocation:Slow\n"
ROOM = ("dialledDigits", "80001")


class Slow(FakeGate):
    """
    Thinks when it is told to.
    """

    made: ClassVar[list[Slow]] = []

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(PASSED)
        self.think(Door.OPERATOR)
        self.made.append(self)

    def think(self, door: Door) -> Deferred[Verdict]:
        """
        Think about the next who comes to a door.
        """
        self._thinking = door, Deferred[Verdict]()
        return self._thinking[1]

    def judge(self, application: Application) -> Verdict | Deferred[Verdict]:
        self.judged.append(application)
        door, answer = self._thinking
        return answer if application.door is door else PASSED


class SlowHouse(House):
    """
    A guarded server with another gate behind the guard.
    """

    def __init__(self, world: Simulation, file: Path) -> None:
        base = Configuration(plugins=PluginConfig(gates=("slow",)))
        super().__init__(world, file, base=base)
        self.slow = Slow.made.pop()

    def revoke(self, *left: str) -> None:
        self.write(*left)
        self.server.server.reload(self.configuration)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowHouse]:
    package = tmp_path / "slow-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: slow\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(ENTRY)
    monkeypatch.syspath_prepend(tmp_path)
    with Simulation(seed=4) as world:
        house = SlowHouse(world, tmp_path / "registry.yaml")
        yield house
        house.close()
        world.leave()
        assert world.leftOver() == []


@pytest.mark.alone("its judge answers from outside")
def test_whoIsRevokedWhileTheirSetupIsJudgedDoesNotComeIn(house: SlowHouse) -> None:
    house.alice.register()
    house.world.run(0.5)
    house.alice.call("80001")
    answer = house.slow.think(Door.SETUP)
    house.world.run(0.5)
    house.revoke(SCRIPT, ANNA)
    answer.callback(PASSED)
    house.world.run(0.5)
    assert not house.alice.speaking
    assert house.server.told(CallAdmitted) == []


@pytest.mark.alone("its judge answers from outside")
def test_whoIsRevokedWhileTheirInviteIsJudgedDoesNotComeIn(house: SlowHouse) -> None:
    answer = house.slow.think(Door.INVITE)
    house.send("INVITE", body=offerBody())
    house.revoke(ALICE, ANNA)
    answer.callback(PASSED)
    house.world.run(0.5)
    assert house.phone.statuses[-1] >= 400
    assert house.server.told(CallAdmitted) == []


@pytest.mark.alone("its judge answers from outside")
def test_whoIsRevokedWhileTheirARQIsJudgedIsNotAdmitted(house: SlowHouse) -> None:
    endpointId = house.register()
    answer = house.slow.think(Door.ARQ)
    house.anna.received.clear()
    house.anna.port.send(house.signed(arq(2, endpointId, ROOM)), house.anna.peer)
    house.world.run(0.1)
    house.revoke(ALICE, SCRIPT)
    answer.callback(PASSED)
    house.world.run(0.1)
    assert [each.name for each in house.anna.messages()][-1] == "admissionReject"


@pytest.mark.alone("its judge answers from outside")
def test_whoIsRevokedWhileTheirRRQIsJudgedIsNotRegistered(house: SlowHouse) -> None:
    answer = house.slow.think(Door.RRQ)
    house.anna.port.send(house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna"))), house.anna.peer)
    house.world.run(0.1)
    house.revoke(ALICE, SCRIPT)
    answer.callback(PASSED)
    house.world.run(0.1)
    assert house.registrations() == 0


@pytest.mark.alone("its judge answers from outside")
def test_whoIsRevokedWhileTheirREGISTERIsJudgedIsNotRegistered(house: SlowHouse) -> None:
    answer = house.slow.think(Door.REGISTER)
    house.send("REGISTER", uri=f"sip:script@{HOST}")
    house.revoke(ALICE, ANNA)
    answer.callback(PASSED)
    house.world.run(0.1)
    assert house.registrations() == 0
    assert house.phone.statuses[-1] == 403


@pytest.mark.alone("its judge answers from outside")
def test_whoStaysIsNotDisturbed(house: SlowHouse) -> None:
    house.alice.register()
    house.world.run(0.5)
    house.alice.call("80001")
    answer = house.slow.think(Door.SETUP)
    house.world.run(0.5)
    house.revoke(ALICE, SCRIPT)
    answer.callback(PASSED)
    house.world.run(0.5)
    assert house.alice.speaking
