"""
What endpoints tell of their calls: IRR, asked for or not (H.225.0, 7.15).
"""

from __future__ import annotations

import math

from twisted.internet.interfaces import IReactorTime

from h323d.gatekeeper.admission import AdmissionTable, CallAdmission
from h323d.gatekeeper.bandwidth import Claim
from h323d.gatekeeper.ras.usage import answeredIn
from h323d.h323.ras.messages import Fields, callKey

__all__ = ["CallReports"]

MAX_CALLS = 256  # of one report that are looked at; a datagram has no place for more


class CallReports:
    """
    Reads reports, and keeps the books by them.
    """

    def __init__(self, admissions: AdmissionTable, clock: IReactorTime) -> None:
        self._admissions = admissions
        self._clock = clock
        self._heard: dict[Claim, float] = {}

    def told(self, endpointId: str, fields: Fields) -> None:
        """
        An endpoint told of its calls by itself: they need no question for now.

        @param fields: of an C{infoRequestResponse} that is its own.
        """
        for admission in self.count(endpointId, fields):
            self._heard[admission.claim] = self._clock.seconds()
        if len(self._heard) > 2 * len(self._admissions) + MAX_CALLS:
            # Calls have ended, and nobody asks about calls: L{forget} is never called.
            self._heard = {
                each.claim: self._heard[each.claim]
                for each in self._admissions
                if each.claim in self._heard
            }

    def __len__(self) -> int:
        """
        How many sides of calls were told of.
        """
        return len(self._heard)

    def count(self, endpointId: str, fields: Fields) -> list[CallAdmission]:
        """
        Let each call that a report tells of count with what it uses, and tell when it was
        answered.

        @return: those that are admitted.
        """
        admitted = []
        for info in fields.get("perCallInfo", ())[:MAX_CALLS]:
            originator = info.get("originator")
            side = None if originator is None else not originator
            admission = self._admissions.find(endpointId, callKey(info), side)
            if admission is not None:
                admitted.append(admission)
                self._admissions.observe(admission, info["bandWidth"])
                answered = answeredIn(info, admission.since, self._clock.seconds())
                if answered is not None:
                    self._admissions.answered(admission, answered)
        return admitted

    def heardSince(self, claim: Claim, since: float) -> bool:
        """
        Whether a side of a call was told of since then, in seconds of the clock.
        """
        return self._heard.get(claim, -math.inf) > since

    def forget(self, before: float) -> None:
        """
        What was told before is an old story.
        """
        self._heard = {claim: at for claim, at in self._heard.items() if at > before}

    def knows(self, fields: Fields, admission: CallAdmission) -> bool:
        """
        Whether an endpoint that was asked about a call still has it.

        @param fields: of the C{infoRequestResponse}.
        """
        status = fields.get("irrStatus", ("complete", None))[0]
        if status == "invalidCall":
            return False
        if status != "complete":  # the call may stand in what is missing
            return True
        return any(_isAbout(info, admission) for info in fields.get("perCallInfo", ()))


def _isAbout(info: Fields, admission: CallAdmission) -> bool:
    return (
        callKey(info) == admission.claim.call
        or info["callReferenceValue"] & 0x7FFF == admission.callReference & 0x7FFF
    )
