"""
What guardians are answered and asked, by RAS: signed with the key of the server, as they sign
(C{docs/reference/guard-proofs.rst}).

A forged confirm would lead a guardian to whoever forged it.  For who has proven nothing, nothing is
signed; whether they have is a gate's to say (L{KnownSigners}), which looks at a request after this
has seen it, and before it is answered.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.errors import DecodeError
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.security import PLAIN, Association, RASSecurity, Verdict
from h323d.h323.security.guardtoken import NONCE_OCTETS, GuardStamp, proofIn, signRAS
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import Signing
from h323d.values.proof import Proof

__all__ = ["AnswerKey", "KnownSigners", "SignedAnswers"]


class KnownSigners(Protocol):
    """
    Who judges by signatures: a gate.
    """

    def signerOf(self, proof: Proof, source: TransportAddress) -> str:
        """
        Who signed a request that came from there: what they sign as; empty for nobody.
        """

    def signerAt(self, source: TransportAddress) -> str:
        """
        The same of who has registered from there.
        """


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """
    What we sign by.

    @ivar name: ours: what guardians sign for.
    @ivar signers: tells them from others.
    """

    key: Signing
    name: str
    signers: KnownSigners


class SignedAnswers:
    """
    A L{RASSecurity} that signs what is for guardians, and leaves all else to another.
    """

    def __init__(
        self, others: RASSecurity, answerKey: AnswerKey, clock: IReactorTime, rng: random.Random
    ) -> None:
        """
        @param others: judges what arrives.
        @param clock: tells Unix time.
        """
        self._others = others
        self._answerKey = answerKey
        self._clock = clock
        self._rng = rng

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        verdict = self._others.examine(message, octets, source)
        if verdict.association is not PLAIN:
            return verdict
        try:
            proof = proofIn(message.fields, octets)
        except DecodeError:  # which the gate tells
            return verdict
        if proof is None:
            return verdict
        return replace(verdict, association=_Asker(self, proof, source))

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        association = self._others.towards(name, fields, destination)
        signer = self._answerKey.signers.signerAt(destination)
        return _Asked(self, signer) if signer and association is PLAIN else association

    # What an association needs.

    def answer(self, message: RASMessage, proof: Proof, source: TransportAddress) -> bytes:
        """
        Encode an answer to a request, signed if that was.
        """
        signer = self._answerKey.signers.signerOf(proof, source)
        return self._signed(message, signer, proof.nonce) if signer else PLAIN.seal(message)

    def ask(self, message: RASMessage, signer: str) -> bytes:
        """
        Encode what we ask of a guardian, or tell them.
        """
        return self._signed(message, signer, self._rng.randbytes(NONCE_OCTETS))

    def _signed(self, message: RASMessage, signer: str, nonce: bytes) -> bytes:
        ours = self._answerKey
        stamp = GuardStamp(ours.name, signer, int(self._clock.seconds()), nonce)
        return signRAS(message, ours.key, stamp)


class _Asker:
    """
    An L{Association} with who has sent a signature, for the answer.
    """

    __slots__ = ("_answers", "_proof", "_source")

    def __init__(self, answers: SignedAnswers, proof: Proof, source: TransportAddress) -> None:
        self._answers = answers
        self._proof = proof
        self._source = source

    def seal(self, message: RASMessage) -> bytes:
        return self._answers.answer(message, self._proof, self._source)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return True


class _Asked:
    """
    An L{Association} with a guardian whom we ask.  What they say to that is believed from where
    they are.
    """

    __slots__ = ("_answers", "_signer")

    def __init__(self, answers: SignedAnswers, signer: str) -> None:
        self._answers = answers
        self._signer = signer

    def seal(self, message: RASMessage) -> bytes:
        return self._answers.ask(message, self._signer)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return True
