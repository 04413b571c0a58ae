"""
The contents of information elements.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from h323d.errors import DecodeError
from h323d.h323.signalling import elements
from h323d.h323.signalling.elements import (
    BearerCapability,
    CallState,
    CauseElement,
    Location,
    PartyNumber,
    ProgressIndicator,
    Subaddress,
)


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("88c0a5", BearerCapability(8)),
        ("8090a2", BearerCapability(0, 0, 16, None, 2)),
        ("889886a5", BearerCapability(8, 0, 24, 6, 5)),
        ("8890", BearerCapability(8, 0, 16, None, None)),
    ],
)
def test_bearerCapability(octets: str, value: BearerCapability) -> None:
    data = bytes.fromhex(octets)
    assert BearerCapability.decode(data) == value
    assert value.encode() == data


def test_cause() -> None:
    assert CauseElement(16).encode() == bytes.fromhex("8090")
    assert CauseElement.decode(bytes.fromhex("8290")) == CauseElement(
        16, Location.PUBLIC_NETWORK_LOCAL
    )


def test_causeWithARecommendationOctetAndDiagnostics() -> None:
    assert CauseElement.decode(bytes.fromhex("0080e0087e")) == CauseElement(96, 0, b"\x08\x7e")


def test_callState() -> None:
    assert CallState.decode(CallState(10).encode()) == CallState(10)


def test_progressIndicator() -> None:
    assert ProgressIndicator(8, 1).encode() == bytes.fromhex("8188")
    assert ProgressIndicator.decode(bytes.fromhex("8188")) == ProgressIndicator(8, 1)


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("8131303031", PartyNumber("1001")),
        ("00a131", PartyNumber("1", plan=0, presentation=1, screening=1)),
        ("1100833939", PartyNumber("99", 1, 1, 0, 0, 3)),
    ],
)
def test_partyNumber(octets: str, value: PartyNumber) -> None:
    data = bytes.fromhex(octets)
    assert PartyNumber.decode(data) == value
    assert value.encode() == data


def test_aRestrictedNumberSaysSo() -> None:
    assert PartyNumber.decode(bytes.fromhex("00a131")).restricted


@pytest.mark.parametrize(
    ("decode", "octets"),
    [
        (BearerCapability.decode, "88"),
        (CauseElement.decode, "80"),
        (CauseElement.decode, "0080"),
        (CallState.decode, ""),
        (ProgressIndicator.decode, "80"),
        (PartyNumber.decode, ""),
        (PartyNumber.decode, "00"),
        (PartyNumber.decode, "0000003132"),
        (PartyNumber.decode, "81" + "31" * 129),
        (Subaddress.decode, ""),
        (Subaddress.decode, "80" + "00" * 21),
    ],
)
def test_cutContentsAreRefused(decode: Callable[[bytes], object], octets: str) -> None:
    with pytest.raises(DecodeError):
        decode(bytes.fromhex(octets))


def test_displayEndsInNul() -> None:
    assert elements.encodeDisplay("Alice") == b"Alice\0"
    assert elements.decodeText(b"Alice\0") == "Alice"


def test_displayIsCutToWhatAnElementMayHold() -> None:
    assert elements.encodeDisplay("x" * 200) == b"x" * 81 + b"\0"


@pytest.mark.parametrize("name", ["Łukasz", "Жанна", "José", "花子"])
def test_aNameInAnyScriptIsReadAsItWasWritten(name: str) -> None:
    assert elements.decodeText(elements.encodeDisplay(name)) == name


def test_aNameIsNotCutWithinACharacter() -> None:
    assert elements.decodeText(elements.encodeDisplay("é" * 60)) == "é" * 40


def test_whatIsNoUTF8IsLatin1() -> None:
    assert elements.decodeText("José\0".encode("latin-1")) == "José"


def test_controlsAreRemovedFromTexts() -> None:
    assert elements.decodeText(b"a\x1b]0;x\x07\nb") == "a]0;xb"


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("80500102", Subaddress(bytes.fromhex("500102"))),
        ("a81230", Subaddress(bytes.fromhex("1230"), 2, True)),
    ],
)
def test_subaddress(octets: str, value: Subaddress) -> None:
    data = bytes.fromhex(octets)
    assert Subaddress.decode(data) == value
    assert value.encode() == data


def test_oneOctetElements() -> None:
    assert elements.decodeOctet(elements.encodeOctet(4), "notificationIndicator") == 4
    assert elements.decodeOctet(b"\x84", "signal") == 4
    with pytest.raises(DecodeError):
        elements.decodeOctet(b"", "signal")
