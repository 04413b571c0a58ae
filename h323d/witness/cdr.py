"""
A call detail record: what is known of a call when it is over.

docs/reference/cdr.rst explains the fields to those who read them.
"""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.quality import UNRATED, CallQuality
from h323d.values.sound import Sound

__all__ = ["THIRD_PARTY", "CallDetail", "Outcome"]

THIRD_PARTY = "thirdParty"  # the model of a call in which it is us who call both


class Outcome(enum.Enum):
    """
    What became of a call, in one word.
    """

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    ADMITTED = "admitted"
    UNFINISHED = "unfinished"
    LOST = "lost"


@dataclass(slots=True)
class CallDetail:
    """
    The record of one call.  Nobody changes it, though it is not frozen: every
    ARQ and DRQ makes one, and a frozen one of so many fields costs five times
    as much.

    @ivar callId: our own name for it; empty for a call that only its
        admissions tell of.
    @ivar callIdentifier: H.323's, in hexadecimal; empty for other protocols.
    @ivar conferenceId: likewise.
    @ivar protocol: that of the calling side.
    @ivar model: C{"direct"}, C{"routed"}, C{"proxied"}, C{"conference"} or
        another destination's name; empty if it came to nothing before.
    @ivar offered: when we heard of it first, in seconds since 1970.
    @ivar answered: C{None} if it was not, or nobody told us.
    @ivar ended: C{None} if it was not over when the record was written.
    @ivar room: empty if it did not go to one.
    @ivar cause: why it ended; C{None} if nobody told us.
    @ivar releasedBy: C{"calling"}, C{"called"}, C{"server"}, or empty.
    @ivar reason: why it was refused, in a word of ours or of RAS.
    @ivar bandwidth: the most that RAS granted it, in units of 100 bit/s.
    @ivar admissions: how many sides RAS admitted.
    @ivar lastSeen: for a call that the server did not outlive: when both are
        known to have been there last; C{None} for any other.
    @ivar count: how many calls it stands for; more than one only of refused ones
        (L{h323d.witness.refusals}).
    """

    callId: str
    callIdentifier: str
    conferenceId: str
    protocol: str
    model: str
    outcome: Outcome
    offered: float
    answered: float | None
    ended: float | None
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]
    callingPeer: TransportAddress | None
    calledPeer: TransportAddress | None
    callingEndpoint: str
    calledEndpoint: str
    room: str
    cause: Cause | None
    releasedBy: str
    reason: str
    bandwidth: int
    admissions: int
    lastSeen: float | None = None
    encoding: str = ""
    sound: Sound | None = None
    quality: CallQuality = UNRATED
    count: int = 1

    @property
    def duration(self) -> float | None:
        """
        Seconds from the answer to the end; C{None} if either is not known.
        """
        if self.answered is None or self.ended is None:
            return None
        return round(self.ended - self.answered, 3)

    def told(self) -> dict[str, Any]:
        """
        The record in what JSON can say; the keys are the fields' names, in
        the order of the reference.
        """
        grade = self.quality.quality
        told = {
            "callId": self.callId,
            "callIdentifier": self.callIdentifier,
            "conferenceId": self.conferenceId,
            "protocol": self.protocol,
            "model": self.model,
            "outcome": self.outcome.value,
            "offered": _moment(self.offered),
            "answered": _moment(self.answered),
            "ended": _moment(self.ended),
            "duration": self.duration,
            "calling": [str(each) for each in self.calling],
            "called": [str(each) for each in self.called],
            "callingPeer": _address(self.callingPeer),
            "calledPeer": _address(self.calledPeer),
            "callingEndpoint": self.callingEndpoint,
            "calledEndpoint": self.calledEndpoint,
            "room": self.room,
            "cause": None if self.cause is None else self.cause.value,
            "causeName": None if self.cause is None else self.cause.name,
            "releasedBy": self.releasedBy,
            "reason": self.reason,
            "bandwidth": self.bandwidth,
            "admissions": self.admissions,
            "lastSeen": _moment(self.lastSeen),
            "encoding": self.encoding,
            **_SILENT,
            **dataclasses.asdict(self.quality),
            "quality": None if grade is None else grade.value,
            "count": self.count,
        }
        if self.sound is not None:
            told.update(dataclasses.asdict(self.sound))
        return told


_SILENT: dict[str, Any] = dict.fromkeys(each.name for each in dataclasses.fields(Sound))


def _moment(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _address(address: TransportAddress | None) -> str | None:
    return None if address is None else str(address)
