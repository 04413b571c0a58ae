"""
The face of the codecs: values, errors with their places, and signatures with theirs.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h225, h235, h245
from h323d.asn1.namespace import Placement
from h323d.errors import DecodeError, EncodeError

_OID = (0, 0, 8, 235, 0, 2, 5)
_ADDRESS = ("ipAddress", {"ip": b"\x0a\x00\x00\x01", "port": 1720})


def _registration(**more: Any) -> tuple[str, dict[str, Any]]:
    return (
        "registrationRequest",
        {
            "requestSeqNum": 7,
            "protocolIdentifier": (0, 0, 8, 2250, 0, 7),
            "discoveryComplete": True,
            "callSignalAddress": [_ADDRESS],
            "rasAddress": [_ADDRESS],
            "terminalType": {"terminal": {}, "mc": False, "undefinedNode": False},
            "terminalAlias": [("dialledDigits", "1001#"), ("h323-ID", "caf\u00e9 \u6f22")],
            "endpointVendor": {
                "vendor": {"t35CountryCode": 181, "t35Extension": 0, "manufacturerCode": 18}
            },
            **more,
        },
    )


def _signed(octets: int) -> dict[str, Any]:
    """
    H.235.1 in a crypto token, with a placeholder of so many octets.
    """
    token = {"algorithmOID": _OID, "paramS": {}, "hash": (0, 8 * octets)}
    hashed = {"tokenOID": _OID, "hashedVals": {"tokenOID": _OID, "timeStamp": 9}, "token": token}
    return {"cryptoTokens": [("nestedcryptoToken", ("cryptoHashedToken", hashed))]}


def test_aMessageComesBackAsItWas() -> None:
    value = _registration(timeToLive=300, keepAlive=False, willSupplyUUIEs=False)
    assert h225.decode("RasMessage", h225.encode("RasMessage", value)) == value


def test_bytearraysAndMemoryViewsAreTaken() -> None:
    data = h225.encode("RasMessage", _registration())
    for kind in (bytearray, memoryview):
        assert h225.decode("RasMessage", kind(data)) == h225.decode("RasMessage", data)


def test_octetsBehindTheMessageArePassedOver() -> None:
    data = h225.encode("RasMessage", _registration())
    assert h225.decode("RasMessage", data + b"\0\0") == h225.decode("RasMessage", data)


def test_aTypeThatIsNotThereIsAKeyError() -> None:
    with pytest.raises(KeyError):
        h225.decode("Ras", b"")
    with pytest.raises(KeyError):
        h225.encode("Ras", {})


def test_everyTypeOfTheStandardIsNamedAsThere() -> None:
    assert {"RasMessage", "H323-UserInformation", "Setup-UUIE"} <= set(h225.types)
    assert "MultimediaSystemControlMessage" in h245.types
    assert "ClearToken" in h235.types


def test_anEmptyMessageEndsTooEarly() -> None:
    with pytest.raises(DecodeError) as caught:
        h225.decode("RasMessage", b"")
    assert caught.value.path.startswith("RasMessage")
    assert caught.value.reason == "ends too early"


def test_aDecodeErrorNamesTheElementAndItsOffset() -> None:
    data = h225.encode("RasMessage", _registration())
    at = data.index(b"\x00c\x00a\x00f\x00\xe9") - 1
    assert data[at] == 5  # the length of the h323-ID, less one
    with pytest.raises(DecodeError) as caught:
        h225.decode("RasMessage", data[:at] + b"\xff" + data[at + 1 :])
    assert caught.value.path == "RasMessage.registrationRequest.terminalAlias[1].h323-ID"
    assert caught.value.offset >= at


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"requestSeqNum": 0}, ".requestSeqNum"),
        ({"requestSeqNum": "one"}, ".requestSeqNum"),
        ({"discoveryComplete": 3}, ".discoveryComplete"),
        ({"terminalAlias": [("dialledDigits", "12a")]}, ".terminalAlias[0].dialledDigits"),
        ({"terminalAlias": [("h323-ID", "x" * 257)]}, ".terminalAlias[0].h323-ID"),
        ({"terminalAlias": [("h323-ID", "\ud800")]}, ".terminalAlias[0].h323-ID"),
        ({"terminalAlias": [("url-ID", "sip:\u00e9")]}, ".terminalAlias[0].url-ID"),
        ({"terminalAlias": [_ADDRESS]}, ".terminalAlias[0]"),
        ({"terminalAlias": [None]}, ".terminalAlias[0]"),
        ({"rasAddress": [("ipAddress", {"ip": b"123", "port": 1})]}, ".rasAddress[0].ipAddress.ip"),
        ({"rasAddress": [("ipAddress", {"ip": "1234", "port": 1})]}, ".rasAddress[0].ipAddress.ip"),
        (
            {"rasAddress": [("ipAddress", {"ip": b"1234", "port": -1})]},
            ".rasAddress[0].ipAddress.port",
        ),
        ({"rasAddress": [("ipAddress", {"ip": b"1234"})]}, ".rasAddress[0].ipAddress"),
        ({"protocolIdentifier": (9, 9)}, ".protocolIdentifier"),
        ({"protocolIdentifier": "0.0.8"}, ".protocolIdentifier"),
        ({"timeToLife": 3}, ""),
        ({"timeToLive": 0}, ".timeToLive"),
    ],
)
def test_anEncodeErrorNamesWhatDoesNotFit(change: dict[str, Any], path: str) -> None:
    with pytest.raises(EncodeError) as caught:
        h225.encode("RasMessage", _registration(**change))
    assert caught.value.path == "RasMessage.registrationRequest" + path


def test_aMissingComponentIsNamed() -> None:
    kind, value = _registration()
    del value["rasAddress"]
    with pytest.raises(EncodeError) as caught:
        h225.encode("RasMessage", (kind, value))
    assert "rasAddress" in str(caught.value)


def test_theDecoderTellsWhereTheHashLies() -> None:
    data = h225.encode("RasMessage", _registration(**_signed(12)))
    value, placements = h225.decodePlaced("RasMessage", data)
    assert placements == (
        Placement(
            "RasMessage.registrationRequest.cryptoTokens[0].nestedcryptoToken"
            ".cryptoHashedToken.token.hash",
            placements[0].offset,
            12,
        ),
    )
    offset = placements[0].offset
    filled = data[:offset] + b"\xa5" * 12 + data[offset + 12 :]
    again = h225.decode("RasMessage", filled)
    token = again[1]["cryptoTokens"][0][1][1]["token"]
    assert token["hash"] == (int.from_bytes(b"\xa5" * 12), 96)
    assert value == h225.decode("RasMessage", data)


def test_theEncoderTellsWhereThePlaceholderLies() -> None:
    data, (placement,) = h225.encodePlaced("RasMessage", _registration(**_signed(20)))
    assert placement.length == 20
    assert data[placement.offset - 2 : placement.offset] == b"\x80\xa0"  # 160 bits
    assert data[placement.offset : placement.offset + 20] == bytes(20)


def test_severalHashesAreToldInTheirOrder() -> None:
    value = _registration(**_signed(12))
    value[1]["cryptoTokens"] *= 3
    _, placements = h225.encodePlaced("RasMessage", value)
    assert [
        placement.path.count(f"cryptoTokens[{n}]") for n, placement in enumerate(placements)
    ] == [1, 1, 1]
    assert placements[0].offset < placements[1].offset < placements[2].offset


def test_aSignatureIsPlacedToo() -> None:
    token = {
        "toBeSigned": h235.encode("ClearToken", {"tokenOID": _OID}),
        "algorithmOID": _OID,
        "paramS": {},
        "signature": (0, 1024),
    }
    value = ("cryptoSignedToken", {"tokenOID": _OID, "token": token})
    data, (placement,) = h235.encodePlaced("CryptoToken", value)
    assert placement.path.endswith("token.signature")
    assert data[placement.offset :] == bytes(128)


def test_whatIsSignedIsKeptAsItCame() -> None:
    inner = h235.encode("ClearToken", {"tokenOID": _OID, "random": -5})
    token = {"toBeSigned": inner, "algorithmOID": _OID, "paramS": {}, "signature": (1, 1)}
    value = ("cryptoSignedToken", {"tokenOID": _OID, "token": token})
    again = h235.decode("CryptoToken", h235.encode("CryptoToken", value))
    assert again[1]["token"]["toBeSigned"] == inner
    assert h235.decode("ClearToken", inner)["random"] == -5


def test_charactersBeyondTheBasicPlaneArePairs() -> None:
    data = h225.encode("AliasAddress", ("h323-ID", "\U0001f600"))
    assert data[1] == 1  # two units of 16 bits, less one
    assert h225.decode("AliasAddress", data) == ("h323-ID", "\U0001f600")


def test_halfAPairBecomesAReplacementThatCanBePrinted() -> None:
    kind, text = h225.decode("AliasAddress", b"\x40\x00\xd8\x00")
    assert kind == "h323-ID"
    assert text.encode() == "\ufffd".encode()


def test_anEmptyObjectIdentifierIsTaken() -> None:
    value = {"nonStandardIdentifier": ("object", ()), "data": b""}
    assert h225.encode("NonStandardParameter", value) == b"\0\0\0"
    assert h225.decode("NonStandardParameter", b"\0\0\0") == value
