"""
What is known of a call that is not over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twisted.internet.interfaces import IDelayedCall

from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.quality import UNRATED, CallQuality
from h323d.values.sound import Sound
from h323d.witness.cdr import CallDetail, Outcome

__all__ = ["MAX_NAMES", "KnownCall", "Side"]

MAX_NAMES = 8  # of one party that a record takes

Side = tuple[str, bool]  # an endpoint identifier, and whether it is the called side


@dataclass(slots=True)
class KnownCall:
    """
    What is known so far.

    @ivar first: the leg of the calling side, where it was us who called it.
    @ivar caller: that leg, where it called us.
    @ivar legs: those that are not over.
    @ivar onward: those of them that call on for the caller, and are not answered, and where they
        go: one that ends is not the end, as there may be others, or another may follow.
    @ivar others: by which other identifiers H.323 knows it: those of the legs that call on.
    @ivar sides: the admissions in force, and the host of each.
    @ivar begun: when it was decided where it goes, first of all.
    @ivar sound: of the sides whose media was here; likewise C{quality}.
    @ivar number: what the journal knows it by.
    """

    offered: float
    protocol: str
    callIdentifier: str
    conferenceId: str
    callId: CallID | None = None
    first: LegID | None = None
    model: str = ""
    caller: LegID | None = None
    signalled: bool = False
    refused: bool = False
    begun: float | None = None
    answered: float | None = None
    ended: float | None = None
    calling: tuple[PartyAddress, ...] = ()
    called: tuple[PartyAddress, ...] = ()
    callingPeer: TransportAddress | None = None
    calledPeer: TransportAddress | None = None
    callingEndpoint: str = ""
    calledEndpoint: str = ""
    room: str = ""
    encoding: str = ""
    sound: Sound | None = None
    quality: CallQuality = UNRATED
    cause: Cause | None = None
    releasedBy: str = ""
    reason: str = ""
    bandwidth: int = 0
    admissions: int = 0
    legs: set[LegID] = field(default_factory=set)
    onward: dict[LegID, TransportAddress | None] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    sides: dict[Side, str] = field(default_factory=dict)
    linger: IDelayedCall | None = None
    number: int = 0

    def end(self, at: float, cause: Cause | None, releasedBy: str) -> None:
        """
        Who ends first, ends the call; what comes after is its echo.
        """
        if self.ended is None:
            self.ended, self.cause, self.releasedBy = at, cause, releasedBy

    def outcome(self) -> Outcome:
        if self.refused:
            return Outcome.REFUSED
        if self.ended is None:
            return Outcome.UNFINISHED
        if self.answered is not None:
            return Outcome.ANSWERED
        return Outcome.UNANSWERED if self.signalled else Outcome.ADMITTED

    def detail(self) -> CallDetail:
        return CallDetail(
            callId=self.callId or "",
            callIdentifier=self.callIdentifier,
            conferenceId=self.conferenceId,
            protocol=self.protocol,
            model=self.model,
            outcome=self.outcome(),
            offered=self.offered,
            answered=self.answered,
            ended=self.ended,
            calling=self.calling[:MAX_NAMES],
            called=self.called[:MAX_NAMES],
            callingPeer=self.callingPeer,
            calledPeer=self.calledPeer,
            callingEndpoint=self.callingEndpoint,
            calledEndpoint=self.calledEndpoint,
            room=self.room,
            cause=self.cause,
            releasedBy=self.releasedBy,
            reason=self.reason,
            bandwidth=self.bandwidth,
            admissions=self.admissions,
            encoding=self.encoding,
            sound=self.sound,
            quality=self.quality,
        )
