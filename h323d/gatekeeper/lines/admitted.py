"""
The calls of H.323 endpoints whose signalling does not come here: all that is known of them is what
RAS tells.

Until the endpoint says when it was answered, such a call counts as one that is tried.
"""

from __future__ import annotations

from collections import Counter

from h323d.call.lines import LineCall, LineState
from h323d.events.bus import EventBus
from h323d.events.calls import CallEnded, CallOffered, CallOriginated, CallRefused
from h323d.events.gatekeeper import CallUsageTold, RASAdmissionEnded, RASAdmissionGranted
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.lines.table import LineTable
from h323d.values.identifiers import LegID

__all__ = ["AdmittedCalls"]

DIRECT = "direct"  # as the fact has the model

_OfRAS = RASAdmissionGranted | RASAdmissionEnded | CallUsageTold


class AdmittedCalls:
    """
    Enters them in the table, but for those that are there by their signalling.
    """

    def __init__(self, table: LineTable, names: PartyNames, events: EventBus) -> None:
        self._table = table
        self._names = names
        self._count = 0
        self._keys: dict[str, dict[str, None]] = {}  # by the call identifier
        self._here: dict[LegID, str] = {}  # the call identifiers of those with signalling
        self._legs: Counter[str] = Counter()  # how many each has
        events.subscribe(CallOffered, self._signalled)
        events.subscribe(CallOriginated, self._signalled)
        events.subscribe(CallEnded, self._over)
        events.subscribe(CallRefused, self._over)
        events.subscribe(RASAdmissionGranted, self._granted)
        events.subscribe(CallUsageTold, self._answered)
        events.subscribe(RASAdmissionEnded, self._ended)

    def _signalled(self, fact: CallOffered | CallOriginated) -> None:
        if not fact.callIdentifier:
            return
        self._here[fact.legId] = fact.callIdentifier
        self._legs[fact.callIdentifier] += 1
        for key in self._keys.pop(fact.callIdentifier, ()):
            self._table.remove(key)

    def _over(self, fact: CallEnded | CallRefused) -> None:
        identifier = self._here.pop(fact.legId, None)
        if identifier is not None:
            self._legs[identifier] -= 1
            if not self._legs[identifier]:
                del self._legs[identifier]

    def _granted(self, fact: RASAdmissionGranted) -> None:
        if fact.model != DIRECT or fact.callIdentifier in self._legs:
            return
        self._count += 1
        others = fact.calling if fact.answerCall else fact.called
        legId = LegID(f"a{self._count}")
        key = _keyOf(fact)
        self._keys.setdefault(fact.callIdentifier, {})[key] = None
        call = LineCall(legId, LineState.TRYING, not fact.answerCall, others)
        self._table.enter(key, self._names.ofParty(fact.endpointId), call)

    def _answered(self, fact: CallUsageTold) -> None:
        for key in self._keys.get(fact.callIdentifier, ()):
            self._table.advance(key, LineState.CONFIRMED)

    def _ended(self, fact: RASAdmissionEnded) -> None:
        key = _keyOf(fact)
        self._table.remove(key)
        keys = self._keys.get(fact.callIdentifier, {})
        keys.pop(key, None)
        if not keys:
            self._keys.pop(fact.callIdentifier, None)


def _keyOf(fact: _OfRAS) -> str:
    return f"{fact.callIdentifier} {fact.endpointId} {fact.answerCall}"
