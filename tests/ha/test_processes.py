"""
Media processes, and ports, of a server that is entered in turns.
"""

from __future__ import annotations

from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.applications import Priority
from h323d.call.ports import IPortPair, IPortSource
from h323d.ha.processes import Pairs
from h323d.values.address import TransportAddress
from tests.support.turned import Turned

RTP, RTCP = TransportAddress("10.0.0.1", 20000), TransportAddress("10.0.0.1", 20001)


@pytest.fixture
def turned() -> Turned:
    return Turned(launch=None, bindPair=(RTP, RTCP))


def outstanding(turned: Turned) -> list[tuple[Any, ...]]:
    return [each.arguments for each in turned.reached.processes.outstanding()]


def test_aPairIsBoundOutsideAndHasANumber(turned: Turned) -> None:
    pairs = Pairs(turned.turns)
    assert verifyObject(IPortSource, pairs)
    pair = turned.do(pairs.bind, "10.0.0.1", Priority.HIGH)
    assert verifyObject(IPortPair, pair)
    assert (pair.number, pair.rtp, pair.rtcp) == (1, RTP, RTCP)
    turned.do(pair.close)
    assert turned.doors.done == [("closePair", 1)]


def test_whatIsSaidIsKeptUntilItWasHeard(turned: Turned) -> None:
    processes = turned.reached.processes
    process = turned.do(processes.launch, 5)
    pair = turned.do(Pairs(turned.turns).bind, "10.0.0.1")
    turned.do(process.send, 1, b"one")
    turned.do(process.send, 2, b"two", (pair,))
    turned.do(process.send, 3, b"three")
    said = [(5, b"one", ()), (5, b"two", (1,)), (5, b"three", ())]
    assert turned.doors.done == [("say", *each) for each in said]
    assert outstanding(turned) == said
    turned.do(process.heard, 2)
    assert outstanding(turned) == said[2:]
    turned.do(process.heard, 1)
    assert outstanding(turned) == said[2:]


def test_aPairThatIsNotOutsideIsNotGivenAway(turned: Turned) -> None:
    process = turned.do(turned.reached.processes.launch, 5)
    stranger: Any = object()
    with pytest.raises(TypeError, match="not outside"):
        turned.do(process.send, 1, b"one", (stranger,))
    assert outstanding(turned) == []


def test_nothingIsSaidAgainToOneThatHasEnded(turned: Turned) -> None:
    processes = turned.reached.processes
    process = [turned.do(processes.launch, number) for number in (5, 6)]
    for each in process:
        turned.do(each.send, 1, b"one")
    turned.doors.done.clear()
    turned.do(process[0].kill)
    turned.do(process[0].close)
    assert turned.doors.done == [("kill", 5), ("shut", 5)]
    assert outstanding(turned) == [(6, b"one", ())]


def test_whatOneIsToldLastIsSaidAgainBeforeItIsWaitedFor(turned: Turned) -> None:
    process = turned.do(turned.reached.processes.launch, 5)
    turned.do(process.send, 1, b"end")
    turned.do(process.finish, 3.0)
    assert turned.doors.done == [("say", 5, b"end", ()), ("finish", 5, 3.0)]
    assert outstanding(turned) == [(5, b"end", ())]
