"""
Which messages belong together.
"""

from __future__ import annotations

import random

from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.transactions.key import newBranch, serverKey


def request(
    method: str = "INVITE",
    via: str = "SIP/2.0/UDP h:5070;branch=z9hG4bKa",
    to: str = "<sip:b@h>",
    uri: str = "sip:b@h",
    cseq: int = 1,
) -> SIPRequest:
    message = parse(
        f"{method} {uri} SIP/2.0\r\nVia: {via}\r\nFrom: <sip:a@h>;tag=1\r\nTo: {to}\r\n"
        f"Call-ID: c\r\nCSeq: {cseq} {method}\r\n\r\n".encode()
    )
    assert isinstance(message, SIPRequest)
    return message


def test_anAckHasTheKeyOfItsInvite() -> None:
    assert serverKey(request("ACK")) == serverKey(request("INVITE"))


def test_aCancelHasAKeyOfItsOwnAndFindsItsInvite() -> None:
    assert serverKey(request("CANCEL")) != serverKey(request("INVITE"))
    assert serverKey(request("CANCEL"), "INVITE") == serverKey(request("INVITE"))


def test_theSameBranchOfAnotherHostIsAnotherTransaction() -> None:
    other = request(via="SIP/2.0/UDP other:5070;branch=z9hG4bKa")
    assert serverKey(other) != serverKey(request())


def test_whatWeWriteIntoViaDoesNotChangeTheKey() -> None:
    stamped = request(via="SIP/2.0/UDP h:5070;branch=z9hG4bKa;received=1.2.3.4;rport=9")
    assert serverKey(stamped) == serverKey(request())


def test_withoutTheCookieAnAckWithAToTagStillFindsItsInvite() -> None:
    old = "SIP/2.0/UDP h:5070;branch=1"
    invite = request(via=old)
    assert serverKey(request("ACK", via=old, to="<sip:b@h>;tag=2")) == serverKey(invite)


def test_withoutTheCookieAnotherSequenceNumberIsAnotherTransaction() -> None:
    old = "SIP/2.0/UDP h:5070"
    assert serverKey(request(via=old, cseq=2)) != serverKey(request(via=old))


def test_branchesHaveTheCookieAndAreDrawn() -> None:
    rng = random.Random(7)
    first, second = newBranch(rng), newBranch(rng)
    assert first.startswith("z9hG4bK")
    assert first != second
    assert newBranch(random.Random(7)) == first
