"""
What one member of a room hears alone: that it is muted, or how many are there.

For as long, it is out of the room: it does not hear the others, who do not hear it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.media import IMediaPool, IMixer
from h323d.call.observer import Unheeded
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.sounds.playing import Player
from h323d.sounds.reciting import Reciter
from h323d.values.identifiers import LegID

__all__ = ["Listener", "Whisper", "Whispers"]


class Listener(Protocol):
    """
    Who hears it.
    """

    def stepAside(self, mixer: IMixer) -> None:
        """Be there, and not with the others."""

    def comeBack(self) -> None:
        """Be with the others again."""


class Whisper:
    """
    One, to one listener.
    """

    def __init__(
        self, listener: Listener, pool: IMediaPool, sounds: Sounds, clock: IReactorTime
    ) -> None:
        self._listener = listener
        self._pool = pool
        self._sounds = sounds
        self._clock = clock
        self._place: tuple[IMixer, Reciter] | None = None  # where it is heard

    def say(self, what: Sequence[HouseSound]) -> None:
        """
        Let these be heard, one after the other, and nothing of before.
        """
        if all(self._sounds.of(each) is None for each in what):
            return
        if self._place is None:
            mixer = self._pool.openMixer(Unheeded())
            self._place = mixer, Reciter(Player(mixer, self._sounds), self._sounds, self._clock)
            self._listener.stepAside(mixer)
        self._place[1].recite(what, self.end)

    def end(self) -> None:
        """
        Let nothing be heard any more.
        """
        place, self._place = self._place, None
        if place is not None:
            mixer, reciter = place
            reciter.stop()
            self._listener.comeBack()
            mixer.close()


class Whispers:
    """
    Those of one room.
    """

    def __init__(self, pool: IMediaPool, sounds: Sounds, clock: IReactorTime) -> None:
        self._parts = pool, sounds, clock
        self._whispers: dict[LegID, Whisper] = {}

    def say(self, legId: LegID, listener: Listener, what: Sequence[HouseSound]) -> None:
        """
        Let somebody hear these alone, one after the other, and nothing of before.

        @param legId: whose.
        """
        if legId not in self._whispers:
            self._whispers[legId] = Whisper(listener, *self._parts)
        self._whispers[legId].say(what)

    def forget(self, legId: LegID) -> None:
        """
        Somebody is gone.
        """
        whisper = self._whispers.pop(legId, None)
        if whisper is not None:
            whisper.end()
