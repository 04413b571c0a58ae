"""
All that a decision may know, and what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.applications import CallType, Door, Reason
from h323d.guard.pii.rules import PIIKind
from h323d.guard.registry.guardian import ProofForm, Status

__all__ = ["ABSENT", "OVER_BUDGET", "Asker", "Decision", "Demand", "Failure", "GateInput", "Stock"]


@dataclass(frozen=True, slots=True)
class Asker:
    """
    Who asks, as far as they have proven it.

    @ivar fault: the word for why they are nobody; empty if they have proven something.
    @ivar form: how they proved it.
    @ivar terminalId: of the entry whose key, password or network it is; empty if there is none.
    @ivar status: of the entry.
    @ivar namesAreOwn: whether all names by which they call themselves are the entry's.
    @ivar isWhereTheySay: whether what they ask for leads to where it came from, or to where the
        entry says that they are.
    @ivar mayDeclare: whether they may declare the type of call that they do.
    @ivar inherited: whether they have proven it before, by an ARQ of the same call, or by the
        registration that leads to them.
    """

    fault: str = ""
    form: ProofForm | None = None
    terminalId: str = ""
    status: Status | None = None
    namesAreOwn: bool = True
    isWhereTheySay: bool = True
    mayDeclare: bool = True
    inherited: bool = False


OVER_BUDGET = "overBudget"
"""
The fault of who sent a signature that was not looked at.
"""

ABSENT = Asker("absent")
"""
Who has shown nothing.
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """
    What is asked for.

    @ivar callType: as declared; C{None} if it is not.
    @ivar roomType: of the room that it is for, which holds for all in it; C{None} if none has
        one.
    @ivar declaredPII: whether the caller says that there is personal data in it.
    @ivar foundPII: what was found of it.
    @ivar bandwidth: bit/s, both directions together.
    """

    callType: CallType | None = None
    roomType: CallType | None = None
    declaredPII: bool = False
    foundPII: frozenset[PIIKind] = frozenset()
    bandwidth: int = 0


@dataclass(frozen=True, slots=True)
class Stock:
    """
    What there is, and how much of it is in use, without what this asks for.

    @ivar held: bit/s that the guardian has.
    @ivar quota: bit/s that they may have.
    @ivar pooled: bit/s that all have.
    @ivar pool: bit/s that there are for all; 0 for no limit.
    @ivar yielding: bit/s of a call that can be ended for this one; 0 if none can be.
    @ivar seated: seats in the room that are taken.
    @ivar seats: seats in the room; 0 for no limit.
    """

    held: int = 0
    quota: int = 0
    pooled: int = 0
    pool: int = 0
    yielding: int = 0
    seated: int = 0
    seats: int = 0


@dataclass(frozen=True, slots=True)
class GateInput:
    """
    Everything, as values: no gate knows anything else.

    @ivar now: seconds of Unix time, in whole milliseconds.
    @ivar generation: of the registry that was looked into.
    """

    door: Door
    now: float
    generation: str
    asker: Asker
    demand: Demand = Demand()
    stock: Stock = Stock()


@dataclass(frozen=True, slots=True)
class Failure:
    """
    A gate does not open.

    @ivar detail: the word for the record.
    """

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What was decided.

    @ivar gate: the number of the gate that did not open; empty if all did.
    @ivar failure: why it did not; C{None} if all opened.
    @ivar callType: as which the call is judged.
    @ivar priorityUnauthorized: it was declared as a type that the caller may not declare, and
        is judged as another.
    @ivar emergencyOverride: there is personal data in it, which only an EMERGENCY may carry so.
    """

    gate: str
    failure: Failure | None
    callType: CallType
    priorityUnauthorized: bool = False
    emergencyOverride: bool = False

    @property
    def admitted(self) -> bool:
        return self.failure is None

    @property
    def told(self) -> Reason | None:
        """
        The reason that the asker is told.  To who has proven nothing that the registry knows,
        all is the same, so that nobody learns who is in it; but for one whose signature was not
        looked at, as others have sent too many from there: they may come again.
        """
        if self.failure is None:
            return None
        if self.failure.detail == OVER_BUDGET:
            return Reason.RATE_EXCEEDED
        unproven = self.gate in ("1", "2.1") or self.failure.detail == "notListed"
        return Reason.INVALID_SIGNATURE if unproven else self.failure.reason
