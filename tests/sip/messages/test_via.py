"""
Via: one hop of a request's way.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.via import Via
from h323d.values.address import TransportAddress


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("SIP/2.0/UDP a.b", Via("UDP", "a.b")),
        (
            "SIP/2.0/tcp [2001:db8::1]:5061;branch=z9hG4bK1",
            Via("TCP", "2001:db8::1", 5061, (("branch", "z9hG4bK1"),)),
        ),
        ("SIP / 2.0 / UDP  a.b : 5060 ; rport", Via("UDP", "a.b", 5060, (("rport", None),))),
        ("SIP/2.0/TLS-SCTP 192.0.2.1;ttl=1", Via("TLS-SCTP", "192.0.2.1", None, (("ttl", "1"),))),
    ],
)
def test_hopIsReadIntoItsParts(text: str, via: Via) -> None:
    assert Via.parse(text) == via
    assert Via.parse(str(via)) == via


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 a.b",
        "SIP/2.0/UDP a.b:99999",
        "SIP/2.0/UDP a.b;;",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP [::g]",
    ],
)
def test_whatIsNoHopIsRefused(text: str) -> None:
    with pytest.raises(DecodeError):
        Via.parse(text)


def test_placeTheRequestCameFromIsWrittenIn() -> None:
    via = Via.parse("SIP/2.0/UDP a.b:5060;rport;branch=z9hG4bK1")
    assert via.wantsRport
    via = via.receivedFrom(TransportAddress("192.0.2.7", 1024))
    assert (via.received, via.rport) == ("192.0.2.7", 1024)
    assert str(via) == "SIP/2.0/UDP a.b:5060;rport=1024;branch=z9hG4bK1;received=192.0.2.7"


@pytest.mark.parametrize("text", ["[2001:db8::9:255]", "2001:db8::9:255"])
def test_receivedIPv6AddressMayHaveBrackets(text: str) -> None:
    assert Via.parse(f"SIP/2.0/UDP a.b;received={text}").received == "2001:db8::9:255"


def test_rportThatIsNoNumberIsNone() -> None:
    assert Via.parse("SIP/2.0/UDP a.b;rport=x").rport is None


@pytest.mark.parametrize(("text", "isAlias"), [("", False), (";alias", True), (";x=alias", False)])
def test_whoWantsToBeReachedByTheirConnectionSaysSo(text: str, isAlias: bool) -> None:
    assert Via.parse(f"SIP/2.0/TLS h;branch=z9hG4bK1{text}").isAlias is isAlias
