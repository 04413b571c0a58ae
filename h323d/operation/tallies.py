"""
What is counted of facts.

Nothing that a stranger can choose becomes a name here: whatever is counted apart is one of a few,
that are known before, and the rest is one more.
"""

from __future__ import annotations

from collections import Counter, OrderedDict

from h323d.call.applications import Reason
from h323d.call.histogram import Histogram
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallAdmitted, CallEnded, CallOffered, CallRefused
from h323d.events.doors import ApplicationRefused, BadInput
from h323d.events.following import TookOver
from h323d.events.gatekeeper import RASAdmissionEnded, RASAdmissionGranted, RASAdmissionRefused

__all__ = ["OTHER", "TAKE_OVERS", "Tallies"]

OTHER = "other"
"""The reason of a refusal for which there is none of the names that everybody sees."""

NO_GATE = "none"
"""The gate of a refusal that is none of the gates'."""

TAKE_OVERS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds

_REMEMBERED = 1000  # calls that a gate has refused, and whose end is not told yet
_REASONS = {each.value for each in Reason}
_WORDS = {
    "noRoute": Reason.NO_ROUTE,
    "sentBack": Reason.LOOP,
    "maintenance": Reason.OUT_OF_SERVICE,
    "shuttingDown": Reason.OUT_OF_SERVICE,
    "policyFailed": Reason.GATEKEEPER_ERROR,
    "gateTimeout": Reason.GATEKEEPER_ERROR,
}
"""The words of refusals that no gate has told of."""


class Tallies:
    """
    Listens from when it is made.

    @ivar facts: how often each has happened, by name.
    @ivar badInput: how often what came at a door could not be read, by door.
    @ivar refused: applications that were refused, by reason and gate.
    @ivar admitted: calls that were let in, each once: one of which our gatekeeper is asked first,
        and that then comes here, is one.
    @ivar takeOvers: how long each took, in seconds.
    """

    def __init__(self, events: EventBus) -> None:
        self.facts: Counter[str] = Counter()
        self.badInput: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.admitted = 0
        self.takeOvers = Histogram(TAKE_OVERS)
        self._identifiers: dict[str, str] = {}  # of calls that were offered, by callId
        self._granted: set[str] = set()  # identifiers, which count as admitted
        self._gated: OrderedDict[str, None] = OrderedDict()  # identifiers, which count as refused
        events.subscribe(Fact, self._told)

    def _told(self, fact: Fact) -> None:
        self.facts[type(fact).__name__] += 1
        match fact:
            case BadInput():
                self.badInput[fact.door] += 1
            case TookOver():
                self.takeOvers.add(fact.seconds)
            case ApplicationRefused():
                self._refuse(fact.reason, fact.gate)
                self._remember(fact.callIdentifier)
            case CallOffered():
                self._identifiers[fact.callId] = fact.callIdentifier
            case CallAdmitted():
                self.admitted += self._identifiers.get(fact.callId, "") not in self._granted
            case CallRefused():
                self._refuseUnlessGated(self._identifiers.pop(fact.callId, ""), fact.reason)
            case CallEnded():
                self._identifiers.pop(fact.callId, None)
            case RASAdmissionGranted():
                self._grant(fact)
            case RASAdmissionRefused():
                self._refuseUnlessGated(fact.callIdentifier, fact.reason)
            case RASAdmissionEnded():
                self._granted.discard(fact.callIdentifier)

    def _grant(self, fact: RASAdmissionGranted) -> None:
        """
        Of a call that is routed we hear by its Setup, and its called side's asking is not one more.
        """
        if fact.model == "direct" and not fact.answerCall:
            self.admitted += fact.callIdentifier not in self._granted
            self._granted.add(fact.callIdentifier)

    def _remember(self, identifier: str) -> None:
        if identifier:
            self._gated[identifier] = None
            while len(self._gated) > _REMEMBERED:
                self._gated.popitem(last=False)

    def _refuseUnlessGated(self, identifier: str, word: str) -> None:
        """
        A call is refused: by a gate, which has told why, or for another reason.
        """
        if identifier in self._gated:
            del self._gated[identifier]
        else:
            reason = _WORDS.get(word)
            self._refuse(word if reason is None else reason.value, NO_GATE)

    def _refuse(self, reason: str, gate: str) -> None:
        self.refused[reason if reason in _REASONS else OTHER, gate] += 1
