"""
How calls are named in which somebody is consulted.
"""

from __future__ import annotations

import random

import pytest

from h323d.h323.calls.consultations import MAX_CONSULTATIONS, Consultations
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool


@pytest.fixture
def consultations() -> Consultations:
    return Consultations(random.Random(1))


def leg() -> FakeLeg:
    return FakeLeg("1002", FakePool())


def test_aCallIsFoundByItsIdentityUntilItIsForgotten(consultations: Consultations) -> None:
    one, other = leg(), leg()
    identity, second = consultations.identify(one), consultations.identify(other)
    assert identity.isdigit()
    assert len(identity) == 4
    assert identity != second
    assert consultations.identify(one) == identity
    assert consultations.of(identity) is one
    consultations.forget(one)
    assert consultations.of(identity) is None
    assert consultations.of(second) is other


def test_thereAreNotEndlesslyMany(consultations: Consultations) -> None:
    found = {consultations.identify(leg()) for _ in range(MAX_CONSULTATIONS)}
    assert len(found) == MAX_CONSULTATIONS
    assert consultations.identify(leg()) == ""
