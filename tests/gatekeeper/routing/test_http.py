from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.config import MAX_LIFETIME, RoutingConfig
from h323d.gatekeeper.routing.http import MAX_ANSWER, REJECTED, HTTPQuestion
from h323d.gatekeeper.routing.remembered import FAILED_FOR
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.lookups import FakeWeb
from tests.support.registrations import endpoint

URL = "http://127.0.0.1:8080/route"
ANNA = endpoint(1, "anna")
CALLED = Called(
    (partyFromText("1001"),),
    calling=(partyFromText("anna"),),
    caller=ANNA,
    source=ANNA.source,
)
THERE = TransportAddress("192.0.2.1", 1720)


class Asking:
    """
    The policy, and the URL that it asks.
    """

    def __init__(self, answer: bytes | None = b"{}", **config: Any) -> None:
        self.web = FakeWeb(answer)
        self.clock = Clock()
        self.policy = HTTPQuestion(
            self.web, self.clock, RoutingConfig(**({"httpURL": URL} | config))
        )

    def find(self, called: Called = CALLED) -> Any:
        answer = self.policy.find(called)
        assert isinstance(answer, Deferred)
        found: list[Any] = []
        answer.addCallback(found.append)
        return found[0]


def test_itIsAPolicy() -> None:
    assert verifyObject(ICalledPolicy, Asking().policy)


def test_theQuestionSaysWhoCallsWhom() -> None:
    asking = Asking()
    asking.find()
    assert asking.web.urls == [URL]
    assert asking.web.asked == [
        {
            "called": ["1001"],
            "calling": ["anna"],
            "caller": ["anna"],
            "source": ANNA.source.host,
            "location": False,
        }
    ]


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (b'{"destinations": ["192.0.2.1"]}', (FoundWay("h323", THERE),)),
        (
            b'{"destinations": ["192.0.2.1:1720"], "names": ["2002"]}',
            (FoundWay("h323", THERE, called=(partyFromText("2002"),)),),
        ),
        (
            b'{"destinations": ["h323:x@192.0.2.1"]}',
            (FoundWay("h323", THERE, called=(partyFromText("h323:x@192.0.2.1"),)),),
        ),
        (b'{"reject": true}', REJECTED),
        (b'{"reject": false}', None),
        (b"{}", None),
        (b"null", None),
        (b"", None),
    ],
)
def test_theAnswerDecides(answer: bytes, finding: Any) -> None:
    assert Asking(answer).find() == finding


def test_otherNamesAreForThePoliciesAfter() -> None:
    found = Asking(b'{"names": ["anna", "2002"]}').find()
    assert isinstance(found, Called)
    assert [str(name) for name in found.names] == ["anna", "2002"]
    assert found.caller == ANNA


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"<html>",
        b"[]",
        b"\xff",
        b'{"destinations": ["example.com"]}',
        b'{"destinations": "192.0.2.1"}',
        b'{"destinations": [1]}',
        b'{"names": [""]}',
        b'{"names": ["' + b"x" * 300 + b'"]}',
        b'{"names": ' + str(["1"] * 9).replace("'", '"').encode() + b"}",
        b'{"reject": 1}',
        b'{"lifetime": "long"}',
        b"[" * MAX_ANSWER,
    ],
)
def test_whoMakesNoSenseDoesNotKnow(answer: bytes | None) -> None:
    assert Asking(answer).find() is None


def test_anAnswerIsKeptAsLongAsItSays() -> None:
    asking = Asking(b'{"reject": true, "lifetime": 10}')
    for seconds, asked in ((0, 1), (9, 1), (1, 2)):
        asking.clock.advance(seconds)
        assert asking.find() == REJECTED
        assert len(asking.web.asked) == asked


def test_noAnswerIsKeptForLongerThanADay() -> None:
    asking = Asking(b'{"reject": true, "lifetime": 1' + b"0" * 400 + b"}")
    for seconds, asked in ((0, 1), (MAX_LIFETIME - 1, 1), (1, 2)):
        asking.clock.advance(seconds)
        assert asking.find() == REJECTED
        assert len(asking.web.asked) == asked


@pytest.mark.parametrize(("lifetime", "asked"), [(30, 1), (0, 2)])
def test_otherwiseItIsKeptAsConfigured(lifetime: int, asked: int) -> None:
    asking = Asking(b"{}", httpLifetime=lifetime)
    asking.find()
    asking.find()
    assert len(asking.web.asked) == asked


def test_whoIsSilentIsNotAskedByEveryCall() -> None:
    asking = Asking(None)
    others = [replace(CALLED, names=(partyFromText(name),)) for name in ("1002", "1003")]
    for called in (CALLED, CALLED, *others):
        assert asking.find(called) is None
    assert len(asking.web.asked) == 1
    asking.clock.advance(FAILED_FOR)
    asking.web.answer = b'{"reject": true}'
    assert asking.find(others[0]) == REJECTED


def test_withoutURLNobodyIsAsked() -> None:
    asking = Asking(httpURL="")
    assert asking.policy.find(CALLED) is None
    assert Asking().policy.find(Called(())) is None
