"""
The routing chain: who is called, and where that leads.

Each policy has one method, and the first that knows the called party decides;
adding one means adding one class.  This is about call-signalling addresses: a
call that reaches our own is routed further by L{h323d.call.switch}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import Attribute, Interface

from h323d.call.applications import Refusal
from h323d.call.gates import POLICY_FAILED
from h323d.call.ways import Way
from h323d.gatekeeper.registry.registrations import Registration
from h323d.h323.calls.admission import AdmissionGrant
from h323d.values.address import PartyAddress, TransportAddress

__all__ = [
    "Called",
    "Decision",
    "FoundWay",
    "Finding",
    "ICalledPolicy",
    "MAX_HOPS",
    "RoutingChain",
]

MAX_HOPS = 255  # what hopCount can say


@dataclass(frozen=True, slots=True)
class Called:
    """
    Who is to be called, and who asks.

    @ivar names: best first; may be empty.
    @ivar signalled: the call-signalling address that the caller knows already,
        if any.
    @ivar calling: the caller's names, best first; may be empty.
    @ivar caller: the registered endpoint that calls, if it is one.
    @ivar source: where the question came from.
    @ivar hops: how many more gatekeepers may be asked (LRQ C{hopCount}), if the
        configuration does not say fewer; 0 if what is not known here is not to
        be looked for elsewhere.
    @ivar call: the call identifier, 16 octets; empty if it is not known.
    @ivar locating: whether another gatekeeper asks where that is (LRQ), rather
        than somebody who calls.
    @ivar bridged: whether the gateway asks, which calls all places of a party at the same
        time, and SIP phones itself.
    """

    names: tuple[PartyAddress, ...]
    signalled: TransportAddress | None = None
    calling: tuple[PartyAddress, ...] = ()
    caller: Registration | None = None
    source: TransportAddress | None = None
    hops: int = MAX_HOPS
    call: bytes = b""
    locating: bool = False
    bridged: bool = False

    def within(self, hops: int) -> Called:
        """
        The same, with at most so many gatekeepers to ask.
        """
        return self if self.hops <= hops else replace(self, hops=hops)


@dataclass(frozen=True, slots=True)
class FoundWay(Way):
    """
    A way that the gatekeeper has found.

    @ivar destination: the call-signalling address to connect to.
    @ivar registration: the endpoint there, if it is registered.
    @ivar grant: what a gatekeeper has granted that has sent the call there, as one of ours.
    @ivar onward: where the call goes on from there, if C{destination} is ourselves and the way
        is by a trunk.
    @ivar why: what there is to say of it, for an operator to read.
    """

    destination: TransportAddress
    registration: Registration | None = None
    grant: AdmissionGrant | None = None
    onward: Way | None = None
    why: str = field(default="", compare=False)


Finding = tuple[FoundWay, ...] | Called | Refusal | None
"""
What a policy says: where to try, in this order; ask the policies after it, with
other names; not at all; C{None}: ask the next policy.
"""

Decision = tuple[FoundWay, ...] | Refusal | None


class ICalledPolicy(Interface):
    """
    One rule.
    """

    name = Attribute("as the configuration names it")

    def find(called: Called) -> Finding | Deferred[Finding]:
        """
        Where does a call to these names go?
        """


class RoutingChain:
    """
    The rules, in order.  One that fails costs the one call that it was asked
    about.

    @ivar policies: the rules.
    """

    _log = Logger()

    def __init__(self, policies: Sequence[ICalledPolicy]) -> None:
        self.policies = tuple(policies)

    def use(self, policies: Sequence[ICalledPolicy]) -> None:
        """
        Have other rules from now on; who asked already is answered by the old.
        """
        self.policies = tuple(policies)

    def find(self, called: Called) -> Decision | Deferred[Decision]:
        """
        @return: where to try, in this order, by the names that the last policy
            gave; C{None} if no rule knows the called party.  A Deferred only
            if a rule has to ask somebody.
        """
        return self._ask(self.policies, called, called)

    def _ask(
        self, policies: tuple[ICalledPolicy, ...], asked: Called, called: Called
    ) -> Decision | Deferred[Decision]:
        for index, policy in enumerate(policies):
            try:
                finding: Finding | Deferred[Finding] = policy.find(called)
            except Exception:  # a fence: the policy may be somebody else's
                return self._failed(Failure(), policy)
            if isinstance(finding, Deferred):
                finding.addErrback(self._failed, policy)
                return finding.addCallback(self._goOn, policies[index + 1 :], asked, called)
            if isinstance(finding, Called):
                called = finding
            elif finding is not None:
                return _renamed(finding, asked, called)
        return None

    def _goOn(
        self,
        finding: Finding,
        following: tuple[ICalledPolicy, ...],
        asked: Called,
        called: Called,
    ) -> Decision | Deferred[Decision]:
        if isinstance(finding, Called):
            return self._ask(following, asked, finding)
        if finding is None:
            return self._ask(following, asked, called)
        return _renamed(finding, asked, called)

    def _failed(self, failure: Failure, policy: ICalledPolicy) -> Refusal:
        self._log.failure("the policy {name} failed", failure=failure, name=policy.name)
        return POLICY_FAILED


def _renamed(
    finding: tuple[FoundWay, ...] | Refusal, asked: Called, called: Called
) -> tuple[FoundWay, ...] | Refusal:
    """
    Who is found by other names has to be called by them.
    """
    if isinstance(finding, Refusal) or called.names == asked.names:
        return finding
    return tuple(each if each.called else replace(each, called=called.names) for each in finding)
