"""
H.460.18 and H.460.19 on the wire.
"""

from __future__ import annotations

import pytest

from h323d.asn1 import h225, h245, h460_18, h460_19
from h323d.h323.signalling.features import feature, parametersOf, rawParameter
from h323d.h323.signalling.traversal import (
    MEDIA_TRAVERSAL,
    IncomingCall,
    MediaTraversal,
    correlatedCall,
    incomingCallData,
    mediaFeature,
    multiplexes,
    readIncomingCall,
    readMediaTraversal,
    replaceMediaFeature,
    withMediaTraversal,
)
from h323d.values.address import TransportAddress

CALL = bytes(range(16))
SERVER = TransportAddress("203.0.113.1", 1720)
RTP = TransportAddress("203.0.113.1", 16384)
RTCP = TransportAddress("203.0.113.1", 16385)
ACK = {"forwardLogicalChannelNumber": 101}
FULL = MediaTraversal(RTP, RTCP, 0xFFFFFFFF, RTP, 127, 19)


def test_anIncomingCallIsReadAsItWasIndicated() -> None:
    incoming = IncomingCall(CALL, SERVER)
    fields = {"requestSeqNum": 1, "serviceControl": [], "genericData": [incomingCallData(incoming)]}
    octets = h225.encode("RasMessage", ("serviceControlIndication", fields))
    assert readIncomingCall(h225.decode("RasMessage", octets)[1]) == incoming


def test_theIndicationIsTheOctetsOfTheRecommendation() -> None:
    (parameter,) = incomingCallData(IncomingCall(CALL, SERVER))["parameters"]
    expected = "00" + "cb007101" + "06b8" + "00" + CALL.hex()
    assert parameter["id"] == ("standard", 1)
    assert parameter["content"] == ("raw", bytes.fromhex(expected))


@pytest.mark.parametrize("octets", [b"", b"\xff", b"\0\0"])
def test_anIndicationThatCannotBeReadIsNone(octets: bytes) -> None:
    fields = {"genericData": [feature(18, [rawParameter(1, octets)])]}
    assert readIncomingCall(fields) is None


def test_aMessageWithoutTheFeatureIndicatesNothing() -> None:
    assert readIncomingCall({"genericData": [feature(9)]}) is None


def test_mediaTraversalIsReadAsItWasWritten() -> None:
    fields = withMediaTraversal(ACK, FULL)
    message = ("response", ("openLogicalChannelAck", fields))
    octets = h245.encode("MultimediaSystemControlMessage", message)
    _, (_, decoded) = h245.decode("MultimediaSystemControlMessage", octets)
    assert readMediaTraversal(decoded) == FULL


def test_whatIsNotSaidIsAbsent() -> None:
    fields = withMediaTraversal(ACK, MediaTraversal(keepAlivePayloadType=127))
    assert readMediaTraversal(fields) == MediaTraversal(keepAlivePayloadType=127)


def test_parametersReplaceThoseThatWereThere() -> None:
    other = {"messageIdentifier": ("standard", (0, 0, 8, 239, 2))}
    fields = withMediaTraversal({**ACK, "genericInformation": [other]}, FULL)
    again = withMediaTraversal(fields, MediaTraversal(multiplexID=7))
    assert readMediaTraversal(again) == MediaTraversal(multiplexID=7)
    assert len(again["genericInformation"]) == 2


def test_aChannelWithoutThemHasNone() -> None:
    assert readMediaTraversal(ACK) is None


def test_parametersThatCannotBeReadAreNone() -> None:
    fields = withMediaTraversal(ACK, FULL)
    content = fields["genericInformation"][0]["messageContent"][0]
    content["parameterValue"] = ("octetString", b"\x7f")
    assert readMediaTraversal(fields) is None


def test_addressesThatNobodyCanReceiveAtAreLeftOut() -> None:
    value = {
        "multiplexedMediaChannel": (
            "unicastAddress",
            ("iPAddress", {"network": bytes((224, 0, 0, 1)), "tsapIdentifier": 5000}),
        )
    }
    fields = withMediaTraversal(ACK, FULL)
    content = fields["genericInformation"][0]["messageContent"][0]
    content["parameterValue"] = ("octetString", h460_19.encode("TraversalParameters", value))
    assert readMediaTraversal(fields) == MediaTraversal()


@pytest.mark.parametrize(
    ("multiplexed", "server", "numbers"),
    [(False, False, []), (True, False, [1]), (True, True, [1, 2])],
)
def test_theFeatureSaysWhoSpeaks(multiplexed: bool, server: bool, numbers: list[int]) -> None:
    fields = {"supportedFeatures": [mediaFeature(multiplexed, server)]}
    assert list(parametersOf(fields, MEDIA_TRAVERSAL) or {}) == numbers


def test_theCallOfAnH245ConnectionIsRead() -> None:
    parameter = {
        "parameterIdentifier": ("standard", 1),
        "parameterValue": ("octetString", CALL),
    }
    fields = {
        "messageIdentifier": ("standard", (0, 0, 8, 460, 18, 0, 1)),
        "subMessageIdentifier": 1,
        "messageContent": [parameter],
    }
    assert correlatedCall(("genericIndication", fields)) == CALL
    assert correlatedCall(("genericIndication", {**fields, "messageContent": []})) is None
    assert correlatedCall(("userInput", ("alphanumeric", "1"))) is None


def test_theKeepAliveOfLocationRequestsPassesTheCodec() -> None:
    octets = h460_18.encode("LRQKeepAliveData", {"lrqKeepAliveInterval": 19})
    assert h460_18.decode("LRQKeepAliveData", octets) == {"lrqKeepAliveInterval": 19}


def test_ourMediaFeatureTakesThePlaceOfTheirs() -> None:
    fields = {"supportedFeatures": [feature(9), mediaFeature(False, False)]}
    replaceMediaFeature("setup", fields, mediaFeature(True, True))
    assert fields == {"supportedFeatures": [feature(9), mediaFeature(True, True)]}
    replaceMediaFeature("setup", fields, None)
    assert fields == {"supportedFeatures": [feature(9)]}


def test_answersHaveItInTheirFeatureSet() -> None:
    fields: dict[str, object] = {}
    replaceMediaFeature("connect", fields, None)
    assert fields == {}
    replaceMediaFeature("connect", fields, mediaFeature(True, True))
    assert list(parametersOf(fields, MEDIA_TRAVERSAL) or {}) == [1, 2]
    assert multiplexes(fields)
