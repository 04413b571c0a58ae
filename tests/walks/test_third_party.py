"""
The walk of a third-party call: the operator names two telephones, they are called one after
the other, and hear each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.events.calls import CallEnded, CallOriginated
from h323d.events.gatekeeper import RASAdmissionEnded
from h323d.operation.command import OperatorError
from h323d.operation.views import LegView
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
ALICE, BOB, NOBODY = 400, 700, 1000  # Hz


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=7) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server(SERVER)


@pytest.fixture
def alice(world: Simulation, server: SimulatedServer) -> Telephone:
    return registered(world, "10.0.1.1", "alice", ALICE)


@pytest.fixture
def bob(world: Simulation, server: SimulatedServer) -> Telephone:
    return registered(world, "10.0.1.2", "1002", BOB)


def registered(world: Simulation, address: str, alias: str, tone: int) -> Telephone:
    telephone = Telephone(world, address, alias, tone, gatekeeper=RAS)
    telephone.register()
    world.until(lambda: telephone.registrations == ["registered"])
    return telephone


def result(deferred: Deferred[Any]) -> Any:
    outcome: list[Any] = []
    deferred.addBoth(outcome.append)
    return outcome[0]


def legs(server: SimulatedServer) -> list[LegView]:
    return [view for view in server.server.operator.calls() if isinstance(view, LegView)]


def heard(alice: Telephone, bob: Telephone) -> tuple[list[int], list[int]]:
    tones = (ALICE, BOB, NOBODY)
    return alice.heard.heard(tones), bob.heard.heard(tones)


def test_twoEndpointsAreCalledAndHearEachOther(
    world: Simulation, server: SimulatedServer, alice: Telephone, bob: Telephone
) -> None:
    answer = result(server.server.operator.call("alice", "1002"))
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    assert [view.callId for view in legs(server)] == [answer.callId] * 2
    first, second = server.told(CallOriginated)
    assert [str(fact.called[0]) for fact in (first, second)] == ["alice", "1002"]
    assert (first.origin, second.origin) == (None, first.legId)
    bob.hangup()
    world.run(0.5)
    assert alice.cause is Cause.NORMAL_CALL_CLEARING
    assert len(server.told(CallEnded)) == len(server.told(RASAdmissionEnded)) == 2
    world.leave()
    assert world.leftOver() == []


def test_oneOfThemCanBeASIPPhoneThatIsNotRegistered(
    world: Simulation, server: SimulatedServer, alice: Telephone
) -> None:
    bob = Telephone(world, "10.0.1.3", "bob", BOB)
    result(server.server.operator.call("sip:bob@10.0.1.3", "alice"))
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    alice.hangup()
    world.run(0.5)
    assert bob.cause is Cause.NORMAL_CALL_CLEARING
    world.leave()
    assert world.leftOver() == []


def test_whoIsCalledIntoARoomHearsWhoIsThere(
    world: Simulation, server: SimulatedServer, alice: Telephone, bob: Telephone
) -> None:
    bob.call("80001")
    world.until(lambda: bob.speaking)
    result(server.server.operator.call("alice", "80001"))
    world.until(lambda: alice.speaking)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    (room,) = server.server.operator.rooms()
    assert [each.name for each in room.participants] == ["1002", "alice"]
    assert len(legs(server)) == 2
    alice.hangup()
    world.run(0.5)
    assert bob.cause is None
    bob.hangup()
    world.run(0.5)
    assert server.server.conference.rooms == {}
    world.leave()
    assert world.leftOver() == []


def test_aSecondThatIsNotThereEndsTheFirst(
    world: Simulation, server: SimulatedServer, alice: Telephone
) -> None:
    result(server.server.operator.call("alice", "h323:nobody@10.0.1.9"))
    world.until(lambda: alice.cause is not None)
    assert server.server.gateway.bridges == {}
    world.leave()
    assert world.leftOver() == []


def test_inMaintenanceCallsFinishAndNoneBegins(
    world: Simulation, server: SimulatedServer, alice: Telephone, bob: Telephone
) -> None:
    operator = server.server.operator
    result(operator.call("alice", "1002"))
    world.until(lambda: alice.speaking and bob.speaking)
    operator.maintenance("on")
    late = Telephone(world, "10.0.1.4", "late", gatekeeper=RAS)
    late.register()
    caller = Telephone(world, "10.0.1.5", "caller")
    caller.call("sip:80001@10.0.0.1")
    world.run(1.0)
    assert late.registrations == ["failed: resourceUnavailable"]
    assert caller.cause is not None
    assert result(operator.call("alice", "1002")).check(OperatorError)
    assert heard(alice, bob) == ([BOB], [ALICE])
    assert operator.maintenance().calls == 2
    alice.hangup()
    world.run(0.5)
    assert (operator.maintenance().calls, operator.maintenance().admissions) == (0, 0)
    operator.maintenance("off")
    caller.call("sip:80001@10.0.0.1")
    world.until(lambda: caller.speaking)
    world.leave()
    assert world.leftOver() == []
