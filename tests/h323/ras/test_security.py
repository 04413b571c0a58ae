"""
What a channel knows where nobody has a password, and how we sign.
"""

from __future__ import annotations

import random

from twisted.internet.task import Clock

from h323d.h323.ras.messages import decodeRAS, encodeRAS
from h323d.h323.ras.security import BELIEVED, PLAIN, UNSECURED, Signer, Verdict
from h323d.h323.security.h235 import check, keyOf, tokenIn
from h323d.values.address import TransportAddress
from h323d.values.proof import nonceOf, numberOf
from tests.support.ras import urq

THERE = TransportAddress("10.0.0.2", 1719)
MESSAGE, KEY = urq(1, "10.0.0.2"), keyOf("open sesame")


def test_whoAsksForNothingBelievesEverything() -> None:
    octets = encodeRAS(MESSAGE)
    assert UNSECURED.examine(MESSAGE, octets, THERE) is BELIEVED
    assert UNSECURED.towards(MESSAGE.name, MESSAGE.fields, THERE) is PLAIN
    assert PLAIN.seal(MESSAGE) == octets
    assert PLAIN.believes(MESSAGE, b"")


def test_whatIsBelievedProvesNobody() -> None:
    assert Verdict() == BELIEVED
    assert (BELIEVED.believed, BELIEVED.refusal, BELIEVED.proof) == (True, None, None)


def clockAt(seconds: float) -> Clock:
    clock = Clock()
    clock.advance(seconds)
    return clock


def test_aSignatureHasTheTimeAndANumberOfItsOwn() -> None:
    signer = Signer(clockAt(1_700_000_000.9), random.Random(1))
    proofs = []
    for _ in range(3):
        octets = signer.sign(MESSAGE, KEY, "us", "them")
        token = tokenIn(decodeRAS(octets).fields)
        assert token is not None
        assert check(octets, token, KEY, ("us",), ("them",), True) is None
        proofs.append(token.proof)
    assert {each.time for each in proofs} == {1_700_000_000}
    first = numberOf(proofs[0].nonce)
    assert [numberOf(each.nonce) for each in proofs] == [first, first + 1, first + 2]


class Last(random.Random):
    """
    Chance, if it always took the last that there is.
    """

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return (start if stop is None else stop) - step


def test_theNumberStaysWithin31Bits() -> None:
    octets = Signer(clockAt(1.0), Last()).sign(MESSAGE, KEY, "us", "them")
    token = tokenIn(decodeRAS(octets).fields)
    assert token is not None
    assert token.proof.nonce == nonceOf(0)


def test_twoLivesBeginWithDifferentNumbers() -> None:
    one, other = (Signer(clockAt(1.0), random.Random(seed)) for seed in (1, 2))
    assert one.sign(MESSAGE, KEY, "us", "them") != other.sign(MESSAGE, KEY, "us", "them")
