"""
A zone as an operator sees and steers it; and a server that has none.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.operation.command import OperatorError
from h323d.operation.gatekeeping import Gatekeeping
from h323d.operation.statusviews import Figures
from h323d.operation.views import AdmissionView, Unregistered
from tests.support.ras import CALL, Peer, arq
from tests.support.zone import World, makeWorld, world

__all__ = ["makeWorld", "world"]

ANNA, BERT = ("h323-ID", "anna"), ("dialledDigits", "1002")
NOTHING = Figures(registrations=0, routed=0, admissions=0, bandwidth=0)


def admitted(world: World) -> tuple[Peer, Peer]:
    """
    Both sides of a direct call.
    """
    anna, annaId = world.registered("10.0.0.2", ANNA)
    bert, bertId = world.registered("10.0.0.3", BERT)
    anna.ask(arq(2, annaId, BERT))
    bert.ask(arq(2, bertId, BERT, answerCall=True))
    for each in (anna, bert):
        each.received.clear()
    return anna, bert


def resultOf(asking: Deferred[Any]) -> Any:  # whatever it fires with
    results: list[Any] = []
    asking.addCallback(results.append)
    (result,) = results
    return result


def errorOf(asking: Deferred[Any]) -> str:
    errors: list[Any] = []
    asking.addErrback(errors.append)
    (failure,) = errors
    assert failure.check(OperatorError)
    return str(failure.value)


def test_withoutAGatekeeperThereIsNobodyAndNothing() -> None:
    nobody = Gatekeeping(None)
    assert nobody.routed == 0
    assert nobody.figures() == NOTHING
    assert list(nobody.calls(0.0, ())) == []
    assert nobody.registrations("-", 10) == []
    assert nobody.parents(0.0) == []
    assert nobody.hangup(CALL.hex()) == []


def test_withoutAGatekeeperNobodyIsFound() -> None:
    nobody = Gatekeeping(None)
    with pytest.raises(OperatorError, match=r"^nobody is registered as anna$"):
        nobody.registrations("anna", 10)
    with pytest.raises(OperatorError, match=r"^nobody is registered as anna$"):
        nobody.unregister("anna")
    assert errorOf(nobody.route("anna", "")) == "there is no gatekeeper"
    assert errorOf(nobody.transfer("c1", "anna", "called")) == "no routed call is called c1"


def test_everythingIsCounted(world: World) -> None:
    assert Gatekeeping(world.zone).figures() == NOTHING
    admitted(world)
    assert Gatekeeping(world.zone).figures() == Figures(
        registrations=2, routed=0, admissions=2, bandwidth=1280
    )


def test_aDirectCallHasASideForEachAdmission(world: World) -> None:
    admitted(world)
    calling, called = Gatekeeping(world.zone).calls(world.clock.seconds() + 5.0, ())
    assert isinstance(calling, AdmissionView)
    assert isinstance(called, AdmissionView)
    assert (calling.side, called.side) == ("calling", "called")
    assert (calling.callId, calling.called, calling.bandwidth) == (CALL.hex(), ("1002",), 1280)
    assert 5.0 < called.admitted < calling.admitted < 6.0


def test_whatTheOperatorSeesAlreadyIsNotShownAgain(world: World) -> None:
    admitted(world)
    now = world.clock.seconds()
    assert list(Gatekeeping(world.zone).calls(now, [CALL.hex()])) == []
    assert len(list(Gatekeeping(world.zone).calls(now, ["another"]))) == 2


def test_oneRegistrationOrAsManyAsAreWanted(world: World) -> None:
    admitted(world)
    gatekeeping = Gatekeeping(world.zone)
    (anna,) = gatekeeping.registrations("anna", 1)
    assert anna.aliases == ("anna",)
    assert [each.aliases for each in gatekeeping.registrations("-", 10)] == [("anna",), ("1002",)]
    assert gatekeeping.registrations("-", 1) == [anna]


def test_whoIsUnregisteredIsTold(world: World) -> None:
    anna, endpointId = world.registered("10.0.0.2", ANNA)
    anna.received.clear()
    assert Gatekeeping(world.zone).unregister("anna") == Unregistered(endpointId)
    world.clock.advance(0.1)
    assert [each.name for each in anna.messages()] == ["unregistrationRequest"]
    assert len(world.zone.registry) == 0


def test_toHangUpADirectCallIsToTellBothEndpoints(world: World) -> None:
    both = admitted(world)
    ended = Gatekeeping(world.zone).hangup(CALL.hex())
    assert ended == [each.endpointId for each in world.zone.registry]
    world.clock.advance(0.1)
    assert {peer.messages()[0].name for peer in both} == {"disengageRequest"}


@pytest.mark.parametrize("name", ["", "anna", "abc", "00" * 16])
def test_toHangUpNoCallOfThatNameEndsNothing(name: str, world: World) -> None:
    both = admitted(world)
    assert Gatekeeping(world.zone).hangup(name) == []
    world.clock.advance(0.1)
    assert [peer.messages() for peer in both] == [[], []]


def test_theChainIsAskedAsTheCallerWouldAskIt(world: World) -> None:
    admitted(world)
    gatekeeping = Gatekeeping(world.zone)
    found = resultOf(gatekeeping.route("1002", "anna"))
    assert [each.signalling for each in found.destinations] == ["10.0.0.3:1720"]
    assert resultOf(gatekeeping.route("1003", "")).why == "no policy knows 1003"
    assert errorOf(gatekeeping.route("1002", "eve")) == "nobody is registered as eve"
