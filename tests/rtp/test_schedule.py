"""
RTCP transmission intervals.
"""

from __future__ import annotations

import random

import pytest

from h323d.rtp.schedule import (
    RTCPSchedule,
    deterministicInterval,
    randomisedInterval,
)


def test_twoPartiesReportEveryFiveSeconds() -> None:
    assert deterministicInterval(2, 2, 500.0, 120.0, True, False) == 5.0


def test_theFirstReportComesInHalfTheTime() -> None:
    assert deterministicInterval(2, 1, 500.0, 120.0, False, True) == 2.5


def test_theOwnerMayAskForReportsMoreOften() -> None:
    assert deterministicInterval(2, 2, 500.0, 120.0, True, False, minimum=1.0) == 1.0
    schedule = RTCPSchedule(1, random.Random(2), minimum=1.0)
    schedule.start(0, 0.0)
    assert schedule.due(0.65).tolist() == [0]


def test_largeSessionsShareTheBandwidth() -> None:
    # 1,000 members of whom 100 send: receivers share three quarters of it.
    assert deterministicInterval(1000, 100, 500.0, 100.0, False, False) == pytest.approx(
        900 * 100 / 375
    )
    assert deterministicInterval(1000, 100, 500.0, 100.0, True, False) == pytest.approx(
        100 * 100 / 125
    )
    assert deterministicInterval(1000, 500, 500.0, 100.0, True, False) == pytest.approx(
        1000 * 100 / 500
    )


def test_intervalsAreSpreadOverTheirRange() -> None:
    rng = random.Random(1)
    drawn = [randomisedInterval(5.0, rng) for _ in range(2000)]
    assert min(drawn) == pytest.approx(2.5 / 1.21828, abs=0.02)
    assert max(drawn) == pytest.approx(7.5 / 1.21828, abs=0.02)


def test_reportsFallDueOnceAndAgain() -> None:
    schedule = RTCPSchedule(3, random.Random(1))
    schedule.start(1, 100.0)
    assert schedule.due(100.0).tolist() == []
    assert schedule.due(104.0).tolist() == [1]
    schedule.sent(1, 100, 104.0)
    assert schedule.due(104.0).tolist() == []
    assert schedule.due(104.0 + 6.2).tolist() == [1]
    schedule.stop(1)
    assert schedule.due(1e9).tolist() == []
