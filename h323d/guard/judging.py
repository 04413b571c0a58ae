"""
One judgement: what the gates decide, what the operator's policies say of it, and the account that
the record has of both.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.account import Account
from h323d.call.applications import Application
from h323d.guard.gates.chain import decide
from h323d.guard.gates.inputs import Decision, GateInput
from h323d.guard.gates.recording import Judged, recorded
from h323d.guard.policies import Policies

__all__ = ["Judging"]


class Judging:
    """
    Judges.

    @ivar policies: the operator's.
    """

    def __init__(self, policies: Policies, clock: IReactorTime) -> None:
        self.policies = policies
        self._clock = clock

    def judge(
        self, asked: GateInput, application: Application, key: bytes
    ) -> tuple[Decision, Account]:
        """
        @param application: what C{asked} is of.
        @param key: by which its signature was verified; empty where none was.
        """
        consulted = self.policies.consulted(self._clock)
        decision = decide(asked, consulted.ask)
        shadows = consulted.shadows(asked, decision)
        judged = Judged(asked, decision, consulted.opinions, shadows, key)
        return decision, Account(recorded(judged), application.proofs if key else ())
