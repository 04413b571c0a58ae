"""
H.235.1: the hash over a whole message, its fields, and what is refused.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from h323d.asn1 import h225
from h323d.h323.ras.messages import RASMessage, decodeRAS
from h323d.h323.security import h235
from h323d.h323.security.h235 import Fault, HashedToken, Stamp, keyOf, sign, tokenIn, verify
from h323d.values.proof import nonceOf
from tests.support.captures import captured, needsCaptures
from tests.support.ras import drq, rrq

NOW = 1_700_000_000
KEY = keyOf("open sesame")
STAMP = Stamp("alice", "h323d", NOW, 77)
VERSION_1 = Stamp("alice", "h323d", NOW, 77, 1)
MESSAGE = rrq(7, "10.0.0.5", ("h323-ID", "alice"))


def hmacByHand(key: bytes, data: bytes) -> bytes:
    """
    RFC 2104 with SHA-1, written out.
    """
    block = key.ljust(64, b"\0")
    inner = hashlib.sha1(bytes(octet ^ 0x36 for octet in block) + data).digest()
    return hashlib.sha1(bytes(octet ^ 0x5C for octet in block) + inner).digest()


def signed(message: RASMessage = MESSAGE, stamp: Stamp = STAMP) -> bytes:
    return sign(message, KEY, stamp)


def tokenOf(octets: bytes) -> HashedToken:
    token = tokenIn(decodeRAS(octets).fields)
    assert token is not None
    return token


def check(octets: bytes, **changed: Any) -> Fault | None:
    terms: dict[str, Any] = {
        "key": KEY,
        "senders": ("alice",),
        "receivers": ("h323d",),
        "receiverRequired": True,
    }
    token = tokenIn(decodeRAS(octets).fields)
    return h235.check(octets, token, **(terms | changed))


def test_theHashIsTheHMACOverTheMessageWithTheHashZeroed() -> None:
    octets = signed()
    # The identifiers and the lengths before the hash, as PER writes them: the
    # algorithm's object identifier in its length of 7 octets, no parameters,
    # and 96 bits.
    algorithm = bytes((7, 0, 8, 0x81, 0x6B, 0, 2, 6))
    (_, rest) = octets.split(algorithm)
    at = octets.index(algorithm) + len(algorithm) + rest.index(bytes((96,))) + 1
    zeroed = octets[:at] + bytes(12) + octets[at + 12 :]
    password = hashlib.sha1(b"open sesame").digest()
    assert octets[at : at + 12] == hmacByHand(password, zeroed)[:12]


def test_theByHandHMACIsRFC2202s() -> None:
    expected = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
    assert hmacByHand(b"Jefe", b"what do ya want for nothing?").hex() == expected


def test_aHashMadeByHandIsBelieved() -> None:
    message = dict(MESSAGE.fields)
    clear = {
        "tokenOID": (0, 0, 8, 235, 0, 2, 5),
        "timeStamp": NOW,
        "random": -2_000_000_000,
        "generalID": "h323d\0",
        "sendersID": "alice\0",
    }
    hashed = {
        "tokenOID": (0, 0, 8, 235, 0, 2, 1),
        "hashedVals": clear,
        "token": {"algorithmOID": (0, 0, 8, 235, 0, 2, 6), "paramS": {}, "hash": (0, 96)},
    }
    message["cryptoTokens"] = [("nestedcryptoToken", ("cryptoHashedToken", hashed))]
    octets, (place,) = h225.encodePlaced("RasMessage", ("registrationRequest", message))
    digest = hmacByHand(hashlib.sha1(b"open sesame").digest(), octets)[:12]
    octets = octets[: place.offset] + digest + octets[place.offset + 12 :]
    assert check(octets) is None
    assert tokenOf(octets).proof.nonce == nonceOf(-2_000_000_000)


def test_theFieldsOfTheToken() -> None:
    token = tokenOf(signed())
    assert token.proof.identity == "alice"
    assert (token.proof.time, token.proof.nonce) == (NOW, nonceOf(77))
    assert (token.generalID, token.version) == ("h323d", 2)


@pytest.mark.parametrize("stamp", [STAMP, VERSION_1], ids=("version 2", "version 1"))
def test_whatIsSignedIsBelieved(stamp: Stamp) -> None:
    octets = signed(stamp=stamp)
    assert tokenOf(octets).version == stamp.version
    assert check(octets) is None


def test_everyOctetOfTheMessageCounts() -> None:
    octets = signed()
    token = tokenOf(octets)
    for index in range(len(octets)):
        if token.offset <= index < token.offset + 12:
            continue  # the hash itself, which is not read from the octets
        altered = octets[:index] + bytes((octets[index] ^ 1,)) + octets[index + 1 :]
        assert not verify(altered, token, KEY), index


def test_octetsBehindTheMessageCountToo() -> None:
    octets = signed()
    assert not verify(octets + b"\0", tokenOf(octets), KEY)


def test_aFieldWithTheOctetsOfThePlaceholder() -> None:
    placeholder = hashlib.sha1(b"where the hash will be").digest()[:12]
    call = drq(3, "0123", callIdentifier={"guid": placeholder + bytes(4)})
    octets = sign(call, KEY, STAMP)
    assert check(octets) is None
    assert decodeRAS(octets).fields["callIdentifier"]["guid"] == placeholder + bytes(4)


def test_anotherTokenBesideItStays() -> None:
    other = ("cryptoGKPwdHash", {
        "gatekeeperId": "x",
        "timeStamp": 1,
        "token": {"algorithmOID": (1, 2), "paramS": {}, "hash": (0, 96)},
    })  # fmt: skip
    message = RASMessage(MESSAGE.name, {**MESSAGE.fields, "cryptoTokens": [other]})
    octets = signed(message)
    assert len(decodeRAS(octets).fields["cryptoTokens"]) == 2
    assert check(octets) is None


def test_aMessageWithoutTokenIsNotBelieved() -> None:
    plain = h225.encode("RasMessage", (MESSAGE.name, MESSAGE.fields))
    assert check(plain) is Fault.ABSENT


def test_anotherPassword() -> None:
    assert check(signed(), key=keyOf("sesame")) is Fault.INTEGRITY


def test_anotherSender() -> None:
    assert check(signed(), senders=("bob",)) is Fault.WRONG_SENDER


def test_anotherReceiver() -> None:
    assert check(signed(), receivers=("other",)) is Fault.WRONG_RECEIVER


def test_noReceiverIsAMatterOfTaste() -> None:
    octets = signed(stamp=Stamp("alice", "", NOW, 1))
    assert check(octets, receiverRequired=False) is None
    assert check(octets, receiverRequired=True) is Fault.WRONG_RECEIVER


def test_whoDoesNotKnowThePasswordLearnsNothingElse() -> None:
    assert check(signed(), key=keyOf("sesame"), senders=(), receivers=()) is Fault.INTEGRITY


def test_anotherProfileIsNotOurs() -> None:
    octets = signed()
    altered = octets.replace(bytes((0, 8, 0x81, 0x6B, 0, 2, 1)), bytes((0, 8, 0x81, 0x6B, 0, 3, 1)))
    assert altered != octets
    assert check(altered) is Fault.WRONG_OID


def test_aHashOfAnotherLengthIsNotBelieved() -> None:
    octets = signed()
    name, fields = h225.decode("RasMessage", octets)
    fields["cryptoTokens"][0][1][1]["token"]["hash"] = (0, 80)
    assert check(h225.encode("RasMessage", (name, fields))) is Fault.INTEGRITY


def test_theHashIsNotShown() -> None:
    token = tokenOf(signed())
    assert token.hash.hex() not in repr(token)
    assert repr(token.hash) not in repr(token)


def test_everyKindOfRASMessageCanBeSigned() -> None:
    for message in (
        RASMessage("requestInProgress", {"requestSeqNum": 1, "delay": 1}),
        RASMessage("unregistrationConfirm", {"requestSeqNum": 1}),
        RASMessage("unknownMessageResponse", {"requestSeqNum": 1, "messageNotUnderstood": b"x"}),
        drq(3, "0123"),
    ):
        assert check(sign(message, KEY, STAMP)) is None


@needsCaptures
def test_whatH323PlusSignsIsBelieved() -> None:
    """
    It calls itself by the identifier that it was given, and us by ours.
    """
    ((at, octets),) = captured("h235", "H323Plus", "unregistrationRequest")
    message = decodeRAS(octets)
    senders = (message.fields["endpointIdentifier"],)
    assert check(octets, key=keyOf("apw"), senders=senders) is None
    assert check(octets, key=keyOf("bpw"), senders=senders) is Fault.INTEGRITY
    assert abs(tokenOf(octets).proof.time - at) < 2
