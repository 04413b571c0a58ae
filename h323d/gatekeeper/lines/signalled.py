"""
The calls whose signalling we see, as the facts tell of them: those that end or begin here, and
those that go through us.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.lines import LineCall, LineState
from h323d.events.bus import EventBus
from h323d.events.calls import (
    CallAdmitted,
    CallAlerting,
    CallAnswered,
    CallEnded,
    CallOriginated,
    CallRefused,
    CallRouted,
    CallTransferred,
)
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.lines.table import LineTable
from h323d.values.address import ANONYMOUS, PartyAddress
from h323d.values.identifiers import CallID, LegID

__all__ = ["SignalledCalls"]


@dataclass(frozen=True, slots=True)
class _Caller:
    """
    @ivar shown: its names, as the called party may know them.
    """

    legId: LegID
    shown: tuple[PartyAddress, ...]


class SignalledCalls:
    """
    Enters them in the table.
    """

    def __init__(self, table: LineTable, names: PartyNames, events: EventBus) -> None:
        self._table = table
        self._names = names
        self._callers: dict[CallID, _Caller] = {}
        events.subscribe(CallAdmitted, self._admitted)
        events.subscribe(CallOriginated, self._originated)
        events.subscribe(CallRouted, self._routed)
        events.subscribe(CallAlerting, self._alerts)
        events.subscribe(CallAnswered, self._answered)
        events.subscribe(CallEnded, self._over)
        events.subscribe(CallRefused, self._over)
        events.subscribe(CallTransferred, self._over)

    def _admitted(self, fact: CallAdmitted) -> None:
        shown = (ANONYMOUS,) if fact.restricted else fact.calling
        self._callers[fact.callId] = _Caller(fact.legId, shown)
        call = LineCall(fact.legId, LineState.TRYING, True, fact.called)
        self._table.enter(fact.legId, self._names.of(fact.calling), call)

    def _originated(self, fact: CallOriginated) -> None:
        call = LineCall(fact.legId, LineState.TRYING, False, fact.calling)
        self._table.enter(fact.legId, self._names.of(fact.called), call)

    def _routed(self, fact: CallRouted) -> None:
        self._table.advance(fact.legId, LineState.PROCEEDING)
        if fact.onward is not None:
            self._table.name(fact.onward, self._names.at(fact.peer))
            self._table.advance(fact.onward, LineState.PROCEEDING)
        elif fact.peer is not None:
            self._passes(fact)

    def _passes(self, fact: CallRouted) -> None:
        """
        Both sides of a call that is routed have its one leg.
        """
        legId = _calledSideOf(fact.legId)
        caller = self._callers.get(fact.callId)
        shown = () if caller is None else caller.shown
        call = LineCall(legId, LineState.PROCEEDING, False, shown)
        self._table.enter(legId, self._names.ofParty(fact.target), call)

    def _alerts(self, fact: CallAlerting) -> None:
        caller = self._callers.get(fact.callId)
        calling = () if caller is None else (caller.legId,)
        for key in (fact.legId, _calledSideOf(fact.legId), *calling):
            self._table.advance(key, LineState.EARLY)

    def _answered(self, fact: CallAnswered) -> None:
        for key in (fact.legId, _calledSideOf(fact.legId)):
            self._table.advance(key, LineState.CONFIRMED)

    def _over(self, fact: CallEnded | CallRefused | CallTransferred) -> None:
        caller = self._callers.get(fact.callId)
        if caller is not None and caller.legId == fact.legId:
            del self._callers[fact.callId]
        for key in (fact.legId, _calledSideOf(fact.legId)):
            self._table.remove(key)


def _calledSideOf(legId: LegID) -> LegID:
    return LegID(f"{legId}-called")
