"""
A routed call in an operator's hands: seen and ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from twisted.python.failure import Failure

from h323d.config.sections import Configuration
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.operation.command import OperatorError
from h323d.operation.operator import Operator
from h323d.operation.views import told
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=5) as simulation:
        yield simulation


@pytest.fixture
def operator(world: Simulation) -> Operator:
    routed = RoutedConfig(model=CallModel.ROUTED)
    return world.server(SERVER, replace(Configuration(), routed=routed)).server.operator


@pytest.fixture
def alice(world: Simulation, operator: Operator) -> Telephone:
    return registered(world, "10.0.0.2", "1000")


@pytest.fixture
def bob(world: Simulation, alice: Telephone) -> Telephone:
    """
    Whom Alice has called.
    """
    bob = registered(world, "10.0.0.3", "2000")
    alice.call("2000")
    world.run(1.0)
    return bob


def registered(world: Simulation, address: str, alias: str) -> Telephone:
    telephone = Telephone(world, address, alias, gatekeeper=RAS)
    telephone.register()
    world.until(lambda: telephone.registrations == ["registered"])
    return telephone


def test_itIsSeenOnceThoughBothSidesAreAdmitted(
    world: Simulation, operator: Operator, bob: Telephone
) -> None:
    (routed,) = told(operator.calls())
    assert (routed["model"], routed["state"], routed["target"]) == (
        "routed",
        "active",
        "10.0.0.3:1720",
    )
    status = operator.status()
    assert (status.calls, status.routed, status.admissions) == (1, 1, 2)


def test_aCallToARoomIsALegAndNotAnAdmissionBesides(
    world: Simulation, operator: Operator, alice: Telephone
) -> None:
    alice.call("80001")
    world.run(1.0)
    (leg,) = told(operator.calls())
    assert (leg["room"], operator.status().admissions) == ("80001", 1)


@pytest.mark.parametrize("name", ["callId", "legId", "callIdentifier"])
def test_itIsEndedByAnyOfItsNames(
    world: Simulation, operator: Operator, alice: Telephone, bob: Telephone, name: str
) -> None:
    (routed,) = told(operator.calls())
    operator.hangup(routed[name])
    world.run(1.0)
    assert (alice.cause, bob.cause) == (Cause.NORMAL_CALL_CLEARING,) * 2
    assert operator.calls() == []


def test_whatIsNoRoutedCallIsNotTransferred(operator: Operator) -> None:
    failures: list[Failure] = []
    operator.transfer("c1", "3000").addErrback(failures.append)
    (failure,) = failures
    assert isinstance(failure.value, OperatorError)
    assert str(failure.value) == "no routed call is called c1"
