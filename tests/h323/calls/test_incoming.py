"""
What a Setup asks for.
"""

from __future__ import annotations

import random

import pytest

from h323d.asn1 import h225
from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.errors import RemoteProtocolError
from h323d.h323.calls.incoming import IncomingSetup, readSetup
from h323d.h323.security.guarddata import declared
from h323d.h323.security.guardtoken import H225, GuardStamp, signed, tokenFor
from h323d.h323.signalling import messages, q931, uuie
from h323d.h323.signalling.elements import PartyNumber
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message
from h323d.h323.signalling.uuie import CallIdentity, SetupParties, Start
from h323d.values.address import ANONYMOUS, AddressKind, PartyAddress
from h323d.values.cause import Cause
from tests.support.guardians import signingKey
from tests.support.h323 import KIND

ALICE = PartyAddress(AddressKind.H323_ID, "alice")
ROOM = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")
IDENTITY = CallIdentity(bytes(range(16)), bytes(16))


def read(parties: SetupParties, *others: Element) -> IncomingSetup:
    octets = uuie.write(uuie.setup(IDENTITY, KIND, parties, Start()), True)
    message = messages.make(MessageType.SETUP, octets, others)
    return readSetup(message, uuie.read(octets), random.Random(1))


def number(identifier: int, digits: str, presentation: int | None = None) -> Element:
    return Element(identifier, PartyNumber(digits, presentation=presentation).encode())


def test_aliasesComeFirstAndNumbersAfter() -> None:
    setup = read(
        SetupParties((ALICE,), ()),
        number(IE.CALLING_PARTY_NUMBER, "1001"),
        number(IE.CALLED_PARTY_NUMBER, "80001"),
    )
    assert setup.calling == (ALICE, PartyAddress(AddressKind.DIALLED_DIGITS, "1001"))
    assert setup.called == (ROOM,)


def test_aNumberThatAnAliasSaysTooIsNotRepeated() -> None:
    setup = read(SetupParties((), (ROOM,)), number(IE.CALLED_PARTY_NUMBER, "80001"))
    assert setup.called == (ROOM,)


def test_aSignatureIsReadOfTheWholeMessage() -> None:
    stamp = GuardStamp("if://guardian/anna", "council-1", 1_800_000_000, bytes(16))
    key = signingKey("anna")
    body = uuie.setup(IDENTITY, KIND, SetupParties((ALICE,), ()), Start())
    token = tokenFor(key.public, stamp)
    octets = uuie.write((body[0], body[1] | {"cryptoTokens": [token]}), True)
    made = messages.addressed(messages.make(MessageType.SETUP, octets, ()), 7, False)
    wire = signed(q931.encode(made), key, H225)
    message = q931.decode(wire)
    assert message.userUser is not None
    (proof,) = readSetup(message, uuie.read(message.userUser), random.Random(1)).proofs
    assert proof.octets == H225 + wire.replace(proof.signature, bytes(64))
    assert read(SetupParties((ALICE,), ())).proofs == ()


def test_whatACallerDeclaresIsRead() -> None:
    body = uuie.setup(IDENTITY, KIND, SetupParties((ALICE,), ()), Start())
    entry = declared(Declaration(CallType.ESCALATE, True))
    pdu = {"h323-message-body": body, "h245Tunnelling": True, "genericData": [entry]}
    octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
    message = messages.make(MessageType.SETUP, octets)
    setup = readSetup(message, uuie.read(octets), random.Random(1))
    assert setup.declaration == Declaration(CallType.ESCALATE, True)
    assert read(SetupParties((ALICE,), ())).declaration == Declaration()


def test_theDisplayIsCleaned() -> None:
    assert read(SetupParties((), ()), Element(IE.DISPLAY, b"A\x1b[1mB\0")).displayName == "A[1mB"


def test_aRestrictedCallerHasNoName() -> None:
    setup = read(
        SetupParties((ALICE,), ()),
        Element(IE.DISPLAY, b"Alice\0"),
        number(IE.CALLING_PARTY_NUMBER, "1001", presentation=1),
    )
    assert setup.restricted
    assert setup.displayName == ""


def test_aCallerWhoseAliasesAreRestrictedHasNoName() -> None:
    octets = uuie.write(uuie.setup(IDENTITY, KIND, SetupParties((ANONYMOUS,), ()), Start()), True)
    message = messages.make(MessageType.SETUP, octets, [Element(IE.DISPLAY, b"Alice\0")])
    setup = readSetup(message, uuie.read(octets), random.Random(1))
    assert setup.restricted
    assert setup.displayName == ""


def test_nobodyNeedsToBeNamed() -> None:
    setup = read(SetupParties((), ()))
    assert (setup.calling, setup.called, setup.displayName) == ((), (), "")


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (Q931Message(1, False, MessageType.SETUP), Cause.MANDATORY_IE_MISSING),
        (
            Q931Message(1, False, MessageType.SETUP, (Element(IE.USER_USER, b"\x05"),)),
            Cause.INVALID_IE_CONTENTS,
        ),
        (
            Q931Message(1, False, MessageType.SETUP, (Element(0x03, b""),)),
            Cause.MANDATORY_IE_MISSING,
        ),
    ],
)
def test_whatCannotBeACallHasItsCause(message: Q931Message, cause: Cause) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        readSetup(message, uuie.NOTHING, random.Random(1))
    assert caught.value.cause is cause
