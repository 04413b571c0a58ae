"""
What the sides of a bridge hear of the house's own: ringback, busy, and music on hold.

A telephone that calls makes its own ringback when it is told that the other rings, as long as it
has no sound of us.  Whom we have called first, or who is transferred, is in a call already; who has
heard something of a place that has refused meanwhile has sound of us, and so has who is to hear a
place that rings, and opens media, and is silent there.  They hear it from us.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.media import IMediaPort, IMixer
from h323d.call.timer import Timer
from h323d.gateway.branches import Branches
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.sounds.playing import Player

__all__ = ["BridgeTones"]

_TO_SPEAK = 1.0  # seconds that a side which rings has to be heard, once its media is open
_LOOK = 0.5  # seconds until it is looked again


class BridgeTones:
    """
    Lets one sound be heard at a time, by one side alone.
    """

    def __init__(
        self,
        mixer: IMixer,
        sounds: Sounds,
        clock: IReactorTime,
        caller: BridgeSide,
        branches: Branches,
    ) -> None:
        """
        @param branches: the called sides.
        """
        self._mixer = mixer
        self._player = Player(mixer, sounds)
        self._timer = Timer(clock)
        self._caller = caller
        self._branches = branches
        self._spared: IMediaPort | None = None  # of a called side that rings, and is in the mixer
        self._isOver = False

    def follow(self, called: BridgeSide | None) -> None:
        """
        Let be heard what there is to be heard now.

        @param called: the called side that the caller hears; C{None} if there is none.
        """
        if self._isOver:
            return
        if called is not None and self._isSilent(called):
            if not self._timer.running:
                self._player.play(None)
                self._timer.start(_TO_SPEAK, self._ringFor, called)
            return
        self._timer.stop()
        self._spare(None)
        self._player.play(self._due(called))

    def _isSilent(self, called: BridgeSide) -> bool:
        """
        Whether a side rings, and could be heard, and is not.
        """
        port = called.port
        if port is None or not called.rings or not self._callerListens:
            return False
        return port.statistics().packetsReceived == 0

    def _ringFor(self, called: BridgeSide) -> None:
        """
        Let the caller hear that it rings, as long as it is silent.
        """
        if self._isSilent(called):
            self._spare(called.port)
            self._player.play(HouseSound.RINGBACK)
            self._timer.start(_LOOK, self._ringFor, called)
        else:
            self.follow(called)

    def _spare(self, port: IMediaPort | None) -> None:
        """
        Let a side not hear what is played.
        """
        before, self._spared = self._spared, port
        if before is not None and before is not port:
            self._mixer.deafen(before, False)
        if port is not None:
            self._mixer.deafen(port, True)

    @property
    def _callerListens(self) -> bool:
        return self._caller.sound is SideSound.FLOWING

    def _due(self, called: BridgeSide | None) -> HouseSound | None:
        if called is None:
            rings = any(side.rings for side in self._branches)
            isWaiting = self._callerListens and self._branches.speaking is None
            return HouseSound.RINGBACK if rings and isWaiting else None
        talking = self._caller.answered and called.answered
        sounds = {self._caller.sound, called.sound}
        holds = talking and sounds == {SideSound.HELD, SideSound.FLOWING}
        return HouseSound.HOLD if holds else None

    @property
    def canRefuse(self) -> bool:
        """
        Whether the caller would hear that nobody can be had.
        """
        return self._callerListens and self._player.has(HouseSound.BUSY)

    def refuse(self) -> None:
        """
        Let the caller hear that, and nothing else any more.
        """
        self.stop()
        self._player.play(HouseSound.BUSY)

    def stop(self) -> None:
        """
        Nothing is heard of us any more.
        """
        self._isOver = True
        self._timer.stop()
        self._player.play(None)
