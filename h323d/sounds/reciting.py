"""
Sounds of the house one after the other, as somebody is told something that takes several.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.interfaces import IReactorTime

from h323d.call.media import IMixer
from h323d.call.timer import Timer
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.sounds.playing import Player

__all__ = ["Reciter"]

_TO_BEGIN = 0.1  # seconds until a sound is played, at most


class Reciter:
    """
    Plays them into one mixer, each once, and leaves out what is switched off.
    """

    def __init__(self, mixer: IMixer, sounds: Sounds, clock: IReactorTime) -> None:
        self._sounds = sounds
        self._player = Player(mixer, sounds)
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
        self._player.play(None)

    def _next(self, left: tuple[HouseSound, ...], ended: Callable[[], None] | None) -> None:
        self._player.play(None)
        for place, sound in enumerate(left):
            recording = self._sounds.of(sound)
            if recording is not None:
                self._player.play(sound)
                seconds = recording.seconds + _TO_BEGIN
                self._timer.start(seconds, self._next, left[place + 1 :], ended)
                return
        if ended is not None:
            ended()
