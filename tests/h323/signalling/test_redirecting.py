"""
Who has sent a call on, as Q.931 has it.
"""

from __future__ import annotations

import pytest

from h323d.h323.signalling.elements import PartyNumber
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message
from h323d.h323.signalling.redirecting import diversionOf, elementOf
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.diversion import Diversion, DiversionReason

NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1002")


def setup(*elements: Element) -> Q931Message:
    return Q931Message(1, False, MessageType.SETUP, elements)


def said(contents: bytes) -> Q931Message:
    return setup(Element(IE.REDIRECTING_NUMBER, contents))


@pytest.mark.parametrize("reason", DiversionReason)
@pytest.mark.parametrize("party", [NUMBER, None])
def test_whatWeWriteWeRead(reason: DiversionReason, party: PartyAddress | None) -> None:
    diversion = Diversion(party, reason)
    assert diversionOf(setup(elementOf(diversion))) == diversion


def test_theOctetsAreThoseOfTheStandard() -> None:
    element = elementOf(Diversion(NUMBER, DiversionReason.UNCONDITIONAL))
    assert element.contents == b"\x01\x00\x8f1002"
    assert elementOf(Diversion(None)).contents == b"\x01\x20\x80"


def test_whoDoesNotWantToBeKnownIsNotNamed() -> None:
    hidden = PartyNumber("1002", presentation=1, reason=1).encode()
    assert diversionOf(said(hidden)) == Diversion(None, DiversionReason.BUSY)


def test_aURIIsNamedByItsNumberAndANameByNothing() -> None:
    uri = PartyAddress(AddressKind.URL, "sip:1002@10.0.0.1")
    name = PartyAddress(AddressKind.H323_ID, "Bob Brown")
    assert elementOf(Diversion(uri)).contents == b"\x01\x00\x801002"
    assert elementOf(Diversion(name)).contents == b"\x01\x40\x80"


@pytest.mark.parametrize("contents", [b"", b"\x01\x00", bytes([1, 0, 0, 0, 0x80])])
def test_whatCannotBeReadIsNotSaid(contents: bytes) -> None:
    assert diversionOf(said(contents)) is None


def test_aReasonThatNobodyKnowsIsUnknown() -> None:
    odd = PartyNumber("1002", presentation=0, reason=7).encode()
    assert diversionOf(said(odd)) == Diversion(NUMBER)


def test_whatIsNotSaidIsNone() -> None:
    assert diversionOf(setup()) is None
