"""
Which trunks a call is sent by.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.applications import Refusal
from h323d.call.ways import Way
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.trunks import TrunkRoutes
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol, TrunkTransport
from h323d.gatekeeper.trunks.table import Trunks
from h323d.gatekeeper.trunks.target import TrunkPlace
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.network import Conditions, SimulatedNetwork
from tests.support.surroundings import surroundingsOf

HERE = TransportAddress("10.0.0.1", 1720)
NUMBER = partyFromText("0049301234")
NEAR = TrunkConfig("near", "10.0.0.7")
FAR = TrunkConfig("far", "10.0.0.8", priority=1)


class Routes:
    """
    The policy, and its trunks.
    """

    def __init__(self, *configs: TrunkConfig, seed: int = 1) -> None:
        self.clock, rng = Clock(), random.Random(seed)
        host = SimulatedNetwork(self.clock, rng, Conditions()).host("10.0.0.1")
        self.trunks = Trunks(configs, surroundingsOf(host, self.clock, rng, FakePool()), {})
        self.policy = TrunkRoutes(self.trunks, HERE, self.clock, rng)

    def trunk(self, name: str) -> Trunk:
        (found,) = [each for each in self.trunks if each.name == name]
        return found

    def down(self, name: str) -> None:
        trunk = self.trunk(name)
        for _ in range(trunk.config.failures):
            trunk.failed("no answer")

    def ways(self, *names: PartyAddress, source: str = "") -> tuple[FoundWay, ...]:
        found = self.policy.find(_called(*names, source=source))
        assert isinstance(found, tuple)
        return found

    def order(self, *names: PartyAddress, source: str = "") -> list[str]:
        return [each.trunk for each in self.ways(*names, source=source)]

    def refusal(self, source: str = "") -> tuple[Cause, str]:
        found = self.policy.find(_called(source=source))
        assert isinstance(found, Refusal)
        return found.cause, found.word


def _called(*names: PartyAddress, source: str = "") -> Called:
    at = TransportAddress(source, 40000) if source else None
    return Called(names or (NUMBER,), source=at)


def test_itKeepsItsInterface() -> None:
    assert verifyObject(ICalledPolicy, Routes().policy)


def test_aSIPTrunkIsReachedThroughUsByAURI() -> None:
    tcp = replace(NEAR, transport=TrunkTransport.TCP, strip=2, prepend="+")
    (way,) = Routes(tcp).ways()
    uri = PartyAddress(AddressKind.URL, "sip:+49301234@10.0.0.7:5060;transport=tcp")
    assert (way.destination, way.called) == (HERE, ())
    assert way.onward == Way("sip", TransportAddress("10.0.0.7", 5060), (uri,), trunk="near")


def test_anH323TrunkIsReachedThroughUsByTheNumber() -> None:
    config = replace(NEAR, protocol=TrunkProtocol.H323, prepend="9")
    (way,) = Routes(config).ways()
    there = (partyFromText("90049301234"),)
    assert way.onward == Way("h323", TransportAddress("10.0.0.7", 1720), there, trunk="near")


def test_whatNoTrunkServesIsLeftToTheNextPolicy() -> None:
    assert Routes(replace(NEAR, prefixes=("01",))).policy.find(_called()) is None
    assert Routes().policy.find(_called()) is None
    assert Routes(NEAR).policy.find(Called(())) is None


def test_aNeighbourIsToldOfNone() -> None:
    assert Routes(NEAR).policy.find(replace(_called(), locating=True)) is None


def test_thePriorityDecidesAndAfterItTheOthersAreTried() -> None:
    assert Routes(FAR, NEAR).order() == ["near", "far"]


def test_theLongestPrefixComesBeforeThePriority() -> None:
    assert Routes(NEAR, replace(FAR, prefixes=("0", "0049"))).order() == ["far", "near"]


def test_theOneThatIsDownIsTheLastWhateverItServes() -> None:
    routes = Routes(replace(NEAR, prefixes=("0049",)), FAR)
    routes.down("near")
    assert routes.order() == ["far", "near"]
    routes.down("far")
    assert routes.order() == ["near", "far"]


@pytest.mark.parametrize(("weight", "share"), [(1, 0.5), (3, 0.75), (0, 0.0)])
def test_theWeightSaysHowOftenOneIsTheFirst(weight: int, share: float) -> None:
    routes = Routes(replace(NEAR, weight=weight), replace(FAR, priority=0))
    first = Counter(routes.order()[0] for _ in range(1000))
    assert abs(first["near"] / 1000 - share) < 0.05
    assert len(routes.order()) == 2


def test_whatIsDrawnComesFromTheChanceThatIsGiven() -> None:
    configs = (NEAR, replace(FAR, priority=0))
    one, other = Routes(*configs, seed=5), Routes(*configs, seed=5)
    assert [one.order() for _ in range(20)] == [other.order() for _ in range(20)]


def test_theFirstNameThatATrunkServesIsCalledThere() -> None:
    only = replace(NEAR, prefixes=("2",))
    names = (partyFromText("anna"), partyFromText("200"), partyFromText("201"))
    (way,) = Routes(only).ways(*names)
    assert way.onward is not None
    assert str(way.onward.called[0]).startswith("sip:200@")


def test_anAddressIsNoNumber() -> None:
    place = PartyAddress(AddressKind.TRANSPORT, "192.0.2.1:1720")
    assert Routes(NEAR).policy.find(_called(place)) is None


def test_theOneThatIsFullIsLeftOutAndAllOfThemAreARefusal() -> None:
    routes = Routes(replace(NEAR, capacity=1), FAR)
    routes.trunk("near").began(FakeLeg("1", FakePool()), None)
    (way,) = routes.ways()
    assert way.trunk == "far"
    assert way.why == "not tried yet, serves all, priority 1, near is left out: full"
    routes.trunks.reconfigure((replace(NEAR, capacity=1),))
    assert routes.refusal() == (Cause.NO_CIRCUIT_AVAILABLE, "trunksFull")


def test_soIsTheOneThatWantsNoCalls() -> None:
    routes = Routes(NEAR)
    near = routes.trunk("near")
    near.pause(near.targets[0], 30.0)
    assert routes.refusal() == (Cause.SWITCHING_EQUIPMENT_CONGESTION, "trunksWaiting")


def test_soIsTheOneWhoseNameIsNotFound() -> None:
    routes = Routes(replace(NEAR, address="sip.example.com"))
    assert routes.refusal() == (Cause.NETWORK_OUT_OF_ORDER, "trunksNotFound")


def located(routes: Routes, name: str, *places: str) -> None:
    """
    The name of a trunk is found, at some hosts.
    """
    where = (TrunkPlace(TransportAddress(each, 5060), "udp") for each in places)
    routes.trunk(name).located(where)


def test_ofATrunkWithSeveralServersEachIsAWayThoseThatFailLast() -> None:
    routes = Routes(replace(NEAR, address="sip.example.com"), FAR)
    located(routes, "near", "10.0.1.1", "10.0.1.2", "10.0.1.3")
    first, second, _ = routes.trunk("near").targets
    routes.trunk("near").targetFailed(first, "no answer")
    routes.trunk("near").pause(second, 30.0)
    ways = routes.ways()
    assert [str(each.onward.destination) for each in ways if each.onward] == [
        "10.0.1.3:5060",
        "10.0.1.1:5060",
        "10.0.0.8:5060",
    ]
    assert ways[1].why.startswith("not tried yet, 10.0.1.1:5060 udp failing: no answer, serves all")


def test_aServerIsCalledByTheTransportThatItsDomainSays() -> None:
    config = replace(NEAR, address="example.com", transport=TrunkTransport.AUTO)
    routes = Routes(config)
    routes.trunk("near").located([TrunkPlace(TransportAddress("10.0.1.1", 5080), "tcp")])
    (way,) = routes.ways()
    assert way.onward is not None
    assert way.onward.called[0].value == "sip:0049301234@example.com;transport=tcp"


def test_whoComesFromOneServerOfATrunkIsNotSentToAnother() -> None:
    routes = Routes(replace(NEAR, address="sip.example.com", transit=True), FAR)
    located(routes, "near", "10.0.1.1", "10.0.1.2")
    assert routes.order(source="10.0.1.2") == ["far"]


def test_whoComesFromATrunkIsSentToNoneUnlessItMay() -> None:
    assert Routes(NEAR, FAR).refusal("10.0.0.7") == (
        Cause.EXCHANGE_ROUTING_ERROR,
        "backToTheTrunk",
    )
    assert Routes(replace(NEAR, transit=True), FAR).order(source="10.0.0.7") == ["far"]


def test_whoMayHaveComeByOneOfTwoTrunksIsSentOnIfBothMayOrTheOneThatIsCalled() -> None:
    account: Any = {"realm": "theirs", "md5": 32 * "a"}
    first = replace(NEAR, user="4930", transit=True, prefixes=(), **account)
    second = replace(NEAR, name="second", user="4931", prefixes=(), **account)
    routes = Routes(first, second, FAR)
    assert routes.refusal("10.0.0.7")[1] == "backToTheTrunk"
    assert routes.order(partyFromText("4930"), source="10.0.0.7") == ["far"]


def test_itIsNotSentBackToTheSameHostByAnotherTrunkEither() -> None:
    twin = replace(NEAR, name="twin", address="10.0.0.7:5080")
    routes = Routes(replace(NEAR, transit=True), twin)
    assert routes.refusal("10.0.0.7")[1] == "backToTheTrunk"


def test_whyOneStandsWhereItDoesIsSaid() -> None:
    routes = Routes(replace(NEAR, prefixes=("00",)))
    routes.down("near")
    routes.clock.advance(12.0)
    (way,) = routes.ways()
    assert way.why == "down for 12 s: no answer, serves 00, priority 0"
