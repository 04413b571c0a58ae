"""
Calls whose endpoint has said that they are over (DRQ), and that are here all the same.

H.323 (8.5) has an endpoint end the call first, with ReleaseComplete, and tell its gatekeeper
then; many send both at once, by TCP and by UDP, and the DRQ wins.  So the call gets a moment.
If it is still there then, its endpoint is taken at its word: the call is ended, and what it
used is free.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.gatekeeper.admission import CallAdmission, CallsHere
from h323d.gatekeeper.bandwidth import Claim
from h323d.values.cause import Cause

__all__ = ["CallKeeper", "Partings"]

GRACE = 5.0  # seconds for the ReleaseComplete: a segment of TCP may have to be sent again


class CallKeeper(CallsHere, Protocol):
    """
    Who has the calls that are here.
    """

    def endSide(self, admission: CallAdmission, cause: Cause) -> None:
        """
        End the call that an admission is for.
        """


class Partings:
    """
    All of them.
    """

    def __init__(self, clock: IReactorTime, calls: CallKeeper) -> None:
        self._clock = clock
        self._calls = calls
        self._waiting: dict[Claim, IDelayedCall] = {}

    def announced(self, admission: CallAdmission, cause: Cause | None) -> None:
        """
        An endpoint has said that a call is over.

        @param cause: why, if it told.
        """
        if admission.claim in self._waiting or not self._calls.holds(admission):
            return
        self._waiting[admission.claim] = self._clock.callLater(
            GRACE, self._part, admission, cause or Cause.NORMAL_CALL_CLEARING
        )

    def resumed(self, claim: Claim) -> None:
        """
        The endpoint was admitted to the same call anew.
        """
        waiting = self._waiting.pop(claim, None)
        if waiting is not None:
            waiting.cancel()

    def close(self) -> None:
        """
        End nothing any more.
        """
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()

    def _part(self, admission: CallAdmission, cause: Cause) -> None:
        del self._waiting[admission.claim]
        if self._calls.holds(admission):
            self._calls.endSide(admission, cause)
