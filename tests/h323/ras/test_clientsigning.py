"""
An endpoint that signs, against a gatekeeper, and whom it believes.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.call.applications import PASSED, Door
from h323d.h323.ras.clientsigning import ClientSigning, Doubt
from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.h323.ras.security import Association
from h323d.h323.security.guardtoken import RAS, GuardStamp, proofIn, signRAS
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import SigningIdentity
from tests.support.fakegate import FakeGate
from tests.support.guardians import privateKey, publicKey, signingKey
from tests.support.ras import GATEKEEPER, drq
from tests.support.rasendpoint import CALL, Endpoint

IDENTITY = SigningIdentity(signingKey("anna"), "if://guardian/anna", "council-1")
NOW = 1_800_000_000
ASKED = drq(3, "e1")
ANSWER = RASMessage("disengageConfirm", {"requestSeqNum": 3})


def test_itSignsAllThatItAsksFor(makeWorld: Any) -> None:
    gate = FakeGate(PASSED)
    endpoint = Endpoint(makeWorld(gates=(gate,)), profile={"signs": IDENTITY})
    endpoint.client.start()
    endpoint.run(1)
    endpoint.client.calls.admit(CALL)
    endpoint.run(1)
    assert {each.door for each in gate.judged} == {Door.RRQ, Door.ARQ}
    nonces = set()
    for application in gate.judged:
        (proof,) = application.proofs
        assert (proof.identity, proof.audience) == ("if://guardian/anna", "council-1")
        assert proof.octets.startswith(RAS)
        privateKey("anna").public_key().verify(proof.signature, proof.octets)
        nonces.add(proof.nonce)
    assert len(nonces) == len(gate.judged)
    endpoint.client.stop()
    endpoint.run(1)
    endpoint.client.close()


class Asking:
    """
    Anna, who knows the server's key, and has asked it something.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.advance(NOW)
        identity = replace(IDENTITY, server=publicKey("council"))
        self.signing = ClientSigning(identity, self.clock, random.Random(1))
        self.association = self.ask()
        self.nonce = self.nonceOf(self.association)

    def ask(self) -> Association:
        return self.signing.towards(ASKED.name, ASKED.fields, GATEKEEPER)

    def nonceOf(self, association: Association) -> bytes:
        octets = association.seal(ASKED)
        proof = proofIn(decodeRAS(octets).fields, octets)
        assert proof is not None
        return proof.nonce

    def signed(
        self,
        message: RASMessage = ANSWER,
        key: str = "council",
        sender: str = "council-1",
        receiver: str = "if://guardian/anna",
        time: int = NOW,
        nonce: bytes = b"",
    ) -> bytes:
        stamp = GuardStamp(sender, receiver, time, nonce or self.nonce)
        return signRAS(message, signingKey(key), stamp)

    def believes(self, octets: bytes) -> bool:
        return self.association.believes(decodeRAS(octets), octets)


def test_anAnswerOfTheServersIsBelievedWhateverItsClockSays() -> None:
    asking = Asking()
    assert asking.believes(asking.signed(time=NOW - 86_400))
    assert asking.signing.complaint == ""


def test_whatIsRepeatedIsTheSameToTheOctet() -> None:
    asking = Asking()
    assert asking.association.seal(ASKED) == asking.association.seal(ASKED)
    assert asking.nonceOf(asking.ask()) != asking.nonce


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"key": "mallory"}, Doubt.OTHER_KEY),
        ({"key": "anna", "sender": "if://guardian/anna", "receiver": "council-1"}, Doubt.OTHER_KEY),
        ({"sender": "council-2"}, Doubt.OTHERS),
        ({"receiver": "if://guardian/bert"}, Doubt.OTHERS),
        ({"nonce": bytes(16)}, Doubt.NO_ANSWER),
    ],
)
def test_anAnswerOfSomebodyElsesIsNot(changed: dict[str, Any], doubt: Doubt) -> None:
    asking = Asking()
    assert not asking.believes(asking.signed(**changed))
    assert asking.signing.complaint == f"unverified: disengageConfirm {doubt.value}"


def test_anAnswerThatIsNotSignedIsNot() -> None:
    asking = Asking()
    assert not asking.believes(encodeRAS(ANSWER))
    assert asking.signing.complaint == "unverified: disengageConfirm is not signed"


def test_anAnswerThatWasChangedIsNot() -> None:
    asking = Asking()
    octets = asking.signed(RASMessage("disengageConfirm", {"requestSeqNum": 4}))
    changed = octets[:2] + bytes((octets[2] ^ 1,)) + octets[3:]
    assert decodeRAS(changed).name == ANSWER.name
    assert not asking.believes(changed)
    assert asking.signing.complaint.endswith(Doubt.FORGED.value)


def test_aTokenThatIsNotAsItHasToBeIsNoSignature() -> None:
    asking = Asking()
    token = decodeRAS(asking.signed()).fields["cryptoTokens"][0]
    token[1][1]["token"]["hash"] = (0, 96)
    octets = encodeRAS(RASMessage(ANSWER.name, ANSWER.fields | {"cryptoTokens": [token]}))
    assert not asking.believes(octets)
    assert asking.signing.complaint.endswith(Doubt.MALFORMED.value)


@pytest.mark.parametrize(
    ("late", "times", "believed"), [(0, 1, True), (31, 1, False), (0, 2, False)]
)
def test_aRequestOfTheServersCountsOnceAndWhileItIsFresh(
    late: int, times: int, believed: bool
) -> None:
    asking = Asking()
    octets = asking.signed(ASKED, nonce=b"n" * 16)
    asking.clock.advance(late)
    source = TransportAddress("10.0.0.1", 1719)
    for _ in range(times):
        verdict = asking.signing.examine(decodeRAS(octets), octets, source)
    assert verdict.believed is believed
    assert verdict.refusal is None


def test_whoDoesNotKnowTheKeyBelievesAnybody() -> None:
    signing = ClientSigning(IDENTITY, Clock(), random.Random(1))
    octets = encodeRAS(ASKED)
    assert signing.examine(ASKED, octets, GATEKEEPER).believed


def test_aRegistrationThatNobodySignedIsToldAsSuch(makeWorld: Any) -> None:
    identity = replace(IDENTITY, server=publicKey("council"))
    endpoint = Endpoint(makeWorld(), profile={"signs": identity})
    endpoint.client.start()
    endpoint.run(15)
    reason = "unverified: registrationConfirm is not signed"
    assert endpoint.reports == [("failed", reason, False)]
    endpoint.client.close()
