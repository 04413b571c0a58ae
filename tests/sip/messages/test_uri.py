"""
SIP URIs and others: reading, writing, comparing (RFC 3261, 19.1).
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.uri import SIPURI, OtherURI, parseURI


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:example.com", SIPURI("example.com")),
        ("SIPS:bob@example.com:5061", SIPURI("example.com", "bob", 5061, secure=True)),
        ("sip:bob:secret@h", SIPURI("h", "bob", password="secret")),
        ("sip:bob:@h", SIPURI("h", "bob", password="")),
        ("sip:[2001:db8::1]:5060", SIPURI("2001:db8::1", port=5060)),
        (
            "sip:+1-212-555;phone-context=x@gw;user=phone",
            SIPURI("gw", "+1-212-555;phone-context=x", params=(("user", "phone"),)),
        ),
        (
            "sip:a@h;lr;maddr=1.2.3.4?Subject=hi%20you&Priority=",
            SIPURI(
                "h",
                "a",
                params=(("lr", None), ("maddr", "1.2.3.4")),
                headers=(("Subject", "hi you"), ("Priority", "")),
            ),
        ),
        ("sip:a%40b%25@h", SIPURI("h", "a@b%")),
        ("sip:*21#@h", SIPURI("h", "*21#")),
        ("sip:J%C3%BCrgen@h", SIPURI("h", "J\u00fcrgen")),
        (
            "sip:bob@h;%6C%72;n%61me=v%61lue%25%34%31",
            SIPURI("h", "bob", params=(("lr", None), ("name", "value%41"))),
        ),
        ("tel:+49-30-1234;isub=1", OtherURI("tel", "+49-30-1234;isub=1")),
        ("h323:alice@example.com", OtherURI("h323", "alice@example.com")),
    ],
)
def test_uriIsReadIntoItsParts(text: str, uri: SIPURI | OtherURI) -> None:
    assert parseURI(text) == uri
    assert parseURI(str(uri)) == uri


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip",
        "sip:",
        "bob@example.com",
        "sip:@h",
        "sip:a@",
        "sip:a@b@c",
        "sip:a b@c",
        "sip:a@c d",
        "<sip:a@c>",
        "sip:a@[::1",
        "sip:a@[::g]",
        "sip:a@[]",
        "sip:a@h:",
        "sip:a@h:65536",
        "sip:a@h:x",
        "sip:a@h;",
        "sip:a@h;=b",
        "sip:a@h?b",
        "sip:a@h?=b",
        "sip:%4@h",
        "sip:%zz@h",
        "sip:%ff@h",
        "sip:a@-",
        "sip:a@h\udcff",
        "sip:a\x00@h",
    ],
)
def test_whatIsNoURIIsRefused(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        parseURI(text, "Contact")
    assert caught.value.path == "Contact"


def test_writtenURIHoldsNothingThatBreaksALine() -> None:
    uri = SIPURI("h", 'a\r\nb> "', params=(("x", "1;2\n"),), headers=(("Subject", "a&b=c\r"),))
    assert str(uri) == "sip:a%0D%0Ab%3E%20%22@h;x=1%3B2%0A?Subject=a%26b%3Dc%0D"
    assert parseURI(str(uri)) == uri


# The examples of 19.1.4.
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?To=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("tel:+1-201-555-0123", "tel:+12015550123"),
        ("urn:service:sos", "urn:service:sos"),
    ],
)
def test_equivalentURIsMatch(first: str, second: str) -> None:
    assert parseURI(first).matches(parseURI(second))
    assert parseURI(second).matches(parseURI(first))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        ("sip:12015550123@h", "tel:12015550123"),
        ("tel:1;phone-context=a", "tel:1;phone-context=b"),
    ],
)
def test_differentURIsDoNotMatch(first: str, second: str) -> None:
    assert not parseURI(first).matches(parseURI(second))
    assert not parseURI(second).matches(parseURI(first))


def test_telNumberIsWithoutSeparators() -> None:
    uri = parseURI("tel:+1-(201).555;ext=7")
    assert uri.user == "+1201555"


def test_looseRouterAndTransportAreRead() -> None:
    uri = parseURI("sip:h;LR;transport=TCP")
    assert isinstance(uri, SIPURI)
    assert uri.isLooseRouter
    assert uri.transport == "tcp"
    assert uri.withoutParameters() == SIPURI("h")
    assert uri.withParameter("transport", "udp").transport == "udp"
