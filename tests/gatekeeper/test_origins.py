"""
From which host a call may come.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.logger import formatEvent, globalLogPublisher

from h323d.events.doors import CallFromElsewhere
from h323d.gatekeeper.origins import Origins
from h323d.gatekeeper.routing.config import NeighbourConfig
from h323d.gatekeeper.security.config import HostMismatch, SecurityConfig
from h323d.values.address import TransportAddress
from tests.support.ras import CALL, arq, at, rrq
from tests.support.zone import World

ANNA = ("h323-ID", "anna")
ROOM = ("dialledDigits", "80001")
HERE, ELSEWHERE, NEIGHBOUR = "10.0.0.2", "10.0.0.66", "10.0.0.9"
LENIENT = SecurityConfig(hostMismatch=HostMismatch.LOG)


class North:
    """
    The one neighbour that there is.
    """

    @property
    def neighbourhood(self) -> North:
        return self

    def at(self, source: TransportAddress) -> NeighbourConfig | None:
        return NeighbourConfig("north", NEIGHBOUR) if source.host == NEIGHBOUR else None


def originsOf(world: World, config: SecurityConfig | None = None) -> Origins:
    """
    What judges by the calls of a gatekeeper.
    """
    return Origins(
        config or SecurityConfig(), world.zone.admissions, North(), world.clock, world.events
    )


def takes(origins: Origins, host: str) -> bool:
    return origins.takesSetup(TransportAddress(host, 40000), CALL)


def asked(world: World, *more: Any, **fields: Any) -> str:
    """
    Anna has asked for a call.
    """
    peer, endpointId = world.registered(HERE, ANNA, *more)
    assert peer.ask(arq(2, endpointId, ROOM, **fields)).name == "admissionConfirm"
    return endpointId


@pytest.fixture
def origins(world: World) -> Origins:
    return originsOf(world)


@pytest.fixture
def lines() -> Any:
    """
    What is logged as a warning.
    """
    found: list[str] = []

    def observe(event: Any) -> None:
        if event["log_level"].name == "warn":
            found.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)  # type: ignore[arg-type]  # zope does not see that a function is callable
    yield found
    globalLogPublisher.removeObserver(observe)  # type: ignore[arg-type]  # zope does not see that a function is callable


def test_aSetupComesFromWhereItWasAskedFor(world: World, origins: Origins) -> None:
    asked(world)
    assert takes(origins, HERE)
    assert world.told(CallFromElsewhere) == []


def test_anotherIsRefusedAndBothPlacesAreTold(
    world: World, origins: Origins, lines: list[str]
) -> None:
    endpointId = asked(world)
    assert not takes(origins, ELSEWHERE)
    assert not takes(origins, ELSEWHERE)
    first, _ = world.told(CallFromElsewhere)
    assert (first.what, first.endpointId, first.refused) == ("setup", endpointId, True)
    assert (first.source.host, first.known.host) == (ELSEWHERE, HERE)
    assert first.callIdentifier == CALL.hex()
    (line,) = lines  # once a source
    assert ELSEWHERE in line
    assert HERE in line


def test_orOnlyTold(world: World) -> None:
    asked(world)
    assert takes(originsOf(world, LENIENT), ELSEWHERE)
    (fact,) = world.told(CallFromElsewhere)
    assert not fact.refused


def test_anotherConfigurationDecidesOtherwise(world: World, origins: Origins) -> None:
    asked(world)
    origins.reconfigure(LENIENT)
    assert takes(origins, ELSEWHERE)


def test_whatNobodyAskedForMayComeFromAnywhere(origins: Origins) -> None:
    assert takes(origins, ELSEWHERE)


def test_aCallToTheEndpointIsNotItsOwn(world: World, origins: Origins) -> None:
    asked(world, answerCall=True)
    assert takes(origins, ELSEWHERE)


def test_aGatewayMayHaveAnAddressOfItsOwnForSignalling(world: World, origins: Origins) -> None:
    peer = world.peer(HERE)
    signalling = [at(HERE, 1720), at("10.0.0.3", 1720)]
    answer = peer.ask(rrq(1, HERE, ANNA, callSignalAddress=signalling))
    peer.ask(arq(2, answer.fields["endpointIdentifier"], ROOM))
    assert takes(origins, "10.0.0.3")
    assert not takes(origins, ELSEWHERE)


def test_anotherGatekeeperMaySendTheCallOnToUs(world: World, origins: Origins) -> None:
    asked(world)
    assert takes(origins, NEIGHBOUR)


def test_soMayWhomTheEndpointWasToldToCall(world: World, origins: Origins) -> None:
    world.registered("10.0.0.7", ("h323-ID", "bert"))
    peer, endpointId = world.registered(HERE, ANNA)
    peer.ask(arq(2, endpointId, ("h323-ID", "bert")))
    assert takes(origins, "10.0.0.7")
