"""
What is asked in one turn, and answered in another.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from zope.interface.verify import verifyObject

from h323d.call.lookups import HostRecord, IFiles, INames, IWeb, LookupFailed
from h323d.ha.questions import Files, Names, Web
from tests.support.turned import Turned

RECORD = HostRecord("10.0.0.2", 300.0)


@pytest.fixture
def turned() -> Turned:
    return Turned(read="text", octets=b"octets")


def heard(deferred: Deferred[Any]) -> list[object]:
    """
    What came of it.
    """
    result: list[object] = []
    deferred.addBoth(result.append)
    return result


def test_theyAreWhatTheServerKnows(turned: Turned) -> None:
    verifyObject(INames, Names(turned.reached.questions))
    verifyObject(IWeb, Web(turned.reached.questions))
    verifyObject(IFiles, Files(turned.turns))


def test_aNameIsAskedForAndAnsweredLater(turned: Turned) -> None:
    names = Names(turned.reached.questions)
    answer = heard(turned.do(names.hosts, "example.com"))
    turned.do(names.services, "_sip._udp.example.com")
    turned.do(names.pointers, "example.com")
    assert turned.doors.done == [
        ("hosts", 1, "example.com"),
        ("services", 2, "_sip._udp.example.com"),
        ("pointers", 3, "example.com"),
    ]
    assert answer == []
    turned.enter("answered", 1, (RECORD,))
    assert answer == [(RECORD,)]


def test_aQuestionMayFail(turned: Turned) -> None:
    failed = turned.do(Web(turned.reached.questions).post, "http://a", b"{}", 5.0, 100)
    assert turned.doors.done == [("post", 1, "http://a", b"{}", 5.0, 100)]
    caught: list[Any] = heard(failed)
    turned.enter("answered", 1, LookupFailed("silence"))
    assert caught[0].check(LookupFailed)


def test_aSecondAnswerIsOneTooMany(turned: Turned) -> None:
    answer = heard(turned.do(Names(turned.reached.questions).hosts, "example.com"))
    turned.enter("answered", 1, (RECORD,))
    turned.enter("answered", 1, ())
    assert answer == [(RECORD,)]


def test_whatHasNoAnswerIsAskedAnew(turned: Turned) -> None:
    names = Names(turned.reached.questions)
    turned.do(names.hosts, "a.example.com")
    turned.do(names.hosts, "b.example.com")
    turned.enter("answered", 1, ())
    outstanding = turned.reached.questions.outstanding()
    assert [(each.order, each.arguments) for each in outstanding] == [
        ("hosts", (2, "b.example.com"))
    ]


def test_aFileIsReadAtOnce(turned: Turned) -> None:
    files = Files(turned.turns)
    assert turned.do(files.read, "/a") == "text"
    assert turned.do(files.octets, "/a", 10) == b"octets"


def test_whatWaitsForADiskIsDoneOutside(turned: Turned) -> None:
    answer = heard(turned.do(turned.reached.questions.defer, len, "abc"))
    assert turned.doors.done == [("defer", 1, len, ("abc",))]
    turned.enter("answered", 1, 3)
    assert answer == [3]


def test_aFileThatIsReadAsideIsAskedForByName(turned: Turned) -> None:
    defer, files = turned.reached.questions.defer, Files(turned.turns)
    turned.do(defer, files.octets, "/a", 10)
    turned.do(defer, files.read, "/a")
    assert turned.doors.done == [("octetsAside", 1, "/a", 10), ("readAside", 2, "/a")]
