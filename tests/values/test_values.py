"""
The ground floor's values.
"""

from __future__ import annotations

import ipaddress
import random

import pytest

from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import newCallID, newGUID
from h323d.values.media.direction import Direction
from h323d.values.media.formats import MediaFormat


@pytest.mark.parametrize(
    ("wire", "cause"),
    [
        (16, Cause.NORMAL_CALL_CLEARING),
        (45, Cause.RESOURCE_UNAVAILABLE),
        (0, Cause.NORMAL_UNSPECIFIED),
        (126, Cause.INTERWORKING),
    ],
)
def test_causeFromWire(wire: int, cause: Cause) -> None:
    assert Cause.fromWire(wire) is cause


def test_everySevenBitNumberIsACause() -> None:
    assert all(isinstance(Cause.fromWire(number), Cause) for number in range(128))


@pytest.mark.parametrize(("host", "text"), [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")])
def test_transportAddress(host: str, text: str) -> None:
    address = TransportAddress(host, 80)
    assert str(address) == text
    assert TransportAddress.fromPacked(address.packed, 80) == address


@pytest.mark.parametrize(
    "text", ["0.0.0.0", "255.255.255.255", "10.0.0.1", "::", "2001:db8::1", "::ffff:10.0.0.1"]
)
def test_octetsAreThoseOfTheStandardLibrary(text: str) -> None:
    literal = ipaddress.ip_address(text)
    assert TransportAddress(text, 1).packed == literal.packed
    assert TransportAddress.fromPacked(literal.packed, 1).host == str(literal)


@pytest.mark.parametrize(
    ("host", "port", "unicast"),
    [
        ("127.0.0.1", 1720, True),
        ("223.255.255.255", 1720, True),
        ("2001:db8::1", 1720, True),
        ("::1", 1720, True),
        ("::ffff:10.0.0.1", 1720, True),
        ("10.0.0.1", 0, False),
        ("0.0.0.0", 1720, False),
        ("0.0.0.1", 1720, False),
        ("224.0.0.1", 1720, False),
        ("240.0.0.1", 1720, False),
        ("255.255.255.255", 1720, False),
        ("::", 1720, False),
        ("ff02::1", 1720, False),
        ("::ffff:224.0.0.1", 1720, False),
        ("::ffff:0.0.0.0", 1720, False),
        ("localhost", 1720, False),
    ],
)
def test_whereWhatIsSentReachesOneHost(host: str, port: int, unicast: bool) -> None:
    assert TransportAddress(host, port).isUnicast is unicast


@pytest.mark.parametrize("text", ["", "host", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1\0"])
def test_whatIsNoLiteralAddressHasNoOctets(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        _ = TransportAddress(text, 1).packed


@pytest.mark.parametrize(
    ("kind", "value", "number"),
    [
        (AddressKind.DIALLED_DIGITS, "8000", "8000"),
        (AddressKind.URL, "sip:8000@host;user=phone", "8000"),
        (AddressKind.URL, "tel:8000;phone-context=x", "8000"),
        (AddressKind.URL, "h323://8000@host", "8000"),
        (AddressKind.EMAIL, "me@host", "me"),
    ],
)
def test_numberOfAParty(kind: AddressKind, value: str, number: str) -> None:
    assert PartyAddress(kind, value).number == number


def test_directionsReverse() -> None:
    assert Direction.SENDONLY.reversed is Direction.RECVONLY
    assert Direction.SENDRECV.reversed is Direction.SENDRECV


def test_encodingsAreComparedWithoutCaseOrParameters() -> None:
    assert MediaFormat("pcmu").sameEncoding(MediaFormat("PCMU", parameters=(("a", "b"),)))
    assert not MediaFormat("PCMU").sameEncoding(MediaFormat("PCMU", 16000))


def test_identifiersComeFromTheRandomSource() -> None:
    assert newCallID(random.Random(1)) == newCallID(random.Random(1))
    guid = newGUID(random.Random(1))
    assert len(guid) == 16
    assert guid[6] >> 4 == 4
