"""
Which calls go to a gatekeeper that we are registered with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.gates import SENT_BACK
from h323d.gatekeeper.parents.config import ParentConfig
from h323d.gatekeeper.parents.sentcalls import SentCalls
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.parents import ParentGatekeepers
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress

HERE = TransportAddress("10.0.0.1", 1720)
CALL = b"c" * 16


@dataclass
class Known:
    """
    A parent.
    """

    config: ParentConfig
    isRegistered: bool = True


def parent(name: str, *prefixes: str, isRegistered: bool = True) -> Known:
    config = ParentConfig(name, "192.0.2.20", aliases=("us",), prefixes=prefixes)
    return Known(config, isRegistered)


def policyOf(*parents: Known, sender: str = "") -> ParentGatekeepers:
    sent = SentCalls()
    if sender:
        sent.enter(CALL, sender)
    return ParentGatekeepers(parents, sent, HERE)


def called(*names: str, hops: int = 6, locating: bool = False) -> Called:
    return Called(tuple(map(partyFromText, names)), hops=hops, call=CALL, locating=locating)


def ways(*names: str) -> tuple[FoundWay, ...]:
    return tuple(FoundWay("h323", HERE, parent=each) for each in names)


def test_itIsAPolicy() -> None:
    assert verifyObject(ICalledPolicy, policyOf())


@pytest.mark.parametrize(
    ("number", "asked"),
    [
        ("4912", ("b", "c")),
        ("4400", ("a",)),
        ("0", ("a",)),
        ("anna", ("a",)),
        ("sip:491@h", ("b", "c")),
    ],
)
def test_thoseOfTheLongestPrefixAreAskedInTheirOrder(number: str, asked: tuple[str, ...]) -> None:
    policy = policyOf(parent("a", ""), parent("b", "49"), parent("c", "1", "49"))
    assert policy.find(called(number)) == ways(*asked)


def test_whoServesNothingIsNotAsked() -> None:
    assert policyOf(parent("a")).find(called("4912")) is None


def test_whoDoesNotKnowUsIsNotAsked() -> None:
    policy = policyOf(parent("a", "49", isRegistered=False), parent("b", ""))
    assert policy.find(called("4912")) == ways("b")


def test_aCallThatAParentSentGoesToAnotherOrNowhere() -> None:
    assert policyOf(parent("a", ""), parent("b", ""), sender="a").find(called("1")) == ways("b")
    assert policyOf(parent("a", ""), sender="a").find(called("1")) is SENT_BACK
    assert policyOf(parent("a", "49"), sender="a").find(called("1")) is None


@pytest.mark.parametrize("question", [{"hops": 0}, {"locating": True}])
def test_othersQuestionsAreNotHandedOn(question: dict[str, Any]) -> None:
    assert policyOf(parent("a", "")).find(called("1", **question)) is None


def test_aCallWithoutNamesIsNobodys() -> None:
    assert policyOf(parent("a", "")).find(called()) is None
