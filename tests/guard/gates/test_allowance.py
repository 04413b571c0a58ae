"""
What there is for who has asked for too much.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.call.applications import Door, Reason
from h323d.guard.gates.allowance import allowance
from h323d.guard.gates.chain import decide
from h323d.guard.gates.inputs import ABSENT, Asker, Demand, Failure, GateInput, Stock
from h323d.guard.registry.guardian import ProofForm, Status

ANNA = Asker("", ProofForm.ED25519, "if://guardian/anna", Status.ACTIVE)
ASKED = GateInput(Door.INVITE, 0.0, "", ANNA, Demand(bandwidth=100), Stock(quota=100))


@pytest.mark.parametrize(
    ("stock", "left"),
    [
        (Stock(held=30, quota=100), 70),
        (Stock(held=130, quota=100), 0),
        (Stock(held=30, quota=100, pooled=950, pool=1000), 50),
        (Stock(held=30, quota=100, pooled=100, pool=1000), 70),
        (Stock(held=0, quota=100, pooled=950, pool=1000), 50),
        (Stock(held=0, quota=100, pooled=1200, pool=1000), 0),
    ],
)
def test_whatIsLeftOfTheQuotaOrOfThePool(stock: Stock, left: int) -> None:
    asked = replace(ASKED, stock=stock)
    assert allowance(asked, decide(asked)) == left


@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        replace(ASKED, asker=ABSENT, stock=Stock()),
        replace(ASKED, asker=replace(ANNA, status=Status.REVOKED), stock=Stock()),
        replace(ASKED, stock=Stock(quota=100, seated=1, seats=1)),
    ],
)
def test_whereBandwidthIsNotWhyNothingIsTold(asked: GateInput) -> None:
    assert allowance(asked, decide(asked)) is None


def test_ofWhatAPolicyRefusesForTheGuardKnowsNoFigure() -> None:
    failure = Failure(Reason.BANDWIDTH_EXCEEDED, "night:quota")
    assert allowance(ASKED, decide(ASKED, lambda asked: failure)) is None
