"""
Lengths of 16K and more, both ways (X.691, 11.9.3.8).
"""

from __future__ import annotations

import random

import pytest

from h323d.asn1 import h225, h235, h245
from h323d.errors import DecodeError

_K16 = 16384
_SIZES = [127, 128, 16383, 16384, 16385, 32768, 65535, 65536, 65537, 81920, 100_000, 5 * 65536 + 3]


@pytest.mark.parametrize("size", _SIZES)
def test_anOctetStringOfAnyLengthComesBack(size: int) -> None:
    value = {
        "nonStandardIdentifier": ("object", (1, 2, 3)),
        "data": random.Random(size).randbytes(size),
    }
    assert h225.decode("NonStandardParameter", h225.encode("NonStandardParameter", value)) == value


@pytest.mark.parametrize("size", _SIZES)
def test_aBitStringOfAnyLengthComesBack(size: int) -> None:
    token = {
        "algorithmOID": (1, 2),
        "paramS": {},
        "hash": (random.Random(size).getrandbits(size), size),
    }
    assert h235.decode("HASHED", h235.encode("HASHED", token)) == token


def test_sixtyFourKilobytesAndThreeOctetsAreFourBlocksAndARest() -> None:
    value = {"nonStandardIdentifier": ("object", (1, 2, 3)), "data": bytes(4 * _K16 + 3)}
    data = h225.encode("NonStandardParameter", value)
    assert data[:5] == bytes.fromhex("00022a03c4")
    assert data[5 + 4 * _K16 :] == b"\x03" + bytes(3)


def test_exactlyOneBlockIsFollowedByAnEmptyRest() -> None:
    value = {"nonStandardIdentifier": ("object", (1, 2, 3)), "data": bytes(_K16)}
    data = h225.encode("NonStandardParameter", value)
    assert data[4] == 0xC1
    assert data[5 + _K16 :] == b"\0"


def test_smallerBlocksThanNeededAreTaken() -> None:
    block = b"\xc1" + bytes(_K16)
    data = bytes.fromhex("00022a03") + block + block + b"\x02ab"
    assert h225.decode("NonStandardParameter", data)["data"] == bytes(2 * _K16) + b"ab"


@pytest.mark.parametrize("first", [0xC0, 0xC5, 0xFF])
def test_aBlockIsOfOneToFourUnits(first: int) -> None:
    data = bytes.fromhex("00022a03") + bytes((first,)) + bytes(400_000)
    with pytest.raises(DecodeError) as caught:
        h225.decode("NonStandardParameter", data)
    assert caught.value.path == "NonStandardParameter.data"


def test_anAdditionOfManyOctetsComesBack() -> None:
    value = (
        "unregistrationRequest",
        {
            "requestSeqNum": 1,
            "callSignalAddress": [],
            "genericData": [
                {
                    "id": ("standard", 1),
                    "parameters": [
                        {"id": ("standard", n), "content": ("raw", bytes(9000))} for n in range(9)
                    ],
                }
            ],
        },
    )
    assert h225.decode("RasMessage", h225.encode("RasMessage", value)) == value


def test_aHashInFragmentsHasNoPlace() -> None:
    hashed = {"tokenOID": (1, 2), "hashedVals": {"tokenOID": (1, 2)}}
    hashed["token"] = {"algorithmOID": (1, 2), "paramS": {"ranInt": 1}, "hash": (0, 96)}
    crypto = ("nestedcryptoToken", ("cryptoHashedToken", hashed))
    value = {"requestSeqNum": 1, "callSignalAddress": [], "cryptoTokens": [crypto] * 800}
    _, placements = h225.encodePlaced("UnregistrationRequest", value)
    assert {placement.offset for placement in placements} == {-1}


def test_aStringWithoutABoundMayBeLong() -> None:
    text = "x" * 40_000
    data = h245.encode("UserInputIndication", ("alphanumeric", text))
    assert h245.decode("UserInputIndication", data) == ("alphanumeric", text)
