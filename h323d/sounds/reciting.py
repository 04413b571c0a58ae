"""
Sounds of the house one after the other, as somebody is told something that takes several.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound

__all__ = ["Reciter", "Voice"]

_TO_BEGIN = 0.1  # seconds until a sound is played, at most


class Voice(Protocol):
    """
    By which a sound is played.
    """

    def play(self, sound: HouseSound | None) -> None:
        """Play this from now on, or nothing."""


class Reciter:
    """
    Plays them by one voice, each once, and leaves out what is switched off.
    """

    def __init__(self, voice: Voice, sounds: Sounds, clock: IReactorTime) -> None:
        self._sounds = sounds
        self._voice = voice
        self._timer = Timer(clock)

    def recite(self, sounds: Sequence[HouseSound], ended: Callable[[], None] | None = None) -> None:
        """
        Play these from now on, and nothing that has been played until now.

        @param ended: told when all of them have been played; not if that is L{stop}ped.
        """
        self.stop()
        self._next(tuple(sounds), ended)

    def stop(self) -> None:
        """
        Play nothing any more.
        """
        self._timer.stop()
        self._voice.play(None)

    def _next(self, left: tuple[HouseSound, ...], ended: Callable[[], None] | None) -> None:
        self._voice.play(None)
        for place, sound in enumerate(left):
            recording = self._sounds.of(sound)
            if recording is not None:
                self._voice.play(sound)
                seconds = recording.seconds + _TO_BEGIN
                self._timer.start(seconds, self._next, left[place + 1 :], ended)
                return
        if ended is not None:
            ended()
