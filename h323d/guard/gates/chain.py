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

__all__ = ["AT", "GATES", "POLICY", "Gate", "decide", "isAsked", "nobody"]

Gate = Callable[[GateInput], Failure | None]

POLICY = "3.1"
"""
The number of the gate that is the operator's policies.
"""

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
_ALL = ("1", "2", "2.1", "3", POLICY, "4", "5")

AT: dict[Door, tuple[str, ...]] = {
    Door.RRQ: _WHO,
    Door.REGISTER: _WHO,
    Door.ARQ: _ALL,
    Door.SETUP: _ALL,
    Door.OLC: (*_WHO, "4", "5"),
    Door.INVITE: _ALL,
    Door.BRQ: (*_WHO, "4", "5"),
    Door.URQ: _WHO,
    Door.DRQ: _WHO,
    Door.RAI: _WHO,
    Door.IRR: _WHO,
    Door.REINVITE: (*_WHO, "4", "5"),
    Door.REFER: _WHO,
    Door.ROOM: ("3",),
    Door.ANSWER: (*_WHO, "4", "5"),
}
"""
Which of them stand at which door.  An ARQ of who is called is at that of the answer.  The
operator's has none: who may do what there is the control socket's business.
"""


def nobody(_: GateInput) -> Failure | None:
    """
    The policies of who has none.
    """
    return None


def decide(asked: GateInput, policies: Gate = nobody) -> Decision:
    """
    Judge.  The same input is decided in the same way, whenever and wherever, if the operator's
    policies say the same.

    @param policies: are asked once gates 1 to 3 are open.
    """
    kind = kindOf(asked)
    for number in AT[asked.door]:
        failure = policies(asked) if number == POLICY else GATES[number](asked)
        if failure is not None:
            return Decision(number, failure, kind, isUnauthorized(asked))
    demand = asked.demand
    carriesPII = demand.declaredPII or bool(demand.foundPII)
    override = carriesPII and kind is CallType.EMERGENCY
    return Decision("", None, kind, isUnauthorized(asked), override)


def isAsked(decision: Decision, door: Door) -> bool:
    """
    Whether the operator's policies are asked before it can be decided so.
    """
    gates = AT[door]
    if POLICY not in gates:
        return False
    return not decision.gate or gates.index(decision.gate) >= gates.index(POLICY)
