"""
Whether a call is on hold: its peer has stopped listening, or no sound flows either way.

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
    Follows the media of one leg.

    @ivar held: whether the call is on hold.
    """

    def __init__(self) -> None:
        self.held = False
        self._listened = False

    def follow(self, stream: Stream, refusesSound: bool) -> None:
        """
        @param stream: what is agreed now.
        @param refusesSound: whether the peer wants to hear nothing.
        """
        self._listened = self._listened or stream.transmit is not None
        inactive = stream.direction is Direction.INACTIVE
        self.held = inactive or (refusesSound and self._listened)
