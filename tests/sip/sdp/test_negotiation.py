"""
Offer and answer, of sound above all.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.sip.sdp.description import SessionDescription, parse, write
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import Agreement, answerOffer, applyAnswer, makeOffer
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.sdp.streams import Obstacle
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import ReceiveFormat, TransmitFormat


def soundAt(host: str, port: int) -> dict[Medium, LocalPort]:
    return {Medium.AUDIO: LocalPort(TransportAddress(host, port))}


G722 = MediaFormat("G722")
OPUS = MediaFormat("opus", 48000, 2)
G711 = MediaProfile.audio((G711_ULAW, G711_ALAW))
WIDE = MediaProfile.audio((OPUS, G722, G711_ULAW, G711_ALAW))
LOCAL = LocalMedia("198.51.100.1", 4711, soundAt("198.51.100.1", 20000))
REMOTE = LocalMedia("192.0.2.10", 815, soundAt("192.0.2.10", 30000))


def sdp(*lines: str, address: str = "192.0.2.10") -> SessionDescription:
    """
    A description of the peer's, C{m=} lines and what follows them given.
    """
    family = "IP6" if ":" in address else "IP4"
    head = ["v=0", f"o=- 1 1 IN {family} {address}", "s=-", f"c=IN {family} {address}", "t=0 0"]
    return parse("\r\n".join((*head, *lines, "")).encode())


def answered(*lines: str, profile: MediaProfile = G711, address: str = "192.0.2.10") -> Agreement:
    return answerOffer(sdp(*lines, address=address), profile, LOCAL)


def sending(agreement: Agreement) -> TransmitFormat:
    """
    What sound we send.
    """
    transmit = agreement.of(Medium.AUDIO).transmit
    assert transmit is not None
    return transmit


def taking(agreement: Agreement) -> ReceiveFormat:
    """
    What sound we receive.
    """
    receive = agreement.of(Medium.AUDIO).receive
    assert receive is not None
    return receive


AUDIO = "m=audio 30000 RTP/AVP 8 0 101"
EVENT = "a=rtpmap:101 telephone-event/8000"


def test_answerSaysWhereAndWhatWeReceive() -> None:
    agreement = answered(AUDIO, EVENT)
    text = write(agreement.local).decode()
    assert text == (
        "v=0\r\n"
        "o=- 4711 0 IN IP4 198.51.100.1\r\n"
        "s=-\r\n"
        "c=IN IP4 198.51.100.1\r\n"
        "t=0 0\r\n"
        "m=audio 20000 RTP/AVP 0 8 101\r\n"
        "a=rtpmap:0 PCMU/8000\r\n"
        "a=rtpmap:8 PCMA/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\n"
        "a=fmtp:101 0-16\r\n"
        "a=ptime:20\r\n"
        "a=maxptime:60\r\n"
        "a=sendrecv\r\n"
    )


def test_answerTellsTheMediaPlaneWhatToDo() -> None:
    audio = answered(AUDIO, EVENT).of(Medium.AUDIO)
    assert audio.transmit is not None
    assert audio.receive is not None
    assert (audio.transmit.format, audio.transmit.payloadType) == (G711_ULAW, 0)
    assert audio.transmit.rtp == TransportAddress("192.0.2.10", 30000)
    assert audio.transmit.rtcp == TransportAddress("192.0.2.10", 30001)
    assert audio.transmit.packetMs == 20
    assert audio.transmit.telephoneEventType == 101
    assert dict(audio.receive.formats) == {0: G711_ULAW, 8: G711_ALAW}
    assert audio.receive.telephoneEventType == 101


def test_answerKeepsTheirDynamicNumbers() -> None:
    agreement = answered(
        "m=audio 30000 RTP/AVP 0 109 97",
        "a=rtpmap:109 opus/48000/2",
        "a=fmtp:109 useinbandfec=1",
        "a=rtpmap:97 telephone-event/8000",
        profile=WIDE,
    )
    assert agreement.local.media[0].formats == ("109", "0", "97")
    assert sending(agreement).payloadType == 109
    assert sending(agreement).format == replace(OPUS, parameters=(("useinbandfec", "1"),))
    assert taking(agreement).formats[109] == OPUS


def test_eventsOfTheClockOfTheSpokenFormatAreChosen() -> None:
    agreement = answered(
        "m=audio 30000 RTP/AVP 96 97 98",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:97 telephone-event/8000",
        "a=rtpmap:98 telephone-event/48000",
        profile=WIDE,
    )
    assert sending(agreement).telephoneEventType == 98
    assert agreement.local.media[0].formats == ("96", "98")


def test_eventsAreLeftOutWhereNotWanted() -> None:
    agreement = answered(
        AUDIO, EVENT, profile=MediaProfile.audio((G711_ULAW, G711_ALAW), telephoneEvents=False)
    )
    assert agreement.local.media[0].formats == ("0", "8")
    assert sending(agreement).telephoneEventType is None


def test_otherStreamsAreRefusedInTheirPlace() -> None:
    agreement = answered(
        "m=video 40000 RTP/AVP 31 96",
        "a=rtpmap:96 H264/90000",
        "m=audio 50000 RTP/SAVP 0",
        AUDIO,
        "m=application 9 UDP/BFCP *",
        "m=audio 30002 RTP/AVP 0",
    )
    assert [(m.media, m.port, m.protocol) for m in agreement.local.media] == [
        ("video", 0, "RTP/AVP"),
        ("audio", 0, "RTP/SAVP"),
        ("audio", 20000, "RTP/AVP"),
        ("application", 0, "UDP/BFCP"),
        ("audio", 0, "RTP/AVP"),
    ]
    assert agreement.local.media[0].formats == ("31", "96")
    assert agreement.indexOf(Medium.AUDIO) == 2


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["m=audio 30000 RTP/AVP 3 18"], "192.0.2.10"),
        (["m=audio 30000 RTP/AVP 96", "a=rtpmap:96 PCMU/0"], "192.0.2.10"),
        (["m=audio 30000 RTP/AVP 101", EVENT], "192.0.2.10"),
        (["m=audio 0 RTP/AVP 0"], "192.0.2.10"),
        (["m=audio 30000 RTP/SAVP 0"], "192.0.2.10"),
        (["m=video 30000 RTP/AVP 31"], "192.0.2.10"),
        (["m=audio 30000 RTP/AVP 0"], "224.2.1.1/127"),
        (["m=audio 30000 RTP/AVP 0"], "224.2.1.1"),
        (["m=audio 30000 RTP/AVP 0"], "255.255.255.255"),
        (["m=audio 30000 RTP/AVP 0"], "phone.example.com"),
        (["m=audio 30000 RTP/AVP 0"], "2001:db8::1"),
        ([], "192.0.2.10"),
    ],
)
def test_offerWithNothingForUsIsRefused(lines: list[str], address: str) -> None:
    with pytest.raises(NoCommonMedia) as caught:
        answered(*lines, address=address)
    assert caught.value.cause is Cause.BEARER_CAPABILITY_NOT_IMPLEMENTED


def test_refusalTellsBothLists() -> None:
    with pytest.raises(NoCommonMedia) as caught:
        answered("m=audio 30000 RTP/AVP 3 96", "a=rtpmap:96 <b>\x9b/8000")
    words = "no common format; they have GSM/8000 ?b??/8000, we PCMU/8000 PCMA/8000"
    assert caught.value.reason == words


SECURED = "m=audio 30000 RTP/SAVP 0"
ELSEWHERE = ("m=audio 30000 RTP/AVP 0", "c=IN IP6 2001:db8::1")
MULTICAST = ("m=audio 30000 RTP/AVP 0", "c=IN IP4 233.252.0.1/127")


@pytest.mark.parametrize(
    ("lines", "obstacle", "word"),
    [
        (("m=video 30000 RTP/AVP 31",), Obstacle.MEDIA_TYPE, "audio"),
        ((), Obstacle.MEDIA_TYPE, "audio"),
        (("m=audio 0 RTP/AVP 0",), Obstacle.MEDIA_TYPE, "audio"),
        ((SECURED,), Obstacle.TRANSPORT_PROTOCOL, "RTP/SAVP"),
        (ELSEWHERE, Obstacle.NETWORK_ADDRESS_FORMAT, "IPv4"),
        (MULTICAST, Obstacle.NETWORK_ADDRESS_FORMAT, "unicast"),
        ((SECURED, *ELSEWHERE), Obstacle.NETWORK_ADDRESS_FORMAT, "IPv4"),
        (("m=audio 30000 RTP/AVP 18", SECURED), Obstacle.MEDIA_FORMAT, "G729/8000"),
    ],
)
def test_refusalTellsWhatKeptTheStreamThatCameFurthest(
    lines: tuple[str, ...], obstacle: Obstacle, word: str
) -> None:
    with pytest.raises(NoCommonMedia) as caught:
        answered(*lines)
    assert caught.value.obstacle is obstacle
    assert word in caught.value.reason


def test_mediumsOwnAddressGoesBeforeTheSessions() -> None:
    audio = answered(AUDIO, "c=IN IP4 192.0.2.99").of(Medium.AUDIO)
    assert audio.transmit is not None
    assert audio.transmit.rtp == TransportAddress("192.0.2.99", 30000)
    assert audio.transmit.rtcp == TransportAddress("192.0.2.99", 30001)


@pytest.mark.parametrize(
    ("text", "rtcp"),
    [
        ("40001", TransportAddress("192.0.2.10", 40001)),
        ("40001 IN IP4 192.0.2.20", TransportAddress("192.0.2.20", 40001)),
        ("40001 IN IP6 2001:db8::1", None),
        ("40001 IN IP4 224.0.0.1", None),
        ("0", None),
    ],
)
def test_rtcpGoesWhereItIsWanted(text: str, rtcp: TransportAddress | None) -> None:
    audio = answered(AUDIO, f"a=rtcp:{text}").of(Medium.AUDIO)
    assert audio.transmit is not None
    assert audio.transmit.rtcp == rtcp


def test_rtcpPortOfOursIsToldWhereItIsNotTheNext() -> None:
    def told(port: int) -> str | None:
        rtp, rtcp = (TransportAddress("198.51.100.1", number) for number in (20000, port))
        local = replace(LOCAL, ports={Medium.AUDIO: LocalPort(rtp, rtcp)})
        return makeOffer(G711, local).media[0].attribute("rtcp")

    assert told(25000) == "25000 IN IP4 198.51.100.1"
    assert told(20001) is None


@pytest.mark.parametrize(
    ("lines", "packetMs"),
    [
        ([], 20),
        (["a=ptime:10"], 10),
        (["a=ptime:60"], 20),
        (["a=maxptime:10"], 10),
        (["a=ptime:5"], 10),
    ],
)
def test_packetsAreAsShortAsTheyAsk(lines: list[str], packetMs: int) -> None:
    audio = answered(AUDIO, *lines).of(Medium.AUDIO)
    assert audio.transmit is not None
    assert audio.transmit.packetMs == packetMs


@pytest.mark.parametrize(
    ("theirs", "ours", "agreed"),
    [
        ("sendrecv", Direction.SENDRECV, Direction.SENDRECV),
        ("sendonly", Direction.SENDRECV, Direction.RECVONLY),
        ("recvonly", Direction.SENDRECV, Direction.SENDONLY),
        ("inactive", Direction.SENDRECV, Direction.INACTIVE),
        ("sendrecv", Direction.SENDONLY, Direction.SENDONLY),
        ("sendonly", Direction.SENDONLY, Direction.INACTIVE),
        ("recvonly", Direction.INACTIVE, Direction.INACTIVE),
    ],
)
def test_directionIsWhatBothWant(theirs: str, ours: Direction, agreed: Direction) -> None:
    agreement = answered(AUDIO, f"a={theirs}", profile=G711.directed(ours))
    assert agreement.local.directionOf(agreement.local.media[0]) is agreed
    assert agreement.of(Medium.AUDIO).direction is agreed


@pytest.mark.parametrize(
    ("attribute", "agreed"),
    [
        ("sendrecv", Direction.RECVONLY),
        ("sendonly", Direction.RECVONLY),
        ("inactive", Direction.INACTIVE),
    ],
)
def test_zeroAddressIsAHold(attribute: str, agreed: Direction) -> None:
    agreement = answered(AUDIO, f"a={attribute}", address="0.0.0.0")
    assert agreement.of(Medium.AUDIO).direction is agreed
    assert agreement.of(Medium.AUDIO).transmit is None
    assert agreement.local.directionOf(agreement.local.media[0]) is agreed


G729 = MediaProfile.audio((MediaFormat("G729"),))
G729_WITHOUT = MediaProfile.audio((MediaFormat("G729", parameters=(("annexb", "no"),)),))


@pytest.mark.parametrize(
    ("profile", "theirs", "answer", "sent"),
    [
        (G729, (), None, ()),
        (G729, ("a=fmtp:18 annexb=yes",), None, (("annexb", "yes"),)),
        (G729, ("a=fmtp:18 annexb=no",), "18 annexb=no", (("annexb", "no"),)),
        (G729_WITHOUT, (), "18 annexb=no", (("annexb", "no"),)),
        (G729_WITHOUT, ("a=fmtp:18 annexb=yes",), "18 annexb=no", (("annexb", "no"),)),
    ],
)
def test_silenceDescriptorsAreForBothOrForNeither(
    profile: MediaProfile,
    theirs: tuple[str, ...],
    answer: str | None,
    sent: tuple[tuple[str, str], ...],
) -> None:
    agreement = answered("m=audio 30000 RTP/AVP 18", *theirs, profile=profile)
    said = dict(agreement.local.media[0].attributes).get("fmtp")
    assert said == answer
    assert sending(agreement).format.parameters == sent


def test_whoAnswersWithoutSilenceDescriptorsIsSentNone() -> None:
    offer = makeOffer(G729, LOCAL)
    answer = answerOffer(offer, G729_WITHOUT, REMOTE).local
    agreement = applyAnswer(offer, answer, G729)
    assert sending(agreement).format.parameters == (("annexb", "no"),)


AMR = MediaFormat("AMR", parameters=(("octet-align", "1"),))
EFFICIENT = MediaFormat("AMR")
MOBILE = MediaProfile.audio((AMR, EFFICIENT))


@pytest.mark.parametrize(
    ("fmtp", "spoken", "sent"),
    [
        ("", EFFICIENT, {}),
        ("octet-align=0", EFFICIENT, {"octet-align": "0"}),
        ("octet-align=1", AMR, {"octet-align": "1"}),
        ("octet-align=1;mode-set=0,2,4", AMR, {"octet-align": "1", "mode-set": "0,2,4"}),
        ("mode-set=7;max-red=0", EFFICIENT, {"mode-set": "7", "max-red": "0"}),
    ],
)
def test_amrIsPackedAndLimitedAsThePeerAsks(
    fmtp: str, spoken: MediaFormat, sent: dict[str, str]
) -> None:
    lines = ["m=audio 30000 RTP/AVP 98", "a=rtpmap:98 AMR/8000"]
    agreement = answered(*lines, *([f"a=fmtp:98 {fmtp}"] if fmtp else []), profile=MOBILE)
    assert dict(sending(agreement).format.parameters) == sent
    modes = {"mode-set": sent["mode-set"]} if "mode-set" in sent else {}
    expected = dict(spoken.parameters) | modes
    assert dict(taking(agreement).formats[98].parameters) == expected
    said = [value for name, value in agreement.local.media[0].attributes if name == "fmtp"]
    words = ";".join(f"{name}={value}" for name, value in sorted(expected.items()))
    assert said == ([f"98 {words}"] if words else [])


@pytest.mark.parametrize("fmtp", ["crc=1;octet-align=1", "robust-sorting=1", "interleaving=30"])
def test_amrOfAFormThatWeDoNotSpeakIsNotTaken(fmtp: str) -> None:
    with pytest.raises(NoCommonMedia):
        answered(
            "m=audio 30000 RTP/AVP 98",
            "a=rtpmap:98 AMR/8000",
            f"a=fmtp:98 {fmtp}",
            profile=MOBILE,
        )


def test_bothPackingsOfAMRAreOfferedAndToldApart() -> None:
    offer = makeOffer(MOBILE, LOCAL)
    assert offer.media[0].formats == ("96", "97", "101")
    assert ("fmtp", "96 octet-align=1") in offer.media[0].attributes
    agreement = applyAnswer(
        offer,
        sdp("m=audio 30000 RTP/AVP 97", "a=rtpmap:97 AMR/8000", "a=fmtp:97 mode-set=5"),
        MOBILE,
    )
    assert dict(taking(agreement).formats) == {97: EFFICIENT}
    assert sending(agreement).format.parameters == (("mode-set", "5"),)


@pytest.mark.parametrize(
    ("fmtp", "ours", "said"),
    [("", (), None), ("annexa=no", (("annexa", "no"),), "4 annexa=no"), ("annexa=yes", (), None)],
)
def test_annexAIsConcededAndPacketsAreWholeFrames(
    fmtp: str, ours: tuple[tuple[str, str], ...], said: str | None
) -> None:
    profile = MediaProfile.audio((MediaFormat("G723"),))
    lines = ["m=audio 30000 RTP/AVP 4", "a=ptime:20"]
    agreement = answered(*lines, *([f"a=fmtp:4 {fmtp}"] if fmtp else []), profile=profile)
    assert taking(agreement).formats[4].parameters == ours
    assert dict(agreement.local.media[0].attributes).get("fmtp") == said
    assert sending(agreement).packetMs == 30


def test_opusIsSentAsThePeerAsksForIt() -> None:
    opus = MediaFormat("opus", 48000, 2, (("useinbandfec", "1"),))
    agreement = answered(
        "m=audio 30000 RTP/AVP 107",
        "a=rtpmap:107 opus/48000/2",
        "a=fmtp:107 maxplaybackrate=16000;stereo=1;useinbandfec=0",
        profile=MediaProfile.audio((opus,)),
    )
    assert dict(sending(agreement).format.parameters) == {
        "maxplaybackrate": "16000",
        "stereo": "1",
        "useinbandfec": "0",
    }
    assert ("fmtp", "107 useinbandfec=1") in agreement.local.media[0].attributes


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("0 8 13", "0 8 13"),
        ("13 0", "0 13"),
        ("0 18 13", "0 13"),
        ("18 13", None),  # it has silence descriptors of its own
        ("13", None),  # it is no sound
        ("0 8", "0 8"),
    ],
)
def test_comfortNoiseIsTakenBesideSoundThatHasNone(theirs: str, ours: str | None) -> None:
    line = f"m=audio 30000 RTP/AVP {theirs}"
    profile = MediaProfile.audio((G711_ULAW, G711_ALAW))
    if ours is None:
        with pytest.raises(NoCommonMedia):
            answered(line, profile=profile)
        return
    agreement = answered(line, profile=profile)
    assert agreement.local.media[0].formats == tuple(ours.split())
    assert 13 not in taking(agreement).formats
    assert sending(agreement).format == G711_ULAW


def test_comfortNoiseOfAnotherClockIsNotTaken() -> None:
    agreement = answered("m=audio 30000 RTP/AVP 0 98", "a=rtpmap:98 CN/16000")
    assert agreement.local.media[0].formats == ("0",)


def test_noiseIsNeverWhatIsSent() -> None:
    offer = makeOffer(G711, LOCAL)
    assert offer.media[0].formats == ("0", "8", "13", "101")
    agreement = applyAnswer(offer, sdp("m=audio 30000 RTP/AVP 13 8"), G711)
    assert sending(agreement).format == G711_ALAW
    assert dict(taking(agreement).formats) == {8: G711_ALAW}
    with pytest.raises(NoCommonMedia):
        applyAnswer(offer, sdp("m=audio 30000 RTP/AVP 13"), G711)


def test_whatHasSilenceDescriptorsIsOfferedWithoutComfortNoise() -> None:
    (line,) = makeOffer(MediaProfile.audio((OPUS, MediaFormat("G729"))), LOCAL).media
    assert line.formats == ("96", "18", "101")


def test_offerHasThePreferredFormatsFirst() -> None:
    (line,) = makeOffer(WIDE, LOCAL).media
    assert line.formats == ("96", "9", "0", "8", "13", "101")
    assert (line.port, line.protocol) == (20000, "RTP/AVP")


def test_bothSidesAgreeOnTheSame() -> None:
    offer = makeOffer(WIDE, LOCAL)
    theirs = answerOffer(offer, MediaProfile.audio((G722, G711_ALAW)), REMOTE)
    ours = applyAnswer(offer, theirs.local, WIDE)
    assert sending(ours).format == sending(theirs).format == G722
    assert sending(ours).rtp == REMOTE.ports[Medium.AUDIO].rtp
    assert sending(theirs).rtp == LOCAL.ports[Medium.AUDIO].rtp


def test_answerWithOtherNumbersIsFollowed() -> None:
    offer = makeOffer(WIDE, LOCAL)
    agreement = applyAnswer(
        offer,
        sdp(
            "m=audio 30000 RTP/AVP 120 110",
            "a=rtpmap:120 OPUS/48000/2",
            "a=rtpmap:110 telephone-event/8000",
        ),
        WIDE,
    )
    assert sending(agreement).payloadType == 120
    assert sending(agreement).telephoneEventType == 110
    assert taking(agreement).formats[96] == OPUS
    assert taking(agreement).telephoneEventType == 101


def test_answerWithAFormatNotOfferedIsPassedOver() -> None:
    agreement = applyAnswer(makeOffer(G711, LOCAL), sdp("m=audio 30000 RTP/AVP 18 8"), G711)
    assert sending(agreement).format == G711_ALAW
    assert sending(agreement).telephoneEventType is None


def test_onlyWhatTheAnswerTookIsExpected() -> None:
    agreement = applyAnswer(makeOffer(WIDE, LOCAL), sdp("m=audio 30000 RTP/AVP 8 0"), WIDE)
    assert list(taking(agreement).formats.items()) == [
        (8, G711_ALAW),
        (0, G711_ULAW),
    ]
    assert taking(agreement).telephoneEventType == 101


@pytest.mark.parametrize(
    "lines",
    [
        ["m=audio 0 RTP/AVP 0"],
        ["m=audio 30000 RTP/AVP 18"],
        ["m=audio 30000 RTP/SAVP 0"],
        ["m=audio 30000 RTP/AVP 101", EVENT],
        ["m=video 30000 RTP/AVP 0"],
        ["m=audio 30000 RTP/AVP 0", "c=IN IP6 2001:db8::1"],
        ["m=audio 30000 RTP/AVP 0", "c=IN IP4 239.0.0.1"],
        ["m=audio 30000 RTP/AVP 0", "m=video 0 RTP/AVP 31"],
        [],
    ],
)
def test_answerThatTakesNothingIsRefused(lines: list[str]) -> None:
    with pytest.raises(NoCommonMedia):
        applyAnswer(makeOffer(G711, LOCAL), sdp(*lines), G711)


def test_heldAnswerLeavesUsSilent() -> None:
    agreement = applyAnswer(
        makeOffer(G711, LOCAL), sdp("m=audio 3000 RTP/AVP 0", "a=sendonly"), G711
    )
    assert agreement.of(Medium.AUDIO).direction is Direction.RECVONLY


def test_refreshChangesNothing() -> None:
    offer = sdp(AUDIO, EVENT)
    first = answerOffer(offer, G711, LOCAL)
    again = answerOffer(offer, G711, LOCAL, first)
    assert again == first


def test_changedAnswerHasTheNextVersion() -> None:
    first = answered(AUDIO)
    held = answerOffer(sdp(AUDIO, "a=sendonly"), G711, LOCAL, first)
    assert held.local.origin.version == first.local.origin.version + 1
    assert held.local.origin.sessionId == first.local.origin.sessionId
    assert held.of(Medium.AUDIO).direction is Direction.RECVONLY


def test_furtherOfferOfOursKeepsNumbersAndLines() -> None:
    first = answered(
        "m=video 40000 RTP/AVP 31",
        "m=audio 30000 RTP/AVPF 109 97",
        "a=rtpmap:109 opus/48000/2",
        "a=rtpmap:97 telephone-event/8000",
        profile=WIDE,
    )
    held = makeOffer(WIDE.directed(Direction.SENDONLY), LOCAL, first)
    assert [line.port for line in held.media] == [0, 20000]
    assert held.media[1].formats == ("109", "9", "0", "8", "13", "97")
    assert held.media[1].protocol == "RTP/AVPF"
    assert held.directionOf(held.media[1]) is Direction.SENDONLY
    assert held.origin.version == first.local.origin.version + 1


def test_numberOnceUsedKeepsItsMeaning() -> None:
    first = answered("m=audio 30000 RTP/AVP 96", "a=rtpmap:96 PCMU/8000")
    offer = makeOffer(MediaProfile.audio((OPUS,)), LOCAL, first)
    assert offer.media[0].formats == ("97", "101")


def test_sameOfferAgainIsTheSameEdition() -> None:
    offer = makeOffer(G711, LOCAL)
    assert makeOffer(G711, LOCAL, offer) == offer


def test_streamThatTheyEndIsEnded() -> None:
    first = answered(AUDIO)
    ended = answerOffer(sdp("m=audio 0 RTP/AVP 0"), G711, LOCAL, first)
    assert ended.indexOf(Medium.AUDIO) is None
    assert ended.of(Medium.AUDIO).direction is Direction.INACTIVE
    assert [line.port for line in ended.local.media] == [0]
    again = makeOffer(G711, LOCAL, ended)
    assert [line.port for line in again.media] == [20000]


def test_streamStaysInItsLine() -> None:
    first = answered("m=video 0 RTP/AVP 31", AUDIO)
    again = answerOffer(sdp("m=audio 30004 RTP/AVP 0", AUDIO), G711, LOCAL, first)
    assert [line.port for line in again.local.media] == [0, 20000]


def test_IPv6MeetsIPv6() -> None:
    local = LocalMedia("2001:db8::2", 1, soundAt("2001:db8::2", 20000))
    agreement = answerOffer(sdp(AUDIO, address="2001:db8::1"), G711, local)
    assert agreement.local.connection is not None
    assert str(agreement.local.connection) == "IN IP6 2001:db8::2"
    assert sending(agreement).rtp == TransportAddress("2001:db8::1", 30000)


def test_theStreamThatTheyOfferedSecondStaysTheSecondInOurOwnOffer() -> None:
    first = answered("m=audio 50000 RTP/SAVP 0", AUDIO)
    assert first.indexOf(Medium.AUDIO) == 1
    offer = makeOffer(G711, LOCAL, first)
    assert [line.port for line in offer.media] == [0, 20000]
    answer = sdp("m=audio 0 RTP/SAVP 0", "m=audio 30000 RTP/AVP 0")
    assert applyAnswer(offer, answer, G711).indexOf(Medium.AUDIO) == 1


ILBC = MediaFormat("iLBC", parameters=(("mode", "20"),))
UNCODED = ("m=audio 30000 RTP/AVP 97 0", "a=rtpmap:97 iLBC/8000", "a=fmtp:97 mode=20")


def test_whatWeCannotCodeIsAnsweredAloneWhereItIsTheBest() -> None:
    profile = MediaProfile.audio((ILBC, G711_ULAW), passed=(ILBC,))
    agreement = answered(*UNCODED, profile=profile)
    assert taking(agreement).formats == {97: ILBC}
    assert (sending(agreement).format, sending(agreement).payloadType) == (ILBC, 97)
    assert b"a=fmtp:97 mode=20\r\n" in write(agreement.local)


def test_whatWeCannotCodeIsNotAnsweredBesideWhatWeCan() -> None:
    profile = MediaProfile.audio((G711_ULAW, ILBC), passed=(ILBC,))
    agreement = answered(*UNCODED, profile=profile)
    assert taking(agreement).formats == {0: G711_ULAW}


def test_whatWeCannotCodeIsOfferedBesideWhatWeCan() -> None:
    profile = MediaProfile.audio((ILBC, G711_ULAW), passed=(ILBC,))
    offer = makeOffer(profile, LOCAL)
    assert offer.media[0].formats == ("96", "0", "13", "101")
    assert b"a=fmtp:96 mode=20\r\n" in write(offer)


def test_whoAnswersWithOtherOctetsOfTheSameNameIsNotUnderstood() -> None:
    profile = MediaProfile.audio((ILBC,), passed=(ILBC,))
    offer = makeOffer(profile, LOCAL)
    answer = sdp("m=audio 30000 RTP/AVP 96", "a=rtpmap:96 iLBC/8000", "a=fmtp:96 mode=30")
    with pytest.raises(NoCommonMedia):
        applyAnswer(offer, answer, profile)
