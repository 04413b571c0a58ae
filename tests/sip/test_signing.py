"""
A telephone that signs.
"""

from __future__ import annotations

import random

from twisted.internet.task import Clock

from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.guardheader import HEADER, SignedClaims, claimsOf, proofIn, proofInAnswer
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.signing import Signing
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import SigningIdentity
from tests.support.guardians import privateKey, signingKey
from tests.support.sip_messages import INVITE

IDENTITY = SigningIdentity(signingKey("anna"), "if://guardian/anna", "council-1")


def read(octets: bytes) -> SIPRequest:
    request = parse(octets.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
    assert isinstance(request, SIPRequest)
    return request


def test_itSignsWhatGatesJudge() -> None:
    clock = Clock()
    clock.advance(1_800_000_000)
    signing = Signing(IDENTITY, clock, random.Random(1))
    proofs = [proofIn(signing.signed(read(INVITE))) for _ in range(2)]
    for proof in proofs:
        assert proof is not None
        assert (proof.identity, proof.audience, proof.time) == (
            "if://guardian/anna",
            "council-1",
            1_800_000_000,
        )
        privateKey("anna").public_key().verify(proof.signature, proof.octets)
    assert proofs[0] != proofs[1]


def test_itSignsWhatIsDeclaredOfItsCalls() -> None:
    declaration = Declaration(CallType.EMERGENCY, True)
    signing = Signing(IDENTITY, Clock(), random.Random(1), declaration)
    proof = proofIn(signing.signed(read(INVITE)))
    assert proof is not None
    assert claimsOf(proof) == SignedClaims(CallType.EMERGENCY, True, 0)


def test_itSignsNothingElse() -> None:
    signing = Signing(IDENTITY, Clock(), random.Random(1))
    request = read(INVITE.replace(b"INVITE", b"OPTIONS"))
    assert HEADER not in signing.signed(request).headers


def test_itHasNoPassword() -> None:
    signing = Signing(IDENTITY, Clock(), random.Random(1))
    there = TransportAddress("192.0.2.1", 5060)
    assert signing.secretAt(there, "it", Algorithm.MD5, "anna") is None


def test_itSignsTheAnswerToACallThatCameByAConnection() -> None:
    signing = Signing(IDENTITY, Clock(), random.Random(1))
    call = read(INVITE)
    proof = proofInAnswer(call, signing.signedAnswer(call, call.response(200, None, "far")))
    assert proof is not None
    assert proof.identity == "if://guardian/anna"
    for request in (parse(INVITE), read(INVITE.replace(b"INVITE", b"UPDATE"))):
        assert isinstance(request, SIPRequest)
        response = request.response(200, None, "far")
        assert signing.signedAnswer(request, response) is response
