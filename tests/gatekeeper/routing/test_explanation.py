"""
What each policy said when the chain was asked.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.applications import Reason, Refusal
from h323d.call.gates import POLICY_FAILED
from h323d.gatekeeper.routing.chain import (
    Called,
    Finding,
    FoundWay,
    ICalledPolicy,
    RoutingChain,
)
from h323d.gatekeeper.routing.explanation import Explanation, explain
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.loggedfailures import LoggedFailures

ANNA, BERT = Called((partyFromText("anna"),)), Called((partyFromText("bert"),))
FOUND = (FoundWay("h323", TransportAddress("192.0.2.9", 1720)),)
BARRED = Refusal.of(Reason.NOT_PERMITTED, "barred")


@implementer(ICalledPolicy)
class Says:
    """
    A policy with one answer, now or later.
    """

    def __init__(self, name: str, finding: Finding | Deferred[Finding] | Exception) -> None:
        self.name = name
        self._finding = finding

    def find(self, called: Called) -> Finding | Deferred[Finding]:
        if isinstance(self._finding, Exception):
            raise self._finding
        return self._finding


def explained(*policies: Says) -> list[Explanation]:
    """
    What comes of it, so far.
    """
    found: list[Any] = []
    Deferred.fromCoroutine(explain(RoutingChain(policies), ANNA)).addCallback(found.append)
    return found


def test_whoWasAskedIsToldInOrderAndNobodyElse() -> None:
    (told,) = explained(Says("first", None), Says("second", FOUND), Says("third", BARRED))
    assert told == Explanation(FOUND, (("first", None), ("second", FOUND)))


@pytest.mark.parametrize("finding", [BARRED, FOUND])
def test_theDecisionIsTheChains(finding: Refusal | tuple[FoundWay, ...]) -> None:
    (told,) = explained(Says("only", finding))
    assert told == Explanation(finding, (("only", finding),))


def test_otherNamesAreWhatAPolicySaidToo() -> None:
    (told,) = explained(Says("renames", BERT), Says("knows", None))
    assert told == Explanation(None, (("renames", BERT), ("knows", None)))


def test_aSlowPolicyIsWaitedFor() -> None:
    slow: Deferred[Finding] = Deferred()
    told = explained(Says("slow", slow))
    assert told == []
    slow.callback(BARRED)
    assert told == [Explanation(BARRED, (("slow", BARRED),))]


def test_whoFailsIsToldAsTheChainTakesIt(loggedFailures: LoggedFailures) -> None:
    (told,) = explained(Says("broken", ZeroDivisionError()), Says("later", FOUND))
    assert told == Explanation(POLICY_FAILED, (("broken", POLICY_FAILED),))
    assert len(loggedFailures.take(ZeroDivisionError)) == 1
