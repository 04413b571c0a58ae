"""
The operator's policies: who is asked between the gates, and who is tried out beside them.

They are somebody else's code, and the server stands still while one thinks: nothing can interrupt
it.  What one says too late counts for nothing, and who is late too often is asked no more, until
policies are loaded anew.  Then the guard refuses what that policy would have been asked about: it
fails closed.  One that is tried out changes nothing, whatever it does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.events.bus import EventBus
from h323d.events.doors import PolicySwitchedOff
from h323d.guard.gates.chain import isAsked
from h323d.guard.gates.inputs import Decision, Failure, GateInput
from h323d.guard.gates.opinions import Answer, Opinion, heard

__all__ = ["BUDGET", "HANG", "MAX_LATE", "NO_POLICIES", "SHADOW_BUDGET", "Consulted", "Policies"]

BUDGET = 0.05  # seconds that a policy has for an answer
SHADOW_BUDGET = 0.005  # seconds that one has that is tried out
MAX_LATE = 3  # times within L{WINDOW} that it may be late, the last of which is once too often
WINDOW = 60.0  # seconds
HANG = 2.0  # seconds that nobody has twice: what all gates together have


class _Standing:
    """
    One policy.

    @ivar isOff: whether it is asked no more.
    """

    _log = Logger()

    def __init__(self, name: str, policy: Any, budget: float, events: EventBus) -> None:
        """
        @param policy: an L{h323d.guard.gates.opinions.IGuardPolicy} (Any: of zope).
        @param budget: seconds.
        """
        self._name = name
        self._policy = policy
        self._budget = budget
        self._events = events
        self._late: deque[float] = deque(maxlen=MAX_LATE)
        self.isOff = False

    def ask(self, asked: GateInput, clock: IReactorTime) -> Opinion:
        if self.isOff:
            return Opinion.none(self._name, Answer.OFF)
        began = clock.seconds()
        opinion = self._answer(asked)
        took = clock.seconds() - began
        if took <= self._budget:
            return opinion
        self._overran(took, clock.seconds())
        return Opinion.none(self._name, Answer.LATE)

    def _answer(self, asked: GateInput) -> Opinion:
        try:
            return heard(self._name, self._policy.judge(asked))
        except (Exception, SystemExit):  # a fence: it is anybody's code
            self._log.failure("the guard's policy {policy} failed", policy=self._name)
            return Opinion.none(self._name, Answer.FAILED)

    def _overran(self, took: float, now: float) -> None:
        self._late.append(now)
        self._log.warn(
            "the guard's policy {policy} took {took} s, and may take {budget}",
            policy=self._name,
            took=round(took, 3),
            budget=self._budget,
        )
        isOften = len(self._late) == MAX_LATE and now - self._late[0] <= WINDOW
        if isOften or took >= HANG:
            self.isOff = True
            self._log.error("the guard's policy {policy} is switched off", policy=self._name)
            self._events.publish(PolicySwitchedOff(now, self._name, took))


class Policies:
    """
    Those that the configuration names.
    """

    def __init__(
        self, inForce: Mapping[str, Any], candidates: Mapping[str, Any], events: EventBus
    ) -> None:
        """
        @param inForce: by their names, in the order in which they are asked; Any: each an
            L{h323d.guard.gates.opinions.IGuardPolicy}.
        @param candidates: are tried out; likewise.
        """
        self.inForce = _standing(inForce, BUDGET, events)
        self.candidates = _standing(candidates, SHADOW_BUDGET, events)

    def consulted(self, clock: IReactorTime) -> Consulted:
        """
        Be there for one decision.
        """
        return Consulted(self, clock)


class Consulted:
    """
    What policies say of one decision.

    @ivar opinions: of those in force, as far as they were asked.
    """

    def __init__(self, policies: Policies, clock: IReactorTime) -> None:
        self._policies = policies
        self._clock = clock
        self.opinions: tuple[Opinion, ...] = ()

    def ask(self, asked: GateInput) -> Failure | None:
        """
        The first that refuses has said what there is to say.
        """
        for each in self._policies.inForce:
            opinion = each.ask(asked, self._clock)
            self.opinions += (opinion,)
            if opinion.failure is not None:
                return opinion.failure
        return None

    def shadows(self, asked: GateInput, decision: Decision) -> tuple[Opinion, ...]:
        """
        What the candidates would have said, where a policy is asked at all.
        """
        if not isAsked(decision, asked.door):
            return ()
        return tuple(each.ask(asked, self._clock) for each in self._policies.candidates)


def _standing(
    policies: Mapping[str, Any], budget: float, events: EventBus
) -> tuple[_Standing, ...]:
    return tuple(_Standing(name, each, budget, events) for name, each in policies.items())


NO_POLICIES = Policies({}, {}, EventBus())
"""
Where the operator has none.
"""
