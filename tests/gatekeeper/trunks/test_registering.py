"""
When we register with a trunk, and again.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.gatekeeper.trunks import registering
from h323d.gatekeeper.trunks.registering import (
    LONGEST_PAUSE,
    LONGEST_SILENCE,
    Registering,
    newRegistering,
)
from tests.support.machinetable import Table, Witness, behaviourOf

TABLE: Table = {
    "idle": {
        "start": "registering: sendRegister",
        "leave": "over: isOver",
        "close": "over: isOver",
    },
    "registering": {
        "granted": "registered: due in 900 s, isRegistered 1000",
        "refused": "turned away: due in 40 s, isNotRegistered 503",
        "unreachable": "unheard: due in 30 s, isNotRegistered silence",
        "leave": "leaving: sendUnregister",
        "close": "over: isOver",
    },
    "registered": {
        "due": "refreshing: sendRegister",
        "revived": "refreshing: stop due, sendRegister",
        "leave": "leaving: stop due, sendUnregister",
        "close": "over: stop due, isOver",
    },
    "refreshing": {
        "granted": "registered: due in 900 s, isRegistered 1000",
        "refused": "turned away: due in 40 s, isNotRegistered 503",
        "unreachable": "unheard: due in 30 s, isNotRegistered silence",
        "leave": "leaving: sendUnregister",
        "close": "over: isOver",
    },
    "unheard": {
        "due": "registering: sendRegister",
        "revived": "registering: stop due, sendRegister",
        "leave": "over: stop due, isOver",
        "close": "over: stop due, isOver",
    },
    "turned away": {
        "due": "registering: sendRegister",
        "leave": "over: stop due, isOver",
        "close": "over: stop due, isOver",
    },
    "leaving": {
        "granted": "over: isOver",
        "refused": "over: isOver",
        "unreachable": "over: isOver",
        "close": "over: isOver",
    },
}


def test_theMachineIsThatOfTheTable() -> None:
    granted, silent = ("granted", 1000), ("unreachable", "silence")
    found = behaviourOf(
        registering.MACHINE,
        newRegistering,
        {"granted": (1000,), "refused": ("503", 40.0), "unreachable": ("silence",)},
        {
            "registering": ["start"],
            "registered": ["start", granted],
            "refreshing": ["start", granted, "due"],
            "unheard": ["start", silent],
            "turned away": ["start", ("refused", "403", 0.0)],
            "leaving": ["start", "leave"],
            "over": ["leave"],
        },
    )
    assert found == TABLE


class Pauses:
    """
    A registration that fails each time.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.witness = Witness({})
        owner: Any = self.witness
        self.machine: Registering = newRegistering(owner, self.clock)
        self.machine.start()

    def after(self) -> float:
        """
        How long it is waited until the next.
        """
        (call,) = self.clock.getDelayedCalls()
        pause = call.getTime() - self.clock.seconds()
        self.clock.advance(pause)
        return round(pause)


def test_whoRefusesUsIsAskedLaterEachTime() -> None:
    pauses, waited = Pauses(), []
    for _ in range(9):
        pauses.machine.refused("403", 0.0)
        waited.append(pauses.after())
    assert waited == [30, 60, 120, 240, 480, 960, 1920, LONGEST_PAUSE, LONGEST_PAUSE]


def test_whoIsSilentIsAskedSooner() -> None:
    pauses, waited = Pauses(), []
    for _ in range(6):
        pauses.machine.unreachable("no answer")
        waited.append(pauses.after())
    assert waited == [30, 60, 120, 240, LONGEST_SILENCE, LONGEST_SILENCE]


def test_afterASuccessTheFirstPauseIsShortAgain() -> None:
    pauses = Pauses()
    for _ in range(3):
        pauses.machine.refused("403", 0.0)
        pauses.after()
    pauses.machine.granted(100)
    assert pauses.after() == 90
    pauses.machine.refused("403", 0.0)
    assert pauses.after() == 30


def test_nobodyHasUsWaitForLongerThanAnHour() -> None:
    pauses = Pauses()
    pauses.machine.refused("503", 1e9)
    assert pauses.after() == LONGEST_PAUSE
