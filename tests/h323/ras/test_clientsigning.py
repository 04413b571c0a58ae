"""
An endpoint that signs, against a gatekeeper.
"""

from __future__ import annotations

from typing import Any

from h323d.call.applications import PASSED, Door
from h323d.h323.security.guardtoken import RAS
from h323d.values.ed25519 import SigningIdentity
from tests.support.fakegate import FakeGate
from tests.support.guardians import privateKey, signingKey
from tests.support.rasendpoint import CALL, Endpoint

IDENTITY = SigningIdentity(signingKey("anna"), "if://guardian/anna", "council-1")


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
