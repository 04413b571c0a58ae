"""
Hostile encodings are refused before they cost anything.
"""

from __future__ import annotations

import random
import tracemalloc
from typing import Any

import pytest

from h323d.asn1 import h225, h235, h245
from h323d.asn1.runtime.limits import ELEMENT_LIMIT
from h323d.errors import DecodeError
from tests.support import asn1values


def _refused(namespace: Any, typeName: str, data: bytes) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        namespace.decode(typeName, data)
    return caught.value


def _unregistration(addresses: int) -> bytes:
    address = ("ipAddress", {"ip": bytes(4), "port": 1})
    value = {"requestSeqNum": 1, "callSignalAddress": [address] * addresses}
    return h225.encode("UnregistrationRequest", value)


def _compound(depth: int) -> dict[str, Any]:
    """
    A parameter whose content is a parameter, so many times over.
    """
    value: dict[str, Any] = {"id": ("standard", 1)}
    for _ in range(depth):
        value = {"id": ("standard", 1), "content": ("compound", [value])}
    return value


def test_aParameterMayContainParametersThirtyTimes() -> None:
    value = _compound(30)
    data = h225.encode("EnumeratedParameter", value)
    assert h225.decode("EnumeratedParameter", data) == value


def test_moreNestingThanAnyoneNeedsIsRefused() -> None:
    data = h225.encode("EnumeratedParameter", _compound(50))
    error = _refused(h225, "EnumeratedParameter", data)
    assert error.reason == "nested too deep"
    assert error.path.startswith("EnumeratedParameter.content.compound[0].content.compound[0]")


@pytest.mark.parametrize("depth", [1000, 3500])
def test_nestingWithoutEndIsRefused(depth: int) -> None:
    # MultiplexElement, type: a bit for subElementList, 8 for its length of two elements.
    bits = ("1" + "00000000") * depth
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8) + bytes(1024)
    assert _refused(h245, "MultiplexElement", data).reason == "nested too deep"


def test_aCountBeyondTheOctetsIsRefusedBeforeAnyElement() -> None:
    data = _unregistration(2)
    assert data[3] == 2
    error = _refused(h225, "UnregistrationRequest", data[:3] + b"\x8f\xff" + data[4:])
    assert error.path == "UnregistrationRequest.callSignalAddress"
    assert error.reason == "more elements than there are octets for"


def test_aListWithoutABoundInItsTypeHasOneHere() -> None:
    assert h225.decode("UnregistrationRequest", _unregistration(ELEMENT_LIMIT))
    error = _refused(h225, "UnregistrationRequest", _unregistration(ELEMENT_LIMIT + 1))
    assert error.path == "UnregistrationRequest.callSignalAddress"
    assert str(ELEMENT_LIMIT) in error.reason


@pytest.mark.parametrize("data", [b"\xc4", b"\xc0" * 4096, b"\xbf\xff", b"\xff" * 64])
def test_aFragmentBombIsRefused(data: bytes) -> None:
    error = _refused(h225, "NonStandardParameter", bytes.fromhex("00032a0304") + data)
    assert error.path == "NonStandardParameter.data"


def test_fourThousandAliasesTakeNoMoreMemoryThanTheyAreWorth() -> None:
    aliases = [("dialledDigits", "1")] * 4000
    value = {"requestSeqNum": 1, "callSignalAddress": [], "endpointAlias": aliases}
    data = h225.encode("UnregistrationRequest", value)
    tracemalloc.start()
    h225.decode("UnregistrationRequest", data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000  # octets


def test_anObjectIdentifierOfManyOctetsIsRefused() -> None:
    error = _refused(h225, "NonStandardParameter", b"\x00\x80\xc8" + b"\x01" * 200)
    assert error.path == "NonStandardParameter.nonStandardIdentifier.object"


def test_anObjectIdentifierThatEndsInAnArcIsRefused() -> None:
    error = _refused(h225, "NonStandardParameter", bytes.fromhex("00022a8100"))
    assert error.path == "NonStandardParameter.nonStandardIdentifier.object"


def test_anIntegerOfThousandsOfOctetsIsRefused() -> None:
    # RandomVal, an INTEGER without bounds.
    error = _refused(h235, "RandomVal", b"\x84\x00" + b"\x01" * 1024)
    assert "INTEGER" in error.reason


def test_anOpenTypeIsNotReadBeyondItsEnd() -> None:
    # A VendorIdentifier whose addition says that it is of one octet, and needs five.
    vendor = {"vendor": {"t35CountryCode": 1, "t35Extension": 2, "manufacturerCode": 3}}
    whole = h225.encode("VendorIdentifier", vendor | {"enterpriseNumber": (1, 3, 6, 1)})
    at = whole.index(bytes.fromhex("04032b0601"))
    error = _refused(h225, "VendorIdentifier", whole[:at] + b"\x01" + whole[at + 1 :])
    assert error.path == "VendorIdentifier.enterpriseNumber"


def test_everyTruncationOfAMessageIsRefused() -> None:
    world = asn1values.world()
    shape = world.modules["h225"].types["RegistrationRequest"]
    value = ("registrationRequest", asn1values.Values(world, random.Random(5)).make(shape))
    data = h225.encode("RasMessage", value)
    for length in range(len(data)):
        _refused(h225, "RasMessage", data[:length])


def test_aNumberThatItsOctetsCanSayAndItsTypeCannotIsRefused() -> None:
    value = {"logicalChannelNumber1": 1, "logicalChannelNumber2": 2, "skew": 4095}
    data = h245.encode("H223SkewIndication", value)
    assert h245.decode("H223SkewIndication", data) == value
    error = _refused(h245, "H223SkewIndication", data[:-2] + b"\x10\x00")
    assert (error.path, error.reason) == ("H223SkewIndication.skew", "more than 4095")


def test_aLengthThatItsOctetsCanSayAndItsTypeCannotIsRefused() -> None:
    most = (0x07FF).to_bytes(2) + bytes(256)  # 1 is told as 0
    assert h235.decode("KeyMaterial", most) == (0, 2048)
    tooMany = (0x0800).to_bytes(2) + bytes(257)
    assert _refused(h235, "KeyMaterial", tooMany).reason == "longer than 2048"
