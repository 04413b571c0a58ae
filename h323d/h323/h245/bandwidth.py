"""
What the logical channels of one session need together, and whether they may have it.

Payload counts, as in the C{BandWidth} of H.225.0, and what that needs is known of its format
(L{h323d.values.media.worth}).  Of one medium in one direction the greatest counts of what is open
at once: one channel takes the place of another while codecs change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.values.media.formats import MediaFormat
from h323d.values.media.worth import worthOf

__all__ = ["ChannelJudge", "bitRateOf"]


class ChannelJudge(Protocol):
    """
    Who says how much the channels of a call may need.
    """

    def refusal(self, bandwidth: int) -> str | Deferred[str]:
        """
        Ask whether they may need so much.

        @param bandwidth: bit/s, both directions together.

        @return: the cause of an C{OpenLogicalChannelReject}, or nothing if they may; the
            Deferred never fails.
        """


def bitRateOf(formats: Iterable[MediaFormat]) -> int:
    """
    Bit/s that one medium needs in one direction.

    @param formats: of its channels.
    """
    return max((worthOf(each).bitRate for each in formats), default=0)
