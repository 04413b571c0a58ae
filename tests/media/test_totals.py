"""
What is counted of all ports never falls, whatever becomes of them.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from h323d.call.mediatotals import LATENCIES, Jitter
from h323d.media.audio.survey import Survey
from h323d.media.reports import Surveyed
from h323d.media.totals import Totals

COLUMNS = {each.name for each in fields(Survey)} - {"rows", "at"}
UNKNOWN = {"remoteLost", "remoteJitter"}  # until a peer tells


def surveyed(*ports: int, at: float = 0.0, plane: dict[str, float] | None = None, **columns: Any) -> Surveyed:  # fmt: skip
    """
    @param columns: one value for all ports, or one for each.
    """
    given = dict.fromkeys(COLUMNS, 0) | dict.fromkeys(UNKNOWN, np.nan)
    arrays = {
        name: np.array(np.broadcast_to(value, len(ports)))
        for name, value in (given | columns).items()
    }
    rows = {port: row for row, port in enumerate(ports)}
    return Surveyed(Survey(rows=rows, at=at, **arrays), plane or {})


def latencies(totals: Totals) -> dict[float, int]:
    counts = totals.now({}).latency.counts
    return {bound: count for bound, count in zip((*LATENCIES, 0), counts, strict=True) if count}


def test_packetsCountWithTheLatencyOfTheirPort() -> None:
    totals = Totals()
    totals.surveyed(0, surveyed(1, 2, received=[50, 30], delay=[0.012, 0.2]))
    totals.surveyed(0, surveyed(1, 2, received=[100, 30], delay=[0.045, 0.2]))
    assert latencies(totals) == {15: 50, 60: 50, 250: 30}
    assert totals.now({}).latency.total == pytest.approx(50 * 12 + 50 * 45 + 30 * 200)


def test_whatAClosedPortHasCountedStays() -> None:
    totals = Totals()
    totals.surveyed(0, surveyed(1, received=50, lost=4))
    totals.forget(1)
    totals.surveyed(0, surveyed(2, received=10, lost=1))
    assert (totals.now({}).lostIn, sum(latencies(totals).values())) == (5, 60)


def test_aPortThatGoesToAnotherPlaneTakesItsCountAlong() -> None:
    totals = Totals()
    totals.surveyed(0, surveyed(1, received=50, lost=4))
    totals.surveyed(1, surveyed(1, received=60, lost=5))
    assert (totals.now({}).lostIn, sum(latencies(totals).values())) == (5, 60)


def test_onesThatCountAnewInAnotherProcessAreAdded() -> None:
    totals = Totals()
    plane = {"lateTicks": 3.0, "busySeconds": 7.0}
    totals.surveyed(0, surveyed(1, received=50, lost=4, plane=plane))
    totals.surveyed(0, surveyed(1, received=20, lost=1, plane={"lateTicks": 1.0}))
    now = totals.now({})
    assert (now.lostIn, sum(now.latency.counts), now.lateTicks) == (5, 70, 4)


def test_aPacketThatIsLateAfterAllIsNotCountedTwice() -> None:
    totals = Totals()
    for lost in (0, 3, 2, 3, 4):
        totals.surveyed(0, surveyed(1, received=10, lost=lost))
    assert totals.now({}).lostIn == 4


def test_whatPeersLostIsTheirShareOfWhatWasSent() -> None:
    totals = Totals()
    totals.surveyed(0, surveyed(1, sent=100))
    totals.surveyed(0, surveyed(1, sent=200, remoteLost=0.05))
    totals.surveyed(0, surveyed(1, sent=200, remoteLost=0.05))
    assert totals.now({}).lostOut == pytest.approx(5.0)


def test_jitterIsThatOfThePortsThatHaveAny() -> None:
    totals = Totals()
    assert totals.now({}).jitterIn == Jitter()
    totals.surveyed(0, surveyed(1, 2, received=[5, 0], jitter=[0.004, 0.0]))
    totals.surveyed(1, surveyed(3, received=5, jitter=0.008, remoteJitter=0.002))
    now = totals.now({})
    assert (now.jitterIn.mean, now.jitterIn.worst) == pytest.approx((0.006, 0.008))
    assert (now.jitterOut.mean, now.jitterOut.worst) == pytest.approx((0.002, 0.002))


def test_theBusiestPlaneIsToldWhateverTheOthersDo() -> None:
    totals = Totals()
    for number, busy in enumerate((0.1, 0.4)):
        for at in (0.0, 0.5):
            figures = {"busySeconds": at * busy, "codecSeconds": at * busy / 4}
            totals.surveyed(number, surveyed(at=at, plane=figures))
    now = totals.now({})
    assert (now.busy, now.coding) == pytest.approx((40.0, 10.0))


def test_surveysThatComeSoonerSayNothingOfTheLoad() -> None:
    totals = Totals()
    totals.surveyed(0, surveyed(at=0.0, plane={"busySeconds": 0.0}))
    totals.surveyed(0, surveyed(at=0.1, plane={"busySeconds": 0.1}))
    assert totals.now({}).busy == 0.0


def test_whatIsSentIsAsThePoolKnows() -> None:
    totals = Totals()
    assert totals.now({"PCMU": 2}) == replace(Totals().now({}), audio={"PCMU": 2})
