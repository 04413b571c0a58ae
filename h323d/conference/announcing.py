"""
What the members of a room hear of the house's own: that somebody comes or leaves, the first of them
that nobody else is there, and what the operator wants them to hear.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.media import IMediaPort, IMixer
from h323d.call.timer import Timer
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.sounds.playing import Player

__all__ = ["Announcing"]

_TO_BEGIN = 0.1  # seconds until a sound is played, at most


class Announcing:
    """
    Plays one sound at a time, once: where many come at the same time, it sounds for all of them.
    """

    def __init__(self, mixer: IMixer, sounds: Sounds, clock: IReactorTime) -> None:
        self._mixer = mixer
        self._sounds = sounds
        self._player = Player(mixer, sounds)
        self._timer = Timer(clock)
        self._spared: list[IMediaPort] = []

    def came(self, port: IMediaPort) -> None:
        """
        Somebody has come to others, who are to hear that; who comes is not.
        """
        self._play(HouseSound.JOINED)
        if self._timer.running:
            self._spared.append(port)
            self._mixer.deafen(port, True)

    def cameFirst(self) -> None:
        """
        Somebody has come, and nobody else is there.
        """
        self._play(HouseSound.ALONE)

    def left(self) -> None:
        """
        Somebody has left others.
        """
        self._play(HouseSound.LEFT)

    def announce(self, sound: HouseSound) -> None:
        """
        Everybody is to hear a sound, and nothing else that is being played.
        """
        self.stop()
        self._play(sound)

    def stop(self) -> None:
        """
        Play nothing any more.
        """
        self._timer.stop()
        self._player.play(None)
        for port in self._spared:
            self._mixer.deafen(port, False)
        self._spared.clear()

    def _play(self, sound: HouseSound) -> None:
        if self._player.playing not in (None, HouseSound.ALONE):
            return
        self.stop()
        recording = self._sounds.of(sound)
        if recording is not None:
            self._player.play(sound)
            self._timer.start(recording.seconds + _TO_BEGIN, self.stop)
