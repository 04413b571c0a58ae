"""
One guardian rung, at all the places where they have registered at once: who answers first has the
call, and it rings no more elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.applications import Application, Door, Refusal
from h323d.call.dialling import Dial
from h323d.call.leases import ended, ofCall
from h323d.call.legs import ILeg, endedBy
from h323d.call.media import IMediaPort
from h323d.call.observer import SilentObserver
from h323d.call.timer import Timer
from h323d.call.ways import Way
from h323d.council.context import CouncilContext
from h323d.events.calls import CallAlerting, CallEnded, CallOriginated
from h323d.events.council import GuardianCalled
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID, RoomID, newCallID
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream

__all__ = ["NOBODY", "NO_ANSWER", "Media", "Ringing", "RingingOwner", "Rung"]

Media = tuple[tuple[IMediaPort, Stream], ...]

NO_ANSWER = "noAnswer"
NOBODY = "notRegistered"


class RingingOwner(Protocol):
    """
    What is told of it; one of both, once.
    """

    def rungAnswered(self, leg: ILeg, media: Media) -> None:
        """They have answered, and the leg waits for who observes it."""

    def rungFailed(self, why: str) -> None:
        """They have not, anywhere."""


@dataclass(frozen=True, slots=True)
class Rung:
    """
    Whom, and where to.

    @ivar guardian: the name of their entry.
    @ivar attempt: the how manieth it is.
    """

    roomId: RoomID
    guardian: str
    attempt: int


class Ringing:
    """
    One attempt.
    """

    _log = Logger()

    def __init__(
        self, owner: RingingOwner, context: CouncilContext, rung: Rung, seconds: float
    ) -> None:
        """
        @param seconds: after which it has failed.
        """
        self._owner = owner
        self._context = context
        self._rung = rung
        self._seconds = seconds
        self._timer = Timer(context.clock)
        self._lines: dict[LegID, ILeg] = {}
        self._asked = 0  # places for which gates are asked
        self._isOver = False
        self._why = NOBODY

    def begin(self, ways: Iterable[Way]) -> None:
        """
        Ring; nobody, if there is no place.
        """
        self._timer.start(self._seconds, self._late)
        spoken = [each for each in ways if each.protocol in self._context.originators]
        self._asked = len(spoken)
        if not spoken:
            self._lookOver()
        for way in spoken:
            Deferred.fromCoroutine(self._call(way)).addErrback(self._broken)

    def _broken(self, failure: Failure) -> None:
        self._log.failure("a guardian could not be called", failure=failure)
        self._why = Cause.TEMPORARY_FAILURE.name
        self._lookOver()

    async def _call(self, way: Way) -> None:
        context, callId = self._context, newCallID(self._context.rng)
        room = (PartyAddress(AddressKind.H323_ID, self._rung.roomId),)
        asked = Application(
            *(Door.OPERATOR, "", None), calling=room, called=way.called, callId=callId
        )
        verdict = context.gates.judge(asked)
        if isinstance(verdict, Deferred):
            verdict = await verdict
        self._asked -= 1
        if isinstance(verdict, Refusal):
            self._why = verdict.word
            self._lookOver()
            return
        if self._isOver:
            ended(verdict.leases)
            return
        dial = Dial(context.originators[way.protocol], callId, room, way)
        leg = dial.begin(context.host.profile, _Line(self))
        leg.focus(self._rung.roomId)
        self._lines[leg.legId] = leg
        context.gates.leases.give(ofCall(leg.legId), verdict)
        self._tellCalled(leg)

    def _tellCalled(self, leg: ILeg) -> None:
        now, rung, events = self._context.clock.seconds(), self._rung, self._context.events
        ids = leg.callId, leg.legId
        events.publish(
            CallOriginated(
                *(now, *ids, leg.protocol, leg.calling, leg.called),
                callIdentifier=leg.callIdentifier,
            )
        )
        events.publish(GuardianCalled(now, rung.roomId, rung.guardian, *ids, rung.attempt))

    def stop(self) -> None:
        """
        Ring no more, and tell nobody.
        """
        self._isOver = True
        self._timer.stop()
        for leg in tuple(self._lines.values()):
            leg.hangup(Cause.NORMAL_CALL_CLEARING)

    def _late(self) -> None:
        self._fail(NO_ANSWER)

    def _fail(self, why: str) -> None:
        self.stop()
        self._owner.rungFailed(why)

    def _lookOver(self) -> None:
        """
        Has it rung everywhere, for nothing?
        """
        if not (self._isOver or self._asked or self._lines):
            self._fail(self._why)

    # What lines tell.

    def lineRings(self, leg: ILeg) -> None:
        """
        They are told, there.
        """
        now = self._context.clock.seconds()
        self._context.events.publish(CallAlerting(now, leg.callId, leg.legId))

    def lineAnswered(self, leg: ILeg, media: Media) -> None:
        """
        Who answers first has the call.
        """
        if self._isOver:
            return
        del self._lines[leg.legId]
        self.stop()
        self._owner.rungAnswered(leg, media)

    def lineReleased(self, leg: ILeg, cause: Cause) -> None:
        """
        It does not ring there any more.
        """
        self._lines.pop(leg.legId, None)
        now, events = self._context.clock.seconds(), self._context.events
        events.publish(CallEnded(now, leg.callId, leg.legId, cause, endedBy(leg)))
        self._why = cause.name
        self._lookOver()


class _Line(SilentObserver):
    """
    Watches one leg to them, until it is answered.
    """

    def __init__(self, ringing: Ringing) -> None:
        self._ringing = ringing
        self._media: dict[Medium, tuple[IMediaPort, Stream]] = {}

    def legAlerting(self, leg: ILeg) -> None:
        self._ringing.lineRings(leg)

    def legAnswered(self, leg: ILeg) -> None:
        self._ringing.lineAnswered(leg, tuple(self._media.values()))

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        self._media[stream.medium] = port, stream

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self._media.pop(medium, None)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self._ringing.lineReleased(leg, cause)
