"""
What a message tells about itself, and how an answer begins.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import MAX_SECONDS, SIPRequest, SIPResponse, reasonPhrase
from h323d.sip.messages.uri import SIPURI

REQUEST = SIPRequest(
    "OPTIONS",
    SIPURI("h"),
    Headers(
        [
            ("Via", "SIP/2.0/UDP a;branch=z9hG4bK1"),
            ("Via", "SIP/2.0/UDP b;branch=z9hG4bK2"),
            ("From", "<sip:a@h>;tag=1"),
            ("To", "<sip:b@h>"),
            ("Call-ID", "1"),
            ("CSeq", "1 OPTIONS"),
            ("Subject", "x"),
            ("Expires", "99999999999999999999"),
            ("Session-Expires", "1800;refresher=uac"),
            ("Retry-After", "120 (I'm in a meeting)"),
            ("Min-SE", "soon"),
        ]
    ),
)


def test_answerBeginsWithWhatMustBeCopied() -> None:
    answer = REQUEST.response(180, toTag="t")
    assert (answer.status, answer.reason) == (180, "Ringing")
    assert list(answer.headers) == [
        ("Via", "SIP/2.0/UDP a;branch=z9hG4bK1"),
        ("Via", "SIP/2.0/UDP b;branch=z9hG4bK2"),
        ("From", "<sip:a@h>;tag=1"),
        ("To", "<sip:b@h>;tag=t"),
        ("Call-ID", "1"),
        ("CSeq", "1 OPTIONS"),
    ]


def test_answerKeepsTheTagOfADialog() -> None:
    request = REQUEST.withHeaders(REQUEST.headers.replacing("To", "<sip:b@h>;tag=old"))
    assert request.response(200, toTag="new").toAddress.tag == "old"


ROUTE = ("<sip:p2;lr>, <sip:p1;lr;r2=on>", "<sip:p1:5070;lr;r2=on>")


@pytest.mark.parametrize(
    ("status", "method", "dialogTag", "kept"),
    [
        (100, "INVITE", None, ()),
        (180, "INVITE", "ours", ROUTE),
        (200, "INVITE", "ours", ROUTE),
        (404, "INVITE", "ours", ()),
        (200, "OPTIONS", "ours", ()),
    ],
)
def test_answersThatMakeADialogGiveTheRecordedRouteBack(
    status: int, method: str, dialogTag: str | None, kept: tuple[str, ...]
) -> None:
    headers = REQUEST.headers.replacing("CSeq", f"1 {method}").adding("Record-Route", *ROUTE)
    request = SIPRequest(method, REQUEST.uri, headers)
    assert request.response(status, None, dialogTag).headers.lines("Record-Route") == kept


def test_withinADialogTheRouteIsKnownAlready() -> None:
    headers = REQUEST.headers.replacing("To", "<sip:b@h>;tag=old").adding("Record-Route", *ROUTE)
    answer = SIPRequest("INVITE", REQUEST.uri, headers).response(200, None, "old")
    assert "Record-Route" not in answer.headers


def test_secondsAreReadAndBounded() -> None:
    assert REQUEST.seconds("Expires") == MAX_SECONDS
    assert REQUEST.seconds("Session-Expires") == 1800
    assert REQUEST.seconds("Retry-After") == 120
    assert REQUEST.seconds("Min-Expires") is None
    with pytest.raises(DecodeError) as caught:
        REQUEST.seconds("Min-SE")
    assert caught.value.path == "Min-SE"


def test_wildcardContactIsNoContact() -> None:
    request = REQUEST.withHeaders(REQUEST.headers.adding("m", "*"))
    assert request.hasWildcardContact
    assert request.contacts == ()


def test_missingHeaderIsNamed() -> None:
    with pytest.raises(DecodeError) as caught:
        _ = SIPRequest("ACK", SIPURI("h")).fromAddress
    assert caught.value.path == "From"


def test_unknownStatusHasTheWordsOfItsClass() -> None:
    assert reasonPhrase(499) == "Bad Request"
    assert reasonPhrase(486) == "Busy Here"


def test_aBodyIsNotShown() -> None:
    """
    There may be keys in it.
    """
    request = SIPRequest("INVITE", SIPURI("h"), Headers(), b"a=crypto:1 ...")
    assert "crypto" not in repr(request)
    assert "crypto" not in repr(SIPResponse(200, "OK", Headers(), request.body))
