"""
A log of decisions, made as the guard makes them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from h323d.call.applications import CallType, Door
from h323d.guard.gates.chain import decide
from h323d.guard.gates.inputs import Asker, Demand, GateInput, Stock
from h323d.guard.gates.recording import Judged, recorded
from h323d.guard.registry.guardian import ProofForm, Status
from h323d.witness.log.chain import Entry
from h323d.witness.log.places import Place
from h323d.witness.log.record import Data, timestampOf
from tests.support.witnesslogs import START, newDisk, placeOf

__all__ = ["CALL", "CALLS", "decidedLog"]

ANNA = Asker("", ProofForm.ED25519, "if://guardian/anna", Status.ACTIVE)
BERT = replace(ANNA, terminalId="if://guardian/bert")
CALL = GateInput(Door.ARQ, START, "ab" * 32, ANNA, Demand(bandwidth=100_000), Stock(quota=150_000))
GRAVE = Demand(CallType.ESCALATE, bandwidth=100_000)
CALLS = (
    replace(CALL, door=Door.RRQ),
    CALL,
    replace(CALL, stock=replace(CALL.stock, held=100_000)),
    replace(CALL, asker=BERT, demand=GRAVE),
    replace(CALL, asker=BERT, demand=replace(GRAVE, declaredPII=True)),
)
"""
A registration, and four calls: two pass, one is beyond its quota, one has personal data.
"""


def decidedLog(directory: Path, judged: Sequence[Judged] | None = None) -> Place:
    """
    A log of C{log_begun}, of something that no guard was asked about, and of decisions.

    @param judged: instead of those of L{CALLS}.
    """
    decided = [Judged(each, decide(each)) for each in CALLS] if judged is None else judged
    data: list[Data] = [{"decision": None}, *({"decision": recorded(each)} for each in decided)]
    disk = newDisk(directory)
    entries = [
        Entry("application_passed", timestampOf(START + number), each)
        for number, each in enumerate(data)
    ]
    disk.write(deque(entries), START, isLast=True)
    disk.close()
    return placeOf(directory)
