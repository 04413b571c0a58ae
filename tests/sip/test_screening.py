"""
Which requests are refused before anybody looks at them.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.errors import DecodeError
from h323d.sip.agent import ALLOW, SDP, SUPPORTED
from h323d.sip.messages.message import SIPRequest
from h323d.sip.screening import ALLOWED, capabilities, screen, statelessTag, unpacked
from tests.support.fakeagent import received
from tests.support.sippeers import offerBody


def request(method: str, **more: Any) -> SIPRequest:
    message = received(method, **more).request
    assert isinstance(message, SIPRequest)
    return message


def answered(method: str, **more: Any) -> tuple[int, str | None] | None:
    """
    The status, and what is said beside it.
    """
    answer = screen(request(method, **more), "tag")
    if answer is None:
        return None
    assert answer.toAddress.tag == "tag"
    names = ("Allow", "Unsupported", "Accept", "Accept-Encoding")
    return answer.status, next((answer.headers.get(n) for n in names if n in answer.headers), None)


@pytest.mark.parametrize("method", ALLOWED)
def test_whatIsTakenMayGoOn(method: str) -> None:
    assert answered(method) is None


def test_theMethodsAreThoseThatAreTold() -> None:
    assert answered("PUBLISH") == (405, ALLOW)
    assert screen(request("REGISTER"), "tag", ("REGISTER",)) is None
    refused = screen(request("INVITE"), "tag", ("REGISTER",))
    assert refused is not None
    assert (refused.status, refused.headers.get("Allow")) == (405, "REGISTER")


@pytest.mark.parametrize(
    ("uri", "status"), [("tel:+1", None), ("http://h", 416), ("sips:a@h", 416)]
)
def test_onlySomeURIsAreUnderstood(uri: str, status: int | None) -> None:
    assert answered("INVITE", uri=uri) == (None if status is None else (status, None))


def test_aURIThatPromisesTLSIsForTLSAlone() -> None:
    for transport, refusal in (("UDP", (416, None)), ("TCP", (416, None)), ("TLS", None)):
        via = f"SIP/2.0/{transport} 10.0.0.3"
        assert answered("INVITE", uri="sips:a@h", via=via) == refusal


def test_noOtherExtensionMayBeRequired() -> None:
    assert answered("INVITE", extra="Require: 100rel, precondition, x\n") == (
        420,
        "precondition, x",
    )
    assert answered("CANCEL", extra="Require: precondition\n") is None


@pytest.mark.parametrize(
    ("extra", "body", "answer"),
    [
        ("", offerBody(), None),
        ("Content-Encoding: identity\n", offerBody(), None),
        ("Content-Encoding: gzip\n", "v=0", (415, "identity")),
        ("Content-Encoding: gzip\n", "", None),
        ("Content-Type: text/plain\n", "x", (415, SDP)),
        ("Accept: application/sdp;level=1, text/plain\n", "", None),
        ("Accept: */*\n", "", None),
        ("Accept: text/plain\n", "", (406, None)),
    ],
)
def test_aBodyIsADescriptionThatCanBeRead(
    extra: str, body: str, answer: tuple[int, str | None] | None
) -> None:
    assert answered("INVITE", extra=extra, body=body) == answer


def test_aCallWithAnOfferThatIsNoneIsNobodysBusiness() -> None:
    with pytest.raises(DecodeError):
        answered("INVITE", body="v=0")
    assert answered("INVITE", body="v=0", toTag="x") is None  # whose call knows what to say


def test_otherRequestsMayCarryWhatTheyLike() -> None:
    assert (
        answered("INFO", extra="Content-Type: text/plain\nAccept: text/plain\n", body="x") is None
    )


def test_aDescriptionAmongOtherPartsIsTakenOut() -> None:
    parts = "--b\nContent-Type: application/sdp\n\nv=0\n--b\nContent-Type: text/plain\n\nx\n--b--\n"
    whole = request("INVITE", extra="Content-Type: multipart/mixed;boundary=b\n", body=parts)
    alone = unpacked(whole)
    assert (alone.contentType, alone.body) == (SDP, b"v=0")
    assert alone.callId == whole.callId


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/sdp", "v=0"),
        ("multipart/mixed;boundary=b", "--b\nContent-Type: text/plain\n\nx\n--b--\n"),
        ("multipart/mixed", "nonsense"),
    ],
)
def test_whatHasNoneStaysAsItIs(kind: str, body: str) -> None:
    message = request("INVITE", extra=f"Content-Type: {kind}\n", body=body)
    assert unpacked(message) is message


def test_theSameRequestGetsTheSameTagAndAnotherAnother() -> None:
    tags = {statelessTag(request("OPTIONS", branch=branch)) for branch in ("z9hG4bKa", "z9hG4bKb")}
    assert len(tags) == 2
    assert statelessTag(request("OPTIONS", branch="z9hG4bKa")) in tags


@pytest.mark.parametrize("status", [200, 486])
def test_whoAsksIsToldWhatIsTaken(status: int) -> None:
    answer = capabilities(request("OPTIONS"), "tag", status=status)
    assert (answer.status, answer.headers.get("Allow")) == (status, ALLOW)
    assert (answer.headers.get("Accept") or "").startswith(SDP)
    assert (answer.headers.get("Accept-Encoding"), answer.headers.get("Supported")) == (
        "identity",
        SUPPORTED,
    )


@pytest.mark.parametrize("method", ["INVITE", "REFER", "UPDATE", "INFO"])
@pytest.mark.parametrize("extension", SUPPORTED.split(", "))
def test_whatWeSayThatWeUnderstandMayBeRequired(method: str, extension: str) -> None:
    assert screen(request(method, extra=f"Require: {extension.upper()}\n"), "tag") is None
