"""
Fast connect's lists of proposed and accepted channels.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.asn1 import h245
from h323d.h323.calls.faststart import (
    MAXIMUM_ELEMENTS,
    MAXIMUM_OCTETS,
    FastConnection,
    answerFastStart,
    offerFastStart,
    proposedFormats,
    readAnswer,
)
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.capabilities.kinds import Kind
from h323d.h323.h245.capabilities.table import TELEPHONE_EVENT_TYPE
from h323d.h323.h245.parameters import MediaAddresses
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import ReceiveFormat, TransmitFormat
from tests.support.fakevideo import FAKE_VIDEO, H261
from tests.support.h245peers import soundAt

PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))
CALLER = soundAt(TransportAddress("192.0.2.1", 5000), TransportAddress("192.0.2.1", 5001))
CALLED = soundAt(TransportAddress("192.0.2.2", 6000), TransportAddress("192.0.2.2", 6001))
PDUS = Path(__file__).parents[4] / "shared" / "data" / "pdus.json"

FORWARD = "forwardLogicalChannelParameters"
REVERSE = "reverseLogicalChannelParameters"


def channels(elements: Sequence[bytes]) -> list[dict[str, Any]]:
    return [h245.decode("OpenLogicalChannel", element) for element in elements]


def media(channel: dict[str, Any], half: str) -> dict[str, Any]:
    result: dict[str, Any] = channel[half]["multiplexParameters"][1]
    return result


def address(host: str, port: int) -> tuple[str, Any]:
    packed = TransportAddress(host, port).packed
    return ("unicastAddress", ("iPAddress", {"network": packed, "tsapIdentifier": port}))


def pairOf(here: dict[Medium, MediaAddresses]) -> tuple[TransportAddress, TransportAddress]:
    return here[Medium.AUDIO].rtp, here[Medium.AUDIO].rtcp


def places(host: str, port: int) -> MediaAddresses:
    return MediaAddresses(TransportAddress(host, port), TransportAddress(host, port + 1))


def sent(connection: FastConnection) -> TransmitFormat:
    """
    The sound that we may send.
    """
    transmit = connection.of(Medium.AUDIO).transmit
    assert transmit is not None
    return transmit


def heard(connection: FastConnection) -> ReceiveFormat:
    """
    The sound that may come.
    """
    receive = connection.of(Medium.AUDIO).receive
    assert receive is not None
    return receive


def changed(element: bytes, half: str, **fields: Any) -> bytes:
    """
    An element with other media parameters.
    """
    channel = h245.decode("OpenLogicalChannel", element)
    media(channel, half).update(fields)
    return h245.encode("OpenLogicalChannel", channel)


def test_anOfferHasAPairForEachFormat() -> None:
    offer = channels(offerFastStart(PROFILE, CALLER).elements)
    assert [(c["forwardLogicalChannelNumber"], REVERSE in c) for c in offer] == [
        (1, True),
        (101, False),
        (1, True),
        (102, False),
    ]
    receiving, sending = offer[0], offer[1]
    assert receiving[FORWARD]["dataType"] == ("nullData", None)
    assert receiving[REVERSE]["dataType"] == ("audioData", ("g711Ulaw64k", 20))
    assert media(receiving, REVERSE)["mediaChannel"] == address("192.0.2.1", 5000)
    assert media(receiving, REVERSE)["mediaControlChannel"] == address("192.0.2.1", 5001)
    assert sending[FORWARD]["dataType"] == ("audioData", ("g711Ulaw64k", 20))
    assert "mediaChannel" not in media(sending, FORWARD)
    assert media(sending, FORWARD)["mediaControlChannel"] == address("192.0.2.1", 5001)
    assert media(sending, FORWARD)["sessionID"] == 1


def test_anOfferExpectsSoundAtOnce() -> None:
    receive = offerFastStart(PROFILE, CALLER).receive.get(Medium.AUDIO)
    assert receive is not None
    assert receive.formats == {0: G711_ULAW, 8: G711_ALAW}
    assert receive.telephoneEventType == TELEPHONE_EVENT_TYPE


@pytest.mark.parametrize(
    ("direction", "halves"),
    [
        (Direction.SENDONLY, [False, False]),
        (Direction.RECVONLY, [True, True]),
        (Direction.INACTIVE, []),
    ],
)
def test_anOfferHasTheWantedDirectionsOnly(direction: Direction, halves: list[bool]) -> None:
    profile = PROFILE.directed(direction)
    offer = offerFastStart(profile, CALLER)
    assert [REVERSE in channel for channel in channels(offer.elements)] == halves
    assert bool(offer.receive) is direction.receives


def test_anAnswerHasBothDirectionsWithOurAddresses() -> None:
    connection = answerFastStart(offerFastStart(PROFILE, CALLER).elements, PROFILE, CALLED)
    sending, receiving = channels(connection.elements)
    assert media(sending, REVERSE)["mediaControlChannel"] == address("192.0.2.2", 6001)
    assert media(sending, REVERSE)["mediaChannel"] == address("192.0.2.1", 5000)
    assert media(receiving, FORWARD)["mediaChannel"] == address("192.0.2.2", 6000)
    assert media(receiving, FORWARD)["mediaControlChannel"] == address("192.0.2.2", 6001)
    assert (
        connection.of(Medium.AUDIO).receiveChannel
        == receiving["forwardLogicalChannelNumber"]
        == 101
    )
    assert connection.of(Medium.AUDIO).transmitChannel == sending["forwardLogicalChannelNumber"]
    assert connection.accepted
    assert connection.skipped == 0


def test_bothSidesEndWithMatchingStreams() -> None:
    offer = offerFastStart(PROFILE, CALLER)
    called = answerFastStart(offer.elements, PROFILE, CALLED)
    caller = readAnswer(offer, called.elements)
    assert (sent(caller).rtp, sent(caller).rtcp) == pairOf(CALLED)
    assert (sent(called).rtp, sent(called).rtcp) == pairOf(CALLER)
    assert sent(caller).payloadType == sent(called).payloadType == 0
    assert heard(caller).formats == heard(called).formats == {0: G711_ULAW}
    assert caller.of(Medium.AUDIO).transmitChannel == called.of(Medium.AUDIO).receiveChannel
    assert caller.of(Medium.AUDIO).receiveChannel == called.of(Medium.AUDIO).transmitChannel


def test_theCalledSidesOrderDecides() -> None:
    mine = MediaProfile.audio((G711_ALAW, G711_ULAW))
    connection = answerFastStart(offerFastStart(PROFILE, CALLER).elements, mine, CALLED)
    assert sent(connection).format == G711_ALAW
    assert heard(connection).formats == {8: G711_ALAW}


def test_aFormatThatGoesBothWaysIsPreferred() -> None:
    elements = offerFastStart(PROFILE, CALLER).elements
    connection = answerFastStart([elements[0], elements[2], elements[3]], PROFILE, CALLED)
    assert sent(connection).format == G711_ALAW
    assert heard(connection).formats == {8: G711_ALAW}


def test_differentFormatsAreTakenWhereNothingElseIsThere() -> None:
    elements = offerFastStart(PROFILE, CALLER).elements
    connection = answerFastStart([elements[0], elements[3]], PROFILE, CALLED)
    assert sent(connection).format == G711_ULAW
    assert heard(connection).formats == {8: G711_ALAW}


def test_oneDirectionCanBeTakenAlone() -> None:
    elements = offerFastStart(PROFILE, CALLER).elements
    connection = answerFastStart([elements[1]], PROFILE, CALLED)
    assert connection.accepted
    assert connection.of(Medium.AUDIO).transmit is None
    assert connection.of(Medium.AUDIO).transmitChannel is None
    assert len(connection.elements) == 1


def test_nothingInCommonIsARefusal() -> None:
    offer = offerFastStart(MediaProfile.audio((MediaFormat("G722"),)), CALLER)
    connection = answerFastStart(offer.elements, PROFILE, CALLED)
    assert not connection.accepted
    assert connection.elements == ()
    assert connection.skipped == 2


def test_ourPacketsAreNoLongerThanThePeerTakes() -> None:
    offer = offerFastStart(MediaProfile.audio((G711_ULAW,), packetMs=10), CALLER)
    connection = answerFastStart(offer.elements, PROFILE, CALLED)
    assert sent(connection).packetMs == 10


def test_aPeerThatTakesVeryLongPacketsGetsOurUsualOnes() -> None:
    offer = offerFastStart(MediaProfile.audio((G711_ULAW,), packetMs=240, maxPacketMs=240), CALLER)
    connection = answerFastStart(offer.elements, PROFILE, CALLED)
    assert sent(connection).packetMs == 20
    assert connection.of(Medium.AUDIO).receive is None  # but it may not send them


@pytest.mark.parametrize("host", ["0.0.0.0", "224.0.0.5", "255.255.255.255"])
def test_soundIsNotSentWhereNobodyIs(host: str) -> None:
    elements = offerFastStart(PROFILE, CALLER).elements
    bad = changed(elements[0], REVERSE, mediaChannel=address(host, 5000))
    connection = answerFastStart([bad, elements[1]], PROFILE, CALLED)
    assert connection.of(Medium.AUDIO).transmit is None
    assert connection.of(Medium.AUDIO).receive is not None
    assert connection.skipped == 1


@pytest.mark.parametrize("sessionID", [2, 255])
def test_otherSessionsAreSkipped(sessionID: int) -> None:
    element = changed(offerFastStart(PROFILE, CALLER).elements[1], FORWARD, sessionID=sessionID)
    connection = answerFastStart([element], PROFILE, CALLED)
    assert not connection.accepted
    assert connection.skipped == 1


def test_garbageIsSkippedAndCounted() -> None:
    elements = offerFastStart(PROFILE, CALLER).elements
    garbage = [b"", b"\xff" * 65000, elements[0][:-3], *elements]
    connection = answerFastStart(garbage, PROFILE, CALLED)
    assert connection.accepted
    assert connection.skipped == 3
    assert connection.fault is not None
    assert connection.fault.path.startswith("OpenLogicalChannel")


def test_everyTruncationIsSkipped() -> None:
    for element in offerFastStart(PROFILE, CALLER).elements:
        for length in range(len(element)):
            connection = answerFastStart([element[:length]], PROFILE, CALLED)
            assert not connection.accepted


def test_aListWithoutEndIsReadOnlySoFar() -> None:
    good = offerFastStart(PROFILE, CALLER).elements
    connection = answerFastStart([b"\xff"] * MAXIMUM_ELEMENTS + list(good), PROFILE, CALLED)
    assert not connection.accepted
    assert connection.skipped == MAXIMUM_ELEMENTS + len(good)


def test_anAnswerWithoutAnAddressOpensNothing() -> None:
    offer = offerFastStart(PROFILE, CALLER)
    connection = readAnswer(offer, [offer.elements[1]])
    assert connection.of(Medium.AUDIO).transmit is None
    assert connection.skipped == 1


def test_anAnswerWithoutRTCPIsGoodEnough() -> None:
    offer = offerFastStart(PROFILE, CALLER)
    answer = answerFastStart(offer.elements, PROFILE, CALLED).elements[1]
    channel = h245.decode("OpenLogicalChannel", answer)
    del media(channel, FORWARD)["mediaControlChannel"]
    connection = readAnswer(offer, [h245.encode("OpenLogicalChannel", channel)])
    assert sent(connection).rtp == CALLED[Medium.AUDIO].rtp
    assert sent(connection).rtcp is None


def test_aPayloadTypeThatThePeerNamesIsUsed() -> None:
    offer = offerFastStart(PROFILE, CALLER)
    sending, receiving = answerFastStart(offer.elements, PROFILE, CALLED).elements
    connection = readAnswer(
        offer,
        [
            changed(sending, REVERSE, dynamicRTPPayloadType=110),
            changed(receiving, FORWARD, dynamicRTPPayloadType=111),
        ],
    )
    assert sent(connection).payloadType == 111
    assert heard(connection).formats == {0: G711_ULAW, 110: G711_ULAW}


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=80), max_size=5))
def test_noListRaises(elements: list[bytes]) -> None:
    assert answerFastStart(elements, PROFILE, CALLED).skipped <= len(elements)
    assert isinstance(readAnswer(offerFastStart(PROFILE, CALLER), elements), FastConnection)


@pytest.mark.skipif(not PDUS.exists(), reason="the captured PDUs are not beside the repository")
def test_aCapturedOfferIsAnswered() -> None:
    olcs = [bytes.fromhex(p["hex"]) for p in json.loads(PDUS.read_text()) if p["kind"] == "olc"]
    connection = answerFastStart(olcs[:2], PROFILE, CALLED)
    assert sent(connection).rtp == TransportAddress("14.50.245.3", 16384)
    assert connection.of(Medium.AUDIO).receive is not None
    assert connection.of(Medium.AUDIO).receiveChannel == 1
    assert connection.skipped == 0


@pytest.mark.skipif(not PDUS.exists(), reason="the captured PDUs are not beside the repository")
def test_aCapturedAnswerIsRead() -> None:
    olcs = [bytes.fromhex(p["hex"]) for p in json.loads(PDUS.read_text()) if p["kind"] == "olc"]
    connection = readAnswer(offerFastStart(PROFILE, CALLER), olcs[2:4])
    assert sent(connection).rtp == TransportAddress("14.50.245.5", 16384)
    assert connection.of(Medium.AUDIO).receive is not None
    assert (
        connection.of(Medium.AUDIO).transmitChannel,
        connection.of(Medium.AUDIO).receiveChannel,
    ) == (1, 1)


def test_anElementPaddedWithoutEndIsSkipped() -> None:
    element = offerFastStart(PROFILE, CALLER).elements[1]
    assert answerFastStart([element + bytes(10)], PROFILE, CALLED).accepted
    assert not answerFastStart([element + bytes(MAXIMUM_OCTETS)], PROFILE, CALLED).accepted


def test_whatACallerProposesIsWhatItSpeaksInItsOrder() -> None:
    offer = offerFastStart(MediaProfile.audio((G711_ALAW, G711_ULAW)), CALLER)
    assert proposedFormats(offer.elements) == (G711_ALAW, G711_ULAW)
    listening = MediaProfile.audio((G711_ALAW,)).directed(Direction.RECVONLY)
    assert proposedFormats(offerFastStart(listening, CALLER).elements) == (G711_ALAW,)


@pytest.mark.parametrize("element", [b"", b"\x00\xff", b"\x00" * (MAXIMUM_OCTETS + 1)])
def test_whatMakesNoSenseIsNotSpoken(element: bytes) -> None:
    offer = offerFastStart(PROFILE, CALLER)
    assert proposedFormats((element, *offer.elements)) == (G711_ULAW, G711_ALAW)


# More than one medium.


BOTH: tuple[Kind, ...] = (AUDIO, FAKE_VIDEO)
SEEN = MediaProfile((*PROFILE.media, MediumProfile(Medium.VIDEO, (H261,))))
SEEING_CALLER = CALLER | {Medium.VIDEO: places("192.0.2.1", 5002)}
SEEING_CALLED = CALLED | {Medium.VIDEO: places("192.0.2.2", 6002)}


def test_anOfferHasAllMediaThatThereAreAddressesFor() -> None:
    offer = offerFastStart(SEEN, SEEING_CALLER, BOTH)
    assert [(c["forwardLogicalChannelNumber"], REVERSE in c) for c in channels(offer.elements)] == [
        (1, True),
        (101, False),
        (1, True),
        (102, False),
        (1, True),
        (103, False),
    ]
    assert set(offer.receive) == {Medium.AUDIO, Medium.VIDEO}
    assert media(channels(offer.elements)[4], REVERSE)["sessionID"] == 2
    assert offerFastStart(SEEN, CALLER, BOTH).elements == offerFastStart(PROFILE, CALLER).elements


def test_allMediaAreTakenAtOnce() -> None:
    offer = offerFastStart(SEEN, SEEING_CALLER, BOTH)
    called = answerFastStart(offer.elements, SEEN, SEEING_CALLED, BOTH)
    caller = readAnswer(offer, called.elements, BOTH)
    for connection, there in ((called, SEEING_CALLER), (caller, SEEING_CALLED)):
        assert [opened.medium for opened in connection.channels] == [Medium.AUDIO, Medium.VIDEO]
        pictures = connection.of(Medium.VIDEO)
        assert pictures.transmit is not None
        assert pictures.transmit.rtp == there[Medium.VIDEO].rtp
        assert pictures.receive is not None
        assert pictures.receive.formats == {31: H261}
    assert called.of(Medium.AUDIO).transmitChannel == 101
    assert called.of(Medium.VIDEO).transmitChannel == 102
    assert caller.of(Medium.VIDEO).receiveChannel == 102


def test_aMediumThatIsNotWantedIsLeftOutOfTheAnswer() -> None:
    offer = offerFastStart(SEEN, SEEING_CALLER, BOTH)
    called = answerFastStart(offer.elements, PROFILE, SEEING_CALLED, BOTH)
    assert [opened.medium for opened in called.channels] == [Medium.AUDIO]
    assert called.skipped == 2
    caller = readAnswer(offer, called.elements, BOTH)
    assert caller.of(Medium.VIDEO).transmit is None


def test_aMediumMayBeTakenAlone() -> None:
    offer = offerFastStart(SEEN, SEEING_CALLER, BOTH)
    muted = MediaProfile((MediumProfile(Medium.VIDEO, (H261,)),))
    called = answerFastStart(offer.elements, muted, SEEING_CALLED, BOTH)
    assert called.accepted
    assert [opened.medium for opened in called.channels] == [Medium.VIDEO]
