"""
In which order a side is offered formats.
"""

from __future__ import annotations

import pytest

from h323d.gateway.selection import Choice, Preference, Selection, costOf, impairmentOf
from h323d.values.address import TransportAddress
from h323d.values.media.discord import NONE
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat

OTHER = MediaFormat("X-OTHER", 8000)
WIDE = MediaFormat("G7221", 16000, parameters=(("bitrate", "32000"),))
EVENTS = MediaFormat("telephone-event")
G722, G729, GSM = MediaFormat("G722"), MediaFormat("G729"), MediaFormat("GSM")
OPUS = MediaFormat("opus", 48000, 2)
AMR = MediaFormat("AMR", parameters=(("octet-align", "1"),))
SOME_MODES = MediaFormat("AMR", parameters=(("mode-set", "0,1"), ("octet-align", "1")))
OURS = (G711_ULAW, G711_ALAW, G722, OPUS, G729, GSM)

Formats = tuple[MediaFormat, ...]


@pytest.mark.parametrize(
    ("spoken", "order"),
    [
        (None, (OPUS, G722, G711_ULAW, G711_ALAW, G729, GSM)),
        ((), (OPUS, G722, G711_ULAW, G711_ALAW, G729, GSM)),
        ((G711_ALAW,), (G711_ALAW, G711_ULAW, G722, OPUS, G729, GSM)),
        ((G729, G722), (G722, G729, OPUS, G711_ULAW, G711_ALAW, GSM)),
        ((OPUS,), (OPUS, G722, G711_ULAW, G711_ALAW, G729, GSM)),
        ((OTHER, GSM), (GSM, OTHER, G711_ULAW, G711_ALAW, G722, OPUS, G729)),
        ((WIDE, G711_ALAW, OTHER), (WIDE, G711_ALAW, OTHER, G711_ULAW, G722, OPUS, G729, GSM)),
        ((EVENTS,), (OPUS, G722, G711_ULAW, G711_ALAW, G729, GSM)),
    ],
)
def test_whatBothSpeakComesFirstThenWhatSoundsBestThenWhatCostsLeast(
    spoken: Formats | None, order: Formats
) -> None:
    assert Selection(OURS).towards(spoken) == order


@pytest.mark.parametrize(
    ("spoken", "best"),
    [
        ((AMR,), AMR),
        ((SOME_MODES,), G711_ULAW),  # what ours sends may be of a mode that is not taken
        ((SOME_MODES, G711_ALAW), G711_ALAW),
        ((MediaFormat("G729", parameters=(("annexb", "no"),)),), G729),  # the one way, it passes
    ],
)
def test_whatCannotBePassedIsNoBetterThanWhatIsTranscoded(
    spoken: Formats, best: MediaFormat
) -> None:
    assert Selection((*OURS[:2], G729, AMR)).towards(spoken)[0] == best


def test_theCallersOrderCountsWhereThatIsPreferred() -> None:
    order = Selection(OURS, Preference.CALLER).towards((OTHER, GSM, G711_ALAW))
    assert order == (OTHER, GSM, G711_ALAW, G711_ULAW, G722, OPUS, G729)


def test_whoCallsWithNothingThatWeCanCodeHasTheOtherOfferedThatAlone() -> None:
    assert Selection(OURS).onward((OTHER, EVENTS, WIDE)) == (OTHER, WIDE)
    assert Selection(OURS).onward((OTHER, GSM)) == Selection(OURS).towards((OTHER, GSM))
    assert Selection(OURS).onward(None) == Selection(OURS).towards(None)


def test_onlySomeOfWhatWeCannotCodeIsPassedOn() -> None:
    many = [MediaFormat(f"X-{number}") for number in range(40)]
    assert Selection(OURS).passed(many) == tuple(many[:8])


def test_whatTheLineDoesNotCarryComesLast() -> None:
    order = Selection(OURS, maxBitRate=50).towards((G722, G711_ALAW))
    assert order == (OPUS, G729, GSM, G722, G711_ALAW, G711_ULAW)


@pytest.mark.parametrize(("limit", "fits"), [(0, True), (80, True), (79, False)])
def test_whatTheLineCarriesIsCountedWithTheHeaders(limit: int, fits: bool) -> None:
    assert Selection(OURS, maxBitRate=limit).fits(G711_ULAW) is fits


@pytest.mark.parametrize(
    ("caller", "called", "choice", "passes"),
    [
        ((G729,), (G711_ALAW, G729), Choice(G729, G729), True),
        ((G729,), (G722,), Choice(G722, G729), False),
        ((G711_ULAW, OPUS), (OPUS,), Choice(OPUS, OPUS), True),
        ((G729,), (OTHER,), Choice(None, G729), False),
        ((OTHER,), (GSM,), Choice(None, None), False),
        ((OTHER, GSM), (OTHER,), Choice(OTHER, OTHER), True),
        ((WIDE, GSM), (G711_ULAW, WIDE), Choice(WIDE, WIDE), True),
    ],
)
def test_eachSideTakesTheFirstThatItSpeaks(
    caller: Formats, called: Formats, choice: Choice, passes: bool
) -> None:
    made = Selection(OURS).choice(caller, called)
    assert (made, made.passesThrough) == (choice, passes)


@pytest.mark.parametrize(
    ("one", "other", "lost"),
    [
        (G711_ULAW, G711_ULAW, 36),
        (G711_ULAW, G722, 36),
        (G729, G729, 47),
        (G729, GSM, 67),
        (G729, G711_ALAW, 47),
        (G722, G729, 47),
    ],
)
def test_impairmentsAddUpButNothingIsLostTwice(
    one: MediaFormat, other: MediaFormat, lost: int
) -> None:
    assert impairmentOf(one, (other,)) == impairmentOf(other, (one,)) == lost


def test_theBestFormatOfTheOtherSideCounts() -> None:
    assert impairmentOf(G722, (GSM, G711_ULAW)) == 36


def test_whatPassesThroughCostsNothing() -> None:
    assert costOf(G729, (G729, GSM)) == 0
    assert costOf(G729, (GSM,)) > costOf(G711_ULAW, (GSM,)) > 0


def test_whatIsPackedOtherwiseDoesNotPassThrough() -> None:
    aligned = MediaFormat("AMR", parameters=(("octet-align", "1"),))
    efficient = MediaFormat("AMR")
    choice = Selection((aligned, efficient)).choice((efficient,), (aligned,))
    assert (choice.called, choice.caller, choice.passesThrough) == (aligned, efficient, False)


def speaking(*formats: MediaFormat) -> Stream:
    """
    Is sent the first of them, and may send all.
    """
    there = TransportAddress("10.0.1.1", 5000)
    return Stream(
        TransmitFormat(formats[0], 97, 20, there), ReceiveFormat(dict(enumerate(formats)))
    )


@pytest.mark.parametrize(
    ("one", "other", "joins"),
    [
        (speaking(G711_ULAW), speaking(GSM), True),
        (speaking(OTHER), speaking(OTHER), True),
        (speaking(OTHER), speaking(OTHER, GSM), True),
        (speaking(OTHER), speaking(WIDE), False),
        (speaking(OTHER), speaking(GSM), False),
        (speaking(GSM, OTHER), speaking(OTHER, GSM), True),
        (speaking(OTHER), Stream(), True),
        (speaking(OTHER), Stream(receive=ReceiveFormat({0: GSM})), False),
        (Stream(receive=ReceiveFormat({0: OTHER})), speaking(GSM), False),
    ],
)
def test_twoAreJoinedWhereEachCanBeSentWhatTheOtherSays(
    one: Stream, other: Stream, joins: bool
) -> None:
    assert Selection(OURS).joins(one, other) is joins
    assert Selection(OURS).joins(other, one) is joins


def test_whatIsNotAllowedIsNeitherSpokenNorPassed() -> None:
    narrow = Selection(OURS).narrowed(("PCMA", "G722", "amr"))
    assert set(narrow.towards(None)) == {G711_ALAW, G722}
    assert narrow.passed((OTHER, AMR)) == (AMR,)


def test_whoSpeaksNothingThatIsAllowedIsToldWhatIs() -> None:
    narrow = Selection((G711_ULAW, G711_ALAW)).narrowed(("PCMA",))
    lack = narrow.lackOf((GSM,))
    assert (lack.words, lack.formats) == (
        "what may be spoken is PCMA; you have GSM/8000",
        (G711_ALAW,),
    )
    for known in (None, (), (GSM, G711_ALAW)):
        assert narrow.lackOf(known) is NONE


def test_withoutAListAnythingGoes() -> None:
    assert Selection(OURS).narrowed(()) == Selection(OURS)
    assert Selection(OURS).lackOf((OTHER,)) is NONE
