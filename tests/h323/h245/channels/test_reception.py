"""
Whether a medium comes: the machine that tells.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.h323.h245.channels.reception import MACHINE, Reception, newReception
from tests.support.machinetable import Step, Table, behaviourOf

Ways = dict[str, list[Step]]

TABLE: Table = {
    "closed": {
        "adopt": "flowing",
        "flows": "flowing: receiveReady PCMU",
        "stop": "ended",
    },
    "flowing": {
        "ceases": "closed: receiveStopped",
        "flows": "flowing: receiveReady PCMU",
        "stop": "ended",
    },
}


def _new(owner: Any, clock: Clock) -> Reception:
    return newReception(owner)


def test_theTableIsWhole() -> None:
    given = {"adopt": ("PCMU",), "flows": ("PCMU",)}
    ways: Ways = {"flowing": [("flows", "PCMA")], "ended": ["stop"]}
    assert behaviourOf(MACHINE, _new, given, ways) == TABLE


def test_whatIsKnownIsNotToldAgain() -> None:
    given = {"adopt": ("PCMU",), "flows": ("PCMU",)}
    ways: Ways = {"flowing": [("adopt", "PCMU")], "ended": ["stop"]}
    assert "flows" not in behaviourOf(MACHINE, _new, given, ways)["flowing"]
