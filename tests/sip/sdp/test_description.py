"""
Session descriptions: octets to values and back.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.errors import DecodeError, EncodeError
from h323d.sip.sdp.description import (
    MAX_ATTRIBUTES,
    MAX_LINE_LENGTH,
    MAX_MEDIA,
    Connection,
    MediaDescription,
    Origin,
    SessionDescription,
    parse,
    write,
)
from h323d.values.media.direction import Direction
from tests.support.sip_messages import OFFER

# Every kind of line, in its order.
FULL = (
    b"v=0\r\n"
    b"o=jdoe 3724394400 3724394405 IN IP6 2001:db8::1\r\n"
    b"s=A call\r\n"
    b"i=more words\r\n"
    b"u=http://example.com/\r\n"
    b"e=jdoe@example.com\r\n"
    b"p=+1 617 555-6011\r\n"
    b"c=IN IP6 2001:db8::1\r\n"
    b"b=AS:512\r\n"
    b"t=3724394400 3724398000\r\n"
    b"t=3724484400 3724488000\r\n"
    b"r=604800 3600 0 90000\r\n"
    b"z=3730928400 -1h\r\n"
    b"k=prompt\r\n"
    b"a=recvonly\r\n"
    b"m=audio 49170/2 RTP/AVP 0 96\r\n"
    b"i=speech\r\n"
    b"c=IN IP4 192.0.2.5\r\n"
    b"b=TIAS:64000\r\n"
    b"b=AS:80\r\n"
    b"k=prompt\r\n"
    b"a=rtpmap:96 opus/48000/2\r\n"
    b"a=x-unknown\r\n"
    b"a=x-other:with: colons\r\n"
    b"m=video 0 RTP/AVP 31\r\n"
)


def audio(*attributes: str) -> MediaDescription:
    lines = "".join(f"a={attribute}\r\n" for attribute in attributes).encode()
    return parse(OFFER + lines).media[0]


@pytest.mark.parametrize("data", [OFFER, FULL])
def test_writtenDescriptionIsTheOneRead(data: bytes) -> None:
    assert write(parse(data)) == data


def test_whatWasReadLatelyIsNotReadAgain() -> None:
    assert parse(bytes(OFFER)) is parse(bytes(OFFER))


def test_everyKindOfLineIsRead() -> None:
    description = parse(FULL)
    assert description.origin == Origin(
        3724394400, 3724394405, Connection("2001:db8::1", "IP6"), "jdoe"
    )
    assert description.connection == Connection.to("2001:db8::1")
    assert description.bandwidths == (("AS", 512),)
    assert [kind for kind, _ in description.others] == list("iueprzk")
    speech, picture = description.media
    assert (speech.port, speech.portCount, speech.formats) == (49170, 2, ("0", "96"))
    assert description.connectionOf(speech) == Connection("192.0.2.5")
    assert description.connectionOf(picture) == Connection.to("2001:db8::1")
    assert speech.bandwidths == (("TIAS", 64000), ("AS", 80))
    assert speech.attribute("x-unknown") == ""
    assert speech.attribute("x-other") == "with: colons"
    assert speech.attribute("absent") is None


def test_mediumWithoutDirectionHasTheSessions() -> None:
    description = parse(FULL)
    assert description.directionOf(description.media[0]) is Direction.RECVONLY
    own = replace(description.media[0], attributes=(("sendonly", None),))
    assert description.directionOf(own) is Direction.SENDONLY


def test_withoutAnyDirectionItIsBothWays() -> None:
    description = parse(FULL.replace(b"a=recvonly\r\n", b""))
    assert description.directionOf(description.media[0]) is Direction.SENDRECV


def test_lineFeedsAloneAreLineEnds() -> None:
    assert parse(OFFER.replace(b"\r\n", b"\n")) == parse(OFFER)


@pytest.mark.parametrize("line", [b"t=0 0\r\n", b"s=-\r\n"])
def test_missingLinesThatMeanNothingAreNoFault(line: bytes) -> None:
    assert parse(OFFER.replace(line, b"")) == parse(OFFER)


def test_unknownAndEmptyLinesAreSkipped() -> None:
    assert parse(OFFER.replace(b"t=0 0\r\n", b"t=0 0\r\ny=0\r\n\r\n") + b"\r\n  \r\n") == parse(
        OFFER
    )


def test_malformedBandwidthLimitsNothing() -> None:
    assert parse(OFFER.replace(b"t=0", b"b=AS:x\r\nt=0")).bandwidths == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"v=0", b"v=1"),
        (b"v=0\r\n", b""),
        (b"o=alice 2890844526 2890844526 IN IP4 192.0.2.10\r\n", b""),
        (b"o=alice 2890844526", b"o=alice x"),
        (b"o=alice 2890844526 ", b"o=alice "),
        (b"c=IN IP4 192.0.2.10", b"c=IN IP4"),
        (b"m=audio 49170", b"m=audio 70000"),
        (b"m=audio 49170", b"m=audio -1"),
        (b"m=audio 49170", b"m=audio"),
        (b"m=audio 49170 RTP/AVP 0 8 9 101", b"m=audio 49170"),
        (b"a=fmtp", b"a=fmtp\x00"),
        (b"a=fmtp", b"fmtp"),
        (b"s=-", b"s=\r-"),
    ],
)
def test_whatIsNoDescriptionIsRefused(old: bytes, new: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(OFFER.replace(old, new, 1))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\r\n",
        OFFER + b"m=audio 1 RTP/AVP 0\r\n" * MAX_MEDIA,
        OFFER + b"a=x\r\n" * MAX_ATTRIBUTES,
        OFFER + b"a=" + b"x" * MAX_LINE_LENGTH,
        OFFER + b"m=audio 1 RTP/AVP" + b" 0" * 129,
        OFFER * 300,
    ],
)
def test_descriptionTooLargeIsRefused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(data)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("ptime:30", 30), ("ptime: 20", 20), ("ptime:20.0", 20), ("ptime:0", None), ("ptime:x", None)],
)
def test_packetLengthIsReadWhereItIsANumber(text: str, milliseconds: int | None) -> None:
    media = parse(OFFER.replace(b"ptime:20", text.encode())).media[0]
    assert media.packetMs == milliseconds


@pytest.mark.parametrize(
    ("text", "rtcp"),
    [
        ("rtcp:53020", (53020, None)),
        ("rtcp:53020 IN IP4 192.0.2.7", (53020, "192.0.2.7")),
        ("rtcp:53020 IN IP6 2001:db8::7", (53020, "2001:db8::7")),
        ("rtcp:99999", None),
        ("rtcp:x", None),
        ("rtcp:", None),
    ],
)
def test_rtcpPlaceIsReadWhereItIsOne(text: str, rtcp: tuple[int, str | None] | None) -> None:
    assert audio(text).rtcp == rtcp


def test_nextEditionHasTheNextVersion() -> None:
    origin = parse(OFFER).origin
    assert origin.next().version == origin.version + 1
    assert origin.next().sessionId == origin.sessionId


@pytest.mark.parametrize("text", ["a\r\nm=video 1 RTP/AVP 31", "a\nb", "a\rb", "a\0"])
def test_textCannotBecomeALineOfItsOwn(text: str) -> None:
    with pytest.raises(EncodeError):
        write(SessionDescription(parse(OFFER).origin, name=text))
