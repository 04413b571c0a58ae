"""
Datagrams to messages, and what is refused.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.message import RefusedRequest, SIPRequest, SIPResponse
from h323d.sip.messages.parser import MAX_HEADER_LINES, MAX_HEADER_OCTETS, parse
from h323d.sip.messages.uri import SIPURI
from h323d.sip.messages.via import Via
from tests.support.sip_messages import INVITE, OFFER, OK, message


def parseRequest(data: bytes) -> SIPRequest:
    parsed = parse(data)
    assert isinstance(parsed, SIPRequest)
    return parsed


def refusal(data: bytes) -> RefusedRequest:
    with pytest.raises(RefusedRequest) as caught:
        parse(data)
    return caught.value


def test_requestIsReadWhole() -> None:
    request = parseRequest(INVITE)
    assert request.method == "INVITE"
    assert request.uri == SIPURI("192.0.2.1", "8000", params=(("transport", "udp"),))
    assert request.via.branch == "z9hG4bK776asdhds"
    assert request.via.wantsRport
    assert request.via.rport is None
    assert request.fromAddress.displayName == "Alice Liddell"
    assert request.fromAddress.tag == "1928301774"
    assert request.toAddress.tag is None
    assert request.callId == "a84b4c76e66710@192.0.2.10"
    assert (request.cseq.number, request.cseq.method) == (314159, "INVITE")
    assert request.maxForwards == 70
    assert request.contentType == "application/sdp"
    assert request.headers.tokens("Supported") == {"replaces", "timer"}
    assert request.body == OFFER


def test_responseIsReadWhole() -> None:
    response = parse(OK)
    assert isinstance(response, SIPResponse)
    assert (response.status, response.reason) == (200, "OK")
    assert response.via.rport == 5060
    assert response.via.received == "192.0.2.10"
    assert response.toAddress.tag == "314159"
    assert response.body == b""


def test_contentLengthIsObeyedAndNotKept() -> None:
    request = parseRequest(INVITE + b"left over")
    assert request.body == OFFER
    assert "Content-Length" not in request.headers


def test_withoutContentLengthTheBodyIsTheRestOfTheDatagram() -> None:
    request = parseRequest(INVITE.replace(f"Content-Length: {len(OFFER)}\r\n".encode(), b""))
    assert request.body == OFFER


def test_contentLengthBeyondTheDatagramIsRefused() -> None:
    refused = refusal(INVITE[:-1])
    assert (refused.status, refused.path) == (400, "Content-Length")


@pytest.mark.parametrize("value", ["-999", "five", "+5", "1 2", "99999999999", "", "٣"])
def test_garbageContentLengthIsRefused(value: str) -> None:
    data = INVITE.replace(f"Content-Length: {len(OFFER)}".encode(), f"l: {value}".encode())
    assert refusal(data).path == "Content-Length"


@pytest.mark.parametrize(
    "line",
    [
        "Content-Length: 5",
        "l: 0",
        "From: <sip:mallory@example.net>;tag=2",
        "To : <sip:other@example.net>",
        "Call-ID: another",
        "CSeq: 1 INVITE",
        "Max-Forwards: 7",
    ],
)
def test_secondOfASingleHeaderIsRefused(line: str) -> None:
    head, end, body = INVITE.partition(b"\r\n\r\n")
    refused = refusal(head + b"\r\n" + line.encode() + end + body)
    assert refused.reason == "stands more than once"
    assert len(refused.headers.lines("From")) == 1


def test_compactFormsAreTheirLongForms() -> None:
    request = parseRequest(
        message(
            "OPTIONS sip:a@example.com SIP/2.0",
            "v: SIP/2.0/TCP [2001:db8::9]:5061;branch=z9hG4bK1",
            "f: sip:b@example.com;tag=1",
            "t: sip:a@example.com",
            "i: 1",
            "CSEQ: 1 OPTIONS",
            "m: <sip:b@[2001:db8::9]>",
            "k: 100rel",
        )
    )
    assert (request.via.host, request.via.port) == ("2001:db8::9", 5061)
    assert request.callId == "1"
    assert request.headers.get("Supported") == "100rel"
    assert request.contact is not None
    assert request.contact.uri == SIPURI("2001:db8::9", "b")


def test_foldedLineIsOneLine() -> None:
    data = INVITE.replace(b'From: "Alice Liddell" <', b'From: "Alice\r\n  Liddell"\r\n\t<')
    request = parseRequest(data)
    assert request.fromAddress.displayName == "Alice Liddell"
    assert request.headers.get("From") == '"Alice Liddell" <sip:alice@192.0.2.10>;tag=1928301774'


def test_spaceBeforeTheColonIsNoPartOfTheName() -> None:
    data = INVITE.replace(b"User-Agent:", b"P-Asserted-Identity \t: <sip:boss@example.com>\r\nX:")
    assert parseRequest(data).headers.get("p-asserted-identity") == "<sip:boss@example.com>"


def test_commaSeparatedValuesAndLinesAreOneList() -> None:
    routes = b'Route: "a, b" <sip:h;lr>, <sip:b@h;lr>\r\nRoute: <sip:c@h;lr>\r\n'
    data = INVITE.replace(b"Max-Forwards", routes + b"Max-Forwards")
    assert [str(route.uri) for route in parseRequest(data).routes] == [
        "sip:h;lr",
        "sip:b@h;lr",
        "sip:c@h;lr",
    ]


def test_linesBeforeTheStartLineAreIgnored() -> None:
    assert parse(b"\r\n\r\n" + INVITE) == parse(INVITE)


def test_onlyTheTopmostViaMustBeWellFormed() -> None:
    data = INVITE.replace(b"Max-Forwards", b"Via: \xff\r\nMax-Forwards")
    assert parseRequest(data).via.host == "192.0.2.10"


@pytest.mark.parametrize("octet", [0, 7, 0x1B, 0x7F])
def test_controlCharactersAreRefused(octet: int) -> None:
    with pytest.raises(DecodeError, match="control"):
        parse(INVITE.replace(b"a phone", b"a" + bytes([octet]) + b"phone"))


@pytest.mark.parametrize("end", [b"\n", b"\r"])
def test_halfLineEndIsRefused(end: bytes) -> None:
    with pytest.raises(DecodeError, match="control"):
        parse(INVITE.replace(b"a phone", b"a phone" + end + b"Route: <sip:evil@example.net>"))


def test_octetsThatAreNotUTF8AreAnsweredAsTheyCame() -> None:
    request = parseRequest(INVITE.replace(b"Liddell", b"L\xefddell"))
    assert request.fromAddress.displayName == "Alice L\ufffdddell"
    assert "L\udcefddell" in str(request.response(200).headers.get("From"))


@pytest.mark.parametrize(
    "name",
    [b"Via: ", b"From: ", b"To: ", b"Call-ID: ", b"CSeq: "],
)
def test_missingMandatoryHeaderIsRefusedWithoutAnAnswer(name: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        parse(INVITE.replace(name, b"X-" + name, 1))
    assert caught.value.path == name.decode()[:-2]
    assert not isinstance(caught.value, RefusedRequest)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (b"sip:alice@192.0.2.10>;", b"sip:alice@192.0.2.10;", "From"),
        (b"<sip:8000@192.0.2.1>\r\n", b'"8000 <sip:8000@192.0.2.1>\r\n', "To"),
        (b"314159 INVITE", b"2147483648 INVITE", "CSeq"),
        (b"314159 INVITE", b"314159 OPTIONS", "CSeq"),
        (b"314159 INVITE", b"1 " + b"I" * 40, "CSeq"),
        (b"a84b4c76e66710@192.0.2.10", b"a b", "Call-ID"),
        (b"Max-Forwards: 70", b"Max-Forwards: 300", "Max-Forwards"),
        (b"Max-Forwards: 70", b"Max-Forwards: seventy", "Max-Forwards"),
        (b"<sip:alice@192.0.2.10:5060>", b"<sip:alice@192.0.2.10:99999>", "Contact"),
        (b"sip:8000@192.0.2.1;transport=udp", b"sip:8000@[::g]", "Request-URI"),
        (b"sip:8000@192.0.2.1;transport=udp", b"sip:80%zz@192.0.2.1", "Request-URI"),
    ],
)
def test_malformedHeaderIsRefusedByName(old: bytes, new: bytes, path: str) -> None:
    refused = refusal(INVITE.replace(old, new, 1))
    assert refused.path == path
    assert refused.phrase == f"Bad Request: {path}"
    assert refused.method == "INVITE"


def test_refusalRepeatsWhatTheAnswerNeeds() -> None:
    answer = refusal(INVITE.replace(b"CSeq: 314159 ", b"CSeq: -1 ")).response()
    assert answer.status == 400
    assert dict(answer.headers) == {
        "Via": "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK776asdhds;rport",
        "From": '"Alice Liddell" <sip:alice@192.0.2.10>;tag=1928301774',
        "To": "<sip:8000@192.0.2.1>",
        "Call-ID": "a84b4c76e66710@192.0.2.10",
        "CSeq": "-1 INVITE",
    }


def test_refusalTagsAToThatIsWellFormed() -> None:
    refused = refusal(INVITE.replace(b"CSeq: 314159 ", b"CSeq: -1 "))
    assert refused.response("t").headers.get("To") == "<sip:8000@192.0.2.1>;tag=t"
    malformed = refusal(INVITE.replace(b"<sip:8000@192.0.2.1>\r\n", b"<sip:8000\r\n"))
    assert malformed.response("t").headers.get("To") == "<sip:8000"


def test_malformedViaCannotBeAnswered() -> None:
    with pytest.raises(DecodeError) as caught:
        parse(INVITE.replace(b"SIP/2.0/UDP 192", b"SIP/2.0 192"))
    assert caught.value.path == "Via"
    assert not isinstance(caught.value, RefusedRequest)


def test_otherVersionIsRefusedWith505() -> None:
    assert refusal(INVITE.replace(b" SIP/2.0\r\n", b" SIP/7.0\r\n", 1)).status == 505


@pytest.mark.parametrize(
    "line",
    [
        b"INVITE  sip:8000@192.0.2.1 SIP/2.0",
        b"INVITE sip:8000@192.0.2.1; lr SIP/2.0",
        b"INVITE sip:8000@192.0.2.1 SIP/2.0 ",
        b"INVITE <sip:8000@192.0.2.1> SIP/2.0",
        b"INVITE sip:8000@192.0.2.1",
        b"I" * 65 + b" sip:8000@192.0.2.1 SIP/2.0",
    ],
)
def test_malformedRequestLineIsRefused(line: bytes) -> None:
    assert refusal(line + INVITE[INVITE.index(b"\r\n") :]).status == 400


@pytest.mark.parametrize(
    "line", [b"SIP/2.0 99 x", b"SIP/2.0 700 x", b"SIP/2.0 4294967301 x", b"SIP/3.0 200 OK"]
)
def test_malformedStatusLineIsRefused(line: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(OK.replace(b"SIP/2.0 200 OK", line))


@pytest.mark.parametrize("line", [b"SIP/2.0 200", b"SIP/2.0 200 "])
def test_reasonPhraseMayBeEmpty(line: bytes) -> None:
    response = parse(OK.replace(b"SIP/2.0 200 OK", line))
    assert isinstance(response, SIPResponse)
    assert response.reason == ""


@pytest.mark.parametrize("line", ["no colon", ": no name", "bad name: x", "bad\u00e9: x"])
def test_lineThatIsNoHeaderIsRefused(line: str) -> None:
    assert refusal(INVITE.replace(b"User-Agent: a phone", line.encode())).status == 400


def test_tooManyHeaderLinesAreRefused() -> None:
    lines = b"Accept: a/b\r\n" * MAX_HEADER_LINES
    assert refusal(INVITE.replace(b"User-Agent", lines + b"User-Agent")).reason == (
        "too many header fields"
    )


def test_manyViasAreNoFault() -> None:
    vias = b"Via: SIP/2.0/UDP proxy.example.com;branch=z9hG4bK1\r\n" * 40
    invite = parseRequest(INVITE.replace(b"Max-", vias + b"Max-"))
    assert len(invite.headers.parsed("Via", Via.parse)) == 41


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (b"tag=1928301774", b"tag=1" + b";a" * 200, "From"),
        (b"<sip:alice@192.0.2.10:5060>", b"<sip:a@h" + b";a" * 200 + b">", "Contact"),
        (b"<sip:alice@192.0.2.10:5060>", b"<sip:a@h?a=b" + b"&a=b" * 200 + b">", "Contact"),
        (b"<sip:alice@192.0.2.10:5060>", b"<sip:a@h>" + b",<sip:a@h>" * 300, "Contact"),
    ],
)
def test_endlessListsAreRefused(old: bytes, new: bytes, path: str) -> None:
    assert refusal(INVITE.replace(old, new)).path == path


def test_longTagIsNoFault() -> None:
    data = INVITE.replace(b"tag=1928301774", b"tag=" + b"a" * 15000)
    assert len(parseRequest(data).fromAddress.tag or "") == 15000


def test_manyAcceptHeadersAreNoFault() -> None:
    accepts = b"Accept: application/sdp;q=0.5\r\n" * 60
    assert len(parseRequest(INVITE.replace(b"Max-", accepts + b"Max-")).headers.all("Accept")) == 60


def test_tooManyOctetsAreRefused() -> None:
    with pytest.raises(DecodeError, match="too many octets"):
        parse(INVITE.replace(b"a phone", b"a" * MAX_HEADER_OCTETS))


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\0\0", b"INVITE", b"\xff" * 2000])
def test_whatIsNoMessageIsRefused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(data)


def test_refusedTextIsNotInTheError() -> None:
    refused = refusal(INVITE.replace(b"CSeq: 314159 ", b"CSeq: <script> "))
    assert "script" not in str(refused)
    assert "script" not in refused.phrase
