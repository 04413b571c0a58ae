"""
What is made up for lost packets of a codec without concealment.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.dsp.recovery import Recovery
from h323d.dsp.tones import sines

RATE = 16000  # Hz
PACKET = 320  # samples


def tone(packets: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    wave = sines(np.array([400]), np.array([8000.0]), 0, packets * PACKET, RATE)
    return wave.reshape(packets, PACKET)


def test_whatIsLostGoesOnAsBefore() -> None:
    recovery, sound = Recovery(RATE), tone(4)
    for packet in sound[:3]:
        recovery.heard(packet)
    out = np.zeros(PACKET, np.int16)
    assert recovery.fill(out) == PACKET
    difference = out[:160].astype(int) - sound[3, :160]
    assert np.abs(difference).max() < 800  # a tenth


def test_whatIsLostForLongBecomesSilent() -> None:
    recovery, out = Recovery(RATE), np.ones(PACKET, np.int16)
    recovery.heard(tone(1)[0])
    for _ in range(4):
        recovery.fill(out)
    assert not out.any()


def test_nothingIsMadeUpOfNothing() -> None:
    out = np.ones(PACKET, np.int16)
    Recovery(RATE).fill(out)
    assert not out.any()


def test_whatComesAfterALossBeginsWithoutAStep() -> None:
    recovery, out = Recovery(RATE), np.zeros(PACKET, np.int16)
    for packet in tone(3):
        recovery.heard(packet)
    recovery.fill(out)
    after = np.full(PACKET, -20000, np.int16)
    recovery.heard(after)
    whole = np.concatenate([out, after]).astype(int)
    assert np.abs(np.diff(whole)).max() < 4000
    assert (after[160:] == -20000).all()


def test_whatIsNotAfterALossIsLeftAsItIs() -> None:
    recovery, sound = Recovery(RATE), tone(3)
    for packet, same in zip(sound, tone(3), strict=True):
        recovery.heard(packet)
        assert (packet == same).all()


@pytest.mark.parametrize("count", [160, 320, 960])
def test_piecesMayBeOfAnyLength(count: int) -> None:
    recovery, out = Recovery(RATE), np.zeros(count, np.int16)
    recovery.heard(tone(3).reshape(-1)[:count].copy())
    assert recovery.fill(out) == count
    assert out[:80].any()
