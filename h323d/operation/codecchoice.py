"""
What two sides of a bridged call would speak, and why, for an operator to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from h323d.gateway.selection import Preference, Selection, impairmentOf
from h323d.operation.command import OperatorError
from h323d.operation.views import View
from h323d.values.media.formats import MediaFormat
from h323d.values.media.worth import worthOf

__all__ = ["CodecChoiceView", "choiceViews", "spoken"]

Formats = tuple[MediaFormat, ...]


@dataclass(frozen=True, slots=True)
class CodecChoiceView(View):
    """
    A format that a side of a bridged call is offered, in the order of the offer.

    @ivar side: C{"called"}, or C{"caller"}.
    @ivar format: as SDP has it.
    @ivar way: what becomes of it: C{"not spoken"}, C{"not taken"}, C{"passed through"} or
        C{"transcoded"}.
    @ivar impairment: what is lost of the sound between both ends, if it is taken (C{Ie,wb}).
    @ivar bitRate: of its packets with their headers, kbit/s.
    @ivar why: it stands at its place, in words.
    """

    side: str
    format: str
    way: str
    impairment: int
    bitRate: int
    why: str


def spoken(names: str, known: Iterable[MediaFormat]) -> Formats:
    """
    @param names: of codecs, with commas between them; each stands for all that have it.
    @param known: whether we can speak it or not.

    @raise OperatorError: one is not among them.
    """
    formats = tuple(known)
    found: list[MediaFormat] = []
    for asked in (each.strip() for each in names.split(",")):
        called = [each for each in formats if each.isCalled(asked)]
        if not called:
            told = ", ".join(sorted({each.name for each in formats}))
            raise OperatorError(f"no codec is called {asked}; there are {told}")
        found += called
    return tuple(dict.fromkeys(found))


def choiceViews(selection: Selection, caller: Formats, called: Formats) -> list[CodecChoiceView]:
    """
    What each side is offered, in that order: the called side first, as in a call.
    """
    choice = selection.choice(caller, called)
    toCaller = (choice.called,) if choice.called else ()
    onward, back = selection.onward(caller), selection.towards(toCaller)
    passes = choice.passesThrough
    return [
        *_offered(selection, "called", onward, caller, called, choice.called, passes),
        *_offered(selection, "caller", back, toCaller, caller, choice.caller, passes),
    ]


def _offered(
    selection: Selection,
    side: str,
    offered: Formats,
    others: Formats,
    theirs: Formats,
    taken: MediaFormat | None,
    passes: bool,
) -> Iterator[CodecChoiceView]:
    """
    @param offered: to this side.
    @param others: what the other side speaks.
    @param theirs: what this side speaks.
    @param taken: what it takes of the offer.
    """
    for each in offered:
        if each == taken:
            way = "passed through" if passes else "transcoded"
        else:
            way = "not taken" if _among(each, theirs) else "not spoken"
        yield CodecChoiceView(
            side=side,
            format=str(each),
            way=way,
            impairment=impairmentOf(each, others),
            bitRate=round(worthOf(each).bitRateOnTheWire(selection.packetMs) / 1000),
            why=_why(selection, each, others),
        )


def _why(selection: Selection, candidate: MediaFormat, others: Formats) -> str:
    if not selection.fits(candidate):
        return f"last: it takes more than {selection.maxBitRate} kbit/s"
    if not selection.codes(candidate):
        return (
            "the other side speaks it too, and nobody here can code it: it passes, or is not spoken"
        )
    if not _among(candidate, others):
        return "by its sound, and then by what it costs" if others else "by its sound"
    if selection.preference is Preference.CALLER:
        return "the other side speaks it too, and has it at this place"
    return "the other side speaks it too: nothing is decoded"


def _among(candidate: MediaFormat, formats: Formats) -> bool:
    return any(candidate.sameOctets(each) for each in formats)
