"""
What a follower tells its leader.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.ha import reports
from h323d.ha.doors import Doors
from h323d.ha.following import Following
from h323d.ha.records import BadRecord, DoneRecord, HeartbeatRecord, InputRecord
from h323d.ha.reports import (
    MAX_DESCRIBED,
    DivergedReport,
    DoneReport,
    Report,
    Reporter,
    described,
)
from h323d.ha.turns import Output, Turns
from h323d.telling import primitives
from h323d.values.address import TransportAddress

PEER = TransportAddress("10.0.0.2", 5060)


class Leader:
    """
    @ivar told: what it was told.
    """

    def __init__(self) -> None:
        self.told: list[Report] = []

    def tell(self, report: Report) -> None:
        self.told.append(report)


class Writing:
    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def write(self, data: bytes) -> None:
        self._turns.emit(Doors.write, 7, data)


def follower() -> tuple[Reporter, Leader]:
    turns = Turns(0.0)
    turns.receive("write", Writing(turns).write)
    turns.receive("nothing", int)
    leader = Leader()
    return Reporter(Following(turns), leader), leader


@pytest.mark.parametrize(
    "report", [DoneReport(7), DivergedReport(7, "other things leave", ("write 7 3 octets",))]
)
def test_aReportIsReadAsItWasWritten(report: Report) -> None:
    assert reports.decode(reports.encode(report)) == report


@pytest.mark.parametrize(
    "data",
    [b"", b"GET /", primitives.encode((1, PEER)), primitives.encode((2, DoneReport(1)))],
    ids=["nothing", "another's", "no report", "another version"],
)
def test_whatIsNoReportIsRefused(data: bytes) -> None:
    with pytest.raises(BadRecord, match="no report"):
        reports.decode(data)


def test_howFarItIsIsToldForAHeartbeatAlone() -> None:
    reporter, leader = follower()
    reporter.take(HeartbeatRecord(0, 1.0))
    for turn in (1, 2):
        assert reporter.take(InputRecord(turn, 1.0, "nothing", ()))
        assert reporter.take(DoneRecord(turn, (), 0))
    assert leader.told == [DoneReport(0)]
    reporter.take(HeartbeatRecord(2, 1.0))
    assert leader.told == [DoneReport(0), DoneReport(2)]


def test_whoeverIsNoCopyAnyMoreSaysWhatItWouldHaveSentAndLeaves() -> None:
    reporter, leader = follower()
    reporter.take(InputRecord(1, 1.0, "write", (b"octets",)))
    assert not reporter.take(DoneRecord(1, (), 0))
    reason = "write: other things leave"
    assert leader.told == [DivergedReport(1, reason, ("write 7 6 octets (beecb3c5)",))]


def test_whoeverCannotReadWhatItIsToldSaysSoAndLeaves() -> None:
    reporter, leader = follower()
    assert not reporter.take(DoneRecord(1, (), 0))
    reason = "out of order: the end of turn 1 after turn 0"
    assert leader.told == [DivergedReport(0, reason)]


@pytest.mark.parametrize(
    ("argument", "word"),
    [
        (None, "None"),
        (7, "7"),
        (PEER, "10.0.0.2:5060"),
        (b"secret", "6 octets (5ca2e8e5)"),
        ("sip:anna@example.com", "str of 20"),
        ((1, "key"), "tuple of 2"),
        (DoneReport(1), "DoneReport"),
        (Turns.due, "Turns.due"),
    ],
    ids=["nothing", "number", "address", "octets", "text", "several", "value", "function"],
)
def test_whatWasSaidIsNotTold(argument: Any, word: str) -> None:
    assert described([Output("send", (argument,))]) == (f"send {word}",)


def test_ofManyOrdersTheFirstAreTold() -> None:
    told = described([Output("unbind", (number,)) for number in range(MAX_DESCRIBED + 3)])
    assert len(told) == MAX_DESCRIBED + 1
    assert told[-1] == "and 3 more"
