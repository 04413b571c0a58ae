"""
Which formats each side of a bridge is offered, and in which order.

What both sides speak comes first: it is passed through, without delay or loss.  Then comes what
sounds best at the far end of both, and of the same sound what costs least.  What takes more of the
line than there is comes last of all.

A side may be offered what the other speaks and we cannot code: that is passed, or there is nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from h323d.values.media.discord import NONE, Discord
from h323d.values.media.formats import MediaFormat
from h323d.values.media.passing import isPassable, mayPass
from h323d.values.media.streams import Stream
from h323d.values.media.worth import NARROWBAND, worthOf

__all__ = ["Choice", "Preference", "Selection"]

Formats = tuple[MediaFormat, ...]

_CACHED = 128  # orders
_MOST_PASSED = 8  # of one side's formats that we cannot code, so that an offer stays short


class Preference(enum.Enum):
    """
    Whose order counts, where both sides speak several formats.
    """

    QUALITY = "quality"
    """Ours: what sounds best."""

    CALLER = "caller"
    """That in which the caller names them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """
    What two sides come to speak.

    @ivar called: to the called side; C{None} if we have nothing in common with it.
    @ivar caller: to the caller; C{None} if we have nothing in common with it.
    """

    called: MediaFormat | None
    caller: MediaFormat | None

    @property
    def passesThrough(self) -> bool:
        """
        Whether nothing is decoded.
        """
        called, caller = self.called, self.caller
        return called is not None and caller is not None and called.sameOctets(caller)


@dataclass(frozen=True, slots=True)
class Selection:
    """
    By what the formats are put in order.

    @ivar ours: what we can speak; what is like in all else stays in this order.
    @ivar maxBitRate: kbit/s that a side's sound may take each way, with its headers; 0 for any.
    @ivar packetMs: milliseconds of sound in a packet.
    @ivar only: the names of those that may be spoken or passed at all; none for any.
    """

    ours: Formats
    preference: Preference = Preference.QUALITY
    maxBitRate: int = 0
    packetMs: int = 20
    only: tuple[str, ...] = ()

    def narrowed(self, only: tuple[str, ...]) -> Selection:
        """
        The same of these formats alone.

        @param only: their names; none for any.
        """
        if only == self.only:
            return self
        narrow = replace(self, only=only)
        return replace(narrow, ours=tuple(filter(narrow.allows, self.ours)))

    def allows(self, candidate: MediaFormat) -> bool:
        """
        Whether it may be spoken or passed.
        """
        return not self.only or any(map(candidate.isCalled, self.only))

    def lackOf(self, spoken: Sequence[MediaFormat] | None) -> Discord:
        """
        What there is to say to somebody who speaks nothing that may be spoken.

        @param spoken: C{None} if that is not known yet.
        """
        if not spoken or any(map(self.allows, spoken)):
            return NONE
        allowed, theirs = ", ".join(self.only), ", ".join(map(str, spoken))
        return Discord(f"what may be spoken is {allowed}; you have {theirs}", self.ours)

    def towards(self, spoken: Collection[MediaFormat] | None) -> Formats:
        """
        All that a side may speak, best first.

        @param spoken: what the other side speaks, in its order; C{None} if that is not known.
        """
        return _inOrder(self, tuple(spoken or ()))

    def onward(self, spoken: Collection[MediaFormat] | None) -> Formats:
        """
        What a side is offered of whose choice all depends: where the other speaks nothing that
        we can code, only what can be passed to it.

        @param spoken: all that the other side speaks, in its order; C{None} if that is not known.
        """
        passed = self.passed(spoken or ())
        if passed and not any(self.codes(each) for each in spoken or ()):
            return passed
        return self.towards(spoken)

    def passed(self, spoken: Collection[MediaFormat]) -> Formats:
        """
        @return: what we cannot code, and may pass.
        """
        known = filter(self.allows, spoken)
        unknown = (each for each in known if isPassable(each) and not self.codes(each))
        return tuple(dict.fromkeys(unknown))[:_MOST_PASSED]

    def codes(self, candidate: MediaFormat) -> bool:
        """
        Whether we can code it.
        """
        return any(candidate.sameOctets(each) for each in self.ours)

    def joins(self, one: Stream, other: Stream) -> bool:
        """
        Whether each of two can be sent what the other says, coded anew or passed.
        """
        return self._reaches(one, other) and self._reaches(other, one)

    def _reaches(self, source: Stream, target: Stream) -> bool:
        if source.receive is None or target.transmit is None:
            return True
        said, wanted = source.receive.formats.values(), target.transmit.format
        if self.codes(wanted) and any(map(self.codes, said)):
            return True
        return any(mayPass(each, wanted) for each in said)

    def fits(self, candidate: MediaFormat) -> bool:
        """
        Whether the line carries it.
        """
        taken = worthOf(candidate).bitRateOnTheWire(self.packetMs)
        return not self.maxBitRate or taken <= self.maxBitRate * 1000

    def choice(self, caller: Sequence[MediaFormat], called: Collection[MediaFormat]) -> Choice:
        """
        What becomes of a call between two, where each takes the first that it speaks of what it
        is offered.
        """
        theirs = _first(self.onward(caller), called)
        return Choice(theirs, _first(self.towards((theirs,) if theirs else None), caller))


@lru_cache(_CACHED)  # most callers speak what others do
def _inOrder(selection: Selection, wanted: Formats) -> Formats:
    candidates = (*selection.ours, *selection.passed(wanted))
    if selection.preference is Preference.CALLER:
        ranked = {each: _place(each, wanted) for each in candidates}
        return tuple(sorted(candidates, key=ranked.__getitem__))
    return tuple(sorted(candidates, key=lambda each: _rank(selection, each, wanted)))


def _rank(
    selection: Selection, candidate: MediaFormat, wanted: Formats
) -> tuple[bool, bool, int, int]:
    """
    How far behind a format comes: in the order in which this module's docstring has it.
    """
    passes = any(mayPass(candidate, each) or mayPass(each, candidate) for each in wanted)
    heard = wanted if passes else tuple(filter(selection.codes, wanted))
    return (
        not selection.fits(candidate),
        not passes and bool(wanted),
        impairmentOf(candidate, heard),
        costOf(candidate, heard),
    )


def impairmentOf(candidate: MediaFormat, wanted: Collection[MediaFormat]) -> int:
    """
    What is lost between both ends (C{Ie,wb}), with the best format of the other side.

    @param wanted: what that speaks; nothing if that is not known.
    """
    return min((_between(candidate, each) for each in wanted), default=_alone(candidate))


def costOf(candidate: MediaFormat, wanted: Collection[MediaFormat]) -> int:
    """
    Microseconds of a processor for 20 ms between the candidate and the other side's cheapest; a
    kbit/s of the line counts as one.
    """
    if any(mayPass(candidate, each) for each in wanted):
        return 0
    worth = worthOf(candidate)
    work = worth.cost + min((worthOf(each).cost for each in wanted), default=0)
    return work + worth.bitRate // 1000


def _alone(one: MediaFormat) -> int:
    return worthOf(one).impairment


def _between(one: MediaFormat, other: MediaFormat) -> int:
    """
    Impairments add up, but for the band: what is not there cannot be lost again.
    """
    if mayPass(one, other) or mayPass(other, one):
        return _alone(one)
    first, second = _alone(one), _alone(other)
    return first + second - min(first, second, NARROWBAND)


def _place(candidate: MediaFormat, wanted: Formats) -> int:
    places = (place for place, each in enumerate(wanted) if candidate.sameOctets(each))
    return next(places, len(wanted))


def _first(offered: Formats, spoken: Collection[MediaFormat]) -> MediaFormat | None:
    return next((each for each in offered if _place(each, tuple(spoken)) < len(spoken)), None)
