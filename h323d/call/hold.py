"""
Whether a medium is on hold: its peer has stopped listening, or looking, or nothing flows either
way.  A call is on hold when its sound is.

Each protocol tells it in its own words: SIP by C{sendonly}, C{inactive} or the address
0.0.0.0 in a later offer, H.323 by an empty capability set or by closed channels.  What the
peer of a held call still sends - music, as a rule - is not for others to hear.  A peer that
never listened is a source of sound, and holds nothing.
"""

from __future__ import annotations

from h323d.values.media.direction import Direction
from h323d.values.media.streams import Stream

__all__ = ["Hold"]


class Hold:
    """
    Follows one medium of one leg.

    @ivar held: whether it is on hold.
    """

    def __init__(self) -> None:
        self.held = False
        self._listened = False

    def follow(self, stream: Stream, refused: bool) -> None:
        """
        @param stream: what is agreed now.
        @param refused: whether the peer wants to have nothing of us.
        """
        self._listened = self._listened or stream.transmit is not None
        inactive = stream.direction is Direction.INACTIVE
        self.held = inactive or (refused and self._listened)
