"""
Whole messages of Q.931, as H.225.0 has them.
"""

from __future__ import annotations

import pytest

from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.signalling import messages, q931, reading
from h323d.h323.signalling.elements import PartyNumber
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message
from h323d.values.address import ANONYMOUS, AddressKind, PartyAddress
from h323d.values.cause import Cause

ANNA = PartyAddress(AddressKind.H323_ID, "anna")
NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")


def identifiers(message: Q931Message) -> list[int]:
    return [each.identifier for each in message.elements]


def test_elementsStandInTheOrderOfTheirNumbersAndH225sIsLast() -> None:
    message = messages.make(
        MessageType.ALERTING, b"x", [Element(IE.DISPLAY), Element(0x7F), Element(IE.CAUSE)]
    )
    assert identifiers(message) == [IE.CAUSE, IE.DISPLAY, 0x7F, IE.USER_USER]
    assert message.userUser == b"x"


def test_theReferenceIsTheConnectionsMatter() -> None:
    message = messages.addressed(messages.make(MessageType.NOTIFY, None), 7, True)
    assert (message.callReference, message.toOriginator) == (7, True)
    assert message.userUser is None


@pytest.mark.parametrize(
    ("parties", "number"),
    [
        ((ANNA, NUMBER), "1001"),
        ((PartyAddress(AddressKind.URL, "h323:*22#@host"),), "*22#"),
        ((ANNA,), None),
        ((PartyAddress(AddressKind.DIALLED_DIGITS, ""),), None),
        ((PartyAddress(AddressKind.DIALLED_DIGITS, "1" * 200),), None),
        ((), None),
    ],
)
def test_theFirstNameThatIsANumberIsTheNumber(
    parties: tuple[PartyAddress, ...], number: str | None
) -> None:
    assert messages.numberOf(parties) == (None if number is None else PartyNumber(number))


def test_aSetupSaysWhoCallsWhom() -> None:
    setup = messages.setup(b"x", "Anna", (NUMBER,), (PartyAddress(AddressKind.H323_ID, "2000"),))
    assert identifiers(setup) == [
        IE.BEARER_CAPABILITY,
        IE.DISPLAY,
        IE.CALLING_PARTY_NUMBER,
        IE.CALLED_PARTY_NUMBER,
        IE.USER_USER,
    ]
    assert reading.displayName(setup) == "Anna"


def test_whoHasNoNumberAndNoNameSaysNone() -> None:
    setup = messages.setup(b"x", "", (ANNA,), ())
    assert identifiers(setup) == [IE.BEARER_CAPABILITY, IE.USER_USER]


@pytest.mark.parametrize(("display", "shown"), [("", False), ("Room", True)])
def test_aConnectMayShowAName(display: str, shown: bool) -> None:
    connect = messages.connect(b"x", display)
    assert (IE.DISPLAY in identifiers(connect)) is shown
    assert IE.BEARER_CAPABILITY in identifiers(connect)


def test_aFacilityHasItsElementThoughItIsEmpty() -> None:
    assert messages.facility(b"x").contents(IE.FACILITY) == b""


def test_whatIsWrittenCanBeRead() -> None:
    release = messages.release(Cause.USER_BUSY)
    status = messages.status(CallNumber.ACTIVE, Cause.NORMAL_UNSPECIFIED)
    keypad = messages.keypad("12#", b"x")
    read = [q931.decode(q931.encode(each)) for each in (release, status, keypad)]
    assert reading.causeOfElement(read[0].contents(IE.CAUSE) or b"") is Cause.USER_BUSY
    assert reading.reportedState(read[1], CallNumber.NULL) == CallNumber.ACTIVE
    assert reading.keypadDigits(read[2]) == "12#"


@pytest.mark.parametrize(
    ("calling", "isVerified", "number"),
    [
        ((NUMBER,), True, PartyNumber("1001", presentation=0, screening=1)),
        ((NUMBER,), False, PartyNumber("1001")),
        ((ANONYMOUS,), True, PartyNumber("", plan=0, presentation=1, screening=3)),
    ],
)
def test_aNumberThatIsKnownToBeTheCallersIsTold(
    calling: tuple[PartyAddress, ...], isVerified: bool, number: PartyNumber
) -> None:
    setup = messages.setup(b"x", "", calling, (), isVerified=isVerified)
    assert PartyNumber.decode(setup.contents(IE.CALLING_PARTY_NUMBER) or b"") == number
