"""
When the peer is told what we can do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet.task import Clock

from h323d.h323.h245 import telling
from h323d.h323.h245.telling import Telling, newTelling
from tests.support.machinetable import Step, Table, Witness, behaviourOf

WAYS: dict[str, list[Step]] = {"closing": ["held"], "postponed": ["held", "resumed"]}

WANTED: Table = {
    "free": {
        "held": "closing: closingExpired in 3 s",
        "tell": "free: transfer",
    },
    "closing": {
        "ceased": "free: stop closingExpired",
        "closingExpired": "free",
        "resumed": "postponed",
        "stop": "free: stop closingExpired",
        "tell": "postponed",
    },
    "postponed": {
        "ceased": "free: stop closingExpired, transfer",
        "closingExpired": "free: transfer",
        "heldAgain": "closing",
        "stop": "free: stop closingExpired",
    },
}


@dataclass
class Session:
    """
    What it wants and is sent, is said; the rest is written down.
    """

    witness: Witness
    wants: bool
    sent: bool = True

    def wantsMedia(self) -> bool:
        return self.wants

    def isSentMedia(self) -> bool:
        return self.sent

    def __getattr__(self, name: str) -> Callable[..., Any]:
        told: Callable[..., Any] = getattr(self.witness, name)
        return told


def behaviour(wants: bool, sent: bool = True) -> Table:
    def new(witness: Witness, clock: Clock) -> Telling:
        return newTelling(Session(witness, wants, sent), clock)

    return behaviourOf(telling.MACHINE, new, {}, WAYS)


def test_theTable() -> None:
    assert behaviour(wants=True) == WANTED


def test_whoIsHeldIsGivenTimeToCloseItsChannels() -> None:
    free = WANTED["free"] | {"tell": "closing: transfer, closingExpired in 3 s"}
    closing = WANTED["closing"] | {"tell": "closing: transfer"}
    postponed = WANTED["postponed"] | {"tell": "closing"}
    held = {"free": free, "closing": closing, "postponed": postponed}
    assert behaviour(wants=False) == held


def test_whoHasNoChannelOpenIsNotWaitedFor() -> None:
    assert behaviour(wants=False, sent=False)["free"] == WANTED["free"]
