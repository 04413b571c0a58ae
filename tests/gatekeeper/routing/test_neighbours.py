from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from zope.interface.verify import verifyObject

from h323d.errors import ConfigurationError
from h323d.gatekeeper.routing.chain import Called, Finding, ICalledPolicy
from h323d.gatekeeper.routing.config import NeighbourConfig
from h323d.gatekeeper.routing.inquiries import Gatekeeper
from h323d.gatekeeper.routing.neighbours import Neighbourhood, Neighbours, readSecrets
from h323d.h323.signalling.addresses import partyFromText
from h323d.net.files import Files
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


SIGNING = (
    NeighbourConfig("east", "10.0.0.7", password="one", sendersID="east"),
    NeighbourConfig("west", "10.0.0.7:1729", gatekeeperIdentifier="west", password="two"),
    WORLD,
)
SIGNED = Neighbourhood(SIGNING, readSecrets(SIGNING, "h323d", Files()))
EAST, WEST = (TransportAddress("10.0.0.7", port) for port in (1719, 1729))


def test_thosePasswordsAreFoundByHostAndByAddress() -> None:
    assert sorted(SIGNED.secretsAt("10.0.0.7")) == ["east", "west"]
    found = [SIGNED.secretOf(each) for each in (EAST, WEST, WORLD.ras)]
    assert [each and each.password for each in found] == ["one", "two", None]
    assert SIGNED.secretsAt("10.0.0.4") == {}


@pytest.mark.parametrize(("proved", "name"), [("west", "west"), ("east", "east"), ("", "east")])
def test_whatItProvedToBeCountsMoreThanItsPort(proved: str, name: str) -> None:
    found = SIGNED.at(EAST, proved)
    assert found is not None
    assert found.name == name


def test_whatAnEndpointProvedIsNoNeighbour() -> None:
    assert SIGNED.at(WORLD.ras, "east") is WORLD
    assert SIGNED.at(TransportAddress("10.0.0.8", 1719), "east") is None


def test_aPasswordIsReadFromItsFile(tmp_path: Path) -> None:
    path = tmp_path / "east"
    path.write_text("open sesame\nnot this\n")
    (east, *_) = SIGNING
    secrets = readSecrets((replace(east, password="", passwordFile=str(path)),), "h323d", Files())
    assert secrets["east"].password == "open sesame"


@pytest.mark.parametrize("text", [None, "", "\nsecret\n"])
def test_aFileWithoutAPasswordIsAnErrorThatNamesThePlace(tmp_path: Path, text: Any) -> None:
    path = tmp_path / "east"
    if text is not None:
        path.write_text(text)
    faulty = replace(SIGNING[0], password="", passwordFile=str(path))
    with pytest.raises(ConfigurationError) as caught:
        readSecrets((WORLD, faulty), "h323d", Files())
    assert caught.value.place == "routing.neighbours[1].passwordFile"


def test_aNeighbourCannotCallItselfAsWeDo() -> None:
    with pytest.raises(ConfigurationError) as caught:
        readSecrets(SIGNING, "west", Files())
    assert caught.value.place == "routing.neighbours[1].sendersID"


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
