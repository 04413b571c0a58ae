"""
The routing chain, and the policies that need no help.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.applications import Reason, Refusal
from h323d.call.gates import POLICY_FAILED
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.routing.chain import (
    Called,
    Finding,
    FoundWay,
    ICalledPolicy,
    RoutingChain,
)
from h323d.gatekeeper.routing.local import LocalNumbers, RegisteredEndpoints, SignalledAddress
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.loggedfailures import LoggedFailures
from tests.support.registrations import Table, endpoint
from tests.support.zone import EightDigits

HERE = TransportAddress("10.0.0.1", 1720)
THERE = TransportAddress("192.0.2.9", 1720)
ROOM = partyFromText("80001")
ANNA = partyFromText("anna")


@implementer(ICalledPolicy)
class Says:
    """
    Answers with what it was given, and remembers what it was asked.
    """

    name = "says"

    def __init__(self, finding: Finding | Deferred[Finding]) -> None:
        self.finding = finding
        self.asked: list[Called] = []

    def find(self, called: Called) -> Finding | Deferred[Finding]:
        self.asked.append(called)
        return self.finding


def policies() -> tuple[Any, ...]:
    registry = Table().registry
    registry.register(endpoint(1, "anna"))
    return (
        LocalNumbers(EightDigits(), HERE),
        RegisteredEndpoints(registry, HERE),
        SignalledAddress(registry),
    )


def first(called: Called) -> FoundWay:
    decision = RoutingChain(policies()).find(called)
    assert isinstance(decision, tuple)
    return decision[0]


def test_thePoliciesKeepTheirInterface() -> None:
    for policy in (*policies(), Says(None)):
        assert verifyObject(ICalledPolicy, policy)
    assert verifyObject(ILocalNumbers, EightDigits())


def test_aRoomIsHere() -> None:
    assert first(Called((ROOM,))) == FoundWay("h323", HERE)


def test_aNameGoesToWhoRegisteredIt() -> None:
    found = first(Called((partyFromText("unknown"), ANNA)))
    assert found.registration is not None
    assert found.registration.endpointId == "endpoint1"
    assert found.destination == TransportAddress("10.1.0.2", 1720)


def test_aRoomGoesBeforeAnEndpoint() -> None:
    assert first(Called((ANNA, ROOM))) == FoundWay("h323", HERE)


def test_anAddressServesWhereNoNameIsKnown() -> None:
    assert first(Called((partyFromText("x"),), THERE)) == FoundWay("h323", THERE)
    assert first(Called((ANNA,), THERE)).destination != THERE


def test_anAddressOfAnEndpointIsThatEndpoint() -> None:
    found = first(Called((), TransportAddress("10.1.0.2", 1720)))
    assert found.registration is not None


@pytest.mark.parametrize("called", [Called(()), Called((partyFromText("nobody"),))])
def test_whatNoPolicyKnowsGoesNowhere(called: Called) -> None:
    assert RoutingChain(policies()).find(called) is None


def test_otherNamesAreForThePoliciesAfter() -> None:
    asked = Says((FoundWay("h323", THERE),))
    renamed = Called((ANNA,))
    found = RoutingChain((Says(renamed), asked)).find(Called((ROOM,)))
    assert found == (FoundWay("h323", THERE, called=(ANNA,)),)
    assert asked.asked == [renamed]


def test_aNameThatADestinationBringsWithItIsKept() -> None:
    other = partyFromText("other")
    there = (FoundWay("h323", THERE, called=(other,)),)
    assert RoutingChain((Says(Called((ANNA,))), Says(there))).find(Called((ROOM,))) == there


def test_aRefusalEndsTheSearch() -> None:
    refusal = Refusal.of(Reason.NOT_PERMITTED, "forbidden")
    assert RoutingChain((Says(refusal), *policies())).find(Called((ROOM,))) == refusal


@pytest.mark.parametrize("answer", [None, Called((ROOM,))])
def test_aSlowPolicyIsWaitedFor(answer: Finding) -> None:
    slow: Deferred[Finding] = Deferred()
    decision = RoutingChain((Says(slow), *policies())).find(Called((ROOM,)))
    assert isinstance(decision, Deferred)
    found: list[Any] = []
    decision.addCallback(found.append)
    assert found == []
    slow.callback(answer)
    assert found == [(FoundWay("h323", HERE),)]


def test_whoAskedBeforeTheRulesChangedIsAnsweredByTheOldOnes() -> None:
    slow: Deferred[Finding] = Deferred()
    chain = RoutingChain((Says(slow), Says((FoundWay("h323", THERE),))))
    before = chain.find(Called((ANNA,)))
    chain.use((Says((FoundWay("h323", HERE),)),))
    assert chain.find(Called((ANNA,))) == (FoundWay("h323", HERE),)
    assert isinstance(before, Deferred)
    found: list[Any] = []
    before.addCallback(found.append)
    slow.callback(None)
    assert found == [(FoundWay("h323", THERE),)]


@implementer(ICalledPolicy)
class Fails:
    """
    A policy with a fault.
    """

    name = "fails"

    def __init__(self, later: bool) -> None:
        self._later = later

    def find(self, called: Called) -> Deferred[Finding]:
        if self._later:
            return fail(ZeroDivisionError())
        raise ZeroDivisionError


@pytest.mark.parametrize("later", [False, True])
def test_aPolicyThatFailsCostsThatOneCall(later: bool, loggedFailures: LoggedFailures) -> None:
    decision = RoutingChain((Fails(later), Says((FoundWay("h323", THERE),)))).find(Called((ANNA,)))
    found: list[Any] = []
    if isinstance(decision, Deferred):
        decision.addCallback(found.append)
    else:
        found.append(decision)
    assert found == [POLICY_FAILED]
    assert len(loggedFailures.take(ZeroDivisionError)) == 1
