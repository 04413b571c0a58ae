"""
What those have whom the guard admitted, and by which proof, until it is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zope.interface import implementer

from h323d.call.applications import CallType, ILapsing, Reason, Refusal
from h323d.guard.ledger import Call, Lease, Ledger
from h323d.guard.registry.guardian import ProofForm, Status
from h323d.guard.registry.registry import EMPTY, Registry

__all__ = ["Holding", "Holdings", "Standing"]


_LOST = Refusal.of(Reason.NOT_REGISTERED, "lost")  # entry or key, while others were asked


@implementer(ILapsing)
@dataclass(frozen=True, slots=True)
class Standing:
    """
    What somebody has proven who has nothing of the books: who registers.

    @ivar form: by what.
    @ivar key: as of a L{Holding}.
    """

    terminalId: str
    form: ProofForm
    key: bytes
    holdings: Holdings

    def end(self) -> None:
        """
        There is nothing to give back.
        """

    def lapse(self) -> Refusal | None:
        return None if self.counts(self.holdings.registry) else _LOST

    def counts(self, registry: Registry) -> bool:
        """
        Whether it is proven by this registry, too.
        """
        guardian = registry.byTerminalId(self.terminalId)
        if guardian is None or guardian.status is not Status.ACTIVE:
            return False
        if self.form not in guardian.proofs:
            return False
        if not self.key:
            return True
        bySignature = registry.byKey(self.key)
        owner = registry.bySPKI(self.key) if bySignature is None else bySignature[0]
        return owner is guardian


@implementer(ILapsing)
@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """
    What one call has.

    @ivar form: by what its guardian is proven.
    @ivar inherited: whether that was before, and not for this call.
    @ivar key: that they signed with, or the SubjectPublicKeyInfo at the other end of their
        connection; empty for none.
    @ivar name: by which the call can be ended: of its leg, or the call's where that is elsewhere.
    """

    lease: Lease
    form: ProofForm
    key: bytes
    name: str
    holdings: Holdings
    inherited: bool = False

    @property
    def callType(self) -> CallType | None:
        """
        As which the call is judged; C{None} of who is called.
        """
        return self.holdings.typeOf(self)

    @property
    def terminalId(self) -> str:
        """
        Whose it is.
        """
        return self.lease.call.terminalId

    def end(self) -> None:
        self.holdings.over(self)

    def lapse(self) -> Refusal | None:
        return self._standing.lapse()

    def counts(self, registry: Registry) -> bool:
        """
        Whether it would be given by this registry, too.
        """
        return self._standing.counts(registry)

    @property
    def _standing(self) -> Standing:
        return Standing(self.terminalId, self.form, self.key, self.holdings)


class Holdings:
    """
    All of it.

    @ivar registry: by which it is looked whether it still counts.
    @ivar ledger: the sums.
    """

    def __init__(self, registry: Registry = EMPTY) -> None:
        self.registry = registry
        self.ledger = Ledger()
        self._all: dict[int, Holding] = {}  # by the serials of their leases
        self._byName: dict[str, Holding] = {}
        self._types: dict[int, CallType] = {}  # as which calls were judged, likewise
        self._grave: dict[int, str] = {}  # ESCALATE calls, by the serials of their leases

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Holding]:
        return iter(tuple(self._all.values()))

    def of(self, name: str) -> Holding | None:
        """
        What a leg has; of a call that goes on elsewhere, the side that came last.
        """
        return self._byName.get(name)

    def ofCall(self, call: Call) -> Holding | None:
        """
        What a call has.
        """
        lease = self.ledger.of(call)
        return None if lease is None else self._all.get(lease.serial)

    def inForce(self) -> Iterator[Holding]:
        """
        What counts: no other has been given for the same call.  In the order in which they were
        given.
        """
        return (each for each in self if self.ofCall(each.lease.call) is each)

    def bandwidthOf(self, holding: Holding) -> int:
        """
        Bit/s that one in force has by now.
        """
        lease = self.ledger.of(holding.lease.call)
        return 0 if lease is None else lease.bandwidth

    def covers(self, holding: Holding | None, bandwidth: int) -> bool:
        """
        Whether one has so much already; a call of ours, which has none, needs none.
        """
        return holding is None or bandwidth <= self.bandwidthOf(holding)

    def give(
        self,
        call: Call,
        bandwidth: int,
        form: ProofForm,
        key: bytes,
        name: str,
        inherited: bool = False,
        callType: CallType | None = None,
    ) -> Holding:
        """
        Let a call have so much, instead of what it has.
        """
        lease = self.ledger.reserve(call, bandwidth)
        holding = Holding(lease, form, key, name, self, inherited)
        if callType is not None:
            self._types[lease.serial] = callType
        self._all[lease.serial] = holding
        self._byName[name] = holding
        return holding

    def typeOf(self, holding: Holding) -> CallType | None:
        """
        As which a call is judged, where it is by now; C{None} of who is called.
        """
        before = self._types.get(holding.lease.serial)
        isGrave = before is CallType.ROUTINE and holding.lease.serial in self._grave
        return CallType.ESCALATE if isGrave else before

    def isGrave(self, terminalId: str) -> bool:
        """
        Whether somebody is in a call of type ESCALATE.
        """
        held = (self._all[each] for each in self._grave)
        return any(each.lease.call.terminalId == terminalId for each in held)

    def becomesGrave(self, holding: Holding, callId: str = "") -> None:
        """
        A call is of type ESCALATE, or has come to a room of that type.

        @param callId: as facts have it; empty if there is none yet.
        """
        if holding.lease.serial in self._all:
            self._grave[holding.lease.serial] = callId

    def goesOnGravely(self, leg: str, callId: str) -> bool:
        """
        Whether somebody comes from a call of type ESCALATE, or answers one.

        @param leg: that goes on; empty for one that begins.
        """
        held = self.of(leg)
        isGrave = held is not None and held.lease.serial in self._grave
        return isGrave or (bool(callId) and callId in self._grave.values())

    def over(self, holding: Holding) -> None:
        """
        A call, or its side, is over.
        """
        self._grave.pop(holding.lease.serial, None)
        self._all.pop(holding.lease.serial, None)
        self._types.pop(holding.lease.serial, None)
        if self._byName.get(holding.name) is holding:
            del self._byName[holding.name]
        self.ledger.end(holding.lease)
