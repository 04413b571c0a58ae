"""
What a dialog remembers.
"""

from __future__ import annotations

from h323d.sip.dialogs.dialog import Dialog, DialogState, nextHop
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse

INVITE = (
    "INVITE sip:b@us SIP/2.0\r\nVia: SIP/2.0/UDP them;branch=z9hG4bK1\r\n{extra}"
    "From: A <sip:a@them>;tag=far\r\nTo: <sip:b@us>\r\nCall-ID: c\r\nCSeq: 7 INVITE\r\n"
    "Contact: <sip:a@10.0.0.3:5070>\r\n\r\n"
)
ANSWER = (
    "SIP/2.0 {status} X\r\nVia: SIP/2.0/UDP us;branch=z9hG4bK1\r\n{extra}"
    "From: <sip:b@us>;tag=near\r\nTo: <sip:a@them>;tag={tag}\r\nCall-ID: c\r\nCSeq: 3 INVITE\r\n"
    "Contact: <sip:a@10.0.0.3:5070>\r\n\r\n"
)


def invite(extra: str = "") -> SIPRequest:
    message = parse(INVITE.format(extra=extra).encode())
    assert isinstance(message, SIPRequest)
    return message


def answer(status: int = 200, tag: str = "far", extra: str = "") -> SIPResponse:
    message = parse(ANSWER.format(status=status, tag=tag, extra=extra).encode())
    assert isinstance(message, SIPResponse)
    return message


def ourInvite() -> SIPRequest:
    message = parse(
        b"INVITE sip:a@them SIP/2.0\r\nVia: SIP/2.0/UDP us;branch=z9hG4bK1\r\n"
        b"From: <sip:b@us>;tag=near\r\nTo: <sip:a@them>\r\nCall-ID: c\r\nCSeq: 3 INVITE\r\n\r\n"
    )
    assert isinstance(message, SIPRequest)
    return message


def test_theCalledSideTakesTargetAndNumbersFromTheInvite() -> None:
    dialog = Dialog.called(invite(), "near", 40)
    bye = dialog.request("BYE")
    assert str(bye.uri) == "sip:a@10.0.0.3:5070"
    assert bye.fromAddress.tag == "near"
    assert bye.toAddress.tag == "far"
    assert bye.cseq.number == 41
    assert dialog.request("INFO").cseq.number == 42


def test_theCallingSideReversesTheRecordedRoute() -> None:
    extra = "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"
    dialog = Dialog.calling(ourInvite(), answer(extra=extra))
    request = dialog.request("BYE")
    assert [str(each) for each in request.routes] == ["<sip:p2;lr>", "<sip:p1;lr>"]
    assert str(nextHop(request)) == "sip:p2;lr"
    assert request.cseq.number == 4


def test_theCalledSideKeepsTheRecordedRoute() -> None:
    dialog = Dialog.called(invite("Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"), "near", 1)
    assert [str(each) for each in dialog.request("BYE").routes] == ["<sip:p1;lr>", "<sip:p2;lr>"]


def test_aStrictRouterGetsItsOwnAddressInTheRequestLine() -> None:
    dialog = Dialog.called(invite("Record-Route: <sip:p1>, <sip:p2;lr>\r\n"), "near", 1)
    request = dialog.request("BYE")
    assert str(request.uri) == "sip:p1"
    assert [str(each) for each in request.routes] == ["<sip:p2;lr>", "<sip:a@10.0.0.3:5070>"]
    assert str(nextHop(dialog.request("BYE"))) == "sip:p2;lr"


def test_requestsMustComeInTheirTurn() -> None:
    dialog = Dialog.called(invite(), "near", 1)
    assert not dialog.takes(invite())
    later = invite().headers.replacing("CSeq", "9 INFO")
    assert dialog.takes(SIPRequest("INFO", invite().uri, later))
    assert not dialog.takes(SIPRequest("INFO", invite().uri, later))


def test_anAckHasTheNumberOfItsInvite() -> None:
    dialog = Dialog.calling(ourInvite(), answer())
    assert dialog.request("ACK", 3).cseq.number == 3
    assert dialog.request("BYE").cseq.number == 4


def test_aProvisionalResponseMakesAnEarlyDialogAndTheFinalOneConfirmsIt() -> None:
    dialog = Dialog.calling(ourInvite(), answer(180))
    assert dialog.state.value == "early"
    dialog.confirm(answer(extra="Record-Route: <sip:p;lr>\r\n"))
    assert dialog.state.value == "confirmed"
    assert len(dialog.routes) == 1


def test_anEndedDialogStaysEnded() -> None:
    dialog = Dialog.called(invite(), "near", 1)
    dialog.terminate()
    dialog.confirm()
    assert dialog.state is DialogState.TERMINATED


def test_aTargetRefreshMovesThePeer() -> None:
    dialog = Dialog.called(invite(), "near", 1)
    moved = invite().headers.replacing("Contact", "<sip:a@10.0.0.9>")
    dialog.refresh(SIPRequest("INVITE", invite().uri, moved))
    assert str(dialog.request("BYE").uri) == "sip:a@10.0.0.9"
