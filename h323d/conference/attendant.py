"""
Who talks with one that is asked for a PIN: plays prompts, and hears the keys that come as tones.

It does not hear itself, so that a key is heard while a prompt is played.  Both happen on a media
thread; what it has heard is fetched from it.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.media import IMixer, ISampleSink, ISampleSource
from h323d.dsp.dtmf import KeyListener
from h323d.errors import ResourceUnavailable
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.sounds.playing import Playing

__all__ = ["Attendant"]

MAX_WAITING = 64  # keys that are not fetched; a telephone has ten in a second at most

Samples = npt.NDArray[np.int16]


@implementer(ISampleSource, ISampleSink)
class Attendant:
    """
    A local party of a mixer.
    """

    def __init__(self, mixer: IMixer, sounds: Sounds) -> None:
        self._sounds = sounds
        self._listener = KeyListener()
        self._keys: deque[str] = deque(maxlen=MAX_WAITING)
        self._playing: Playing | None = None
        try:
            mixer.attach(self, self)
        except ResourceUnavailable:  # which calls need more
            return

    def play(self, sound: HouseSound | None) -> None:
        """
        Play this from now on, from its beginning.

        @param sound: C{None} for none.
        """
        recording = None if sound is None else self._sounds.of(sound)
        self._playing = None if recording is None else Playing(recording, repeats=False)

    def take(self) -> str:
        """
        The keys that were heard since this was asked last.
        """
        return "".join(self._keys.popleft() for _ in range(len(self._keys)))

    # On the media thread.

    def read(self, count: int, sampleRate: int) -> Samples:
        playing = self._playing
        return np.zeros(0, np.int16) if playing is None else playing.read(count, sampleRate)

    def write(self, samples: Samples, sampleRate: int) -> None:
        self._keys.extend(self._listener.hear(samples, sampleRate))
