"""
Display names, URIs and parameters of From, To, Contact and Route.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI

URI = SIPURI("h", "a")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<sip:a@h>", NameAddr(URI)),
        ("sip:a@h", NameAddr(URI)),
        ("sip:a@h ;tag=1", NameAddr(URI, "", (("tag", "1"),))),
        (
            "<sip:a@h;lr>;tag=1",
            NameAddr(SIPURI("h", "a", params=(("lr", None),)), "", (("tag", "1"),)),
        ),
        ("Bob Smith <sip:a@h>", NameAddr(URI, "Bob Smith")),
        ("caller<sip:a@h>", NameAddr(URI, "caller")),
        ('"A \\"B\\" \\\\" <sip:a@h>', NameAddr(URI, 'A "B" \\')),
        ('"" <sip:a@h>', NameAddr(URI)),
        ('"<sip:x@y>, ;" <sip:a@h>;x', NameAddr(URI, "<sip:x@y>, ;", (("x", None),))),
        ("J\u00fcrgen <sip:a@h>", NameAddr(URI, "J\u00fcrgen")),
        ("Bell, Alexander <sip:a@h>", NameAddr(URI, "Bell, Alexander")),
        (
            '<sip:a@h> ; Expires = 60 ; q=0.5;x="a;b"',
            NameAddr(URI, "", (("expires", "60"), ("q", "0.5"), ("x", '"a;b"'))),
        ),
    ],
)
def test_addressIsReadIntoItsParts(text: str, address: NameAddr) -> None:
    assert NameAddr.parse(text) == address
    assert NameAddr.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bob",
        "<>",
        "<sip:a@h",
        "sip:a@h>",
        '"Bob <sip:a@h>',
        '"Bob" sip:a@h',
        "<sip:a@h>x",
        "<sip:a@h>;",
        "<sip:a@h>;;tag=1",
        "<sip:a@h>;tag=",
        '<sip:a@h>;x="y',
        "sip:a@h?Route=x",
        "sip:a,b@h",
        "Bob Smith sip:a@h",
    ],
)
def test_whatIsNoAddressIsRefused(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        NameAddr.parse(text, "To")
    assert caught.value.path == "To"


def test_displayNameHoldsNoControlCharacter() -> None:
    assert (
        NameAddr.parse('"\\\x07\\\x1b[2J\udcff" <sip:a@h>').displayName == "\ufffd\ufffd[2J\ufffd"
    )


def test_displayNameOfOursCannotEndTheLine() -> None:
    assert str(NameAddr(URI, "a\r\nX: y")) == '"a\ufffd\ufffdX: y" <sip:a@h>'


def test_tagIsSetOnce() -> None:
    address = NameAddr.parse("<sip:a@h>;x=1").withTag("t")
    assert address.tag == "t"
    assert str(address.withTag("u")) == "<sip:a@h>;x=1;tag=u"


def test_withoutBracketsAParameterMayBeQuoted() -> None:
    address = NameAddr.parse('sip:a@h;+sip.instance="<urn:uuid:1;2>";expires=60', "Contact")
    assert address.uri == URI
    assert address.parameter("+sip.instance") == '"<urn:uuid:1;2>"'
    assert address.parameter("expires") == "60"


@pytest.mark.parametrize("text", ['sip:a@h;x="1', 'sip:a@h;x="1"2', 'sip:a"b@h;x=1'])
def test_butItsQuotesHaveToMatch(text: str) -> None:
    with pytest.raises(DecodeError):
        NameAddr.parse(text, "Contact")
