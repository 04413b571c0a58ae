"""
What the sides of a bridge hear of the house's own: ringback, busy, and music on hold.

A telephone that calls makes its own ringback when it is told that the other rings, as long as it
has no sound of us.  Whom we have called first, or who is transferred, is in a call already, and so
is who has heard something of a place that has refused meanwhile: they hear it from us.
"""

from __future__ import annotations

from collections.abc import Mapping

from zope.interface import implementer

from h323d.call.media import IMixer, IMixerObserver
from h323d.gateway.branches import Branches
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.sounds.playing import Player

__all__ = ["BridgeTones", "Unheeded"]


@implementer(IMixerObserver)
class Unheeded:
    """
    Whom the mixer of a bridge reports to: there are two of them in it, who know.
    """

    def activeSpeaker(self, portId: int | None) -> None:
        pass

    def levels(self, levels: Mapping[int, float]) -> None:
        pass


class BridgeTones:
    """
    Lets one sound be heard at a time, by whoever is in the mixer then: one side alone.
    """

    def __init__(
        self, mixer: IMixer, sounds: Sounds, caller: BridgeSide, branches: Branches
    ) -> None:
        """
        @param branches: the called sides.
        """
        self._player = Player(mixer, sounds)
        self._caller = caller
        self._branches = branches
        self._isOver = False

    def follow(self, called: BridgeSide | None) -> None:
        """
        Let be heard what there is to be heard now.

        @param called: the called side that the caller hears; C{None} if there is none.
        """
        if not self._isOver:
            self._player.play(self._due(called))

    def _due(self, called: BridgeSide | None) -> HouseSound | None:
        if called is None:
            rings = any(side.rings for side in self._branches)
            isListening = self._caller.sound is SideSound.FLOWING
            return HouseSound.RINGBACK if rings and isListening else None
        talking = self._caller.answered and called.answered
        sounds = {self._caller.sound, called.sound}
        holds = talking and sounds == {SideSound.HELD, SideSound.FLOWING}
        return HouseSound.HOLD if holds else None

    @property
    def canRefuse(self) -> bool:
        """
        Whether the caller would hear that nobody can be had.
        """
        return self._caller.sound is SideSound.FLOWING and self._player.has(HouseSound.BUSY)

    def refuse(self) -> None:
        """
        Let the caller hear that, and nothing else any more.
        """
        self._isOver = True
        self._player.play(HouseSound.BUSY)

    def stop(self) -> None:
        """
        Nothing is heard of us any more.
        """
        self._isOver = True
        self._player.play(None)
