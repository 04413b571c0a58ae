"""
URQ with names: an endpoint leaves with some of them.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.events.gatekeeper import EndpointUnregistered
from h323d.h323.ras.messages import RASMessage, reasonOf
from tests.support.ras import gateway, urq

ANNA = ("h323-ID", "anna")
ANNE = ("h323-ID", "anne")
NUMBER = ("dialledDigits", "1001")


def prefixed(*prefixes: str) -> list[dict[str, Any]]:
    return [{"prefix": ("dialledDigits", each)} for each in prefixes]


class Leaver:
    """
    A gateway at 10.0.0.2 with three names and two prefixes.
    """

    def __init__(self, world: Any) -> None:
        self.world = world
        self.peer, self.endpointId = world.registered(
            "10.0.0.2", ANNA, ANNE, NUMBER, terminalType=gateway("9", "00")
        )

    def leave(self, **more: Any) -> RASMessage:
        self.world.sequence += 1
        request = urq(self.world.sequence, "10.0.0.2", endpointIdentifier=self.endpointId, **more)
        answer: RASMessage = self.peer.ask(request)
        return answer

    @property
    def left(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        registration = self.world.zone.registry.byId(self.endpointId)
        if registration is None:
            return None
        return tuple(map(str, registration.aliases)), registration.prefixes


@pytest.fixture
def leaver(world: Any) -> Leaver:
    return Leaver(world)


def test_onlyTheNamesOfTheURQGo(leaver: Leaver) -> None:
    assert leaver.leave(endpointAlias=[ANNA, NUMBER]).name == "unregistrationConfirm"
    assert leaver.left == (("anne",), ("9", "00"))
    assert leaver.world.told(EndpointUnregistered) == []


def test_aNameThatIsGivenBackIsFreeForOthers(leaver: Leaver) -> None:
    leaver.leave(endpointAlias=[NUMBER])
    _, other = leaver.world.registered("10.0.0.3", NUMBER)
    assert other != leaver.endpointId


def test_onlyThePrefixesOfTheURQGo(leaver: Leaver) -> None:
    assert leaver.leave(supportedPrefixes=prefixed("9")).name == "unregistrationConfirm"
    assert leaver.left == (("anna", "anne", "1001"), ("00",))
    assert leaver.world.zone.registry.byPrefix("91") == ()


def test_namesRemainWhenAllPrefixesAreGone(leaver: Leaver) -> None:
    leaver.leave(supportedPrefixes=prefixed("9", "00"))
    assert leaver.left == (("anna", "anne", "1001"), ())


def test_whoGivesAllNamesBackLeavesWithItsPrefixes(leaver: Leaver) -> None:
    assert leaver.leave(endpointAlias=[ANNA, ANNE, NUMBER]).name == "unregistrationConfirm"
    assert leaver.left is None
    assert leaver.world.zone.registry.byPrefix("91") == ()


def test_aURQWithoutNamesEndsItAll(leaver: Leaver) -> None:
    leaver.leave()
    assert leaver.left is None


def test_emptyListsOfNamesNameNothing(leaver: Leaver) -> None:
    leaver.leave(endpointAlias=[], supportedPrefixes=[])
    assert leaver.left is None


def test_aURQOfNamesThatItDoesNotHaveChangesNothing(leaver: Leaver) -> None:
    answer = leaver.leave(endpointAlias=[("h323-ID", "bert")])
    assert reasonOf(answer) == "notCurrentlyRegistered"
    assert leaver.left == (("anna", "anne", "1001"), ("9", "00"))


def test_nobodyElseTakesNamesFromIt(leaver: Leaver) -> None:
    stranger = leaver.world.peer("10.0.0.66")
    request = urq(1, "10.0.0.2", endpointIdentifier=leaver.endpointId, endpointAlias=[ANNA])
    assert reasonOf(stranger.ask(request)) == "permissionDenied"
    assert leaver.left == (("anna", "anne", "1001"), ("9", "00"))
