"""
The legs of an endpoint, by their own names and by those of H.323.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from h323d.h323.calls.legtable import LegTable
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID

ONE, OTHER = bytes([1] * 16), bytes([2] * 16)
BUSY = Cause.USER_BUSY


@dataclass
class Leg:
    """
    As much of a leg as a table looks at.
    """

    legId: LegID
    host: str
    call: bytes = ONE
    causes: list[Cause] = field(default_factory=list)

    @property
    def identity(self) -> CallIdentity:
        return CallIdentity(self.call, bytes(16))

    @property
    def peer(self) -> TransportAddress:
        return TransportAddress(self.host, 1720)

    def hangup(self, cause: Cause) -> None:
        self.causes.append(cause)


def tableOf(*legs: Any) -> LegTable:
    # Any: of a leg, they have what counts here.
    table = LegTable()
    for leg in legs:
        table.keep(leg)
    return table


@pytest.fixture
def legs() -> list[Leg]:
    return [
        Leg(LegID("l1"), "10.0.0.1"),
        Leg(LegID("l2"), "10.0.0.2"),
        Leg(LegID("l3"), "10.0.0.1", OTHER),
    ]


def test_legsAreThereUntilTheyAreRemoved(legs: list[Leg]) -> None:
    table = tableOf(*legs)
    assert [each.legId for each in table] == ["l1", "l2", "l3"]
    assert table.remove(LegID("l2")) is not None
    assert len(table) == 2
    assert table.get(LegID("l2")) is None
    assert table.get(LegID("l3")) is not None


def test_whatIsNotThereCannotBeRemoved() -> None:
    assert LegTable().remove(LegID("l1")) is None


def test_aCallIsKnownAsLongAsItHasALeg(legs: list[Leg]) -> None:
    table = tableOf(*legs)
    table.remove(LegID("l1"))
    assert table.knows(ONE)
    table.remove(LegID("l2"))
    assert not table.knows(ONE)
    assert table.knows(OTHER)


def test_aCallHasALegWithAHost(legs: list[Leg]) -> None:
    table = tableOf(*legs)
    assert table.has(ONE, {"10.0.0.2"})
    assert not table.has(OTHER, {"10.0.0.2"})
    assert not table.has(bytes(16), {"10.0.0.1"})


def test_theLegsOfOneCallAreEnded(legs: list[Leg]) -> None:
    tableOf(*legs).hangup(ONE, BUSY)
    assert [leg.causes for leg in legs] == [[BUSY], [BUSY], []]


def test_orThoseWithCertainHosts(legs: list[Leg]) -> None:
    tableOf(*legs).hangup(ONE, BUSY, {"10.0.0.2"})
    assert [leg.causes for leg in legs] == [[], [BUSY], []]
