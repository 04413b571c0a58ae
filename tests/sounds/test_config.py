"""
Which sounds there are if nobody says anything.
"""

from __future__ import annotations

import dataclasses

from h323d.sounds.config import BUILT_IN, SoundsConfig
from h323d.values.live import liveKeys


def test_callsHaveSoundsAndRoomsAreQuiet() -> None:
    config = SoundsConfig()
    assert (config.ringback, config.busy, config.hold) == (BUILT_IN,) * 3
    assert (config.joined, config.left, config.alone) == ("",) * 3


def test_allOfThemCanBeReplacedInARunningServer() -> None:
    assert liveKeys(SoundsConfig) == {each.name for each in dataclasses.fields(SoundsConfig)}
