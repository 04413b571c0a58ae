"""
Who has sent a call on, as C{History-Info} has it.
"""

from __future__ import annotations

import pytest

from h323d.sip.calls.history import diversionIn, headersOf
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.diversion import Diversion, DiversionReason
from tests.support.sippeers import request

HERE = TransportAddress("10.0.0.1", 5060)
NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1002")
BOB, CAROL = "<sip:1002@10.0.0.9>", "sip:1003@10.0.0.9"


def saying(*values: str, extra: str = "") -> SIPRequest:
    lines = "".join(f"History-Info: {value}\n" for value in values)
    message = parse(request("INVITE", extra=lines + extra).replace("\n", "\r\n").encode())
    assert isinstance(message, SIPRequest)
    return message


@pytest.mark.parametrize(
    ("text", "diversion"),
    [
        (
            f"{BOB};index=1, <{CAROL};cause=486>;index=1.1;mp=1",
            Diversion(NUMBER, DiversionReason.BUSY),
        ),
        (f"{BOB};index=1, <{CAROL}>;index=1.1;mp=1", Diversion(NUMBER)),
        (  # of RFC 4244, without mp
            f"{BOB};index=1, <{CAROL};cause=408>;index=1.1",
            Diversion(NUMBER, DiversionReason.NO_ANSWER),
        ),
        (  # a contact of Carol's is no other party
            f"{BOB};index=1,<{CAROL};cause=302>;index=1.1;mp=1,<sip:c@10.0.0.8>;index=1.1.1;rc=1.1",
            Diversion(NUMBER, DiversionReason.UNCONDITIONAL),
        ),
        (  # the last of two
            f"<sip:1@a.b>;index=1,{BOB};index=1.1;mp=1,<{CAROL};cause=487>;index=1.2;mp=1.1",
            Diversion(NUMBER, DiversionReason.DEFLECTION),
        ),
        (
            f"<sip:1002@10.0.0.9?Privacy=history>;index=1,<{CAROL};cause=503>;index=1.1;mp=1",
            Diversion(None, DiversionReason.OUT_OF_SERVICE),
        ),
        (f"{BOB};index=1", None),
        (f"{BOB};index=1, <{CAROL};cause=486>;index=1.1;mp=7", None),
        (f"<{CAROL};cause=486>;index=1", None),
        (f"{BOB}, <{CAROL};cause=x>", None),
        ("<sip:1002@", None),
    ],
)
def test_theLastDiversionIsRead(text: str, diversion: Diversion | None) -> None:
    assert diversionIn(saying(text)) == diversion


def test_aCallWhoseHistoryIsPrivateNamesNobody() -> None:
    values = f"{BOB};index=1", f"<{CAROL};cause=486>;index=1.1;mp=1"
    hidden = saying(*values, extra="Privacy: id;history\n")
    assert diversionIn(hidden) == Diversion(None, DiversionReason.BUSY)


def test_whatIsNotSaidIsNone() -> None:
    assert diversionIn(saying()) is None


@pytest.mark.parametrize("reason", DiversionReason)
@pytest.mark.parametrize("party", [NUMBER, None])
def test_whatWeWriteWeRead(reason: DiversionReason, party: PartyAddress | None) -> None:
    diversion = Diversion(party, reason)
    values = headersOf(diversion, SIPURI("10.0.0.9", "1003"), HERE)
    assert diversionIn(saying(*values)) == diversion


def test_bothTargetsAreNamed() -> None:
    target = SIPURI("10.0.0.9", "1003", headers=(("X", "y"),))
    assert headersOf(Diversion(NUMBER, DiversionReason.BUSY), target, HERE) == (
        "<sip:1002@10.0.0.1:5060>;index=1",
        "<sip:1003@10.0.0.9;cause=486>;index=1.1;mp=1",
    )
