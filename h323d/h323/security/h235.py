"""
The baseline security profile: who sent a RAS message, and that it is whole
(ITU-T H.235.1, procedure I).

A message carries a keyed hash over all of its octets, in which the hash itself
counts as zeroes: HMAC-SHA1, cut to 96 bits, under the SHA-1 of a password.
Beside it stand who sent it, to whom, when, and a number that makes it unlike
any other.  These are pure functions; whether a message is fresh is
L{h323d.h323.security.freshness}'s, whose password it is, the asker's.

Passwords that are only hashed beside the message are
L{h323d.h323.security.passwordtokens}'s.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
from collections.abc import Container
from dataclasses import dataclass, field

from h323d.asn1 import h225
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.values.proof import Proof, nonceOf

__all__ = [
    "ALGORITHM",
    "Fault",
    "HashedToken",
    "SCHEME",
    "Stamp",
    "check",
    "keyOf",
    "sign",
    "tokenIn",
    "verify",
]

OID = tuple[int, ...]

SCHEME = "h2351"
HASH_OCTETS = 12
MAX_TOKENS = 8  # that are looked at in one message
LONGEST_IDENTIFIER = 128  # characters of a generalID or sendersID
_VERSIONS = (1, 2)  # of the profile, as its identifiers tell
_ZEROES = bytes(HASH_OCTETS)
# Stands for the hash until the octets around it are there.  Any number would do.
_PLACEHOLDER = hashlib.sha1(b"where the hash will be", usedforsecurity=False).digest()[:12]
_PLACEHOLDER_BITS = (int.from_bytes(_PLACEHOLDER), 8 * HASH_OCTETS)


def _oids(last: int) -> dict[OID, int]:
    return {(0, 0, 8, 235, 0, version, last): version for version in _VERSIONS}


_WHOLE_MESSAGE = _oids(1)  # "A": all of the message is hashed
_BASELINE = _oids(5)  # "T": what the clear token within is for
_HMAC_SHA1_96 = _oids(6)  # "U"
ALGORITHM: OID = (0, 0, 8, 235, 0, 2, 6)


class Fault(enum.Enum):
    """
    Why a message is not believed; where the value begins with C{security}, it
    is an alternative of H.225.0's C{SecurityErrors}.
    """

    ABSENT = "absent"
    UNKNOWN = "unknown"
    WRONG_OID = "securityWrongOID"
    WRONG_SENDER = "securityWrongSendersID"
    WRONG_RECEIVER = "securityWrongGeneralID"
    INTEGRITY = "securityIntegrityFailed"
    TIME = "securityWrongSyncTime"
    REPLAY = "securityReplay"


@dataclass(frozen=True, slots=True)
class Stamp:
    """
    What a signer says beside the hash.

    @ivar sendersID: who signs; empty leaves it out.
    @ivar generalID: for whom; empty leaves it out.
    @ivar time: in seconds of Unix time.
    @ivar random: below 2^31, as some peers keep it in 32 bits with a sign.
    @ivar version: of the profile.
    """

    sendersID: str
    generalID: str
    time: int
    random: int
    version: int = 2


@dataclass(frozen=True, slots=True)
class HashedToken:
    """
    The token of a message that arrived.

    @ivar proof: who sent it, when.
    @ivar generalID: for whom it is; C{None} if it does not tell.
    @ivar version: of the profile; 0 if it is of another profile.
    @ivar hash: as it came.
    @ivar offset: of its first octet in the message; -1 if it has no place.
    """

    proof: Proof
    generalID: str | None
    version: int
    hash: bytes = field(repr=False)
    offset: int


def keyOf(password: str) -> bytes:
    """
    The key that a password makes.
    """
    return hashlib.sha1(password.encode(), usedforsecurity=False).digest()


def sign(message: RASMessage, key: bytes, stamp: Stamp) -> bytes:
    """
    Encode a message, with its token.

    @raise h323d.errors.EncodeError: a field is not what its schema allows.
    """
    fields = dict(message.fields)
    fields["cryptoTokens"] = [*fields.get("cryptoTokens", ()), _token(stamp)]
    value = (message.name, fields)
    data = h225.encode("RasMessage", value)
    at = data.find(_PLACEHOLDER)
    if data.count(_PLACEHOLDER) != 1:  # somebody wrote these octets into a field
        at = _lastPlace(value)
    data = data[:at] + _ZEROES + data[at + HASH_OCTETS :]
    return data[:at] + _hash(data, key) + data[at + HASH_OCTETS :]


def tokenIn(fields: Fields) -> HashedToken | None:
    """
    The H.235.1 token of a decoded RAS message.

    @return: C{None} if there is none; one of another profile has version 0.
    """
    other = None
    for kind, token in fields.get("cryptoTokens", ())[:MAX_TOKENS]:
        if kind != "nestedcryptoToken" or token[0] != "cryptoHashedToken":
            continue
        hashed = _read(token[1])
        if hashed.version:
            return hashed
        other = other or hashed
    return other


def verify(octets: bytes, token: HashedToken, key: bytes) -> bool:
    """
    Whether who has the key made this token for these octets.

    @param octets: the message as it was on the wire.
    """
    end = token.offset + HASH_OCTETS
    if token.offset < 0 or len(token.hash) != HASH_OCTETS or end > len(octets):
        return False
    zeroed = octets[: token.offset] + _ZEROES + octets[end:]
    return hmac.compare_digest(_hash(zeroed, key), token.hash)


def check(
    octets: bytes,
    token: HashedToken | None,
    key: bytes,
    senders: Container[str],
    receivers: Container[str],
    receiverRequired: bool,
) -> Fault | None:
    """
    Whether a message is from whom it has to be, and for us.

    The hash is looked at first: who does not know the password learns nothing
    from what is wrong with the rest.

    @param octets: the message as it was on the wire.
    @param senders: what the sender may call itself.
    @param receivers: what it may call us.
    @param receiverRequired: whether it has to name us at all.

    @return: C{None} if it is.
    """
    if token is None:
        return Fault.ABSENT
    if not token.version:
        return Fault.WRONG_OID
    if not verify(octets, token, key):
        return Fault.INTEGRITY
    if token.proof.identity not in senders:
        return Fault.WRONG_SENDER
    if token.generalID is None:
        return Fault.WRONG_RECEIVER if receiverRequired else None
    return None if token.generalID in receivers else Fault.WRONG_RECEIVER


def _hash(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, data, "sha1")[:HASH_OCTETS]


def _token(stamp: Stamp) -> tuple[str, object]:
    clear: Fields = {
        "tokenOID": (0, 0, 8, 235, 0, stamp.version, 5),
        "timeStamp": stamp.time,
        "random": stamp.random,
    }
    if stamp.generalID:
        clear["generalID"] = stamp.generalID[:LONGEST_IDENTIFIER]
    if stamp.sendersID:
        clear["sendersID"] = stamp.sendersID[:LONGEST_IDENTIFIER]
    hashed = {
        "tokenOID": (0, 0, 8, 235, 0, stamp.version, 1),
        "hashedVals": clear,
        "token": {
            "algorithmOID": (0, 0, 8, 235, 0, stamp.version, 6),
            "paramS": {},
            "hash": _PLACEHOLDER_BITS,
        },
    }
    return "nestedcryptoToken", ("cryptoHashedToken", hashed)


def _lastPlace(value: tuple[str, Fields]) -> int:
    _, places = h225.encodePlaced("RasMessage", value)
    index = len(value[1]["cryptoTokens"]) - 1
    (place,) = (p for p in places if f".cryptoTokens[{index}]." in p.path)
    return place.offset


def _read(hashed: Fields) -> HashedToken:
    clear, token = hashed["hashedVals"], hashed["token"]
    bits = token["hash"]
    number, length = bits
    version = _WHOLE_MESSAGE.get(hashed["tokenOID"], 0)
    if _BASELINE.get(clear["tokenOID"]) is None or _HMAC_SHA1_96.get(token["algorithmOID"]) is None:
        version = 0
    whole = length == 8 * HASH_OCTETS
    receiver = clear.get("generalID")
    return HashedToken(
        Proof(
            SCHEME,
            clear.get("sendersID", "").rstrip("\0"),
            clear.get("timeStamp", 0),
            nonceOf(clear.get("random", 0)),
        ),
        None if receiver is None else receiver.rstrip("\0"),
        version,
        number.to_bytes(HASH_OCTETS) if whole else b"",
        getattr(bits, "offset", -1),
    )
