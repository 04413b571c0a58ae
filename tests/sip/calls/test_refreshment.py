"""
When a session is refreshed, and when it is given up.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.sip.calls.refreshment import MACHINE, Refreshment, newRefreshment
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder


def _refreshment(owner: Any, clock: Clock) -> Refreshment:
    return newRefreshment(owner, clock)


TABLE: Table = {
    "off": {
        "ours": "refreshing: expire in 1768 s, due in 900 s",
        "theirs": "watching: expire in 1768 s",
    },
    "refreshing": {
        "due": "asking: refresh",
        "expire": "off: stop due, expired",
        "never": "off: stop due, stop expire",
        "ours": "refreshing: stop due, expire in 1768 s, due in 900 s",
        "theirs": "watching: stop due, expire in 1768 s",
    },
    "asking": {
        "expire": "off: expired",
        "never": "off: stop expire",
        "ours": "refreshing: expire in 1768 s, due in 900 s",
        "refused": "refreshing: due in 225 s",
        "theirs": "watching: expire in 1768 s",
    },
    "watching": {
        "expire": "off: expired",
        "never": "off: stop expire",
        "ours": "refreshing: expire in 1768 s, due in 900 s",
        "theirs": "watching: expire in 1768 s",
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        MACHINE,
        _refreshment,
        {"ours": (1800,), "theirs": (1800,)},
        {
            "refreshing": [("ours", 1800)],
            "asking": [("ours", 1800), "due"],
            "watching": [("theirs", 1800)],
        },
    )
    assert found == TABLE


@pytest.mark.parametrize(("interval", "givenUp"), [(90, 60), (96, 64), (1800, 1768)])
def test_aSessionIsGivenUpAThirdOr32SecondsBeforeItsEnd(interval: int, givenUp: int) -> None:
    clock, owner = Clock(), Recorder()
    _refreshment(owner, clock).theirs(interval)
    clock.advance(givenUp - 0.1)
    assert owner.take() == []
    clock.advance(0.1)
    assert owner.take() == [("expired",)]
    assert clock.getDelayedCalls() == []


def test_aRefusedRefreshIsTriedAgainUntilTheSessionIsGivenUp() -> None:
    clock, owner = Clock(), Recorder()
    refreshment = _refreshment(owner, clock)
    refreshment.ours(1800)
    tries = []
    for second in range(1, 1800):
        clock.advance(1)
        told = owner.take()
        if told == [("refresh",)]:
            tries.append(second)
            refreshment.refused()
        elif told:
            assert (told, second) == ([("expired",)], 1768)
    assert tries == [900, 1125, 1350, 1575]
