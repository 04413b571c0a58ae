"""
Other editions of a type: shorter and longer bitmaps, unknown additions and alternatives.
"""

from __future__ import annotations

import pytest

from h323d.asn1 import h225, h245
from h323d.errors import DecodeError, EncodeError

_VENDOR = {"vendor": {"t35CountryCode": 1, "t35Extension": 2, "manufacturerCode": 3}}
_PLAIN = h225.encode("VendorIdentifier", _VENDOR)
_EXTENDED = h225.encode("VendorIdentifier", _VENDOR | {"enterpriseNumber": (1, 3, 6, 1)})
# The four octets of the root, the first with the preamble and the head of the country code.


def _withAdditions(bitmap: str, *contents: bytes) -> bytes:
    """
    A VendorIdentifier with any bitmap of additions.
    """
    octets = len(_PLAIN)
    bits = f"{int.from_bytes(_PLAIN):0{8 * octets}b}"
    bits = "1" + bits[1:]
    bits += f"0{len(bitmap) - 1:06b}" + bitmap
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8)
    for content in contents:
        data += bytes((len(content),)) + content
    return data


def test_theBitmapHereIsWhatOurOwnEncoderWrites() -> None:
    assert _withAdditions("1", bytes.fromhex("032b0601")) == _EXTENDED


def test_unknownAdditionsKeepTheirOctets() -> None:
    data = _withAdditions("1101", bytes.fromhex("032b0601"), b"what", b"is this")
    kept = {"enterpriseNumber": (1, 3, 6, 1), "_ext_1": b"what", "_ext_3": b"is this"}
    assert h225.decode("VendorIdentifier", data) == _VENDOR | kept


def test_anUnknownAdditionWithoutTheKnownOneIsKept() -> None:
    assert h225.decode("VendorIdentifier", _withAdditions("01", b"new")) == _VENDOR | {
        "_ext_1": b"new"
    }


@pytest.mark.parametrize("bitmap", ["1101", "0001", "11", "01", "1" + "0" * 62 + "1"])
def test_unknownAdditionsAreEncodedAsTheyCame(bitmap: str) -> None:
    contents = [bytes.fromhex("032b0601")] if bitmap[0] == "1" else []
    contents += [b"new"] * bitmap[1:].count("1")
    data = _withAdditions(bitmap, *contents)
    assert h225.encode("VendorIdentifier", h225.decode("VendorIdentifier", data)) == data


@pytest.mark.parametrize("number", [64, 200])
def test_additionsBeyondTheSixtyFourthAreTakenBothWays(number: int) -> None:
    value = _VENDOR | {f"_ext_{number}": b"new", "enterpriseNumber": (1, 3, 6, 1)}
    assert h225.decode("VendorIdentifier", h225.encode("VendorIdentifier", value)) == value


def test_anEmptyUnknownAdditionIsOneZeroOctet() -> None:
    data = h225.encode("VendorIdentifier", _VENDOR | {"_ext_1": b""})
    assert data == _withAdditions("01", b"\0")


@pytest.mark.parametrize("name", ["_ext_0", "_ext_", "_ext_x", "_ext_-1", "_ext_16383", "_next_1"])
def test_anAdditionThatIsNeitherKnownNorNumberedIsRefused(name: str) -> None:
    with pytest.raises(EncodeError) as caught:
        h225.encode("VendorIdentifier", _VENDOR | {name: b"new"})
    assert name in str(caught.value)


def test_whatIsMissingIsMissedAlsoWhereAnAdditionIsUnknown() -> None:
    with pytest.raises(EncodeError) as caught:
        h225.encode("VendorIdentifier", {"_ext_1": b"new"})
    assert "vendor" in str(caught.value)


def test_aBitmapOfMoreThanSixtyFourAdditionsIsTaken() -> None:
    bits = f"{int.from_bytes(_PLAIN):0{8 * len(_PLAIN)}b}"
    data = int("1" + bits[1:] + "1" + "0" * 7, 2).to_bytes(len(_PLAIN) + 1)
    data += bytes((70,)) + int("1" + "0" * 69 + "00", 2).to_bytes(9) + bytes.fromhex("04032b0601")
    assert h225.decode("VendorIdentifier", data) == _VENDOR | {"enterpriseNumber": (1, 3, 6, 1)}


def test_additionsWithoutOptionalMayBeAbsent() -> None:
    # T38FaxProfile: version and t38FaxRateManagement are additions without OPTIONAL.
    profile = {"fillBitRemoval": True, "transcodingJBIG": False, "transcodingMMR": False}
    both = h245.encode(
        "T38FaxProfile", profile | {"t38FaxTcpOptions": {"t38TCPBidirectionalMode": True}}
    )
    assert h245.decode("T38FaxProfile", both) == profile | {
        "t38FaxTcpOptions": {"t38TCPBidirectionalMode": True}
    }


def test_aTypeWithoutAdditionsKeepsThoseOfLaterEditions() -> None:
    call = {"conferenceCalling": True, "threePartyService": False}
    data = h225.encode("Q954Details", call)
    assert data == b"\x40"
    extended = int("1" + "10" + "0000000" + "1" + "00000", 2).to_bytes(2) + b"\x03new"
    assert h225.decode("Q954Details", extended) == call | {"_ext_0": b"new"}
    assert h225.encode("Q954Details", call | {"_ext_0": b"new"}) == extended


def test_anUnknownAlternativeKeepsItsOctets() -> None:
    later = bytes.fromhex("a7") + b"\x03new"  # alternative 39 behind the marker
    assert h225.decode("AliasAddress", later) == ("_ext_39", b"new")


def test_anUnknownAlternativeIsEncodedAsItCame() -> None:
    later = bytes.fromhex("a7") + b"\x03new"
    assert h225.encode("AliasAddress", ("_ext_39", b"new")) == later


def test_anAlternativeBeyondTheSixtyFourthIsTakenBothWays() -> None:
    data = h225.encode("AliasAddress", ("_ext_300", b"new"))
    assert h225.decode("AliasAddress", data) == ("_ext_300", b"new")


def test_anAlternativeThatIsNeitherKnownNorNumberedIsRefused() -> None:
    with pytest.raises(EncodeError) as caught:
        h225.encode("AliasAddress", ("telepathy", "x"))
    assert caught.value.path == "AliasAddress"


def test_anUnknownEnumeratedValueSaysItsNumber() -> None:
    data = h225.encode("ScreeningIndicator", "_ext_5")
    assert h225.decode("ScreeningIndicator", data) == "_ext_5"


def test_anEmptyOpenTypeIsOneZeroOctet() -> None:
    # A NULL behind the extension marker has no contents.
    data = h225.encode("UnregRequestReason", ("maintenance", None))
    assert data[1:] == b"\x01\x00"
    assert h225.decode("UnregRequestReason", data) == ("maintenance", None)


def test_moreThanTheTypeNeedsInAnOpenTypeIsPassedOver() -> None:
    data = _withAdditions("1", bytes.fromhex("032b0601") + b"more")
    assert h225.decode("VendorIdentifier", data)["enterpriseNumber"] == (1, 3, 6, 1)


def _setup(bad: bytes) -> bytes:
    """
    A Setup whose additionalSourceAddresses holds other octets.
    """
    value = {
        "protocolIdentifier": (0, 0, 8, 2250, 0, 7),
        "sourceInfo": {"mc": False, "undefinedNode": False},
        "activeMC": False,
        "conferenceID": bytes(16),
        "conferenceGoal": ("create", None),
        "callType": ("pointToPoint", None),
        "additionalSourceAddresses": [],
    }
    data = h225.encode("Setup-UUIE", value)
    assert data.endswith(b"\x01\x00")
    return data[:-2] + bytes((len(bad),)) + bad


def test_badAdditionalSourceAddressesAreDroppedAndTheSetupIsKept() -> None:
    value = h225.decode("Setup-UUIE", _setup(b"\x05\xff\xff\xff"))
    assert value["callType"] == ("pointToPoint", None)
    assert "additionalSourceAddresses" not in value


def test_anAdditionBeyondTheEndIsRefused() -> None:
    with pytest.raises(DecodeError) as caught:
        h225.decode("Setup-UUIE", _setup(b"\x05\xff\xff\xff")[:-1])
    assert caught.value.path == "Setup-UUIE.additionalSourceAddresses"
