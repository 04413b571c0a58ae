"""
Why a call goes where it goes: each policy that the routing chain asks, and what it says.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.gates import POLICY_FAILED
from h323d.gatekeeper.routing.chain import Called, Decision, Finding, ICalledPolicy, RoutingChain

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    @ivar decision: of the chain.
    @ivar said: what each policy that was asked found, by its name, in the order in which they were
        asked.
    """

    decision: Decision
    said: tuple[tuple[str, Finding], ...]


async def explain(chain: RoutingChain, called: Called) -> Explanation:
    """
    Ask the chain as a call does, and listen.
    """
    heard = [_Overheard(policy) for policy in chain.policies]
    decision = RoutingChain(heard).find(called)
    if isinstance(decision, Deferred):
        decision = await decision
    return Explanation(decision, tuple((each.name, each.said) for each in heard if each.asked))


@implementer(ICalledPolicy)
class _Overheard:
    """
    A policy, and what it said.

    @ivar said: a refusal for want of an answer, as the chain has it, until there is one.
    """

    def __init__(self, policy: ICalledPolicy) -> None:
        self.name: str = policy.name
        self.asked = False
        self.said: Finding = POLICY_FAILED
        self._policy = policy

    def find(self, called: Called) -> Finding | Deferred[Finding]:
        self.asked = True
        finding: Finding | Deferred[Finding] = self._policy.find(called)
        if isinstance(finding, Deferred):
            return finding.addCallback(self._heard)
        return self._heard(finding)

    def _heard(self, finding: Finding) -> Finding:
        self.said = finding
        return finding
