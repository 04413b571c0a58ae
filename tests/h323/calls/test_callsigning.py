"""
A Setup and a Connect that are signed, as the other side reads them.
"""

from __future__ import annotations

import random

import pytest
from cryptography.exceptions import InvalidSignature
from twisted.internet.task import Clock

from h323d.errors import EncodeError
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.calls.incoming import proofsInConnect, readSetup
from h323d.h323.signalling import messages, q931, uuie
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import CallIdentity, SetupParties, Start
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.ed25519 import SigningIdentity
from h323d.values.proof import Proof, malformed
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


def test_aConnectIsSignedForItsCall() -> None:
    signing = newSigning()
    body = signing.prepared(uuie.connect(IDENTITY, KIND, Start()))
    connect = messages.addressed(messages.connect(uuie.write(body, True), "Anna"), 7, True)
    message = q931.decode(q931.encode(signing.signed(connect)))
    content = uuie.read(message.userUser or b"")
    (proof,) = proofsInConnect(message, content, IDENTITY)
    assert proof.identity == "if://guardian/anna"
    privateKey("anna").public_key().verify(proof.signature, proof.octets)
    another = CallIdentity(bytes(16), IDENTITY.conferenceID)
    assert proofsInConnect(message, content, another) == (malformed("ed25519"),)
    plain = messages.connect(uuie.write(uuie.connect(IDENTITY, KIND, Start()), True), "Anna")
    assert proofsInConnect(plain, uuie.read(plain.userUser or b""), another) == ()
