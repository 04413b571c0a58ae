"""
The gates before the logical channels of a call: whoever was admitted for little opens no more than
that, unless they may have it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.call.applications import Application, Door, Reason, Refusal, Texts, Verdict
from h323d.call.gates import Gates
from h323d.call.leases import ended, ofCall
from h323d.values.identifiers import LegID

__all__ = ["ChannelGate", "ChannelLeg"]

_CAUSES = {
    Reason.INVALID_SIGNATURE: "securityDenied",
    Reason.NOT_REGISTERED: "securityDenied",
    Reason.BANDWIDTH_EXCEEDED: "insufficientBandwidth",
    Reason.CAPACITY_EXCEEDED: "insufficientBandwidth",
}


class ChannelLeg(Protocol):
    """
    The leg whose channels they are.
    """

    @property
    def legId(self) -> LegID:
        """Its name."""

    @property
    def released(self) -> bool:
        """Whether it is over."""

    def application(self) -> Application:
        """What its call asks for."""

    def undecided(self) -> Deferred[None] | None:
        """
        Fires when it is decided whether who has answered may; C{None} if nobody thinks about it.
        """


@dataclass(frozen=True, slots=True)
class ChannelGate:
    """
    Asks the gates for one leg; a L{ChannelJudge<h323d.h323.h245.bandwidth.ChannelJudge>}.
    """

    leg: ChannelLeg
    gates: Gates

    def refusal(self, bandwidth: int) -> str | Deferred[str]:
        undecided = self.leg.undecided()
        if undecided is not None:  # what they have is not known before
            return undecided.addCallback(self._asked, bandwidth)
        return self._ask(bandwidth)

    def _asked(self, _: None, bandwidth: int) -> str | Deferred[str]:
        return "unspecified" if self.leg.released else self._ask(bandwidth)

    def _ask(self, bandwidth: int) -> str | Deferred[str]:
        call = self.leg.application()
        # What the Setup has shown, and had to read, was judged with it.
        asked = replace(call, door=Door.OLC, proofs=(), texts=Texts(), bandwidth=bandwidth)
        verdict = self.gates.judge(asked)
        if isinstance(verdict, Deferred):
            return verdict.addCallback(self._causeOf)
        return self._causeOf(verdict)

    def _causeOf(self, verdict: Verdict) -> str:
        if isinstance(verdict, Refusal):
            return _CAUSES.get(verdict.reason, "unspecified")
        if self.leg.released:
            ended(verdict.leases)
        else:
            self.gates.leases.give(ofCall(self.leg.legId), verdict)
        return ""
