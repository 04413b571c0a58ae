"""
Who has sent a call on, as SIP has it.
"""

from __future__ import annotations

import pytest

from h323d.sip.calls.diversion import diversionOf, headerOf
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.diversion import Diversion, DiversionReason
from tests.support.sippeers import request

HERE = TransportAddress("10.0.0.1", 5060)
NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1002")


def saying(*lines: str) -> SIPRequest:
    extra = "".join(f"Diversion: {line}\n" for line in lines)
    message = parse(request("INVITE", extra=extra).replace("\n", "\r\n").encode())
    assert isinstance(message, SIPRequest)
    return message


@pytest.mark.parametrize(
    ("text", "diversion"),
    [
        ("<sip:1002@10.0.0.9>;reason=user-busy", Diversion(NUMBER, DiversionReason.BUSY)),
        ('"Bob" <tel:+1002>;reason="No-Answer"', Diversion(NUMBER, DiversionReason.NO_ANSWER)),
        ("<sip:1002@10.0.0.9>;reason=follow-me", Diversion(NUMBER)),
        ("<sip:1002@10.0.0.9>", Diversion(NUMBER)),
        ("<sip:1002@10.0.0.9>;privacy=full", Diversion(None)),
        ("<sip:1002@10.0.0.9>;privacy=name", Diversion(NUMBER)),
        ("<sip:1002@10.0.0.9>, <sip:1009@10.0.0.9>;reason=user-busy", Diversion(NUMBER)),
        ("<sip:1002@", None),
    ],
)
def test_theLastDiversionIsRead(text: str, diversion: Diversion | None) -> None:
    assert diversionOf(saying(text)) == diversion


def test_whatIsNotSaidIsNone() -> None:
    assert diversionOf(saying()) is None


@pytest.mark.parametrize("reason", DiversionReason)
@pytest.mark.parametrize("party", [NUMBER, None])
def test_whatWeWriteWeRead(reason: DiversionReason, party: PartyAddress | None) -> None:
    diversion = Diversion(party, reason)
    assert diversionOf(saying(headerOf(diversion, HERE))) == diversion


def test_whoHasAURIIsNamedByThatAndOthersAreAtOurs() -> None:
    uri = PartyAddress(AddressKind.URL, "sip:bob@example.com")
    assert headerOf(Diversion(uri), HERE) == "<sip:bob@example.com>;reason=unknown"
    assert headerOf(Diversion(NUMBER), HERE) == "<sip:1002@10.0.0.1:5060>;reason=unknown"


def test_whoDoesNotWantToBeKnownIsNotNamed() -> None:
    assert headerOf(Diversion(None), HERE) == (
        "<sip:anonymous@anonymous.invalid>;reason=unknown;privacy=full"
    )
