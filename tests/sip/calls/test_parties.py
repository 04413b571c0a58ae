"""
SIP URIs as parties.
"""

from __future__ import annotations

import pytest

from h323d.sip.calls.parties import isRestricted, partiesOf, targetOf
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import parseURI
from h323d.values.address import AddressKind, PartyAddress
from tests.support.sip_messages import INVITE

DIGITS = AddressKind.DIALLED_DIGITS


@pytest.mark.parametrize(
    ("uri", "names"),
    [
        ("sip:80001@h", [(DIGITS, "80001"), (AddressKind.URL, "sip:80001@h")]),
        ("sip:+4930@h;user=phone", [(DIGITS, "4930"), (AddressKind.URL, "sip:+4930@h")]),
        (
            "sip:alice@h:5070;x=y",
            [(AddressKind.H323_ID, "alice"), (AddressKind.URL, "sip:alice@h:5070")],
        ),
        ("tel:+49-30", [(DIGITS, "4930"), (AddressKind.URL, "tel:+49-30")]),
        ("sip:h", [(AddressKind.URL, "sip:h")]),
        ("sip:a%0ab@h", [(AddressKind.URL, "sip:a%0Ab@h")]),
    ],
)
def test_aURISaysItsUserAndItself(uri: str, names: list[tuple[AddressKind, str]]) -> None:
    assert partiesOf(parseURI(uri)) == tuple(PartyAddress(*name) for name in names)


def test_theUserIsWhatARoutingRuleSees() -> None:
    assert partiesOf(parseURI("sip:80001@h:5060;transport=udp"))[1].number == "80001"


@pytest.mark.parametrize(
    ("kind", "value", "uri"),
    [
        (AddressKind.URL, "sip:b@h", "sip:b@h"),
        (AddressKind.TRANSPORT, "10.0.0.1:5070", "sip:10.0.0.1:5070"),
        (AddressKind.EMAIL, "b@h", "sip:b@h"),
    ],
)
def test_aPartyThatSIPCanReach(kind: AddressKind, value: str, uri: str) -> None:
    assert str(targetOf(PartyAddress(kind, value))) == uri


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (DIGITS, "1001"),
        (AddressKind.URL, "h323:b@h"),
        (AddressKind.URL, "sip:"),
    ],
)
def test_aPartyThatSIPCannotReach(kind: AddressKind, value: str) -> None:
    assert targetOf(PartyAddress(kind, value)) is None


@pytest.mark.parametrize(
    ("old", "new", "restricted"),
    [
        (b"", b"", False),
        (b"User-Agent:", b"Privacy: none\r\nUser-Agent:", False),
        (b"User-Agent:", b"Privacy: critical;ID\r\nUser-Agent:", True),
        (b"User-Agent:", b"Privacy: user\r\nUser-Agent:", True),
        (b"sip:alice@192.0.2.10", b"sip:anonymous@anonymous.invalid", True),
    ],
)
def test_whoAsksForPrivacyIsRestricted(old: bytes, new: bytes, restricted: bool) -> None:
    request = parse(INVITE.replace(old, new) if old else INVITE)
    assert isinstance(request, SIPRequest)
    assert isRestricted(request) is restricted
