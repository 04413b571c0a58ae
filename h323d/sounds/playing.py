"""
A sound of the house, played into a mixer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.media import IMixer, ISampleSource
from h323d.errors import ResourceUnavailable
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.sounds.recordings import Recording

__all__ = ["Player", "Playing"]

Samples = npt.NDArray[np.int16]


@implementer(ISampleSource)
class Playing:
    """
    One recording, from its beginning: once, or over and over.
    """

    def __init__(self, recording: Recording, repeats: bool) -> None:
        self._recording = recording
        self._repeats = repeats
        self._at = 0
        self._sampleRate = 0

    def read(self, count: int, sampleRate: int) -> Samples:
        samples = self._recording.at(sampleRate)
        if sampleRate != self._sampleRate:
            self._at = self._at * sampleRate // max(self._sampleRate, 1)
            self._sampleRate = sampleRate
        start = self._at % len(samples) if self._repeats else self._at
        self._at = start + count
        chunk = samples[start : start + count]
        if not self._repeats or len(chunk) == count:
            return chunk
        return samples.take(np.arange(start, start + count), mode="wrap")


class Player:
    """
    Plays into one mixer: one sound at a time, or none.

    @ivar playing: which; C{None} if none is.
    """

    def __init__(self, mixer: IMixer, sounds: Sounds) -> None:
        self.playing: HouseSound | None = None
        self._mixer = mixer
        self._sounds = sounds
        self._party: int | None = None  # its number in the mixer

    def has(self, sound: HouseSound) -> bool:
        """
        Whether it is switched on.
        """
        return self._sounds.of(sound) is not None

    def play(self, sound: HouseSound | None) -> None:
        """
        Let this be what is heard; what is played already goes on.

        @param sound: C{None} for none.
        """
        if sound is self.playing:
            return
        self.playing = sound
        if self._party is not None:
            self._mixer.detach(self._party)
        self._party = None if sound is None else self._attach(sound)

    def _attach(self, sound: HouseSound) -> int | None:
        recording = self._sounds.of(sound)
        if recording is None:
            return None
        try:
            party: int = self._mixer.attach(Playing(recording, sound.repeats), None)
        except ResourceUnavailable:  # which calls need more
            return None
        return party
