"""
Whom the gateway calls on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.applications import Reason, Refusal
from h323d.call.callers import CallerName, ICallerNames
from h323d.call.gates import SENT_BACK
from h323d.call.inquiry import Inquiry
from h323d.call.legs import IOffer
from h323d.call.policy import Found, IFinder, IRoutePolicy, Route
from h323d.call.ways import Way
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.config import GatewayConfig
from h323d.gateway.policy import Onward
from h323d.gateway.transferredleg import TransferredLeg
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.faketransfer import FakeTransferRequest

HERE = TransportAddress("10.0.0.9", 5060)
ALICE = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")
BOB = PartyAddress(AddressKind.DIALLED_DIGITS, "1002")
WAYS = (Way("sip", HERE),)


@implementer(IFinder)
@dataclass
class Finder:
    """
    Says one thing.
    """

    says: Found | Deferred[Found]
    source: TransportAddress | None = HERE

    def find(
        self,
        calling: tuple[PartyAddress, ...],
        called: tuple[PartyAddress, ...],
        source: TransportAddress | None = None,
    ) -> Found | Deferred[Found]:
        assert (calling, called) == ((ALICE,), (BOB,))
        assert source == self.source
        return self.says


@implementer(ICallerNames)
@dataclass
class Callers:
    """
    Knows everybody by one endpoint identifier, or nobody.
    """

    party: str = "e1"

    def nameOf(self, offer: IOffer) -> CallerName:
        return CallerName(offer.calling, offer.displayName, self.party)


def offer(hops: int | None = None) -> Inquiry:
    return Inquiry("sip", HERE, (ALICE,), (BOB,), "", hops=hops, restricted=False)


def policy(says: Found | Deferred[Found], party: str = "e1", **config: Any) -> Onward:
    return Onward(GatewayConfig(**config), Finder(says), Callers(party))


def test_itIsARoutePolicy() -> None:
    assert verifyObject(IRoutePolicy, policy(None))


def test_whoIsFoundIsCalledByTheWaysThatTheFinderKnows() -> None:
    assert policy(WAYS).route(offer()) == Route("gateway", ways=WAYS)


class Nobody:
    """
    Stands for a bridge that is told nothing.
    """


@pytest.mark.parametrize(("sponsor", "calls"), [("e2", True), ("", False)])
def test_whoIsHandedOnCallsByTheRightOfWhoHandsOver(sponsor: str, calls: bool) -> None:
    owner: Any = Nobody()
    leg = FakeLeg("1009", FakePool())
    request = FakeTransferRequest(Way("sip", None, (BOB,)))
    ids = CallID("c2"), LegID("l2")
    sides = BridgeSide(owner, leg), BridgeSide(owner, FakeLeg("1001", FakePool()))
    transferred = TransferredLeg(owner, sides, request, ids, 1, sponsor)
    finder = Finder(WAYS, source=None)  # it does not matter where whoever remains calls from
    onward = Onward(GatewayConfig(), finder, Callers(""))
    assert (onward.route(transferred) is not None) is calls


@pytest.mark.parametrize("found", [None, ()])
def test_whoIsNotFoundIsLeftToTheNextPolicy(found: Found) -> None:
    assert policy(found).route(offer()) is None


def test_aRefusalOfTheFinderIsOne() -> None:
    refusal = Refusal.of(Reason.NOT_PERMITTED, "rule")
    assert policy(refusal).route(offer()) is refusal


def test_whatTheFinderFindsLaterIsWaitedFor() -> None:
    later: Deferred[Found] = Deferred()
    decided: list[object] = []
    answer = policy(later).route(offer())
    assert isinstance(answer, Deferred)
    answer.addCallback(decided.append)
    later.callback(WAYS)
    assert decided == [Route("gateway", ways=WAYS)]


def test_whoIsNotRegisteredIsCalledOnOnlyWhereThatIsConfigured() -> None:
    assert policy(WAYS, party="").route(offer()) is None
    open_ = policy(WAYS, party="", acceptUnregistered=True)
    assert open_.route(offer()) == Route("gateway", ways=WAYS)


def test_aChangedConfigurationCountsForTheNextCall() -> None:
    changed = policy(WAYS, party="")
    changed.prepare(GatewayConfig(acceptUnregistered=True)).commit()
    assert changed.route(offer()) == Route("gateway", ways=WAYS)


@pytest.mark.parametrize(("hops", "goesOn"), [(None, True), (70, True), (1, True), (0, False)])
def test_aCallThatHasNoHopsLeftGoesNoFurther(hops: int | None, goesOn: bool) -> None:
    answer = policy(WAYS).route(offer(hops))
    assert isinstance(answer, Route) is goesOn
    if isinstance(answer, Refusal):
        assert answer.cause is Cause.EXCHANGE_ROUTING_ERROR


def test_withoutAFinderNobodyIsKnown() -> None:
    assert Onward(GatewayConfig(), None, Callers()).route(offer()) is None


def test_aCallGoesNotBackToWhoAnswersForIt() -> None:
    back, there = Way("h323", parent="world"), Way("h323", parent="other")
    loop = policy((back,), party="world").route(offer())
    assert loop is SENT_BACK
    assert SENT_BACK.cause is Cause.EXCHANGE_ROUTING_ERROR
    assert policy((back, there), party="world").route(offer()) == Route("gateway", ways=(there,))
    assert policy((back,), party="e1").route(offer()) == Route("gateway", ways=(back,))
