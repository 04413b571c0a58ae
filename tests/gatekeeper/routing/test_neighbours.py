from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from zope.interface.verify import verifyObject

from h323d.gatekeeper.routing.chain import Called, Finding, ICalledPolicy
from h323d.gatekeeper.routing.config import NeighbourConfig
from h323d.gatekeeper.routing.inquiries import Gatekeeper
from h323d.gatekeeper.routing.neighbours import Neighbourhood, Neighbours
from h323d.h323.addresses import partyFromText
from h323d.values.address import TransportAddress

BERLIN = NeighbourConfig("berlin", "10.0.0.2", prefixes=("4930", "030"))
GERMANY = NeighbourConfig("germany", "10.0.0.3:1729", prefixes=("49",), timeout=2.0)
WORLD = NeighbourConfig("world", "10.0.0.4")
SPARE = NeighbourConfig("spare", "10.0.0.4:1729", priority=1)
TWIN = NeighbourConfig("twin", "10.0.0.5")
SILENT = NeighbourConfig("silent", "10.0.0.6", prefixes=())
ALL = Neighbourhood((WORLD, SPARE, BERLIN, GERMANY, TWIN, SILENT))


class Asked:
    """
    Remembers what was to be asked.
    """

    def __init__(self) -> None:
        self.called: list[Called] = []

    def ask(self, called: Called, rounds: Sequence[Sequence[Gatekeeper]]) -> Deferred[Finding]:
        self.called.append(called)
        return Deferred()


def hosts(*names: str) -> list[list[str]]:
    rounds = ALL.rounds([partyFromText(name) for name in names])
    return [[str(each.ras) for each in those] for those in rounds]


EVERYBODY = ["10.0.0.4:1719", "10.0.0.5:1719"]
AFTER_THEM = ["10.0.0.4:1729"]


def test_theLongestPrefixIsAskedFirstAndThenByPriority() -> None:
    germany = ["10.0.0.3:1729"]
    assert hosts("493012") == [["10.0.0.2:1719"], germany, EVERYBODY, AFTER_THEM]
    assert hosts("4940") == [germany, EVERYBODY, AFTER_THEM]
    assert hosts("anna") == [EVERYBODY, AFTER_THEM]


def test_eachIsAskedOnceForAllNamesWhereItFitsBest() -> None:
    assert hosts("anna", "03012") == [["10.0.0.2:1719"], EVERYBODY, AFTER_THEM]
    assert hosts() == []


def test_eachHasItsOwnTime() -> None:
    (first, *_) = ALL.rounds([partyFromText("4940")])
    assert first == [Gatekeeper(TransportAddress("10.0.0.3", 1729), 2.0)]


@pytest.mark.parametrize(
    ("source", "neighbour"),
    [
        (TransportAddress("10.0.0.4", 1719), WORLD),
        (TransportAddress("10.0.0.4", 1729), SPARE),
        (TransportAddress("10.0.0.4", 40000), WORLD),
        (TransportAddress("10.0.0.6", 1719), SILENT),
        (TransportAddress("10.0.0.7", 1719), None),
    ],
)
def test_aNeighbourIsKnownByWhereItAsksFrom(source: Any, neighbour: Any) -> None:
    assert ALL.at(source) == neighbour


def policy(neighbourhood: Neighbourhood, hopCount: int = 6) -> tuple[Neighbours, Asked]:
    asked = Asked()
    inquiries: Any = asked  # of which only ask() is used
    return Neighbours(neighbourhood, inquiries, hopCount), asked


def test_itIsAPolicy() -> None:
    assert verifyObject(ICalledPolicy, policy(ALL)[0])


def test_withoutNeighboursNobodyIsAsked() -> None:
    neighbours, asked = policy(Neighbourhood((SILENT,)))
    assert neighbours.find(Called((partyFromText("anna"),))) is None
    assert asked.called == []


@pytest.mark.parametrize(("hops", "left"), [(255, 6), (6, 6), (3, 3), (0, 0)])
def test_aQuestionGoesAsFarAsConfiguredAndNoFurtherThanItMayStill(hops: int, left: int) -> None:
    neighbours, asked = policy(ALL)
    neighbours.find(Called((partyFromText("anna"),), hops=hops))
    assert [called.hops for called in asked.called] == [left]
