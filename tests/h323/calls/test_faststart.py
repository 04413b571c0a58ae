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
from h323d.h323.h245.capabilities.table import TELEPHONE_EVENT_TYPE
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile

PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))
CALLER = (TransportAddress("192.0.2.1", 5000), TransportAddress("192.0.2.1", 5001))
CALLED = (TransportAddress("192.0.2.2", 6000), TransportAddress("192.0.2.2", 6001))
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


def changed(element: bytes, half: str, **fields: Any) -> bytes:
    """
    An element with other media parameters.
    """
    channel = h245.decode("OpenLogicalChannel", element)
    media(channel, half).update(fields)
    return h245.encode("OpenLogicalChannel", channel)


def test_anOfferHasAPairForEachFormat() -> None:
    offer = channels(offerFastStart(PROFILE, *CALLER).elements)
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
    receive = offerFastStart(PROFILE, *CALLER).receive
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
    offer = offerFastStart(profile, *CALLER)
    assert [REVERSE in channel for channel in channels(offer.elements)] == halves
    assert (offer.receive is None) is not direction.receives


def test_anAnswerHasBothDirectionsWithOurAddresses() -> None:
    connection = answerFastStart(offerFastStart(PROFILE, *CALLER).elements, PROFILE, *CALLED)
    sending, receiving = channels(connection.elements)
    assert media(sending, REVERSE)["mediaControlChannel"] == address("192.0.2.2", 6001)
    assert media(sending, REVERSE)["mediaChannel"] == address("192.0.2.1", 5000)
    assert media(receiving, FORWARD)["mediaChannel"] == address("192.0.2.2", 6000)
    assert media(receiving, FORWARD)["mediaControlChannel"] == address("192.0.2.2", 6001)
    assert connection.receiveChannel == receiving["forwardLogicalChannelNumber"] == 101
    assert connection.transmitChannel == sending["forwardLogicalChannelNumber"]
    assert connection.accepted
    assert connection.skipped == 0


def test_bothSidesEndWithMatchingStreams() -> None:
    offer = offerFastStart(PROFILE, *CALLER)
    called = answerFastStart(offer.elements, PROFILE, *CALLED)
    caller = readAnswer(offer, called.elements)
    assert caller.transmit is not None
    assert called.transmit is not None
    assert (caller.transmit.rtp, caller.transmit.rtcp) == CALLED
    assert (called.transmit.rtp, called.transmit.rtcp) == CALLER
    assert caller.transmit.payloadType == called.transmit.payloadType == 0
    assert caller.receive is not None
    assert called.receive is not None
    assert caller.receive.formats == called.receive.formats == {0: G711_ULAW}
    assert caller.transmitChannel == called.receiveChannel
    assert caller.receiveChannel == called.transmitChannel


def test_theCalledSidesOrderDecides() -> None:
    mine = MediaProfile.audio((G711_ALAW, G711_ULAW))
    connection = answerFastStart(offerFastStart(PROFILE, *CALLER).elements, mine, *CALLED)
    assert connection.transmit is not None
    assert connection.receive is not None
    assert connection.transmit.format == G711_ALAW
    assert connection.receive.formats == {8: G711_ALAW}


def test_aFormatThatGoesBothWaysIsPreferred() -> None:
    elements = offerFastStart(PROFILE, *CALLER).elements
    connection = answerFastStart([elements[0], elements[2], elements[3]], PROFILE, *CALLED)
    assert connection.transmit is not None
    assert connection.receive is not None
    assert connection.transmit.format == G711_ALAW
    assert connection.receive.formats == {8: G711_ALAW}


def test_differentFormatsAreTakenWhereNothingElseIsThere() -> None:
    elements = offerFastStart(PROFILE, *CALLER).elements
    connection = answerFastStart([elements[0], elements[3]], PROFILE, *CALLED)
    assert connection.transmit is not None
    assert connection.receive is not None
    assert connection.transmit.format == G711_ULAW
    assert connection.receive.formats == {8: G711_ALAW}


def test_oneDirectionCanBeTakenAlone() -> None:
    elements = offerFastStart(PROFILE, *CALLER).elements
    connection = answerFastStart([elements[1]], PROFILE, *CALLED)
    assert connection.accepted
    assert connection.transmit is None
    assert connection.transmitChannel is None
    assert len(connection.elements) == 1


def test_nothingInCommonIsARefusal() -> None:
    offer = offerFastStart(MediaProfile.audio((MediaFormat("G722"),)), *CALLER)
    connection = answerFastStart(offer.elements, PROFILE, *CALLED)
    assert not connection.accepted
    assert connection.elements == ()
    assert connection.skipped == 2


def test_ourPacketsAreNoLongerThanThePeerTakes() -> None:
    offer = offerFastStart(MediaProfile.audio((G711_ULAW,), packetMs=10), *CALLER)
    connection = answerFastStart(offer.elements, PROFILE, *CALLED)
    assert connection.transmit is not None
    assert connection.transmit.packetMs == 10


def test_aPeerThatTakesVeryLongPacketsGetsOurUsualOnes() -> None:
    offer = offerFastStart(MediaProfile.audio((G711_ULAW,), packetMs=240, maxPacketMs=240), *CALLER)
    connection = answerFastStart(offer.elements, PROFILE, *CALLED)
    assert connection.transmit is not None
    assert connection.transmit.packetMs == 20
    assert connection.receive is None  # but it may not send them


@pytest.mark.parametrize("host", ["0.0.0.0", "224.0.0.5", "255.255.255.255"])
def test_soundIsNotSentWhereNobodyIs(host: str) -> None:
    elements = offerFastStart(PROFILE, *CALLER).elements
    bad = changed(elements[0], REVERSE, mediaChannel=address(host, 5000))
    connection = answerFastStart([bad, elements[1]], PROFILE, *CALLED)
    assert connection.transmit is None
    assert connection.receive is not None
    assert connection.skipped == 1


@pytest.mark.parametrize("sessionID", [2, 255])
def test_otherSessionsAreSkipped(sessionID: int) -> None:
    element = changed(offerFastStart(PROFILE, *CALLER).elements[1], FORWARD, sessionID=sessionID)
    connection = answerFastStart([element], PROFILE, *CALLED)
    assert not connection.accepted
    assert connection.skipped == 1


def test_garbageIsSkippedAndCounted() -> None:
    elements = offerFastStart(PROFILE, *CALLER).elements
    garbage = [b"", b"\xff" * 65000, elements[0][:-3], *elements]
    connection = answerFastStart(garbage, PROFILE, *CALLED)
    assert connection.accepted
    assert connection.skipped == 3
    assert connection.fault is not None
    assert connection.fault.path.startswith("OpenLogicalChannel")


def test_everyTruncationIsSkipped() -> None:
    for element in offerFastStart(PROFILE, *CALLER).elements:
        for length in range(len(element)):
            connection = answerFastStart([element[:length]], PROFILE, *CALLED)
            assert not connection.accepted


def test_aListWithoutEndIsReadOnlySoFar() -> None:
    good = offerFastStart(PROFILE, *CALLER).elements
    connection = answerFastStart([b"\xff"] * MAXIMUM_ELEMENTS + list(good), PROFILE, *CALLED)
    assert not connection.accepted
    assert connection.skipped == MAXIMUM_ELEMENTS + len(good)


def test_anAnswerWithoutAnAddressOpensNothing() -> None:
    offer = offerFastStart(PROFILE, *CALLER)
    connection = readAnswer(offer, [offer.elements[1]])
    assert connection.transmit is None
    assert connection.skipped == 1


def test_anAnswerWithoutRTCPIsGoodEnough() -> None:
    offer = offerFastStart(PROFILE, *CALLER)
    answer = answerFastStart(offer.elements, PROFILE, *CALLED).elements[1]
    channel = h245.decode("OpenLogicalChannel", answer)
    del media(channel, FORWARD)["mediaControlChannel"]
    connection = readAnswer(offer, [h245.encode("OpenLogicalChannel", channel)])
    assert connection.transmit is not None
    assert connection.transmit.rtp == CALLED[0]
    assert connection.transmit.rtcp is None


def test_aPayloadTypeThatThePeerNamesIsUsed() -> None:
    offer = offerFastStart(PROFILE, *CALLER)
    sending, receiving = answerFastStart(offer.elements, PROFILE, *CALLED).elements
    connection = readAnswer(
        offer,
        [
            changed(sending, REVERSE, dynamicRTPPayloadType=110),
            changed(receiving, FORWARD, dynamicRTPPayloadType=111),
        ],
    )
    assert connection.transmit is not None
    assert connection.receive is not None
    assert connection.transmit.payloadType == 111
    assert connection.receive.formats == {0: G711_ULAW, 110: G711_ULAW}


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.lists(st.binary(max_size=80), max_size=5))
def test_noListRaises(elements: list[bytes]) -> None:
    assert answerFastStart(elements, PROFILE, *CALLED).skipped <= len(elements)
    assert isinstance(readAnswer(offerFastStart(PROFILE, *CALLER), elements), FastConnection)


@pytest.mark.skipif(not PDUS.exists(), reason="the captured PDUs are not beside the repository")
def test_aCapturedOfferIsAnswered() -> None:
    olcs = [bytes.fromhex(p["hex"]) for p in json.loads(PDUS.read_text()) if p["kind"] == "olc"]
    connection = answerFastStart(olcs[:2], PROFILE, *CALLED)
    assert connection.transmit is not None
    assert connection.transmit.rtp == TransportAddress("14.50.245.3", 16384)
    assert connection.receive is not None
    assert connection.receiveChannel == 1
    assert connection.skipped == 0


@pytest.mark.skipif(not PDUS.exists(), reason="the captured PDUs are not beside the repository")
def test_aCapturedAnswerIsRead() -> None:
    olcs = [bytes.fromhex(p["hex"]) for p in json.loads(PDUS.read_text()) if p["kind"] == "olc"]
    connection = readAnswer(offerFastStart(PROFILE, *CALLER), olcs[2:4])
    assert connection.transmit is not None
    assert connection.transmit.rtp == TransportAddress("14.50.245.5", 16384)
    assert connection.receive is not None
    assert (connection.transmitChannel, connection.receiveChannel) == (1, 1)


def test_anElementPaddedWithoutEndIsSkipped() -> None:
    element = offerFastStart(PROFILE, *CALLER).elements[1]
    assert answerFastStart([element + bytes(10)], PROFILE, *CALLED).accepted
    assert not answerFastStart([element + bytes(MAXIMUM_OCTETS)], PROFILE, *CALLED).accepted


def test_whatACallerProposesIsWhatItSpeaksInItsOrder() -> None:
    offer = offerFastStart(MediaProfile.audio((G711_ALAW, G711_ULAW)), *CALLER)
    assert proposedFormats(offer.elements) == (G711_ALAW, G711_ULAW)
    listening = MediaProfile.audio((G711_ALAW,)).directed(Direction.RECVONLY)
    assert proposedFormats(offerFastStart(listening, *CALLER).elements) == (G711_ALAW,)


@pytest.mark.parametrize("element", [b"", b"\x00\xff", b"\x00" * (MAXIMUM_OCTETS + 1)])
def test_whatMakesNoSenseIsNotSpoken(element: bytes) -> None:
    offer = offerFastStart(PROFILE, *CALLER)
    assert proposedFormats((element, *offer.elements)) == (G711_ULAW, G711_ALAW)
