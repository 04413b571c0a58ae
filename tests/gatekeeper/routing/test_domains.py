from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.dialrule import DialRule
from h323d.call.homes import Homes, IRoutes
from h323d.call.lookups import INames, IWeb, NoNames, NoWeb
from h323d.gatekeeper.routing.chain import Called, Finding, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.domains import Domains, DomainServers
from h323d.gatekeeper.routing.inquiries import Gatekeeper
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.gatekeeper.routing.test_inquiries import HERE
from tests.support.lookups import LIFETIME, FakeNames, FakeWeb

URL = PartyAddress(AddressKind.URL, "h323:anna@example.com")
LS, CS = "_h323ls._udp.example.com", "_h323cs._tcp.example.com"


class Gatekeepers:
    """
    Gatekeepers elsewhere: what they find, and who was asked.
    """

    def __init__(self) -> None:
        self.found: Finding = None
        self.asked: list[str] = []
        self.called: list[Called] = []

    def ask(self, called: Called, rounds: Sequence[Sequence[Gatekeeper]]) -> Deferred[Finding]:
        self.called.append(called)
        self.asked += [str(each.ras) for those in rounds for each in those]
        return succeed(self.found)


class World:
    """
    The DNS, gatekeepers, and the policy.
    """

    def __init__(self, homes: Homes = HERE.homes) -> None:
        self.names = FakeNames()
        self.gatekeepers = Gatekeepers()
        self.clock = Clock()
        inquiries: Any = self.gatekeepers  # of which only ask() is used
        self.domains = Domains(
            self.names, inquiries, HERE, DialRule(homes), self.clock, random.Random(1)
        )
        self.policy = DomainServers(self.domains, 6)

    def find(self, name: PartyAddress = URL, hops: int = 255) -> list[str] | None:
        """
        Where a name leads.
        """
        answer = self.policy.find(Called((name,), hops=hops))
        found: list[Any] = []
        if isinstance(answer, Deferred):
            answer.addCallback(found.append)
        else:
            found.append(answer)
        (finding,) = found
        return None if finding is None else [str(each.destination) for each in finding]


def test_theInterfacesAreKept() -> None:
    assert verifyObject(ICalledPolicy, World().policy)
    assert verifyObject(INames, FakeNames())
    assert verifyObject(INames, NoNames())
    assert verifyObject(IWeb, FakeWeb())
    assert verifyObject(IWeb, NoWeb())


def test_theGatekeeperOfADomainIsAsked() -> None:
    world = World()
    world.names.service(LS, "gk.example.com", 1729)
    world.names.host("gk.example.com", "192.0.2.1")
    world.gatekeepers.found = (FoundWay("h323", TransportAddress("192.0.2.9", 1720)),)
    assert world.find() == ["192.0.2.9:1720"]
    assert world.gatekeepers.asked == ["192.0.2.1:1729"]
    assert world.gatekeepers.called[0].names == (URL,)
    assert world.gatekeepers.called[0].hops == 6


def test_whatItDoesNotKnowGoesToTheSignallingAddresses() -> None:
    world = World()
    world.names.service(LS, "gk.example.com", 1719)
    world.names.service(CS, "b.example.com", 1720, priority=2)
    world.names.service(CS, "a.example.com", 1730, priority=1)
    for host, address in (("gk", "192.0.2.1"), ("a", "192.0.2.2"), ("b", "192.0.2.3")):
        world.names.host(f"{host}.example.com", address)
    assert world.find() == ["192.0.2.2:1730", "192.0.2.3:1720"]


def test_aDomainWithoutServersIsCalledAtItsOwnAddress() -> None:
    world = World()
    world.names.host("example.com", "192.0.2.1", "2001:db8::1")
    assert world.find() == ["192.0.2.1:1720", "[2001:db8::1]:1720"]


def test_aDomainWithGatekeepersThatDoNotKnowIsNot() -> None:
    world = World()
    world.names.service(LS, "gk.example.com", 1719)
    world.names.host("gk.example.com", "192.0.2.1")
    world.names.host("example.com", "192.0.2.1")
    assert world.find() is None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "169.254.169.254"])
def test_aDomainCannotHaveUsCallOurselves(host: str) -> None:
    world = World()
    world.names.host("example.com", host, "192.0.2.1")
    assert world.find() == ["192.0.2.1:1720"]
    literal = f"[{host}]" if ":" in host else host
    assert world.find(PartyAddress(AddressKind.URL, f"h323:a@{literal}:2222")) is None


@implementer(IRoutes)
class EverythingIsOurs:
    """
    A machine that can be bound at all addresses of its own, the wildcard among them.
    """

    def source(self, peer: str) -> str:
        return "192.0.2.10"

    def isOurs(self, host: str) -> bool:
        return host in ("0.0.0.0", "127.0.0.1", "192.0.2.10")


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.10"])
def test_norWhereWeListenEverywhereAndNobodyKnowsWhoCalls(host: str) -> None:
    world = World(Homes(("0.0.0.0",), EverythingIsOurs()))
    world.names.host("example.com", host)
    assert world.find() is None


def test_norCanItsGatekeeper() -> None:
    world = World()
    world.names.service(LS, "gk.example.com", 1719)
    world.names.host("gk.example.com", "192.0.2.1")
    here, there = TransportAddress("127.0.0.1", 2222), TransportAddress("192.0.2.9", 1720)
    world.gatekeepers.found = (FoundWay("h323", here), FoundWay("h323", there))
    assert world.find() == [str(there)]


def test_aPortMeansAHost() -> None:
    world = World()
    world.names.host("example.com", "192.0.2.1")
    assert world.find(PartyAddress(AddressKind.URL, "h323:a@example.com:1730")) == [
        "192.0.2.1:1730"
    ]
    assert world.names.asked == ["example.com"]


def test_anAddressInThePlaceOfADomainNeedsNoDNS() -> None:
    world = World()
    assert world.find(PartyAddress(AddressKind.URL, "h323:a@192.0.2.7")) == ["192.0.2.7:1720"]
    assert world.names.asked == []


@pytest.mark.parametrize("kind", [AddressKind.EMAIL, AddressKind.H323_ID])
def test_otherNamesWithADomainServeToo(kind: AddressKind) -> None:
    world = World()
    world.names.host("example.com", "192.0.2.1")
    assert world.find(PartyAddress(kind, "anna@EXAMPLE.com.")) == ["192.0.2.1:1720"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (AddressKind.URL, "sip:anna@example.com"),
        (AddressKind.URL, "h323:example.com"),
        (AddressKind.URL, "h323:anna@localhost"),
        (AddressKind.URL, "h323:anna@-.com"),
        (AddressKind.URL, "h323:anna@" + "a" * 64 + ".com"),
        (AddressKind.URL, "h323:anna@" + "a." * 127 + "com"),
        (AddressKind.URL, "h323:anna@exa mple.com"),
        (AddressKind.H323_ID, "anna"),
        (AddressKind.H323_ID, "anna@"),
        (AddressKind.DIALLED_DIGITS, "1001"),
    ],
)
def test_otherNamesAreNotLookedUp(kind: AddressKind, text: str) -> None:
    world = World()
    assert world.find(PartyAddress(kind, text)) is None
    assert world.names.asked == []


def test_weSendNobodyToOurselves() -> None:
    world = World()
    world.names.service(CS, "here.example.com", 1720)
    world.names.host("here.example.com", "10.0.0.1")
    assert world.find() is None


def test_onTheLastHopNothingIsLookedUp() -> None:
    world = World()
    assert world.find(hops=0) is None
    assert world.names.asked == []


def test_recordsAreKeptAsLongAsTheySay() -> None:
    world = World()
    world.names.host("example.com", "192.0.2.1")
    world.find()
    world.find()
    assert world.names.asked == [LS, CS, "example.com"]
    world.clock.advance(LIFETIME)
    world.find()
    assert len(world.names.asked) == 6


def test_aDNSThatDoesNotAnswerKnowsNothing() -> None:
    world = World()
    world.names.broken |= {LS, CS, "example.com"}
    assert world.find() is None


# --- weights
