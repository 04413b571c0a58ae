"""
Payload types and formats.
"""

from __future__ import annotations

import pytest

from h323d.sip.sdp.description import Attribute, MediaDescription
from h323d.sip.sdp.payloads import (
    fitPacketMs,
    formatAttributes,
    formatsOf,
    payloadTypeFor,
)
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat

OPUS = MediaFormat("opus", 48000, 2)
EVENT = MediaFormat("telephone-event")


def media(formats: str, *attributes: Attribute) -> MediaDescription:
    return MediaDescription("audio", 4000, "RTP/AVP", tuple(formats.split()), attributes=attributes)


def test_staticTypesNeedNoRtpmap() -> None:
    assert formatsOf(media("8 0 9 18")) == {
        8: G711_ALAW,
        0: G711_ULAW,
        9: MediaFormat("G722"),
        18: MediaFormat("G729"),
    }


def test_rtpmapAndFmtpAreRead() -> None:
    line = media(
        "96 101",
        ("rtpmap", "96 opus/48000/2"),
        ("fmtp", "96 useinbandfec=1; maxplaybackrate=16000"),
        ("rtpmap", "101 telephone-event/8000"),
        ("fmtp", "101 0-16"),
    )
    formats = formatsOf(line)
    assert formats[96] == MediaFormat(
        "opus", 48000, 2, (("maxplaybackrate", "16000"), ("useinbandfec", "1"))
    )
    assert formats[101].name == "telephone-event"


def test_rtpmapMayGiveAStaticTypeAnotherMeaning() -> None:
    assert formatsOf(media("0", ("rtpmap", "0 PCMA/8000")))[0] == G711_ALAW


@pytest.mark.parametrize(
    "text", ["96", "96 opus", "96 opus/0", "x opus/48000", "96 opus/48000/x", "999 opus/48000", ""]
)
def test_malformedRtpmapIsAsIfNotThere(text: str) -> None:
    assert formatsOf(media("96", ("rtpmap", text))) == {}


@pytest.mark.parametrize("formats", ["x", "-1", "128", "t38", "96", "", "٣"])
def test_formatWithoutMeaningIsLeftOut(formats: str) -> None:
    assert formatsOf(media(formats)) == {}


def test_formatsAreDescribedAsTheyAreRead() -> None:
    formats = {
        0: G711_ULAW,
        96: OPUS,
        18: MediaFormat("G729", parameters=(("annexb", "no"),)),
        101: EVENT,
    }
    attributes = formatAttributes(formats)
    assert ("rtpmap", "96 opus/48000/2") in attributes
    assert ("fmtp", "18 annexb=no") in attributes
    assert ("fmtp", "101 0-16") in attributes
    read = formatsOf(media("0 96 18 101", *attributes))
    assert {n: fmt for n, fmt in read.items() if n != 101} == {
        n: fmt for n, fmt in formats.items() if n != 101
    }


def test_staticFormatHasItsStaticType() -> None:
    assert payloadTypeFor(G711_ALAW, [0]) == 8


def test_staticTypeThatMeansSomethingElseIsNotTaken() -> None:
    assert payloadTypeFor(G711_ALAW, [8]) == 96


def test_dynamicTypesAreDealtOutUntilNoneIsLeft() -> None:
    taken: list[int] = []
    while (number := payloadTypeFor(OPUS, taken)) is not None:
        taken.append(number)
    assert taken == [n for n in range(96, 128) if n != 101]


def test_eventsHaveTheTypeThatPhonesExpect() -> None:
    assert payloadTypeFor(EVENT, []) == 101
    assert payloadTypeFor(EVENT, [101]) == 96


@pytest.mark.parametrize(
    ("name", "wanted", "fitting"),
    [
        ("PCMU", 20, 20),
        ("PCMU", 25, 20),
        ("PCMU", 5, 10),
        ("G723", 20, 30),
        ("G723", 70, 60),
        ("GSM", 30, 20),
    ],
)
def test_packetsHoldWholeFrames(name: str, wanted: int, fitting: int) -> None:
    assert fitPacketMs(MediaFormat(name), wanted) == fitting
