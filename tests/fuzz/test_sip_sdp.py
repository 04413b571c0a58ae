"""
Nothing but L{DecodeError} comes out of any description, and any that can be read is
answered or refused as the protocol has it.
"""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.errors import DecodeError
from h323d.sip.sdp.description import SessionDescription, parse, write
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import answerOffer, applyAnswer, makeOffer
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.sip_messages import OFFER

PROFILE = MediaProfile.audio(
    (MediaFormat("opus", 48000, 2), MediaFormat("G729"), G711_ULAW, G711_ALAW)
)
LOCAL = LocalMedia(
    "198.51.100.1", 4711, {Medium.AUDIO: LocalPort(TransportAddress("198.51.100.1", 20000))}
)

NUMBERS = st.sampled_from(["0", "8", "18", "96", "101", "127", "128", "x", "-1", ""])
VALUES = st.sampled_from(
    [
        "PCMU/8000",
        "opus/48000/2",
        "telephone-event/8000",
        "PCMA/0",
        "/",
        "G729/8000",
        "0-16",
        "annexb=no",
        "%s",
        "\x85",
    ]
)
LINES = st.one_of(
    st.builds("m=audio {} RTP/AVP {} {}".format, st.integers(-1, 65536), NUMBERS, NUMBERS),
    st.builds("m={} 0 RTP/AVP".format, st.sampled_from(["audio", "video", "x/y"])),
    st.builds("a=rtpmap:{} {}".format, NUMBERS, VALUES),
    st.builds("a=fmtp:{} {}".format, NUMBERS, VALUES),
    st.builds("a=ptime:{}".format, st.integers(-1, 10**6)),
    st.builds("a=rtcp:{} IN IP4 {}".format, st.integers(0, 70000), VALUES),
    st.sampled_from(
        [
            "a=sendonly",
            "a=inactive",
            "a=recvonly",
            "a=",
            "a=:",
            "c=IN IP4 0.0.0.0",
            "c=IN IP6 ::1",
            "c=IN IP4 x",
            "b=AS:1",
            "k=x",
            "i=",
            "q=1",
            "t=x",
        ]
    ),
)


def negotiate(theirs: SessionDescription) -> None:
    try:
        agreement = answerOffer(theirs, PROFILE, LOCAL)
        assert len(agreement.local.media) == len(theirs.media)
        again = answerOffer(theirs, PROFILE, LOCAL, agreement)
        assert again.local == agreement.local
        parse(write(makeOffer(PROFILE, LOCAL, agreement)))
    except NoCommonMedia:
        pass
    with contextlib.suppress(NoCommonMedia):
        applyAnswer(makeOffer(PROFILE, LOCAL), theirs, PROFILE)


@given(st.lists(LINES, max_size=12))
@settings(max_examples=300)
def test_anyLinesAreAnsweredOrRefused(lines: list[str]) -> None:
    data = OFFER + "\n".join(lines).encode()
    try:
        description = parse(data)
    except DecodeError:
        return
    assert parse(write(description)) == description
    negotiate(description)


@given(st.binary(max_size=200), st.integers(0, len(OFFER)))
@settings(max_examples=300)
def test_anyOctetsAreReadOrRefused(data: bytes, place: int) -> None:
    for candidate in (data, OFFER[:place] + data + OFFER[place:], OFFER[:place] + data):
        try:
            description = parse(candidate)
        except DecodeError:
            continue
        assert parse(write(description)) == description
        negotiate(description)
