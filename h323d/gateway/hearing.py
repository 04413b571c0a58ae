"""
Who hears whom in one bridge: the called side that the caller hears, the house's own sounds before
and beside that, and which way sound flows when a side holds.
"""

from __future__ import annotations

from h323d.call.observer import Unheeded
from h323d.gateway.branches import Branches
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.context import BridgeContext
from h323d.gateway.tones import BridgeTones
from h323d.values.media.direction import Direction

__all__ = ["Hearing"]


class Hearing:
    """
    What is in the mixer.

    @ivar called: the called side that is; C{None} if there is none.
    """

    def __init__(self, context: BridgeContext, caller: BridgeSide, branches: Branches) -> None:
        """
        @param caller: is in it from the beginning.
        @param branches: the called sides.
        """
        self._context = context
        self._caller = caller
        self._branches = branches
        self._mixer = context.pool.openMixer(Unheeded(), passes=True)
        caller.enter(self._mixer)
        self._tones = BridgeTones(self._mixer, context.sounds, context.clock, caller, branches)
        self.called: BridgeSide | None = None

    @property
    def passing(self) -> bool:
        """
        Whether the sound of both passes as it is, and is not transcoded.
        """
        return bool(self._mixer.passing)

    @property
    def canRefuse(self) -> bool:
        """
        Whether the caller can be told by a tone that nobody can be had.
        """
        return self._tones.canRefuse

    def refuse(self) -> None:
        """
        Tell them.
        """
        self._tones.refuse()

    def begin(self) -> None:
        """
        Let the first called side in that speaks, if there is none.
        """
        speaking = self._branches.speaking
        if self.called is None and speaking is not None:
            self._let(speaking)
        self.follow()

    def settle(self) -> None:
        """
        Let the called side in that has answered, instead of any other.
        """
        answered = next((side for side in self._branches if side.answered), self.called)
        if answered is not None:
            self._let(answered)
        self.follow()

    def _let(self, called: BridgeSide) -> None:
        self.called = called
        called.enter(self._mixer)

    def follow(self) -> None:
        """
        Let be heard of the house's own sounds what is due now.
        """
        self._tones.follow(self.called)

    def leave(self, side: BridgeSide) -> None:
        """
        A side is over.
        """
        if side is self.called:
            self.called = None

    def stop(self) -> None:
        """
        The call ends.
        """
        self._tones.stop()

    def close(self) -> None:
        """
        Nobody is there any more.
        """
        self._mixer.close()

    def otherOf(self, side: BridgeSide) -> BridgeSide | None:
        """
        Whom a side talks with; nobody, of several that are called.
        """
        if side is self._caller:
            return self.called
        return self._caller if side is self.called else None

    def changed(self, side: BridgeSide) -> None:
        """
        A side speaks something else than before, or takes something else.
        """
        other = self.otherOf(side)
        if other is not None and not self._context.joined(side, other):
            self._direct(side, Direction.SENDRECV)  # or they could not hear each other

    def held(self, side: BridgeSide) -> None:
        """
        A side has put us on hold.
        """
        self._direct(side, Direction.SENDONLY)
        self.follow()

    def resumed(self, side: BridgeSide) -> None:
        """
        It is back.
        """
        self._direct(side, Direction.SENDRECV)
        self.follow()

    def _direct(self, side: BridgeSide, direction: Direction) -> None:
        """
        Let the other side's sound flow as this side listens.
        """
        other = self.otherOf(side)
        if other is not None and other.answered:
            profile = self._context.profile(other.leg.protocol, side)
            other.leg.changeMedia(profile.directed(direction))
