"""
The signature of a guardian in RAS and in a Setup.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from hypothesis import given
from hypothesis import strategies as st

from h323d.asn1 import h225
from h323d.errors import DecodeError, EncodeError
from h323d.h323.ras.messages import RASMessage, decodeRAS
from h323d.h323.security.guardtoken import (
    H225,
    RAS,
    GuardStamp,
    isSigned,
    proofIn,
    proofInCall,
    signed,
    signRAS,
    tokenFor,
)
from h323d.h323.signalling import messages, q931
from h323d.values.proof import Proof
from tests.support.guardians import (
    documentedKey,
    documentedServerKey,
    privateKey,
    publicKey,
    signingKey,
)
from tests.support.ras import rrq

NOW = 1_800_000_000
STAMP = GuardStamp("if://guardian/anna", "council-1", NOW, bytes(range(16)))
MESSAGE = rrq(7, "10.0.0.5", ("h323-ID", "anna"))
ANNA = signingKey("anna")
SETUP_UUIE = {
    "protocolIdentifier": (0, 0, 8, 2250, 0, 7),
    "sourceInfo": {"mc": False, "undefinedNode": False, "terminal": {}},
    "activeMC": False,
    "conferenceID": bytes(16),
    "conferenceGoal": ("create", None),
    "callType": ("pointToPoint", None),
}


def proofOf(octets: bytes) -> Proof:
    proof = proofIn(decodeRAS(octets).fields, octets)
    assert proof is not None
    return proof


def withToken(**changed: Any) -> bytes:
    """
    A message whose token is not as it has to be.
    """
    kind, (form, hashed) = tokenFor(ANNA.public, STAMP)
    for path, value in changed.items():
        place, *rest = path.split("__")
        if rest:
            hashed[place][rest[0]] = value
        else:
            hashed[place] = value
    fields = MESSAGE.fields | {"cryptoTokens": [(kind, (form, hashed))]}
    return h225.encode("RasMessage", (MESSAGE.name, fields))


def setupWith(tokens: list[Any]) -> bytes:
    pdu = {"h323-message-body": ("setup", SETUP_UUIE | {"cryptoTokens": tokens})}
    userUser = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
    message = messages.addressed(messages.setup(userUser, "Anna", (), ()), 77, False)
    return q931.encode(message)


def test_theProofSaysWhatTheSignerSaid() -> None:
    octets = signRAS(MESSAGE, ANNA, STAMP)
    proof = proofOf(octets)
    assert (proof.scheme, proof.identity, proof.audience) == (
        "ed25519",
        "if://guardian/anna",
        "council-1",
    )
    assert (proof.time, proof.nonce, proof.key) == (NOW, bytes(range(16)), publicKey("anna").raw)


def test_theSignatureIsOverTheMessageWithItsPlaceZero() -> None:
    octets = signRAS(MESSAGE, ANNA, STAMP)
    proof = proofOf(octets)
    assert proof.octets == RAS + octets.replace(proof.signature, bytes(64))
    privateKey("anna").public_key().verify(proof.signature, proof.octets)


def test_aSetupIsSignedFromTheProtocolDiscriminatorOn() -> None:
    octets = signed(setupWith([tokenFor(ANNA.public, STAMP)]), ANNA, H225)
    userUser = q931.decode(octets).userUser
    assert userUser is not None
    value = h225.decode("H323-UserInformation", userUser)
    setup = value["h323-uu-pdu"]["h323-message-body"][1]
    proof = proofInCall(setup, userUser, octets)
    assert proof is not None
    assert proof.octets == H225 + octets.replace(proof.signature, bytes(64))
    privateKey("anna").public_key().verify(proof.signature, proof.octets)


def test_theOctetsAreThoseOfTheDocumentation() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "guard-proofs.rst"
    told = "".join(page.read_text().split())
    message = rrq(7, "192.0.2.10", ("h323-ID", "anna"))
    assert signRAS(message, documentedKey(), STAMP).hex() in told
    answer = RASMessage("disengageConfirm", {"requestSeqNum": 7})
    stamp = GuardStamp("council-1", "if://guardian/anna", NOW, bytes(range(16)))
    assert documentedServerKey().public.raw.hex().startswith("3d4017c3")
    assert signRAS(answer, documentedServerKey(), stamp).hex() in told


def test_aMessageWithoutATokenHasNoProof() -> None:
    octets = h225.encode("RasMessage", (MESSAGE.name, MESSAGE.fields))
    assert proofIn(decodeRAS(octets).fields, octets) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"token__hash": (0, 96)}, "another length"),
        ({"token__hash": (0, 520)}, "another length"),
        ({"tokenOID": (0, 0, 8, 235, 0, 2, 2)}, "something else"),
        ({"hashedVals__tokenOID": (0, 0)}, "something else"),
        ({"hashedVals__challenge": bytes(15)}, "nonce"),
        ({"hashedVals__certificate": {"type": (1, 2), "certificate": b"x"}}, "no key"),
        ({"hashedVals__certificate": {"type": (1, 3, 101, 112), "certificate": b"x"}}, "the key"),
    ],
)
def test_aTokenThatIsNotAsItHasToBeIsTold(changed: dict[str, Any], said: str) -> None:
    octets = withToken(**changed)
    with pytest.raises(DecodeError, match=said):
        proofIn(decodeRAS(octets).fields, octets)


def test_twoSignaturesAreOneTooMany() -> None:
    kind, (form, hashed) = tokenFor(ANNA.public, STAMP)
    other = hashed | {"token": hashed["token"] | {"hash": (1, 512)}}
    fields = MESSAGE.fields | {"cryptoTokens": [(kind, (form, hashed)), (kind, (form, other))]}
    octets = h225.encode("RasMessage", (MESSAGE.name, fields))
    with pytest.raises(DecodeError, match="two signatures"):
        proofIn(decodeRAS(octets).fields, octets)


def test_aTokenOfAnotherAlgorithmIsNotLookedAt() -> None:
    octets = withToken(token__algorithmOID=(0, 0, 8, 235, 0, 2, 6), token__hash=(0, 96))
    assert proofIn(decodeRAS(octets).fields, octets) is None


def test_aMessageThatHasNoPlaceIsNotSigned() -> None:
    with pytest.raises(EncodeError, match="no place"):
        signed(b"nothing", ANNA, RAS)


@pytest.mark.parametrize("name", ["", "x" * 129])
def test_namesHaveAsMuchPlaceAsH235HasForThem(name: str) -> None:
    with pytest.raises(EncodeError, match="128"):
        signRAS(MESSAGE, ANNA, GuardStamp(name, "council-1", NOW, bytes(16)))
    longest = GuardStamp("y" * 128, "x" * 128, NOW, bytes(16))
    assert proofOf(signRAS(MESSAGE, ANNA, longest)).audience == "x" * 128


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_whoChangesAnOctetHasNoProofThatHolds(place: int, change: int) -> None:
    octets = bytearray(signRAS(MESSAGE, ANNA, STAMP))
    octets[place % len(octets)] ^= change
    changed = bytes(octets)
    try:
        proof = proofIn(decodeRAS(changed).fields, changed)
    except DecodeError:
        return
    if proof is not None and proof.key == publicKey("anna").raw:
        with pytest.raises(InvalidSignature):
            privateKey("anna").public_key().verify(proof.signature, proof.octets)


def test_whatHasAnythingLikeASignatureIsSigned() -> None:
    assert isSigned(decodeRAS(signRAS(MESSAGE, ANNA, STAMP)).fields)
    assert not isSigned(MESSAGE.fields)
