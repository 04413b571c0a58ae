"""
Those who sent what could not go on as it came, until they have kept to what can for a while.
"""

from __future__ import annotations

from h323d.media.audio.laneforms import LaneForms
from h323d.media.audio.lanes import Lane
from h323d.media.packets import PacketBatch
from h323d.rtp.columns import HEADER_BYTES

__all__ = ["Strays"]

_PAYLOAD_TYPE = 0x7F
_KEEPS_TO = 10  # packets in a row that could go on, of who had sent something else


class Strays:
    """
    @ivar astray: slots that sent what cannot go on since it was emptied, or now keep to what can.
    @ivar watched: slots that have to keep to it first, and how often they did.
    """

    def __init__(self, forms: LaneForms) -> None:
        self._forms = forms
        self.astray: list[int] = []
        self.watched: dict[int, tuple[Lane, int]] = {}

    def goAstray(self, lane: Lane) -> None:
        """
        Something came that cannot go on there.
        """
        self.astray.append(lane.source)
        self.watched[lane.source] = lane, 0

    def watchNoLonger(self, slot: int) -> None:
        """
        Other things were negotiated with the slot's peer, or it is gone.
        """
        for each, (lane, _) in tuple(self.watched.items()):
            if slot in (each, lane.target):
                del self.watched[each]

    def watch(self, drained: PacketBatch) -> None:
        """
        Look whether they keep to what passes who did not.
        """
        for row, slot in enumerate(drained.slots.tolist()):
            if slot not in self.watched:
                continue
            lane, kept = self.watched[slot]
            payloadType = int(drained.data[row, 1]) & _PAYLOAD_TYPE
            size = int(drained.lengths[row]) - HEADER_BYTES
            fits = self._forms.fits(lane, payloadType, drained.data, row, HEADER_BYTES, size)
            self.watched[slot] = lane, kept + 1 if fits else 0
            if kept + 1 == _KEEPS_TO and fits:
                del self.watched[slot]
                self.astray.append(slot)
