"""
The torture messages of RFC 4475: what is read, what is refused, and how.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.framing import StreamReader
from h323d.sip.messages.message import RefusedRequest, SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import SIPURI
from h323d.sip.messages.via import Via
from h323d.sip.messages.writer import write
from tests.support.torture import ANSWERABLE, READABLE, UNANSWERABLE


def request(name: str) -> SIPRequest:
    parsed = parse(READABLE[name])
    assert isinstance(parsed, SIPRequest)
    return parsed


def vias(message: SIPRequest) -> tuple[Via, ...]:
    return message.headers.parsed("Via", Via.parse)


@pytest.mark.parametrize("name", READABLE)
def test_readableMessageIsReadAndWrittenAgain(name: str) -> None:
    parsed = parse(READABLE[name])
    assert parse(write(parsed)) == parsed


@pytest.mark.parametrize("name", ANSWERABLE)
def test_brokenRequestIsRefusedByName(name: str) -> None:
    data, path = ANSWERABLE[name]
    with pytest.raises(RefusedRequest) as caught:
        parse(data)
    assert caught.value.path == path
    assert caught.value.status == (505 if name == "badvers" else 400)
    answer = write(caught.value.response())
    assert answer.count(b"\r\nFrom:") == answer.count(b"\r\nCSeq:") == 1


@pytest.mark.parametrize("name", UNANSWERABLE)
def test_messageThatNobodyCanBeToldAboutIsRefused(name: str) -> None:
    with pytest.raises(DecodeError) as caught:
        parse(UNANSWERABLE[name])
    assert not isinstance(caught.value, RefusedRequest)


@pytest.mark.parametrize(
    "data",
    [*READABLE.values(), *(data for data, _ in ANSWERABLE.values()), *UNANSWERABLE.values()],
    ids=[*READABLE, *ANSWERABLE, *UNANSWERABLE],
)
def test_streamSurvivesEveryMessage(data: bytes) -> None:
    reader = StreamReader()
    # clerr claims a body of 9999 octets: it is waited for, and nothing is read out of it
    assert reader.feed(data + b"\r\n\r\n") or reader.feed(b"." * 9999)


def test_wsinvIsReadThroughItsWhiteSpace() -> None:
    invite = request("wsinv")
    assert invite.toAddress.tag == "1918181833n"
    assert invite.fromAddress.displayName == 'J Rosen \\"'
    assert invite.fromAddress.tag == "98asjd8"
    assert invite.maxForwards == 68
    assert invite.cseq.number == 9
    assert [via.branch for via in vias(invite)] == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]
    assert invite.headers.get("Subject") == ""
    assert invite.headers.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert invite.contact is not None
    assert invite.contact.displayName == 'Quoted string ""'
    assert invite.contact.parameter("newparam") == "newvalue"
    assert invite.contact.parameter("q") == "0.33"
    (route,) = invite.routes
    assert isinstance(route.uri, SIPURI)
    assert route.uri.isLooseRouter


def test_intmethIsReadThroughItsUnusualCharacters() -> None:
    strange = request("intmeth")
    assert isinstance(strange.uri, SIPURI)
    assert strange.uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert strange.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert strange.toAddress.displayName == "BEL:\ufffd NUL:\ufffd DEL:\ufffd"
    assert strange.fromAddress.displayName == "token1~` token2'+_ token3*%!.-"
    assert strange.fromAddress.tag == "_token~1'+`*%!-."
    assert strange.maxForwards == 255


def test_esc01IsUnescapedOnce() -> None:
    escaped = request("esc01")
    assert escaped.uri == SIPURI("example.net", "sips:user@example.com")
    assert escaped.toAddress.uri == SIPURI("example.com", "user")
    assert escaped.contact is not None
    assert escaped.contact.uri == SIPURI(
        "host5.example.net", "caller", params=(("lr", None), ("name", "value%41"))
    )


def test_escnullKeepsTheNullsApart() -> None:
    first, second = request("escnull").contacts
    assert isinstance(first.uri, SIPURI)
    assert isinstance(second.uri, SIPURI)
    assert (first.uri.user, second.uri.user) == ("\0", "\0\0")
    assert not first.uri.matches(second.uri)


def test_esc02EscapesNothingOutsideOfURIs() -> None:
    strange = request("esc02")
    assert strange.method == "RE%47IST%45R"
    assert strange.toAddress.displayName == "%Z%45"
    assert len(strange.contacts) == 2


def test_dblreqIsTheFirstInADatagramAndBothInAStream() -> None:
    assert request("dblreq").method == "REGISTER"
    items = StreamReader().feed(READABLE["dblreq"])
    assert [item.method for item in items if isinstance(item, SIPRequest)] == ["REGISTER", "INVITE"]


def test_semiuriHasItsSemicolonInTheUser() -> None:
    uri = request("semiuri").uri
    assert uri == SIPURI("example.com", "user;par=u@example.net")


def test_transportsAreReadWhateverTheyAre() -> None:
    assert [via.transport for via in vias(request("transports"))] == [
        "UDP",
        "SCTP",
        "TLS",
        "UNKNOWN",
        "TCP",
    ]


def test_mpart01KeepsItsBinaryBody() -> None:
    body = request("mpart01").body
    assert len(body) == 118
    assert b"\x00\x30\x82\x01\xff" in body


def test_reasonMayBeInAnyLanguageOrMissing() -> None:
    unusual, missing = parse(READABLE["unreason"]), parse(READABLE["noreason"])
    assert isinstance(unusual, SIPResponse)
    assert isinstance(missing, SIPResponse)
    assert unusual.reason.startswith("= 2**3 * 5**2 \u043d\u043e")
    assert (missing.status, missing.reason) == (100, "")


def test_unknownSchemesAreLeftToTheReceiver() -> None:
    assert request("unkscm").uri.scheme == "nobodyknowsthisscheme"
    assert request("novelsc").uri.scheme == "soap.beep"


def test_parameterBelongsToTheContactOrToItsURI() -> None:
    outside, inside = request("cparam01").contact, request("cparam02").contact
    assert outside is not None
    assert inside is not None
    assert outside.params == (("unknownparam", None),)
    assert inside.params == ()


def test_regescrtKeepsTheHeaderInTheURI() -> None:
    contact = request("regescrt").contact
    assert contact is not None
    assert isinstance(contact.uri, SIPURI)
    assert contact.uri.headers == (("Route", "<sip:sip.example.com>"),)
