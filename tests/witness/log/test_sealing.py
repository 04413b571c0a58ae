"""
Personal data, sealed.
"""

from __future__ import annotations

import random
from base64 import urlsafe_b64decode
from hashlib import sha256

import pytest

from h323d.errors import DecodeError
from h323d.witness.log.sealing import SALT, Opening, newOpening


def test_aSealIsTheDigestOfChanceAndTheValue() -> None:
    opening = newOpening("source", "192.0.2.1:1719", random.Random(1))
    assert len(opening.salt) == SALT
    digest = sha256(opening.salt + b"192.0.2.1:1719").digest()
    assert urlsafe_b64decode(opening.seal + "=") == digest


def test_theSameValueIsNeverSealedAlike() -> None:
    rng = random.Random(1)
    assert newOpening("a", "x", rng).seal != newOpening("a", "x", rng).seal


def test_whatIsKeptIsRead() -> None:
    opening = newOpening("called", "Zoë \ud800", random.Random(1))
    assert Opening.read(opening.line(7, "now")) == (7, "now", opening)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"index":"1","name":"a","salt":"","timestamp":"","value":""}',
        b'{"index":1,"name":"a","salt":"A","timestamp":"","value":""}',
        b'{"index":1,"name":"a","salt":"","timestamp":"","value":"\\ud800"}',
    ],
)
def test_whatOpensNothingIsRefused(line: bytes) -> None:
    with pytest.raises(DecodeError):
        Opening.read(line)
