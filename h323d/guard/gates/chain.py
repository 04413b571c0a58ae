"""
The gates, in their order: the reason is that of the first that does not open.
"""

from __future__ import annotations

from collections.abc import Callable

from h323d.call.applications import CallType, Door
from h323d.guard.gates.authenticity import authenticity
from h323d.guard.gates.capacity import capacity
from h323d.guard.gates.fairness import fairness
from h323d.guard.gates.inputs import Decision, Failure, GateInput
from h323d.guard.gates.keymatch import keyMatch
from h323d.guard.gates.kind import isUnauthorized, kindOf
from h323d.guard.gates.listing import listing
from h323d.guard.gates.privacy import privacy

__all__ = ["AT", "GATES", "decide"]

Gate = Callable[[GateInput], Failure | None]

GATES: dict[str, Gate] = {
    "1": authenticity,
    "2": listing,
    "2.1": keyMatch,
    "3": privacy,
    "4": fairness,
    "5": capacity,
}
"""
By their numbers.
"""

_WHO = ("1", "2", "2.1")
_ALL = tuple(GATES)

AT: dict[Door, tuple[str, ...]] = {
    Door.RRQ: _WHO,
    Door.REGISTER: _WHO,
    Door.ARQ: _ALL,
    Door.SETUP: _ALL,
    Door.INVITE: _ALL,
    Door.BRQ: (*_WHO, "4", "5"),
    Door.URQ: _WHO,
    Door.DRQ: _WHO,
    Door.RAI: _WHO,
    Door.IRR: _WHO,
    Door.REINVITE: (*_WHO, "4", "5"),
    Door.REFER: _WHO,
    Door.ROOM: ("3",),
}
"""
Which of them stand at which door.  The operator's has none: who may do what there is the control
socket's business.
"""


def decide(asked: GateInput) -> Decision:
    """
    Judge.  The same input is decided in the same way, whenever and wherever.
    """
    kind = kindOf(asked)
    for number in AT[asked.door]:
        failure = GATES[number](asked)
        if failure is not None:
            return Decision(number, failure, kind, isUnauthorized(asked))
    demand = asked.demand
    carriesPII = demand.declaredPII or bool(demand.foundPII)
    override = carriesPII and kind is CallType.EMERGENCY
    return Decision("", None, kind, isUnauthorized(asked), override)
