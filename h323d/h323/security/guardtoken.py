"""
The Ed25519 signature of IF.guard, on RAS, in a Setup and in a Connect: a token in C{cryptoTokens}
over the whole message as it is on the wire (C{docs/reference/guard-proofs.rst}).

The token is H.235.1's C{cryptoHashedToken} with an algorithm of our own, so that whoever reads
H.225.0 reads it; and as there, the message is signed with the place of the signature zero.  Whether
a signature holds, and whether it is fresh, is not looked at here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from h323d.asn1 import h225
from h323d.errors import DecodeError, EncodeError
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.security.h235 import LONGEST_IDENTIFIER, MAX_TOKENS, OID
from h323d.values.ed25519 import SCHEME, SIGNATURE_OCTETS, PublicKey, Signing
from h323d.values.proof import Proof

__all__ = [
    "ED25519",
    "H225",
    "NONCE_OCTETS",
    "RAS",
    "GuardStamp",
    "isSigned",
    "proofIn",
    "proofInCall",
    "signRAS",
    "signed",
    "tokenFor",
]

RAS = b"IF.guard/1 ras\0"
H225 = b"IF.guard/1 h225\0"
"""
What stands before the octets that are signed, so that no signature that was made for something
else counts here.
"""

ED25519: OID = (1, 3, 101, 112)  # RFC 8410
NONCE_OCTETS = 16
_WHOLE_MESSAGE: OID = (0, 0, 8, 235, 0, 2, 1)  # "A"
_BASELINE: OID = (0, 0, 8, 235, 0, 2, 5)  # "T"
_ZEROES = bytes(SIGNATURE_OCTETS)
_PATH = "cryptoTokens"
# Stands for the signature until the octets around it are there.  Any number would do.
_PLACEHOLDER = hashlib.sha512(b"where the signature will be").digest()


@dataclass(frozen=True, slots=True)
class GuardStamp:
    """
    What a signer says beside the signature.

    @ivar sendersID: the C{terminal_id} of who signs.
    @ivar generalID: for whom: the C{guard.name} of a server.
    @ivar time: in seconds of Unix time.
    @ivar nonce: L{NONCE_OCTETS} that no other message has.
    """

    sendersID: str
    generalID: str
    time: int
    nonce: bytes


def tokenFor(public: PublicKey, stamp: GuardStamp) -> tuple[str, Any]:
    """
    An element of C{cryptoTokens}, in which the signature is yet to be written (L{signed}).

    @raise EncodeError: a name is too long.
    """
    for name in ("sendersID", "generalID"):
        if not 1 <= len(getattr(stamp, name)) <= LONGEST_IDENTIFIER:
            raise EncodeError(f"has not 1 to {LONGEST_IDENTIFIER} characters", name)
    clear = {
        "tokenOID": _BASELINE,
        "timeStamp": stamp.time,
        "challenge": stamp.nonce,
        "random": int.from_bytes(stamp.nonce[:3]),  # the standard asks for one; nobody looks
        "generalID": stamp.generalID,
        "sendersID": stamp.sendersID,
        "certificate": {"type": ED25519, "certificate": public.spki},
    }
    token = {
        "algorithmOID": ED25519,
        "paramS": {},
        "hash": (int.from_bytes(_PLACEHOLDER), 8 * SIGNATURE_OCTETS),
    }
    hashed = {"tokenOID": _WHOLE_MESSAGE, "hashedVals": clear, "token": token}
    return "nestedcryptoToken", ("cryptoHashedToken", hashed)


def signed(octets: bytes, key: Signing, prefix: bytes) -> bytes:
    """
    An encoded message with its signature.

    @param octets: with one element of L{tokenFor}.
    @param prefix: L{RAS} or L{H225}.

    @raise EncodeError: there is no place for a signature, or two.
    """
    if octets.count(_PLACEHOLDER) != 1:
        raise EncodeError("has no place for a signature, or two", _PATH)
    at = octets.index(_PLACEHOLDER)
    before, after = octets[:at], octets[at + SIGNATURE_OCTETS :]
    return before + key.sign(prefix + before + _ZEROES + after) + after


def signRAS(message: RASMessage, key: Signing, stamp: GuardStamp) -> bytes:
    """
    Encode a message of RAS, with its token.

    @raise EncodeError: a field is not what its schema allows.
    """
    tokens = [*message.fields.get("cryptoTokens", ()), tokenFor(key.public, stamp)]
    value = (message.name, message.fields | {"cryptoTokens": tokens})
    return signed(h225.encode("RasMessage", value), key, RAS)


def proofIn(fields: Fields, octets: bytes, prefix: bytes = RAS, offset: int = 0) -> Proof | None:
    """
    What a message has of this, not verified.

    @param fields: of a RAS message, or of a C{Setup-UUIE}.
    @param octets: of the whole message, as it was on the wire.
    @param offset: where in it begins what C{fields} were decoded from.

    @return: C{None} if there is nothing like it.

    @raise DecodeError: there is something like it that is not as it has to be.
    """
    found = [each for each in map(_hashedIn, fields.get(_PATH, ())[:MAX_TOKENS]) if each]
    if not found:
        return None
    if len(found) > 1:
        raise DecodeError("two signatures", _PATH)
    clear, token = found[0]["hashedVals"], found[0]["token"]
    bits = token["hash"]
    number, length = bits
    at = getattr(bits, "offset", -1)
    if length != 8 * SIGNATURE_OCTETS or at < 0:
        raise DecodeError("a signature of another length, or without a place", _PATH)
    if found[0]["tokenOID"] != _WHOLE_MESSAGE or clear["tokenOID"] != _BASELINE:
        raise DecodeError("a signature of something else than the message", _PATH)
    signature = number.to_bytes(SIGNATURE_OCTETS)
    begins = offset + at
    ends = begins + SIGNATURE_OCTETS
    if octets[begins:ends] != signature:
        raise DecodeError("a signature that is not where it seems to be", _PATH)
    nonce = clear.get("challenge", b"")
    if len(nonce) != NONCE_OCTETS:
        raise DecodeError(f"a nonce that has not {NONCE_OCTETS} octets", _PATH)
    return Proof(
        SCHEME,
        clear.get("sendersID", "").rstrip("\0"),
        clear.get("timeStamp", 0),
        bytes(nonce),
        _keyOf(clear),
        prefix + octets[:begins] + _ZEROES + octets[ends:],
        signature,
        clear.get("generalID", "").rstrip("\0"),
    )


def isSigned(fields: Fields) -> bool:
    """
    Whether a message has anything like it.
    """
    return any(map(_hashedIn, fields.get(_PATH, ())[:MAX_TOKENS]))


def proofInCall(body: Fields, userUser: bytes, octets: bytes) -> Proof | None:
    """
    The same for a Setup, or a Connect.

    @param body: its C{Setup-UUIE} or C{Connect-UUIE}.
    @param userUser: the C{H323-UserInformation} that this stood in.
    @param octets: of the message of Q.931, from the protocol discriminator on.

    @raise DecodeError: as L{proofIn}.
    """
    return proofIn(body, octets, H225, octets.rfind(userUser))


def _hashedIn(element: tuple[str, Any]) -> Fields | None:
    """
    An element of C{cryptoTokens}, if it is of our algorithm.
    """
    kind, token = element
    if kind != "nestedcryptoToken" or token[0] != "cryptoHashedToken":
        return None
    hashed: Fields = token[1]
    return hashed if hashed["token"]["algorithmOID"] == ED25519 else None


def _keyOf(clear: Fields) -> bytes:
    certificate = clear.get("certificate", {})
    if certificate.get("type") != ED25519:
        raise DecodeError("no key of Ed25519", _PATH)
    try:
        return PublicKey.fromSPKI(bytes(certificate.get("certificate", b""))).raw
    except ValueError as error:
        raise DecodeError(f"the key {error}", _PATH) from None
