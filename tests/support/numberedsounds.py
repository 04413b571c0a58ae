"""
Sounds of the house that are told apart by one sample.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from h323d.sounds.names import HouseSound
from h323d.sounds.recordings import Recorded, Recording
from tests.support.fakemedia import FakeMixer

__all__ = ["SECONDS", "NumberedSounds", "playedIn"]

SECONDS = 1.0  # that each of them takes
_ALL = list(HouseSound)


class NumberedSounds:
    """
    A L{h323d.sounds.house.Sounds}.

    @ivar off: those that are switched off.
    """

    def __init__(self, off: Collection[HouseSound] = ()) -> None:
        self.off = off

    def of(self, sound: HouseSound) -> Recording | None:
        if sound in self.off:
            return None
        return Recorded(np.full(round(8000 * SECONDS), _ALL.index(sound), np.int16), 8000)


def playedIn(mixer: FakeMixer) -> list[HouseSound]:
    """
    What is played there.
    """
    sources = [source for source, _ in mixer.parties.values()]
    heard = [source.read(1, 8000) for source in sources if source is not None]
    return [_ALL[samples[0]] for samples in heard if len(samples)]
