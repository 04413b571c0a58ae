"""
The user-user element: bodies that we send, and captured ones that others sent.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from h323d.errors import DecodeError
from h323d.h323.signalling import uuie
from h323d.h323.signalling.addresses import Choice
from h323d.h323.signalling.uuie import CallIdentity, SetupParties, Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.h323 import KIND

CAPTURED = Path(__file__).parents[4] / "shared" / "data" / "pdus.json"
IDENTITY = CallIdentity(bytes(range(16)), bytes(range(16, 32)))
ADDRESS = TransportAddress("10.0.0.1", 5000)
FULL = Start((b"one", b"two"), True, ADDRESS, (b"parallel",))
ANSWER = Start((b"one", b"two"), True, ADDRESS)


def test_setupSaysWhoCallsWhom() -> None:
    calling = (PartyAddress(AddressKind.H323_ID, "alice"),)
    called = (PartyAddress(AddressKind.DIALLED_DIGITS, "80001"),)
    parties = SetupParties(calling, called, ADDRESS, ADDRESS, "ep1")
    content = uuie.read(uuie.write(uuie.setup(IDENTITY, KIND, parties, Start()), True))
    assert content.body == "setup"
    assert content.aliases("sourceAddress") == calling
    assert content.aliases("destinationAddress") == called
    assert content.callIdentifier == IDENTITY.callIdentifier
    assert content.fields["conferenceID"] == IDENTITY.conferenceID
    assert content.fields["endpointIdentifier"] == "ep1"


@pytest.mark.parametrize(("hops", "said"), [(0, 1), (1, 1), (31, 31), (32, None)])
def test_setupSaysOverHowManyItMayGoAsFarAsItCan(hops: int, said: int | None) -> None:
    parties = SetupParties((), (), hops=hops)
    content = uuie.read(uuie.write(uuie.setup(IDENTITY, KIND, parties, Start()), True))
    assert content.hopCount == said


def test_setupTellsHowToStart() -> None:
    start = Start(FULL.fastStart, False, ADDRESS, FULL.parallelH245Control)
    octets = uuie.write(uuie.setup(IDENTITY, KIND, SetupParties((), ()), start), True)
    assert uuie.read(octets).start == start


@pytest.mark.parametrize("build", [uuie.callProceeding, uuie.alerting, uuie.progress, uuie.connect])
def test_answersTellHowToStart(build: object) -> None:
    assert callable(build)
    content = uuie.read(uuie.write(build(IDENTITY, KIND, ANSWER), False))
    assert content.start == ANSWER
    assert content.tunnelling is False
    assert content.callIdentifier == IDENTITY.callIdentifier


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (uuie.facility(IDENTITY, "startH245", ADDRESS), "startH245"),
        (uuie.releaseComplete(IDENTITY, "inConf"), "inConf"),
        (uuie.releaseComplete(IDENTITY, None), None),
        (uuie.plain("status", IDENTITY), None),
    ],
)
def test_reasonsAreRead(body: Choice, reason: str | None) -> None:
    content = uuie.read(uuie.write(body, True))
    assert content.body == body[0]
    assert content.reason == reason


def test_anEmptyBodyCarriesH245() -> None:
    content = uuie.read(uuie.write(uuie.EMPTY, True, [b"a", b"b"]))
    assert (content.body, content.h245Control, content.tunnelling) == ("empty", (b"a", b"b"), True)


@pytest.mark.parametrize(
    "address",
    [
        None,
        TransportAddress("10.0.0.1", 0),
        TransportAddress("0.0.0.0", 1),
        TransportAddress("224.0.1.41", 1),
        TransportAddress("255.255.255.255", 1),
        TransportAddress("::", 1),
        TransportAddress("ff02::1", 1),
    ],
)
def test_addressesThatNobodyHasAreNone(address: TransportAddress | None) -> None:
    assert uuie.usable(address) is None


@pytest.mark.parametrize("octets", [b"", b"\xff" * 40, bytes(3), b"\x20\x80\x06"])
def test_garbageIsADecodeError(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        uuie.read(octets)


def captured() -> list[dict[str, str]]:
    if not CAPTURED.exists():
        return []
    return [each for each in json.loads(CAPTURED.read_text()) if each["kind"] == "uuie"]


@pytest.mark.skipif(not CAPTURED.exists(), reason="the captured PDUs are not here")
def test_capturedElementsAreRead() -> None:
    elements = captured()
    assert len(elements) == 42
    for each in elements:
        content = uuie.read(bytes.fromhex(each["hex"]))
        if each["name"]:
            assert content.body == each["name"], each["source"]


@pytest.mark.skipif(not CAPTURED.exists(), reason="the captured PDUs are not here")
def test_capturedElementsCutAnywhereRaiseNothingButDecodeErrors() -> None:
    for each in captured()[:12]:
        octets = bytes.fromhex(each["hex"])
        for end in range(len(octets)):
            try:
                uuie.read(octets[:end])
            except DecodeError:
                continue
