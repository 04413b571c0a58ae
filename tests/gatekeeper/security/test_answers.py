"""
What guardians are answered and asked, signed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import pytest
from twisted.internet.task import Clock

from h323d.gatekeeper.security.answers import AnswerKey, SignedAnswers
from h323d.h323.ras.messages import Fields, RASMessage, decodeRAS, encodeRAS
from h323d.h323.ras.security import BELIEVED, PLAIN, UNSECURED, Association, Verdict
from h323d.h323.security.guardtoken import GuardStamp, isSigned, proofIn, signRAS
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof
from tests.support.guardians import publicKey, signingKey
from tests.support.ras import rrq

NOW = 1_800_000_000
HERE = TransportAddress("10.0.0.2", 1719)
ELSEWHERE = TransportAddress("10.0.0.66", 1719)
NONCE = bytes(range(16))
REQUEST = rrq(7, "10.0.0.2", ("h323-ID", "anna"))
OCTETS = signRAS(
    REQUEST, signingKey("anna"), GuardStamp("if://guardian/anna", "council-1", NOW, NONCE)
)
REJECT = RASMessage(
    "registrationReject",
    {
        "requestSeqNum": 7,
        "protocolIdentifier": (0, 0, 8, 2250, 0, 4),
        "rejectReason": ("securityDenial", None),
    },
)


class Signers:
    """
    Anna, at one place.
    """

    def signerOf(self, proof: Proof, source: TransportAddress) -> str:
        return proof.identity if source == HERE else ""

    def signerAt(self, source: TransportAddress) -> str:
        return "if://guardian/anna" if source == HERE else ""


@dataclass
class Others:
    """
    Who judges, and has associations of their own.
    """

    association: Association

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        return replace(BELIEVED, association=self.association)

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        return self.association


class Sealing:
    """
    An association with somebody who has a password.
    """

    def seal(self, message: RASMessage) -> bytes:
        return b"sealed"

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return True


@pytest.fixture
def answers() -> SignedAnswers:
    return answersWith(PLAIN)


def answersWith(association: Association) -> SignedAnswers:
    clock = Clock()
    clock.advance(NOW)
    key = AnswerKey(signingKey("council"), "council-1", Signers())
    return SignedAnswers(Others(association), key, clock, random.Random(1))


def answerTo(answers: SignedAnswers, octets: bytes, source: TransportAddress) -> bytes:
    verdict = answers.examine(decodeRAS(octets), octets, source)
    assert verdict.believed
    return verdict.association.seal(REJECT)


def proofOf(octets: bytes) -> Proof:
    proof = proofIn(decodeRAS(octets).fields, octets)
    assert proof is not None
    assert publicKey("council").verifies(proof.signature, proof.octets)
    return proof


def test_anAnswerToAGuardianIsSignedAndRepeatsWhatTheyMadeUp(answers: SignedAnswers) -> None:
    proof = proofOf(answerTo(answers, OCTETS, HERE))
    assert (proof.identity, proof.audience) == ("council-1", "if://guardian/anna")
    assert (proof.time, proof.nonce) == (NOW, NONCE)


def test_nothingIsSignedForWhoProvedNothing(answers: SignedAnswers) -> None:
    assert answerTo(answers, OCTETS, ELSEWHERE) == encodeRAS(REJECT)
    assert answerTo(answers, encodeRAS(REQUEST), HERE) == encodeRAS(REJECT)


def test_aTokenThatIsNotAsItHasToBeIsNoSignature(answers: SignedAnswers) -> None:
    token = decodeRAS(OCTETS).fields["cryptoTokens"][0]
    token[1][1]["token"]["hash"] = (0, 96)
    fields = REQUEST.fields | {"cryptoTokens": [token]}
    octets = encodeRAS(RASMessage(REQUEST.name, fields))
    assert answerTo(answers, octets, HERE) == encodeRAS(REJECT)


def test_whatWeAskAGuardianIsSignedAnew(answers: SignedAnswers) -> None:
    asked = RASMessage("infoRequest", {"requestSeqNum": 1, "callReferenceValue": 0})
    proofs = [
        proofOf(answers.towards(asked.name, asked.fields, HERE).seal(asked)) for _ in range(2)
    ]
    assert {each.audience for each in proofs} == {"if://guardian/anna"}
    assert len({each.nonce for each in proofs}) == 2
    octets = answers.towards(asked.name, asked.fields, ELSEWHERE).seal(asked)
    assert not isSigned(decodeRAS(octets).fields)


def test_whoHasAPasswordIsSealedForByThat() -> None:
    answers = answersWith(Sealing())
    assert answerTo(answers, OCTETS, HERE) == b"sealed"
    assert answers.towards("infoRequest", {}, HERE).seal(REJECT) == b"sealed"


def test_whatIsNotAskedIsWhatItWas() -> None:
    key = AnswerKey(signingKey("council"), "council-1", Signers())
    answers = SignedAnswers(UNSECURED, key, Clock(), random.Random(1))
    plain = encodeRAS(REQUEST)
    assert answers.examine(REQUEST, plain, HERE) is BELIEVED
