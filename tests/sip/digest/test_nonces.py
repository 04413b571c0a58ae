"""
Nonces: made, known again, used, too old.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from h323d.sip.digest.nonces import LIFETIME, Nonces, Standing


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.advance(1_700_000_000.0)
    return clock


@pytest.fixture
def nonces(clock: Clock) -> Nonces:
    return Nonces(clock, random.Random(1), maximum=10)


def test_ofThoseThatAreGivenAwayNothingIsRemembered(nonces: Nonces) -> None:
    assert len({nonces.fresh() for _ in range(100)}) == 100
    assert len(nonces) == 0


def test_oneIsGoodAsOftenAsItsCountRises(nonces: Nonces) -> None:
    nonce = nonces.fresh()
    uses = [nonces.use(nonce, count) for count in (1, 2, 2, 1, 9, 8)]
    assert uses == [
        Standing.GOOD,
        Standing.GOOD,
        Standing.USED,
        Standing.USED,
        Standing.GOOD,
        Standing.USED,
    ]


def test_aCountOfNothingIsNone(nonces: Nonces) -> None:
    assert nonces.use(nonces.fresh(), 0) is Standing.USED


def test_afterItsTimeItIsOld(nonces: Nonces, clock: Clock) -> None:
    nonce = nonces.fresh()
    clock.advance(LIFETIME)
    assert nonces.use(nonce, 1) is Standing.GOOD
    clock.advance(0.002)
    assert nonces.use(nonce, 2) is Standing.OLD


def test_thoseOfAnotherAreForeign(nonces: Nonces, clock: Clock) -> None:
    other = Nonces(clock, random.Random(2)).fresh()
    nonce = nonces.fresh()
    changed = ("0" if nonce[0] != "0" else "1") + nonce[1:]
    for each in (other, changed, nonce[:-2], nonce + "00", "", "x" * len(nonce), "é" * len(nonce)):
        assert nonces.use(each, 1) is Standing.FOREIGN


def test_whatWasForgottenIsOld(nonces: Nonces) -> None:
    several = [nonces.fresh() for _ in range(11)]
    assert {nonces.use(each, 1) for each in several} == {Standing.GOOD}
    assert len(nonces) == 10
    assert nonces.use(several[0], 2) is Standing.OLD
    assert nonces.use(several[10], 2) is Standing.GOOD


def test_whatIsOlderThanWhatWasForgottenIsOldToo(nonces: Nonces) -> None:
    unused = nonces.fresh()
    for _ in range(11):
        nonces.use(nonces.fresh(), 1)
    assert nonces.use(unused, 1) is Standing.OLD


def test_whatIsTooOldTakesNoPlace(nonces: Nonces, clock: Clock) -> None:
    for _ in range(5):
        nonces.use(nonces.fresh(), 1)
    clock.advance(LIFETIME + 1)
    nonces.use(nonces.fresh(), 1)
    assert len(nonces) == 1


def test_aNonceTellsToWhomItWasGiven(nonces: Nonces, clock: Clock) -> None:
    nonce = nonces.fresh("192.0.2.1")
    assert nonces.gaveTo("192.0.2.1", nonce)
    assert not nonces.gaveTo("192.0.2.2", nonce)
    clock.advance(2 * LIFETIME)
    assert nonces.gaveTo("192.0.2.1", nonce)


def test_whoHasMovedMeanwhileCanUseItStill(nonces: Nonces) -> None:
    assert nonces.use(nonces.fresh("192.0.2.1"), 1) is Standing.GOOD


def test_nobodyWasGivenWhatIsNotOurs(nonces: Nonces, clock: Clock) -> None:
    other = Nonces(clock, random.Random(2)).fresh("192.0.2.1")
    ours = nonces.fresh("192.0.2.1")
    for nonce in ("", "zz", other, ours[:-16] + other[-16:]):
        assert not nonces.gaveTo("192.0.2.1", nonce)
