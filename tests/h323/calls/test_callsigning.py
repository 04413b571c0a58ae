"""
A Setup that is signed, as whoever takes the call reads it.
"""

from __future__ import annotations

import random

import pytest
from cryptography.exceptions import InvalidSignature
from twisted.internet.task import Clock

from h323d.errors import EncodeError
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.calls.incoming import readSetup
from h323d.h323.signalling import messages, q931, uuie
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import CallIdentity, SetupParties, Start
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.ed25519 import SigningIdentity
from h323d.values.proof import Proof
from tests.support.guardians import privateKey, signingKey
from tests.support.h323 import KIND

IDENTITY = CallIdentity(bytes(range(16)), bytes(range(16, 32)))
ANNA = SigningIdentity(signingKey("anna"), "if://guardian/anna", "council-1")
NAMED = (PartyAddress(AddressKind.H323_ID, "anna"),)


def newSigning(identity: SigningIdentity = ANNA) -> CallSigning:
    clock = Clock()
    clock.advance(1_800_000_000)
    return CallSigning(identity, clock, random.Random(1))


def made(signing: CallSigning) -> Q931Message:
    body = signing.prepared(uuie.setup(IDENTITY, KIND, SetupParties(NAMED, ()), Start()))
    setup = messages.setup(uuie.write(body, True), "Anna", NAMED, ())
    return signing.signed(messages.addressed(setup, 7, False))


def proofOf(message: Q931Message) -> Proof:
    message = q931.decode(q931.encode(message))
    assert message.userUser is not None
    (proof,) = readSetup(message, uuie.read(message.userUser), random.Random(1)).proofs
    return proof


def test_whoTakesTheCallReadsWhoCallsForWhomAndWhen() -> None:
    proof = proofOf(made(newSigning()))
    assert (proof.identity, proof.audience, proof.time) == (
        "if://guardian/anna",
        "council-1",
        1_800_000_000,
    )
    privateKey("anna").public_key().verify(proof.signature, proof.octets)


def test_noTwoSetupsAreSignedAlike() -> None:
    signing = newSigning()
    assert proofOf(made(signing)).nonce != proofOf(made(signing)).nonce


def test_theWholeMessageIsSigned() -> None:
    elsewhere = messages.addressed(made(newSigning()), 8, False)
    proof = proofOf(elsewhere)
    with pytest.raises(InvalidSignature):
        privateKey("anna").public_key().verify(proof.signature, proof.octets)


def test_aNameThatIsTooLongIsNotSigned() -> None:
    with pytest.raises(EncodeError, match="generalID"):
        made(newSigning(SigningIdentity(signingKey("anna"), "if://guardian/anna", "x" * 200)))
