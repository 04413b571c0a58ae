"""
The trunks of a zone.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from twisted.internet.task import Clock

from h323d.call.ways import Way
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gatekeeper.trunks.table import Trunks
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.h323.signalling.addresses import partyFromText
from h323d.sip.digest.algorithms import Algorithm
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.network import Conditions, SimulatedNetwork
from tests.support.surroundings import surroundingsOf

NEAR = TrunkConfig("near", "10.0.0.7", prefixes=("0", "00"), capacity=1)
FAR = TrunkConfig("far", "10.0.0.8", prefixes=("",))
BY_NEAR = Way("sip", trunk="near")


class Zone:
    """
    As much of a zone as trunks need.
    """

    def __init__(self, *configs: TrunkConfig) -> None:
        self.clock, rng = Clock(), random.Random(1)
        host = SimulatedNetwork(self.clock, rng, Conditions()).host("10.0.0.1")
        self.trunks = Trunks(configs, surroundingsOf(host, self.clock, rng, FakePool()), {})

    def named(self, name: str) -> Trunk:
        (found,) = [each for each in self.trunks if each.name == name]
        return found


def leg() -> FakeLeg:
    return FakeLeg("1002", FakePool())


@pytest.mark.parametrize(
    ("name", "serving"),
    [
        ("0049", [("00", "near"), ("0", "near"), ("", "far")]),
        ("030", [("0", "near"), ("", "far")]),
        ("sip:anna@10.0.0.1", [("", "far")]),
    ],
)
def test_theLongestPrefixComesFirst(name: str, serving: list[tuple[str, str]]) -> None:
    trunks = Zone(NEAR, FAR).trunks
    found = [(prefix, each.name) for prefix, each in trunks.serving(partyFromText(name))]
    assert found == serving
    assert trunks.serves(partyFromText(name))


def test_whatNobodyServesIsServedByNone() -> None:
    assert not Zone(NEAR).trunks.serves(partyFromText("1002"))
    assert not Zone(replace(FAR, prefixes=())).trunks.serves(partyFromText("1002"))


def test_aTrunkIsKnownByItsHostWhateverThePort() -> None:
    zone = Zone(NEAR, FAR, TrunkConfig("unfound", "sip.example.com"))
    assert zone.trunks.at(TransportAddress("10.0.0.8", 40000)) is zone.named("far")
    assert zone.trunks.at(TransportAddress("10.0.0.9", 5060)) is None
    assert zone.trunks.at(None) is None


@pytest.mark.parametrize(
    ("way", "line"),
    [
        (Way("sip", TransportAddress("10.0.0.7", 5060)), "near"),
        (Way("sip", TransportAddress("10.0.0.7", 5080)), "near"),
        (Way("h323", TransportAddress("10.0.0.7", 1720)), ""),
        (Way("sip", TransportAddress("10.0.0.9", 5060)), ""),
        (Way("sip"), ""),
    ],
)
def test_whoeverNamesTheAddressOfATrunkMeansIt(way: Way, line: str) -> None:
    assert Zone(NEAR, FAR).trunks.lineOf(way) == line


def test_whatWeHaveWithATrunkIsForItsAddressAndRealm() -> None:
    sha256, md5 = 64 * "a", 32 * "b"
    zone = Zone(NEAR, replace(FAR, user="us", realm="theirs", sha256=sha256, md5=md5))
    there, elsewhere = TransportAddress("10.0.0.8", 40000), TransportAddress("10.0.0.9", 5060)
    secretAt = zone.trunks.secretAt
    assert secretAt(there, "theirs", Algorithm.SHA_256) == ("us", sha256)
    assert secretAt(there, "theirs", Algorithm.MD5) == ("us", md5)
    assert secretAt(there, "another's", Algorithm.MD5) is None
    assert secretAt(elsewhere, "theirs", Algorithm.MD5) is None
    assert secretAt(TransportAddress("10.0.0.7", 5060), "", Algorithm.MD5) is None


def test_aSecretOfATrunkIsNotShown() -> None:
    config = replace(FAR, user="us", realm="theirs", md5=32 * "b")
    assert "bbb" not in repr(config)


def test_aCallTakesAPlaceUntilItIsOver() -> None:
    trunks, call = Zone(NEAR).trunks, leg()
    assert trunks.obstacle(BY_NEAR) is None
    trunks.began(BY_NEAR, call)
    assert trunks.obstacle(BY_NEAR) is Cause.NO_CIRCUIT_AVAILABLE
    trunks.reached(call)
    trunks.ended(call, Cause.NORMAL_CALL_CLEARING)
    assert trunks.obstacle(BY_NEAR) is None


@pytest.mark.parametrize("way", [Way("sip"), Way("sip", trunk="gone")])
def test_whatIsByNoTrunkIsNobodysBusiness(way: Way) -> None:
    trunks, call = Zone(NEAR).trunks, leg()
    assert trunks.obstacle(way) is None
    trunks.began(way, call)
    trunks.reached(call)
    trunks.ended(call, Cause.TEMPORARY_FAILURE)
    assert [each.state for each in trunks] == ["not tried yet"]


def test_theyAreCheckedFromTheStartToTheEnd() -> None:
    zone = Zone(NEAR)
    zone.clock.advance(1.0)
    assert zone.named("near").state == "not tried yet"
    zone.trunks.start()
    zone.clock.advance(0.1)
    assert zone.named("near").reason == "sip is switched off"
    zone.trunks.close()
    assert zone.clock.getDelayedCalls() == []


def test_oneThatIsAsBeforeKeepsItsStateAndAnotherBeginsAnew() -> None:
    zone = Zone(NEAR, FAR)
    zone.trunks.start()
    zone.clock.advance(0.1)
    near, far = zone.named("near"), zone.named("far")
    zone.trunks.prepare((NEAR, replace(FAR, weight=5))).commit()
    assert (zone.named("near"), zone.named("far")) == (near, far)
    assert (near.state, far.state) == ("failing", "not tried yet")
    zone.clock.advance(0.1)
    assert far.state == "failing"


def test_oneThatIsNotThereAnyMoreIsCheckedNoMoreAndItsCallsGoOn() -> None:
    zone, call = Zone(NEAR), leg()
    zone.trunks.start()
    near = zone.named("near")
    zone.trunks.began(BY_NEAR, call)
    zone.trunks.reconfigure(())
    assert list(zone.trunks) == []
    assert zone.clock.getDelayedCalls() == []
    assert near.calls == 1
    zone.trunks.ended(call, Cause.NORMAL_CALL_CLEARING)
    assert near.calls == 0


def test_oneThatComesWithTheNextReadingIsChecked() -> None:
    zone = Zone()
    zone.trunks.start()
    zone.trunks.reconfigure((NEAR,))
    zone.clock.advance(0.1)
    assert zone.named("near").state == "failing"


ONE = replace(NEAR, user="4930", realm="theirs", md5=32 * "a")
OTHER = replace(NEAR, name="other", user="4931", realm="theirs", md5=32 * "b")
AT_BOTH = TransportAddress("10.0.0.7", 40000)


@pytest.mark.parametrize(
    ("called", "trunks"),
    [
        (["sip:4931@10.0.0.1"], ["other"]),
        (["4930"], ["near"]),
        (["sip:0301234@10.0.0.1"], ["near", "other"]),
        ([], ["near", "other"]),
    ],
)
def test_ofTwoAccountsWithOneServerTheOneIsMeantWhoseUserIsCalled(
    called: list[str], trunks: list[str]
) -> None:
    zone = Zone(ONE, OTHER, FAR)
    found = zone.trunks.callingFrom(AT_BOTH, map(partyFromText, called))
    assert [each.name for each in found] == trunks


def test_whoComesFromNoTrunkCallsByNone() -> None:
    zone = Zone(ONE, OTHER)
    called = (partyFromText("4930"),)
    assert zone.trunks.callingFrom(TransportAddress("10.0.0.9", 5060), called) == ()
    assert zone.trunks.callingFrom(None, called) == ()


@pytest.mark.parametrize(
    ("account", "user"), [("other", "4931"), ("near", "4930"), ("", "4930"), ("far", "4930")]
)
def test_ofTwoAccountsWithOneServerTheOneIsShownByWhichACallLeaves(account: str, user: str) -> None:
    zone = Zone(ONE, OTHER, replace(FAR, user="us", realm="theirs", md5=32 * "c"))
    found = zone.trunks.secretAt(AT_BOTH, "theirs", Algorithm.MD5, account)
    assert found is not None
    assert found[0] == user
