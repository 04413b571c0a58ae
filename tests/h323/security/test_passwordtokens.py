"""
The tokens of older equipment: MD5 and CAT.
"""

from __future__ import annotations

import hashlib

import pytest

from h323d.errors import EncodeError
from h323d.h323.ras.messages import Fields, RASMessage, decodeRAS, encodeRAS
from h323d.h323.security.passwordtokens import (
    CAT,
    GK_PWD_HASH,
    MD5,
    catToken,
    gatekeeperProofs,
    gatekeeperToken,
    md5Token,
    proofs,
    verifyCAT,
    verifyMD5,
)
from h323d.values.proof import Proof, nonceOf
from tests.support.captures import captured, needsCaptures
from tests.support.ras import rrq

NOW = 1_700_000_000
BY_MD5 = Proof(MD5, "alice", NOW)
BY_CAT = Proof(CAT, "alice", NOW, nonceOf(200))


def sent(**more: object) -> Fields:
    message = rrq(1, "10.0.0.5")
    return decodeRAS(encodeRAS(RASMessage(message.name, message.fields | more))).fields


def test_anMD5TokenProvesThePassword() -> None:
    ((proof, digest),) = proofs(sent(cryptoTokens=[md5Token(BY_MD5, "secret")]), (MD5,))
    assert proof == BY_MD5
    assert verifyMD5(proof, digest, "secret")
    assert not verifyMD5(proof, digest, "guess")


def test_theMD5HashIsOfAClearTokenInPER() -> None:
    # tokenOID 0.0, time, password "pw", generalID "al", both ended by NUL: written out.
    octets = bytes.fromhex("6100 0100 c0 6553f0ff 04 0070 0077 0000 04 0061 006c 0000")
    digest = hashlib.md5(octets).digest()
    assert verifyMD5(Proof(MD5, "al", NOW), digest, "pw")


def test_textsWithoutNULAreTaken() -> None:
    octets = bytes.fromhex("6100 0100 c0 6553f0ff 02 0070 0077 02 0061 006c")
    assert verifyMD5(Proof(MD5, "al", NOW), hashlib.md5(octets).digest(), "pw")


def test_aCATTokenProvesThePassword() -> None:
    ((proof, digest),) = proofs(sent(tokens=[catToken(BY_CAT, "secret")]), (CAT,))
    assert proof == BY_CAT
    assert verifyCAT(proof, digest, "secret")
    assert not verifyCAT(proof, digest, "guess")


def test_theCATHashIsOfNumberPasswordAndTime() -> None:
    digest = hashlib.md5(bytes((200,)) + b"secret" + bytes.fromhex("6553f100")).digest()
    assert verifyCAT(BY_CAT, digest, "secret")


def test_schemesThatAreOffAreNotLookedFor() -> None:
    fields = sent(cryptoTokens=[md5Token(BY_MD5, "secret")], tokens=[catToken(BY_CAT, "secret")])
    assert proofs(fields, ()) == []
    assert [proof.scheme for proof, _ in proofs(fields, (MD5, CAT))] == [MD5, CAT]


def test_aPasswordThatIsTooLong() -> None:
    with pytest.raises(EncodeError):
        md5Token(BY_MD5, "x" * 200)


def test_tokensThatLackSomethingAreNone() -> None:
    halfCAT = {"tokenOID": (1, 2, 840, 113548, 10, 1, 2, 1), "timeStamp": NOW}
    kind, token = md5Token(BY_MD5, "secret")
    token["token"]["hash"] = (0, 96)
    assert proofs(sent(cryptoTokens=[(kind, token)], tokens=[halfCAT]), (MD5, CAT)) == []


def test_aGatekeepersHashIsMadeLikeAnEndpoints() -> None:
    proof = Proof(GK_PWD_HASH, "alice", NOW)
    fields = sent(cryptoTokens=[md5Token(BY_MD5, "guess"), gatekeeperToken(proof, "secret")])
    ((found, digest),) = gatekeeperProofs(fields)
    assert found == proof
    assert verifyMD5(found, digest, "secret")
    assert not verifyMD5(found, digest, "guess")
    ((ofEndpoint, other),) = proofs(fields, (MD5,))
    assert (ofEndpoint.scheme, other) != (found.scheme, digest)


@needsCaptures
def test_itIsWhatGnuGkPutsIntoItsQuestions() -> None:
    ((at, octets),) = captured("nbpw", "GnuGk", "locationRequest")
    fields = decodeRAS(octets).fields
    ((proof, digest),) = gatekeeperProofs(fields)
    assert proof == Proof(GK_PWD_HASH, "GnuGkA", int(at))
    assert verifyMD5(proof, digest, "nbpw")
    assert fields["cryptoTokens"] == [gatekeeperToken(proof, "nbpw")]
