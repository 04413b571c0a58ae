"""
Tokens of older equipment that prove a password and nothing else: the hash of
H.235's C{PwdCertToken} (MD5), as endpoints show it (C{cryptoEPPwdHash}) and as
gatekeepers do to each other (C{cryptoGKPwdHash}), and the access token of some
routers (CAT).

They say nothing of the rest of the message, which anybody on the way may
change; the first has no number against replay, the second one of 256.  That is
why they are off unless the configuration names them.  H.235.1 is
L{h323d.h323.security.h235}'s.
"""

from __future__ import annotations

import hashlib
import hmac

from h323d.asn1 import h235
from h323d.errors import EncodeError
from h323d.h323.ras.messages import Fields
from h323d.h323.security.h235 import MAX_TOKENS, OID
from h323d.h323.signalling.addresses import partiesFromAliases
from h323d.values.proof import Proof, nonceOf, numberOf

__all__ = [
    "CAT",
    "CAT_ALGORITHM",
    "GK_PWD_HASH",
    "MD5",
    "MD5_ALGORITHM",
    "catToken",
    "gatekeeperProofs",
    "gatekeeperToken",
    "md5Token",
    "proofs",
    "verifyCAT",
    "verifyMD5",
]

MD5 = "md5"
CAT = "cat"
GK_PWD_HASH = "gkPwdHash"
MD5_ALGORITHM: OID = (1, 2, 840, 113549, 2, 5)
CAT_ALGORITHM: OID = (1, 2, 840, 113548, 10, 1, 2, 1)
_NO_PURPOSE: OID = (0, 0)

_Signed = tuple[Proof, bytes]


def proofs(fields: Fields, schemes: tuple[str, ...]) -> list[_Signed]:
    """
    What a decoded RAS message has of these tokens.

    @param schemes: L{MD5}, L{CAT} or both: which of them to look for.

    @return: each with its hash.
    """
    found: list[_Signed] = []
    if MD5 in schemes:
        for kind, token in fields.get("cryptoTokens", ())[:MAX_TOKENS]:
            parties = partiesFromAliases([token["alias"]]) if kind == "cryptoEPPwdHash" else ()
            if parties:
                found += _md5(MD5, parties[0].value, token)
    if CAT in schemes:
        for token in fields.get("tokens", ())[:MAX_TOKENS]:
            if token["tokenOID"] == CAT_ALGORITHM:
                found += _cat(token)
    return found


def gatekeeperProofs(fields: Fields) -> list[_Signed]:
    """
    The hashes that a decoded LRQ or SCI has of the gatekeeper that sent it.
    """
    found: list[_Signed] = []
    for kind, token in fields.get("cryptoTokens", ())[:MAX_TOKENS]:
        if kind == "cryptoGKPwdHash":
            found += _md5(GK_PWD_HASH, token["gatekeeperId"], token)
    return found


def verifyMD5(proof: Proof, digest: bytes, password: str) -> bool:
    """
    Whether who knows the password made this hash, of an endpoint or of a gatekeeper.

    PTLib and what is built on it end both texts in NUL, others do not: both
    are taken.
    """
    return any(
        hmac.compare_digest(each, digest)
        for each in (_md5Digest(proof, password, "\0"), _md5Digest(proof, password, ""))
        if each is not None
    )


def verifyCAT(proof: Proof, digest: bytes, password: str) -> bool:
    """
    Whether who knows the password made this token.
    """
    return hmac.compare_digest(_catDigest(proof, password), digest)


def md5Token(proof: Proof, password: str) -> tuple[str, Fields]:
    """
    An element of C{cryptoTokens}, as PTLib makes it.
    """
    alias = ("h323-ID", proof.identity)
    return "cryptoEPPwdHash", {"alias": alias, **_hashed(proof, password)}


def gatekeeperToken(proof: Proof, password: str) -> tuple[str, Fields]:
    """
    An element of C{cryptoTokens}, as GnuGk makes it.
    """
    return "cryptoGKPwdHash", {"gatekeeperId": proof.identity, **_hashed(proof, password)}


def catToken(proof: Proof, password: str) -> Fields:
    """
    An element of C{tokens}.
    """
    return {
        "tokenOID": CAT_ALGORITHM,
        "timeStamp": proof.time,
        "challenge": _catDigest(proof, password),
        "random": numberOf(proof.nonce),
        "generalID": proof.identity,
    }


def _md5(scheme: str, identity: str, token: Fields) -> list[_Signed]:
    number, length = token["token"]["hash"]
    if length != 128 or token["token"]["algorithmOID"] != MD5_ALGORITHM:
        return []
    proof = Proof(scheme, identity.rstrip("\0"), token["timeStamp"])
    return [(proof, number.to_bytes(16))]


def _hashed(proof: Proof, password: str) -> Fields:
    digest = _md5Digest(proof, password, "\0")
    if digest is None:
        raise EncodeError("is longer than H.235 has place for", "password")
    hashed = {
        "algorithmOID": MD5_ALGORITHM,
        "paramS": {},
        "hash": (int.from_bytes(digest), 8 * len(digest)),
    }
    return {"timeStamp": proof.time, "token": hashed}


def _cat(token: Fields) -> list[_Signed]:
    if not {"timeStamp", "challenge", "random", "generalID"} <= token.keys():
        return []
    identity = token["generalID"].rstrip("\0")
    return [
        (Proof(CAT, identity, token["timeStamp"], nonceOf(token["random"])), token["challenge"])
    ]


def _md5Digest(proof: Proof, password: str, end: str) -> bytes | None:
    token = {
        "tokenOID": _NO_PURPOSE,
        "timeStamp": proof.time,
        "password": password + end,
        "generalID": proof.identity + end,
    }
    try:
        octets = h235.encode("PwdCertToken", token)
    except EncodeError:  # a name that is too long for a token
        return None
    return hashlib.md5(octets, usedforsecurity=False).digest()


def _catDigest(proof: Proof, password: str) -> bytes:
    data = proof.nonce[-1:] + password.encode() + proof.time.to_bytes(4)
    return hashlib.md5(data, usedforsecurity=False).digest()
