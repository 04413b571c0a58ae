"""
The answer to a call of ours, before the gates: whoever has us call is told of it once they have let
it pass (L{h323d.call.applications.Door.ANSWER}).

Each leg has its own: where several are called at the same time, one that is refused is over, and
the others ring on.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.applications import Application, Door, Reason, Refusal, Verdict
from h323d.call.gates import Gates
from h323d.call.lease import ILease
from h323d.call.leases import ended
from h323d.call.legs import ILeg, ILegObserver, ITransferRequest, LegDirection
from h323d.call.media import IMediaPort
from h323d.call.observer import SilentObserver
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding

__all__ = ["AnsweringLeg", "Awaited", "JudgedAnswer"]


class Awaited:
    """
    Those who go on when it is decided whether an answer passes.
    """

    def __init__(self) -> None:
        self._waiting: list[Deferred[None]] = []

    def wait(self) -> Deferred[None]:
        """
        Fires when it is.
        """
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    def decided(self) -> None:
        """
        It is: whoever waits, goes on.
        """
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(None)


class AnsweringLeg(Protocol):
    """
    A leg.
    """

    @property
    def direction(self) -> LegDirection: ...

    def answerApplication(self) -> Application:
        """What its answer applies for, once there is one."""

    def refuseAnswer(self, cause: Cause, reason: Reason) -> None:
        """End the call, and tell the peer why, in the words of its protocol."""


class _Standing(enum.Enum):
    """
    How far the answer has come.
    """

    AWAITED = "awaited"
    JUDGED = "being judged"
    PASSED = "passed"
    REFUSED = "refused"
    OVER = "over"


@implementer(ILegObserver)
class JudgedAnswer:
    """
    Stands between a leg and whom it reports to.
    """

    def __init__(self, leg: AnsweringLeg, gates: Gates) -> None:
        self._leg = leg
        self._gates = gates
        self._observer: ILegObserver = SilentObserver()
        self._standing = _Standing.AWAITED
        self._leases: tuple[ILease, ...] = ()
        self._awaited = Awaited()
        # Any: of whichever report.
        self._held: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    def before(self, observer: ILegObserver) -> ILegObserver:
        """
        Whom the leg is to report to, so that C{observer} hears of what may pass.
        """
        isOurs = self._leg.direction is LegDirection.OUTGOING
        if not (isOurs and self._gates.standAt(Door.ANSWER)):
            return observer
        self._observer = observer
        judged: ILegObserver = self
        return judged

    def undecided(self) -> Deferred[None] | None:
        """
        Fires when it is decided whether the answer passes; C{None} if nobody thinks about it.
        """
        return self._awaited.wait() if self._standing is _Standing.JUDGED else None

    # What the leg reports.

    def legAnswered(self, leg: ILeg) -> None:
        if self._standing is not _Standing.AWAITED:
            return
        self._standing = _Standing.JUDGED
        verdict = self._gates.judge(self._leg.answerApplication())
        if isinstance(verdict, Deferred):
            verdict.addCallback(self._judged, leg)
        else:
            self._judged(verdict, leg)

    def _judged(self, verdict: Verdict, leg: ILeg) -> None:
        if self._standing is _Standing.OVER:
            if not isinstance(verdict, Refusal):
                ended(verdict.leases)
            return
        held, self._held = self._held, []
        if isinstance(verdict, Refusal):
            self._standing = _Standing.REFUSED
            self._leg.refuseAnswer(verdict.cause, verdict.reason)
            return
        self._standing = _Standing.PASSED
        self._leases = verdict.leases
        self._observer.legAnswered(leg)
        for report, arguments in held:
            report(*arguments)
        self._awaited.decided()

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self._standing = _Standing.OVER
        self._held.clear()
        leases, self._leases = self._leases, ()
        ended(leases)
        observer, self._observer = self._observer, SilentObserver()
        observer.legReleased(leg, cause)
        self._awaited.decided()

    def _pass(self, report: Callable[..., None], *arguments: Any) -> ILegObserver | None:
        """
        Who is to be told something now; C{None} if nobody is.

        @param report: tells it later, while the answer is judged.
        """
        if self._standing is _Standing.JUDGED:
            self._held.append((report, arguments))
        if self._standing in (_Standing.AWAITED, _Standing.PASSED):
            return self._observer
        return None

    def legDialled(self, leg: ILeg) -> None:
        self._observer.legDialled(leg)

    def legProceeding(self, leg: ILeg, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        if (observer := self._pass(self.legProceeding, leg, how)) is not None:
            observer.legProceeding(leg, how)

    def legAlerting(self, leg: ILeg) -> None:
        if (observer := self._pass(self.legAlerting, leg)) is not None:
            observer.legAlerting(leg)

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if (observer := self._pass(self.legMediaReady, leg, port, stream)) is not None:
            observer.legMediaReady(leg, port, stream)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        if (observer := self._pass(self.legMediaLost, leg, medium)) is not None:
            observer.legMediaLost(leg, medium)

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        if (observer := self._pass(self.legDigit, leg, digit, milliseconds, method)) is not None:
            observer.legDigit(leg, digit, milliseconds, method)

    def legPictureWanted(self, leg: ILeg) -> None:
        if (observer := self._pass(self.legPictureWanted, leg)) is not None:
            observer.legPictureWanted(leg)

    # Who is not known yet has nobody else called, and nobody takes their place.

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        if self._standing in (_Standing.AWAITED, _Standing.PASSED):
            self._observer.legTransferRequested(leg, request)
        else:
            request.fail(Cause.FACILITY_REJECTED)

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        if self._standing in (_Standing.AWAITED, _Standing.PASSED):
            self._observer.legReplaced(leg, by)
        else:
            by.reject(Cause.FACILITY_REJECTED)
