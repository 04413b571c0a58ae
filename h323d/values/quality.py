"""
How good the sound of a leg is, each way, in figures and in a word.

What is not known is C{None}, and takes no part in a verdict.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "UNRATED",
    "CallQuality",
    "DirectionQuality",
    "Grade",
    "LegQuality",
    "Rating",
    "Scale",
    "worst",
]


class Grade(enum.Enum):
    """
    The verdict, in a word.
    """

    GOOD = "good"
    FAIR = "fair"
    """Some complain."""

    POOR = "poor"
    """Most do."""


_GRADES = tuple(Grade)

# Where a figure stops to be good, and where it begins to be poor.
LOSS = 0.01, 0.03
JITTER = 0.02, 0.04  # seconds
DELAY = 0.1, 0.2  # seconds
MOS = 4.0, 3.6


class Scale(enum.Enum):
    """
    What an opinion compares with; opinions of two scales do not compare.
    """

    NARROWBAND = "narrowband"
    """ITU-T G.107: 4.4 is the best of telephone band."""

    WIDEBAND = "wideband"
    """ITU-T G.107.1: 4.5 is the best of wideband."""


@dataclass(frozen=True, slots=True)
class Rating:
    """
    What the E-model makes of a codec and its line.

    @ivar R: the transmission rating factor; up to 129 of wideband.
    @ivar mos: 1 to 4.5.
    @ivar isEstimated: whether nobody has published what the codec itself impairs.
    """

    R: float
    mos: float
    scale: Scale
    isEstimated: bool = False


@dataclass(frozen=True, slots=True)
class DirectionQuality:
    """
    One way of a leg, over the last seconds.

    @ivar delay: seconds, with what waits in the buffer of whoever listens.
    @ivar loss: share of the packets that did not come, or came too late.
    @ivar jitter: seconds (RFC 3550, A.8).
    @ivar rating: what the E-model makes of these.
    @ivar bitRate: of the sound, without headers, bit/s.
    @ivar concealed: frames that were made up; of what we hear only.
    @ivar silence: for how long nothing has come, seconds; of what we hear only.
    @ivar reported: the mean opinion score that the peer tells of what it hears (RFC 3611); of what
        we send only.
    """

    delay: float | None = None
    loss: float | None = None
    jitter: float | None = None
    rating: Rating | None = None
    bitRate: float | None = None
    concealed: int | None = None
    silence: float | None = None
    reported: float | None = None

    @property
    def mos(self) -> float | None:
        return None if self.rating is None else self.rating.mos

    @property
    def grade(self) -> Grade | None:
        """
        The worst of its figures: an average would hide that somebody loses every tenth packet,
        since that is concealed, or hears everything half a second late.
        """
        figures = (self.loss, self.jitter, self.delay)
        grades = [
            _grade(each, *limits)
            for each, limits in zip(figures, (LOSS, JITTER, DELAY), strict=True)
            if each is not None
        ]
        if self.mos is not None:
            fair, poor = MOS
            grades.append(_grade(-self.mos, -fair, -poor))
        return worst(grades)


@dataclass(frozen=True, slots=True)
class LegQuality:
    """
    @ivar incoming: what we hear of the peer.
    @ivar outgoing: what the peer hears of us, as far as it reports it.
    """

    incoming: DirectionQuality = DirectionQuality()
    outgoing: DirectionQuality = DirectionQuality()

    @property
    def grade(self) -> Grade | None:
        """
        The worse of both ways.
        """
        return worst((self.incoming.grade, self.outgoing.grade))


@dataclass(frozen=True, slots=True)
class CallQuality:
    """
    How good a party's sound has been, when it is over.

    @ivar mosReceived: mean of the opinion scores of what we heard of it.
    @ivar mosReceivedLowest: of ten seconds, the worst.
    @ivar mosSent: the same of what it heard of us.
    @ivar quality: the L{Grade} of the worst ten seconds.
    """

    mosReceived: float | None = None
    mosReceivedLowest: float | None = None
    mosSent: float | None = None
    mosSentLowest: float | None = None
    quality: Grade | None = None

    def together(self, other: CallQuality) -> CallQuality:
        """
        That of both parties of a call: the worse of everything.
        """
        return CallQuality(
            _lower(self.mosReceived, other.mosReceived),
            _lower(self.mosReceivedLowest, other.mosReceivedLowest),
            _lower(self.mosSent, other.mosSent),
            _lower(self.mosSentLowest, other.mosSentLowest),
            worst((self.quality, other.quality)),
        )


UNRATED = CallQuality()


def worst(grades: Iterable[Grade | None]) -> Grade | None:
    """
    @return: C{None} if none is known.
    """
    known = [each for each in grades if each is not None]
    return max(known, key=_GRADES.index, default=None)


def _grade(figure: float, fair: float, poor: float) -> Grade:
    if figure > poor:
        return Grade.POOR
    return Grade.FAIR if figure > fair else Grade.GOOD


def _lower(one: float | None, other: float | None) -> float | None:
    return min((each for each in (one, other) if each is not None), default=None)
