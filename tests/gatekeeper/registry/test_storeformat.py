"""
A registration as text.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from h323d.gatekeeper.registry.registrations import EndpointKind, Registration
from h323d.gatekeeper.registry.storeformat import NotARegistration, fromText, toText
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

HERE = TransportAddress("10.0.0.2", 1719)
GATEWAY = Registration(
    endpointId="0123456789abcdef",
    protocol="h323",
    source=HERE,
    signalling=(TransportAddress("10.0.0.2", 1720), TransportAddress("2001:db8::2", 1720)),
    ras=(HERE,),
    aliases=(
        PartyAddress(AddressKind.H323_ID, "Größe \U0001f600 \ud800 \x1b[2J '; DROP TABLE"),
        PartyAddress(AddressKind.DIALLED_DIGITS, "1001"),
    ),
    kind=EndpointKind.GATEWAY,
    timeToLive=60,
    version=4,
    product="a gateway",
    prefixes=("44", "49"),
    authenticated="anna",
    traversal=True,
    exhausted=True,
    usage=True,
    secure=TransportAddress("10.0.0.2", 1300),
    since=1_700_000_000.25,
)


def test_everyFieldComesBack() -> None:
    assert fromText(toText(GATEWAY)) == GATEWAY


def test_theTextIsOneLineOfASCII() -> None:
    text = toText(GATEWAY)
    assert text.isascii()
    assert text.isprintable()


def test_whatWasNotWrittenTakesItsDefault() -> None:
    told = json.loads(toText(GATEWAY))
    del told["prefixes"]
    assert fromText(json.dumps(told)) == replace(GATEWAY, prefixes=())


def test_whatIsNotKnownAnyMoreIsIgnored() -> None:
    told = json.loads(toText(GATEWAY)) | {"colour": "red"}
    assert fromText(json.dumps(told)) == GATEWAY


@pytest.mark.parametrize(
    "change",
    [
        {"source": ["10.0.0.2"]},
        {"source": [10, 1719]},
        {"source": None},
        {"signalling": 7},
        {"aliases": [["nickname", "anna"]]},
        {"kind": "toaster"},
        {"timeToLive": "60"},
        {"timeToLive": True},
        {"since": "yesterday"},
    ],
    ids=str,
)
def test_whatIsNoRegistrationIsRefused(change: dict[str, object]) -> None:
    told = json.loads(toText(GATEWAY)) | change
    with pytest.raises(NotARegistration):
        fromText(json.dumps(told))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "7", "[" * 100_000, "{"], ids=repr)
def test_otherTextIsRefused(text: str) -> None:
    with pytest.raises(NotARegistration):
        fromText(text)
