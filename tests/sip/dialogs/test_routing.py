"""
Where requests go.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from h323d.call.homes import Home
from h323d.sip.dialogs.routing import contactAt, wayTo
from h323d.sip.messages.uri import parseURI
from h323d.sip.proof import PROVEN, UnprovenCredit
from h323d.values.address import TransportAddress


@dataclass
class Heard:
    protocol: str
    peer: TransportAddress
    usable: bool = True
    peerKey: bytes | None = None
    credit: UnprovenCredit = PROVEN

    @property
    def local(self) -> TransportAddress:
        return TransportAddress("10.0.0.1", 5060)

    source = "10.0.0.1"

    @property
    def home(self) -> Home:
        return Home.at("10.0.0.1")

    @property
    def reliable(self) -> bool:
        return self.protocol != "UDP"

    def send(self, data: bytes) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("uri", "way"),
    [
        ("sip:10.0.0.3", ("UDP", TransportAddress("10.0.0.3", 5060))),
        ("sip:a@10.0.0.3:5070;transport=TCP", ("TCP", TransportAddress("10.0.0.3", 5070))),
        ("sip:[::1]:5061", ("UDP", TransportAddress("::1", 5061))),
        ("sip:10.0.0.3;transport=tls", ("TLS", TransportAddress("10.0.0.3", 5061))),
        ("sips:10.0.0.3", ("TLS", TransportAddress("10.0.0.3", 5061))),
        ("sips:10.0.0.3:5060;transport=tcp", ("TLS", TransportAddress("10.0.0.3", 5060))),
    ],
)
def test_aLiteralAddressIsGoneTo(uri: str, way: object) -> None:
    assert wayTo(parseURI(uri), None) == way


@pytest.mark.parametrize(
    "uri", ["sip:example.com", "sips:example.com", "tel:1", "sip:10.0.0.3;transport=sctp"]
)
def test_whatCannotBeReachedGoesWhereThePeerWasHeardIfItWas(uri: str) -> None:
    heard = Heard("UDP", TransportAddress("10.0.0.9", 9))
    assert wayTo(parseURI(uri), None) is None
    assert wayTo(parseURI(uri), heard) == ("UDP", heard.peer)


def test_anOpenConnectionIsUsedAgain() -> None:
    heard = Heard("TCP", TransportAddress("10.0.0.3", 40000))
    assert wayTo(parseURI("sip:10.0.0.3:5060;transport=tcp"), heard) == ("TCP", heard.peer)


def test_aClosedConnectionIsMadeAnewToTheContact() -> None:
    heard = Heard("TCP", TransportAddress("10.0.0.3", 40000), usable=False)
    way = wayTo(parseURI("sip:10.0.0.3:5070;transport=tcp"), heard)
    assert way == ("TCP", TransportAddress("10.0.0.3", 5070))


def test_whatBeganOverTLSGoesOnSoWhereTheContactDoesNotSay() -> None:
    heard = Heard("TLS", TransportAddress("10.0.0.3", 40000), usable=False)
    way = wayTo(parseURI("sip:a@10.0.0.3"), heard)
    assert way == ("TLS", TransportAddress("10.0.0.3", 5061))


def test_aConnectionInTheClearIsNotUsedForSIPS() -> None:
    heard = Heard("TCP", TransportAddress("10.0.0.3", 40000))
    way = wayTo(parseURI("sips:a@10.0.0.3"), heard)
    assert way == ("TLS", TransportAddress("10.0.0.3", 5061))


@pytest.mark.parametrize(
    ("protocol", "secure", "contact"),
    [
        ("UDP", False, "<sip:us@10.0.0.1:5061>"),
        ("TCP", False, "<sip:us@10.0.0.1:5061;transport=tcp>"),
        ("TLS", False, "<sip:us@10.0.0.1:5061;transport=tls>"),
        ("TLS", True, "<sips:us@10.0.0.1:5061>"),
    ],
)
def test_ourContactSaysHowWeAreReached(protocol: str, secure: bool, contact: str) -> None:
    assert contactAt(TransportAddress("10.0.0.1", 5061), "us", protocol, secure) == contact


def test_aPrivateAddressBehindAPublicOneIsReachedWhereItWasHeard() -> None:
    heard = Heard("UDP", TransportAddress("8.8.8.8", 3000))
    assert wayTo(parseURI("sip:192.168.1.2:5060"), heard) == ("UDP", heard.peer)


def test_whereAConferenceIsTheContactSaysSo() -> None:
    here = TransportAddress("10.0.0.1", 5060)
    assert contactAt(here, "80001", "UDP", False, True) == "<sip:80001@10.0.0.1:5060>;isfocus"
