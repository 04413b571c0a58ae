"""
The walk of an operator's policy: from its package into a guarded server, and from there to who
calls and to the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from h323d.call.applications import Door
from h323d.cli.witness.recorded import Recorded, decisionsIn, policiesOf
from h323d.config.sections import Configuration
from h323d.errors import ConfigurationError
from h323d.events.doors import ApplicationRefused
from h323d.guard.config import GuardConfig
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.witness.log.config import WitnessConfig
from tests.support.guardians import entry
from tests.support.loggedfailures import LoggedFailures
from tests.support.policypackage import NO, OPEN, Package, Written
from tests.support.seal import aside
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

US = "10.0.0.1"
ALICE = entry("alice", public_key="", proof="address", addresses="10.0.0.2", aliases="e164:1000")


class House:
    """
    A guarded server with policies that keeps a log, and a telephone.
    """

    def __init__(self, world: Simulation, directory: Path, package: Package) -> None:
        self.world = world
        self.package = package
        self.log = directory / "log"
        registry = directory / "registry.yaml"
        registry.write_text(f"guardians:\n{ALICE}")
        self.configuration = Configuration(
            guard=GuardConfig(
                str(registry), "council-1", policies=("one", "two"), shadow=("three",)
            ),
            witness=WitnessConfig(
                directory=str(self.log), origin="a.example/log", key=str(directory / "key.pem")
            ),
        )
        self.server = world.server(US, self.configuration)
        self.alice = Telephone(world, "10.0.0.2", "1000")
        self.calls = 0

    def call(self) -> Telephone:
        self.alice.call("80001", destination=TransportAddress(US, 1720))
        self.world.run(1.0)
        return self.alice

    def speaks(self) -> bool:
        speaking = self.call().speaking
        self.alice.hangup()
        self.world.run(1.0)
        return speaking

    def reload(self, **guard: Any) -> None:
        changed = replace(self.configuration, guard=replace(self.configuration.guard, **guard))
        self.server.server.reload(changed)

    def details(self) -> list[str]:
        return [each.detail for each in self.server.told(ApplicationRefused)]

    def last(self) -> Recorded:
        """
        The decision of the last call.
        """
        found: list[list[Recorded]] = []
        aside(list, decisionsIn(self.log)).addCallback(found.append)
        return [each for each in found[0] if each.judged.asked.door is Door.SETUP][-1]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    monkeypatch.syspath_prepend(tmp_path / "site")
    return Package(tmp_path / "site")


@pytest.fixture
def house(tmp_path: Path, package: Package) -> Iterator[House]:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path, package)
        yield house
        world.leave()
        assert world.leftOver() == []


def test_aCallPassesWhereAllOpenAndTheRecordHasWhatTheySaid(house: House) -> None:
    assert house.speaks()
    judged = house.last().judged
    assert [(each.policy, each.answer.value) for each in judged.opinions] == [
        ("one", "opens"),
        ("two", "opens"),
    ]
    assert [(each.policy, each.answer.value) for each in judged.shadows] == [("three", "opens")]


def test_aPolicyRefusesACallInItsOwnWord(house: House) -> None:
    house.package.write("two", NO)
    house.reload()
    assert house.call().cause is Cause.CALL_REJECTED
    assert house.details() == ["two:no"]
    found = house.last()
    assert (found.judged.decision.gate, found.record.data["reason"]) == ("3.1", "NOT_PERMITTED")
    assert found.again(policiesOf(found.judged.opinions)) == found.judged.decision
    assert not found.again(policiesOf(())).failure


def test_aPolicyThatIsTriedOutChangesNothingAndIsRecorded(house: House) -> None:
    house.package.write("three", NO)
    house.reload()
    assert house.speaks()
    (shadow,) = house.last().judged.shadows
    assert (shadow.policy, shadow.answer.value) == ("three", "refuses")


def test_aPolicyThatWasTriedOutIsPutInForceWithoutARestart(house: House) -> None:
    house.package.write("three", NO)
    house.reload(policies=("one", "three"), shadow=())
    assert not house.speaks()
    house.reload(policies=(), shadow=())
    assert house.speaks()


@pytest.mark.alone("the code of its policies is read from a disk")
@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def (", "cannot be loaded: invalid syntax"),
        ("raise RuntimeError('at night')", "cannot be loaded: at night"),
        ("import nosuchmodule", "cannot be loaded: No module named 'nosuchmodule'"),
        ("raise SystemExit(1)", "cannot be loaded: 1"),
        ("class Policy: pass", "IGuardPolicy"),
    ],
)
def test_aModuleThatCannotBeUsedLeavesTheOldOneInForce(house: House, code: str, why: str) -> None:
    house.package.write("one", NO)
    house.package.raw("two", code)
    with pytest.raises(ConfigurationError, match=rf"^guard.policies: two.*{why}"):
        house.reload()
    assert house.speaks()
    house.package.write("two", OPEN)
    house.reload()
    assert not house.speaks()


@pytest.mark.alone("the code of its policies is read from a disk")
def test_aNameThatNobodyHasLeavesTheOldOnesInForce(house: House) -> None:
    house.package.write("one", NO)
    with pytest.raises(ConfigurationError, match=r"^guard.policies: four is unknown"):
        house.reload(shadow=("four",))
    assert house.speaks()


@pytest.mark.alone("the code of its policies is read from a disk")
def test_whatAPolicyImportsFromItsPackageIsReadAgainToo(house: House) -> None:
    house.package.raw("rule", "closed = False\n")
    house.package.write("one", "from councilpolicies.rule import closed; return Failure(Reason.NOT_PERMITTED, 'no') if closed else None")  # fmt: skip
    house.reload()
    assert house.speaks()
    house.package.raw("rule", "closed = True\n")
    house.reload()
    assert not house.speaks()


def test_aPolicyThatRaisesRefusesEachCallAndNoOther(
    house: House, loggedFailures: LoggedFailures
) -> None:
    house.package.write("one", "return asked.nothing")
    house.package.write("three", "raise KeyError(asked)")
    house.reload()
    assert house.call().cause is Cause.TEMPORARY_FAILURE
    assert house.details() == ["one:failed"]
    assert len(loggedFailures.take(AttributeError)) == 1
    house.reload(policies=("two",))
    assert house.speaks()
    assert len(loggedFailures.take(KeyError)) == 2
    house.world.failures.clear()


def test_aPolicyIsGivenNothingThatItCouldChange(
    house: House, loggedFailures: LoggedFailures
) -> None:
    house.package.write("three", "asked.stock.held = 0")
    house.reload()
    assert house.speaks()
    assert house.last().judged.shadows[0].answer.value == "failed"
    assert len(loggedFailures.take(AttributeError)) == 1
    house.world.failures.clear()


@pytest.mark.parametrize("key", ["policies", "shadow"])
def test_aServerDoesNotStartWithAPolicyThatNobodyHas(tmp_path: Path, key: str) -> None:
    registry = tmp_path / "registry.yaml"
    registry.write_text("")
    names: Any = {key: ("four",)}  # Any: by its name
    config = Configuration(guard=GuardConfig(str(registry), "council-1", **names))
    with Simulation(seed=4) as world:
        with pytest.raises(ConfigurationError, match="four is unknown"):
            world.server(US, config)


def test_thePolicyOfThePageIsAsItsOwnTestsSayAndCanBePutInForce(
    house: House, tmp_path: Path
) -> None:
    written = Written(tmp_path / "site")
    theirs: dict[str, Any] = {}
    exec(compile(written.tests, "test_nightrest.py", "exec"), theirs)
    found = [each for name, each in theirs.items() if name.startswith("test_")]
    assert len(found) == 4
    for each in found:
        each()
    house.reload(policies=("nightrest",))
    assert house.speaks()  # at eight in the morning
    assert [each.policy for each in house.last().judged.opinions] == ["nightrest"]
