"""
Offer and answer of more than sound: a medium more, of a format that exists in tests alone.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.sip.sdp.description import SessionDescription, parse
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import Agreement, answerOffer, applyAnswer, makeOffer
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.sdp.streams import Obstacle
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.pictures import PICTURE, SEEN, SOUND

ALL = MediaProfile((*SEEN.media, MediumProfile(Medium.SLIDES, (PICTURE,))))


def at(host: str, port: int) -> LocalMedia:
    ports = {
        medium: LocalPort(TransportAddress(host, port + 2 * number))
        for number, medium in enumerate((Medium.AUDIO, Medium.VIDEO, Medium.SLIDES))
    }
    return LocalMedia(host, port, ports)


OURS, THEIRS = at("198.51.100.1", 20000), at("192.0.2.10", 30000)
AUDIO = "m=audio 30000 RTP/AVP 0"
VIDEO = ("m=video 30002 RTP/AVP 96", "a=rtpmap:96 picture/90000")
SLIDES = ("m=video 30004 RTP/AVP 97", "a=rtpmap:97 picture/90000", "a=content:slides")


def sdp(*lines: str) -> SessionDescription:
    head = ["v=0", "o=- 1 1 IN IP4 192.0.2.10", "s=-", "c=IN IP4 192.0.2.10", "t=0 0"]
    return parse("\r\n".join((*head, *lines, "")).encode())


def lines(description: SessionDescription) -> list[tuple[Medium | None, int]]:
    return [(line.medium, line.port) for line in description.media]


def media(agreement: Agreement) -> list[Medium | None]:
    return [None if stream is None else stream.medium for stream in agreement.streams]


def without(local: LocalMedia, medium: Medium) -> LocalMedia:
    return replace(local, ports={m: port for m, port in local.ports.items() if m is not medium})


def test_eachMediumOfTheProfileIsOffered() -> None:
    offer = makeOffer(ALL, OURS)
    assert lines(offer) == [(Medium.AUDIO, 20000), (Medium.VIDEO, 20002), (Medium.SLIDES, 20004)]
    assert [line.attribute("ptime") for line in offer.media] == ["20", None, None]
    assert offer.media[1].attribute("rtpmap") == "96 picture/90000"


def test_whatThereIsNoPortForIsNotOffered() -> None:
    assert lines(makeOffer(SEEN, without(OURS, Medium.VIDEO))) == [(Medium.AUDIO, 20000)]


def test_aPortAtAnotherAddressSaysSo() -> None:
    elsewhere = LocalPort(TransportAddress("198.51.100.2", 20002))
    offer = makeOffer(SEEN, replace(OURS, ports={**OURS.ports, Medium.VIDEO: elsewhere}))
    assert [str(offer.connectionOf(line)) for line in offer.media] == [
        "IN IP4 198.51.100.1",
        "IN IP4 198.51.100.2",
    ]


def test_eachMediumIsAnsweredOnItsLine() -> None:
    agreement = answerOffer(sdp(*SLIDES, *VIDEO, AUDIO), ALL, OURS)
    assert lines(agreement.local) == [
        (Medium.SLIDES, 20004),
        (Medium.VIDEO, 20002),
        (Medium.AUDIO, 20000),
    ]
    assert media(agreement) == [Medium.SLIDES, Medium.VIDEO, Medium.AUDIO]
    assert agreement.of(Medium.VIDEO) == Stream(
        TransmitFormat(
            PICTURE,
            96,
            0,
            TransportAddress("192.0.2.10", 30002),
            TransportAddress("192.0.2.10", 30003),
        ),
        ReceiveFormat({96: PICTURE}),
        Medium.VIDEO,
    )


def test_bothSidesAgreeOnEachMedium() -> None:
    offer = makeOffer(ALL, OURS)
    theirs = answerOffer(offer, ALL, THEIRS)
    ours = applyAnswer(offer, theirs.local, ALL)
    for medium in Medium:
        transmit = ours.of(medium).transmit
        assert transmit is not None
        assert transmit.rtp == THEIRS.ports[medium].rtp
        assert ours.of(medium).direction is theirs.of(medium).direction is Direction.SENDRECV


def test_whatTheProfileDoesNotNameIsRefused() -> None:
    agreement = answerOffer(sdp(AUDIO, *VIDEO, *SLIDES), SOUND, OURS)
    assert [line.port for line in agreement.local.media] == [20000, 0, 0]
    assert media(agreement) == [Medium.AUDIO, None, None]
    assert agreement.of(Medium.VIDEO) == Stream(medium=Medium.VIDEO)


@pytest.mark.parametrize(
    "video",
    [
        ("m=video 30002 RTP/SAVP 96", "a=rtpmap:96 picture/90000"),
        ("m=video 30002 RTP/AVP 31",),
        ("m=video 30002 RTP/AVP 96", "c=IN IP6 2001:db8::1", "a=rtpmap:96 picture/90000"),
        ("m=video 0 RTP/AVP 96", "a=rtpmap:96 picture/90000"),
    ],
)
def test_aFurtherMediumThatDoesNotFitIsRefusedAlone(video: tuple[str, ...]) -> None:
    agreement = answerOffer(sdp(AUDIO, *video), SEEN, OURS)
    assert [line.port for line in agreement.local.media] == [20000, 0]
    assert media(agreement) == [Medium.AUDIO, None]


def test_aFurtherMediumWithoutAPortIsRefusedAlone() -> None:
    agreement = answerOffer(sdp(AUDIO, *VIDEO), SEEN, without(OURS, Medium.VIDEO))
    assert [line.port for line in agreement.local.media] == [20000, 0]


def test_picturesAloneMayBeAgreed() -> None:
    agreement = answerOffer(sdp("m=audio 30000 RTP/AVP 18", *VIDEO), SEEN, OURS)
    assert media(agreement) == [None, Medium.VIDEO]
    assert agreement.of(Medium.AUDIO).direction is Direction.INACTIVE


def test_anOfferOfWhichNothingFitsIsRefusedForTheSakeOfTheFirstMedium() -> None:
    with pytest.raises(NoCommonMedia, match="RTP/SAVP") as caught:
        answerOffer(sdp("m=audio 30000 RTP/SAVP 0", "m=video 30002 RTP/AVP 31"), SEEN, OURS)
    assert caught.value.obstacle is Obstacle.TRANSPORT_PROTOCOL


@pytest.mark.parametrize("port", [0, 40002])
def test_anAnswerMayRefuseAFurtherMedium(port: int) -> None:
    answer = sdp(AUDIO, f"m=video {port} RTP/AVP 31")  # port 0, or a format that was not offered
    agreement = applyAnswer(makeOffer(SEEN, OURS), answer, SEEN)
    assert media(agreement) == [Medium.AUDIO, None]


def test_anAnswerThatRefusesAllIsNone() -> None:
    with pytest.raises(NoCommonMedia, match="refuses the stream"):
        applyAnswer(makeOffer(SEEN, OURS), sdp("m=audio 0 RTP/AVP 0", "m=video 0 RTP/AVP 96"), SEEN)


def test_anAnswerKeepsTheMediumOfALine() -> None:
    answer = sdp(AUDIO, "m=audio 30002 RTP/AVP 0")
    assert media(applyAnswer(makeOffer(SEEN, OURS), answer, SEEN)) == [Medium.AUDIO, None]


def test_aMediumJoinsOnANewLine() -> None:
    first = answerOffer(sdp(AUDIO), SEEN, OURS)
    offer = makeOffer(SEEN, OURS, first)
    assert lines(offer) == [(Medium.AUDIO, 20000), (Medium.VIDEO, 20002)]
    assert offer.origin.version == first.local.origin.version + 1


def test_aMediumThatIsWantedNoMoreIsClosedInItsPlace() -> None:
    first = answerOffer(sdp(*VIDEO, AUDIO), SEEN, OURS)
    offer = makeOffer(SOUND, OURS, first)
    assert lines(offer) == [(Medium.VIDEO, 0), (Medium.AUDIO, 20000)]
    agreement = applyAnswer(offer, sdp("m=video 0 RTP/AVP 96", AUDIO), SOUND)
    assert media(agreement) == [None, Medium.AUDIO]


def test_aMediumThatComesBackHasItsLineAgain() -> None:
    closed = applyAnswer(makeOffer(SEEN, OURS), sdp(AUDIO, "m=video 0 RTP/AVP 96"), SEEN)
    assert lines(makeOffer(SEEN, OURS, closed)) == [(Medium.AUDIO, 20000), (Medium.VIDEO, 20002)]


def test_thePeerMayCloseAMedium() -> None:
    first = answerOffer(sdp(AUDIO, *VIDEO), SEEN, OURS)
    again = answerOffer(sdp(AUDIO, "m=video 0 RTP/AVP 96"), SEEN, OURS, first)
    assert media(again) == [Medium.AUDIO, None]
    assert again.of(Medium.VIDEO).direction is Direction.INACTIVE


def test_thePeerMayCloseAll() -> None:
    first = answerOffer(sdp(AUDIO, *VIDEO), SEEN, OURS)
    ended = answerOffer(sdp("m=audio 0 RTP/AVP 0", "m=video 0 RTP/AVP 96"), SEEN, OURS, first)
    assert media(ended) == [None, None]


def test_thePeerMayHoldOneMedium() -> None:
    first = answerOffer(sdp(AUDIO, *VIDEO), SEEN, OURS)
    held = answerOffer(sdp(AUDIO, *VIDEO, "a=inactive"), SEEN, OURS, first)
    assert held.of(Medium.VIDEO) == Stream(medium=Medium.VIDEO)
    assert held.indexOf(Medium.VIDEO) == 1
    assert held.of(Medium.AUDIO) == first.of(Medium.AUDIO)


def test_slidesAreNoSecondVideo() -> None:
    agreement = answerOffer(sdp(AUDIO, *SLIDES), SEEN, OURS)
    assert media(agreement) == [Medium.AUDIO, None]
