"""
Q.931 messages and their lists of elements.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError, EncodeError
from h323d.h323.signalling import q931
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message

SETUP = bytes.fromhex(
    "0802 1234 05"  # call reference 0x1234, from the originator
    "0403 88c0a5"
    "2806 416c69636500"
    "6c06 0081 31303031"
    "7005 81 32303032"
    "7e0005 05 01020304"
)


def test_aSetupIsReadIntoItsElements() -> None:
    message = q931.decode(SETUP)
    assert message.callReference == 0x1234
    assert not message.toOriginator
    assert message.messageType == MessageType.SETUP
    assert [element.identifier for element in message.elements] == [
        IE.BEARER_CAPABILITY,
        IE.DISPLAY,
        IE.CALLING_PARTY_NUMBER,
        IE.CALLED_PARTY_NUMBER,
        IE.USER_USER,
    ]
    assert message.userUser == b"\x01\x02\x03\x04"


def test_theReceivedOctetsAreKept() -> None:
    assert q931.decode(SETUP).octets == SETUP


def test_whatWasReadIsWrittenOctetByOctet() -> None:
    assert q931.encode(q931.decode(SETUP)) == SETUP


def test_theCallReferenceFlagIsTheHighestBit() -> None:
    message = Q931Message(0x1234, True, MessageType.CONNECT)
    assert q931.encode(message) == bytes.fromhex("0802923407")
    assert q931.decode(bytes.fromhex("0802923407")) == message


@pytest.mark.parametrize("octets", ["0800 05", "0801 85 05", "0801 05 05"])
def test_shorterCallReferencesAreKept(octets: str) -> None:
    data = bytes.fromhex(octets)
    assert q931.encode(q931.decode(data)) == data


def test_elementsAfterShiftsBelongToTheirCodeset() -> None:
    data = bytes.fromhex(
        "08020001 7b"
        "9e 28 01 41"  # non-locking shift to codeset 6, for one element
        "28 01 42"
        "95 28 01 43"  # locking shift to codeset 5
        "7e 02 0544"  # not user-user there: one octet of length
        "98 28 01 45"  # back to codeset 0 for one element
        "28 01 46"
    )
    message = q931.decode(data)
    texts = [(e.codeset, e.contents) for e in message.elements if e.identifier == IE.DISPLAY]
    assert texts == [(6, b"A"), (0, b"B"), (5, b"C"), (0, b"E"), (5, b"F")]
    assert message.userUser is None
    assert message.contents(IE.DISPLAY) == b"B"
    assert q931.encode(message) == data


def test_aNonLockingShiftCoversASingleOctetElement() -> None:
    message = q931.decode(bytes.fromhex("08020001 7b 9d a1 28 01 41"))
    assert [e.codeset for e in message.elements if not e.isShift] == [5, 0]


def test_anElementOfAnotherCodesetGetsItsShift() -> None:
    elements = (Element(IE.DISPLAY, b"A", codeset=5), Element(IE.DISPLAY, b"B"))
    octets = q931.encode(Q931Message(1, False, MessageType.INFORMATION, elements))
    assert octets == bytes.fromhex("080200017b 9d280141 280142")


def test_singleOctetsHaveNoLength() -> None:
    message = q931.decode(bytes.fromhex("08020001 05 a1 2801 41"))
    assert message.contents(IE.SENDING_COMPLETE) == b""
    assert message.contents(IE.DISPLAY) == b"A"


def test_ofRepeatedElementsTheFirstCounts() -> None:
    message = q931.decode(bytes.fromhex("08020001 05 7e000205 41 7e00020542"))
    assert message.userUser == b"A"


def test_aUserUserElementOfAnotherProtocolIsEmpty() -> None:
    assert q931.decode(bytes.fromhex("08020001 05 7e000204 41")).userUser == b""


def test_unknownElementsAreKept() -> None:
    data = bytes.fromhex("08020001 05 3b 02 0102 f0")
    assert q931.encode(q931.decode(data)) == data
    assert q931.notUnderstood(q931.decode(data)) == ()


def test_elementsThatMustBeUnderstoodAreNamed() -> None:
    message = q931.decode(bytes.fromhex("08020001 05 03 00 04 00 0d 00 9e 03 00"))
    assert q931.notUnderstood(message) == (0x03, 0x0D)


@pytest.mark.parametrize(
    ("octets", "place"),
    [
        ("", "Q931 at octet 0"),
        ("0802", "Q931 at octet 2"),
        ("0902000105", "Q931.protocolDiscriminator at octet 0"),
        ("080f000105", "Q931.callReference at octet 1"),
        ("0803000105", "Q931.callReference at octet 1"),
        ("08020001", "Q931.messageType at octet 4"),
        ("08020001056cff3132", "Q931.elements[0x6c] at octet 5"),
        ("080200010570", "Q931.elements[0x70] at octet 5"),
        ("08020001057e00", "Q931.elements[0x7e] at octet 5"),
        ("08020001057effff05", "Q931.elements[0x7e] at octet 5"),
    ],
)
def test_badMessagesNameTheFaultAndItsPlace(octets: str, place: str) -> None:
    with pytest.raises(DecodeError) as caught:
        q931.decode(bytes.fromhex(octets))
    assert caught.value.place == place


def test_theNumberOfElementsIsBounded() -> None:
    with pytest.raises(DecodeError, match="too many"):
        q931.decode(bytes.fromhex("0802000105") + b"\xa1" * 129)


def test_whatDoesNotFitIsOurOwnMistake() -> None:
    with pytest.raises(EncodeError, match=r"^Q931.callReference: 32768 does not fit$"):
        q931.encode(Q931Message(0x8000, False, MessageType.SETUP))
    long = (Element(IE.DISPLAY, bytes(256)),)
    with pytest.raises(EncodeError):
        q931.encode(Q931Message(1, False, MessageType.SETUP, long))


def test_elementsOfUpTo255OctetsAreWrittenAndRead() -> None:
    element = Element(IE.DISPLAY, bytes(range(255)))
    message = Q931Message(1, False, MessageType.SETUP, (element,))
    assert q931.encode(message) == bytes.fromhex("0802000105 28ff") + bytes(range(255))
    assert q931.decode(q931.encode(message)).elements == (element,)


ELEMENTS = {
    "BEARER_CAPABILITY": 0x04,
    "CAUSE": 0x08,
    "CALL_IDENTITY": 0x10,
    "CALL_STATE": 0x14,
    "CHANNEL_IDENTIFICATION": 0x18,
    "FACILITY": 0x1C,
    "PROGRESS_INDICATOR": 0x1E,
    "NETWORK_SPECIFIC_FACILITIES": 0x20,
    "NOTIFICATION_INDICATOR": 0x27,
    "DISPLAY": 0x28,
    "DATE_TIME": 0x29,
    "KEYPAD_FACILITY": 0x2C,
    "SIGNAL": 0x34,
    "CONNECTED_NUMBER": 0x4C,
    "CONNECTED_SUBADDRESS": 0x4D,
    "CALLING_PARTY_NUMBER": 0x6C,
    "CALLING_PARTY_SUBADDRESS": 0x6D,
    "CALLED_PARTY_NUMBER": 0x70,
    "CALLED_PARTY_SUBADDRESS": 0x71,
    "REDIRECTING_NUMBER": 0x74,
    "TRANSIT_NETWORK_SELECTION": 0x78,
    "LOW_LAYER_COMPATIBILITY": 0x7C,
    "HIGH_LAYER_COMPATIBILITY": 0x7D,
    "USER_USER": 0x7E,
    "SENDING_COMPLETE": 0xA1,
}
"""
Information elements (Q.931, table 4-3).
"""

MESSAGES = {
    "ALERTING": 0x01,
    "CALL_PROCEEDING": 0x02,
    "PROGRESS": 0x03,
    "SETUP": 0x05,
    "CONNECT": 0x07,
    "SETUP_ACKNOWLEDGE": 0x0D,
    "CONNECT_ACKNOWLEDGE": 0x0F,
    "RELEASE_COMPLETE": 0x5A,
    "FACILITY": 0x62,
    "NOTIFY": 0x6E,
    "STATUS_INQUIRY": 0x75,
    "INFORMATION": 0x7B,
    "STATUS": 0x7D,
}
"""
Types of messages (Q.931, table 4-2; H.225.0, table 4).
"""


def test_elementsHaveTheNumbersOfTable43() -> None:
    assert {each.name: each.value for each in IE} == ELEMENTS


def test_messagesHaveTheNumbersOfTable42() -> None:
    assert {each.name: each.value for each in MessageType} == MESSAGES


def test_howAMessageWasReceivedIsNoPartOfWhatItIs() -> None:
    octets = bytes.fromhex("0802000105")
    message = Q931Message(1, False, MessageType.SETUP)
    assert q931.decode(octets) == message
    assert "octets" not in repr(q931.decode(octets))
