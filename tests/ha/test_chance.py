"""
What is drawn follows from a secret.
"""

from __future__ import annotations

import hashlib
import pickle

import pytest

from h323d.ha.chance import SECRET_OCTETS, SharedChance

SECRET = bytes(range(SECRET_OCTETS))


def drawn(chance: SharedChance) -> list[object]:
    return [
        chance.random(),
        chance.getrandbits(31),
        chance.randrange(1000),
        chance.choice("abc"),
        chance.sample(range(50), 5),
        chance.randbytes(7),
        chance.gauss(0.0, 1.0),
    ]


def test_whoHasTheSecretDrawsAlike() -> None:
    assert drawn(SharedChance(SECRET)) == drawn(SharedChance(SECRET))


def test_anotherSecretGivesAnotherSequence() -> None:
    assert drawn(SharedChance(SECRET)) != drawn(SharedChance(SECRET[::-1]))


def test_octetsAreSHAKE256OfTheSecretAndACounter() -> None:
    chance = SharedChance(SECRET)
    chance.random()
    expected = hashlib.shake_256(SECRET + (2).to_bytes(8, "big")).digest(5)
    assert chance.randbytes(5) == expected


def test_bitsAreNoMoreThanWereAskedFor() -> None:
    chance = SharedChance(SECRET)
    assert all(chance.getrandbits(3) < 8 for _ in range(100))
    assert chance.getrandbits(0) == 0
    with pytest.raises(ValueError, match="non-negative"):
        chance.getrandbits(-1)


def test_aSeedChangesNothing() -> None:
    chance, seeded = SharedChance(SECRET), SharedChance(SECRET)
    seeded.seed(7)
    assert drawn(chance) == drawn(seeded)


def test_whatIsWrittenDownGoesOn() -> None:
    chance = SharedChance(SECRET)
    drawn(chance)
    again = pickle.loads(pickle.dumps(chance))
    assert drawn(again) == drawn(chance)


def test_aShortSecretIsRefused() -> None:
    with pytest.raises(ValueError, match="a secret of 31 octets, and not of 32"):
        SharedChance(SECRET[1:])
