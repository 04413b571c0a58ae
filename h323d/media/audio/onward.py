"""
Packets on their way from one party to the other (L{h323d.media.audio.forwarding}).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from h323d.media.packets import ROW_BYTES, IPacketIO, PacketBatch
from h323d.rtp.columns import numbers

__all__ = ["Onward", "newOnward", "onwardOf"]


@dataclass(slots=True)
class Onward:
    """
    A batch, and what comes of its packets.

    @ivar octets: of all rows.
    @ivar rows: which may be sent on, their headers being ours.
    @ivar targets: to whom.
    @ivar left: which are to be judged.
    @ivar strayed: which are to be mixed.
    """

    packets: PacketBatch
    octets: memoryview[int]
    rows: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    strayed: list[int] = field(default_factory=list)

    def send(self, packets: IPacketIO) -> None:
        """
        Send what may be sent on, once.
        """
        if not self.rows:
            return
        whole = len(self.rows) == len(self.packets.slots)
        rows = slice(None) if whole else self.rows
        lengths = self.packets.lengths[rows]
        data = self.packets.data[rows, : lengths.max()]
        packets.send(np.array(self.targets, np.intp), data, lengths)
        self.rows.clear()
        self.targets.clear()


def onwardOf(packets: PacketBatch) -> Onward:
    """
    @return: a batch of which nothing has become yet.
    """
    return Onward(packets, numbers(packets.data.reshape(-1)))


def newOnward(count: int) -> Onward:
    """
    @return: of as many packets, which are still to be written.
    """
    data, lengths = np.zeros((count, ROW_BYTES), np.uint8), np.zeros(count, np.int64)
    return onwardOf(PacketBatch(data, lengths, np.zeros(count, np.intp), np.zeros(count)))
