"""
Where something is, and what a party is called.
"""

from __future__ import annotations

import ipaddress

import pytest

from h323d.values.address import AddressKind, PartyAddress, TransportAddress, literalAddress


@pytest.mark.parametrize("text", ["0.0.0.0", "10.20.30.255", "::", "2001:db8::1", "fe80::1%eth0"])
def test_aLiteralIsWhatTheStandardLibraryTakesItFor(text: str) -> None:
    assert literalAddress(text) == ipaddress.ip_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example",
        "1.2.3",
        "01.2.3.4",
        "1.2.3.4 ",
        "1.2.3.256",
        "1.2.3.4\0",
        "\u0661.2.3.4",
        "\udcff",
    ],
)
def test_whatIsNoLiteralIsRefused(text: str) -> None:
    with pytest.raises(ValueError, match=r"IPv4 or IPv6|null|encode"):
        literalAddress(text)


@pytest.mark.parametrize(("host", "text"), [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")])
def test_anAddressIsWrittenWithItsPort(host: str, text: str) -> None:
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
        (AddressKind.URL, "anna", "anna"),
        (AddressKind.EMAIL, "me@host", "me"),
        (AddressKind.H323_ID, "anna@host", "anna@host"),
    ],
)
def test_theNumberOfAPartyIsWhatANumberingPlanLooksAt(
    kind: AddressKind, value: str, number: str
) -> None:
    assert PartyAddress(kind, value).number == number


def test_namesOfTwoKindsAreTwoNamesAndHaveAnOrder() -> None:
    digits, name = (
        PartyAddress(kind, "1") for kind in (AddressKind.DIALLED_DIGITS, AddressKind.H323_ID)
    )
    assert digits != name
    assert sorted([name, digits]) == sorted([digits, name]) == [digits, name]
    assert hash(digits) == hash(PartyAddress(AddressKind.DIALLED_DIGITS, "1"))


@pytest.mark.parametrize("octets", [b"", b"\1\2\3", bytes(5)])
def test_anAddressHasFourOctetsOrSixteen(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        TransportAddress.fromPacked(octets, 1)
