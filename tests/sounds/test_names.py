"""
Each sound has its key in the configuration.
"""

from __future__ import annotations

import dataclasses

from h323d.sounds.config import SoundsConfig
from h323d.sounds.names import HouseSound


def test_eachSoundHasItsKey() -> None:
    keys = [each.name for each in dataclasses.fields(SoundsConfig)]
    assert [sound.value for sound in HouseSound] == keys


def test_whatTellsOfSomethingThatLastsRepeats() -> None:
    repeating = [sound for sound in HouseSound if sound.repeats]
    assert repeating == [HouseSound.RINGBACK, HouseSound.BUSY, HouseSound.HOLD]
