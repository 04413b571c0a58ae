"""
The Connect of a routed call, before the gates: the caller hears that somebody has answered once
they have let it pass (L{h323d.call.applications.Door.ANSWER}).

Each way that is tried has its own.  What its side says meanwhile waits.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from twisted.internet.defer import Deferred

from h323d.call.answers import Awaited
from h323d.call.applications import Application, Door, Refusal, Verdict
from h323d.call.gates import Gates
from h323d.call.lease import ILease
from h323d.call.leases import ended
from h323d.h323.calls.channelgate import ChannelGate
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import Content
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.identifiers import CallID, LegID
from h323d.values.proof import Proof

__all__ = ["Callee", "CalledAnswer", "CalledChannels", "MAXIMUM_HELD"]

MAXIMUM_HELD = 32  # messages that wait while an answer is judged


@dataclass(frozen=True, slots=True)
class Callee:
    """
    Who has answered, as L{h323d.h323.applications.connectApplication} wants it.

    @ivar peer: where they are.
    @ivar proofs: what they show of who they are, not verified.
    @ivar called: what they are called.
    @ivar callIdentifier: of the call in H.323, in hexadecimal.
    @ivar legId: by which what they have is known: the caller has the name of the leg, and they
        have that of the call.
    """

    peer: TransportAddress
    proofs: tuple[Proof, ...]
    called: tuple[PartyAddress, ...]
    callIdentifier: str
    callId: CallID
    legId: LegID


class _Standing(enum.Enum):
    """
    How far the answer has come.
    """

    AWAITED = "awaited"
    JUDGED = "being judged"
    PASSED = "passed"
    REFUSED = "refused"
    OVER = "over"


class CalledAnswer:
    """
    That of one way.

    @ivar legId: of L{Callee}.
    """

    def __init__(self, gates: Gates, legId: LegID) -> None:
        self.legId = legId
        self._gates = gates
        self._standing = _Standing.AWAITED
        self._application: Application | None = None
        self._held: list[tuple[Q931Message, Content]] = []
        self._leases: tuple[ILease, ...] = ()
        self._awaited = Awaited()

    @property
    def isAsked(self) -> bool:
        """
        Whether who answers is to be asked who they are, and was not yet.
        """
        return self._standing is _Standing.AWAITED and self._gates.standAt(Door.ANSWER)

    @property
    def isGiven(self) -> bool:
        """
        Whether they were, and may, or that is being thought about.
        """
        return self._standing in (_Standing.JUDGED, _Standing.PASSED)

    @property
    def isRefused(self) -> bool:
        """
        Whether they were, and may not.
        """
        return self._standing is _Standing.REFUSED

    def keeps(self, message: Q931Message, content: Content) -> bool:
        """
        Whether something that their side says does not go on now: it waits until it is known who
        they are, or comes from nobody who might say anything.
        """
        if self._standing is _Standing.JUDGED and len(self._held) < MAXIMUM_HELD:
            self._held.append((message, content))
        return self._standing in (_Standing.JUDGED, _Standing.REFUSED)

    def judge(self, application: Application) -> Verdict | Deferred[Verdict]:
        """
        Ask who they are.  C{decided} follows.
        """
        self._standing = _Standing.JUDGED
        self._application = application
        return self._gates.judge(application)

    def decided(self, verdict: Verdict) -> list[tuple[Q931Message, Content]] | None:
        """
        It is known.

        @return: what has waited; C{None} if they may not say anything, or that is over.
        """
        held, self._held = self._held, []
        isOver = self._standing is _Standing.OVER
        if isinstance(verdict, Refusal):
            self._standing = _Standing.OVER if isOver else _Standing.REFUSED
            self._awaited.decided()
            return None
        if isOver:
            ended(verdict.leases)
            return None
        self._standing, self._leases = _Standing.PASSED, verdict.leases
        self._awaited.decided()
        return held

    def end(self) -> None:
        """
        The way is left.
        """
        self._standing = _Standing.OVER
        leases, self._leases = self._leases, ()
        ended(leases)
        self._awaited.decided()

    # What the gate of their channels wants to know.

    @property
    def released(self) -> bool:
        return self._standing is not _Standing.PASSED

    def undecided(self) -> Deferred[None] | None:
        return self._awaited.wait() if self._standing is _Standing.JUDGED else None

    def application(self) -> Application:
        assert self._application is not None  # or they were not admitted
        return replace(self._application, answering=False)


@dataclass(frozen=True, slots=True)
class CalledChannels:
    """
    Says how much the channels of a call may need: as the caller may have, and who has answered.

    @ivar calling: says so for the caller.
    """

    calling: ChannelJudge
    answer: CalledAnswer
    gates: Gates

    def refusal(self, bandwidth: int) -> str | Deferred[str]:
        refusal = self.calling.refusal(bandwidth)
        if isinstance(refusal, Deferred):
            return refusal.addCallback(self._next, bandwidth)
        return self._next(refusal, bandwidth)

    def _next(self, refusal: str, bandwidth: int) -> str | Deferred[str]:
        if refusal or not self.answer.isGiven:
            return refusal
        return ChannelGate(self.answer, self.gates).refusal(bandwidth)
