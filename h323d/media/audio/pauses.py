"""
Pauses of those who say what theirs sound like (RFC 3389), beside their codec.

A description of noise begins a pause, or changes it; the next sound ends it.  Nothing is missing
meanwhile.  Codecs with silence descriptors of their own do without
(L{h323d.media.audio.decoding}).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.comfortnoise import ComfortNoise
from h323d.media.audio.buffers import SoundStore, SoundStores
from h323d.media.audio.coders import Coders
from h323d.media.audio.table import PortTable

__all__ = ["Pauses"]

_STAMPS = 1 << 32
_NO_SOUND = np.zeros(0, np.int16)

Octets = npt.NDArray[np.uint8]
Slots = npt.NDArray[np.intp]
Stamps = npt.NDArray[np.uint32]


class Pauses:
    """
    The noises of all ports.
    """

    def __init__(self, table: PortTable, coders: Coders, stores: SoundStores) -> None:
        self._table = table
        self._coders = coders
        self._stores = stores
        self._noises: dict[int, ComfortNoise] = {}
        self._since: dict[int, int] = {}  # timestamps

    def begin(self, slot: int, description: Octets, timestamp: int) -> None:
        """
        A member of a room described its noise.
        """
        noise = self._noises.get(slot)
        if noise is None:
            noise = self._noises[slot] = ComfortNoise(slot)
        if not self._coders.decode(noise, description, _NO_SOUND):
            self._table.refused[slot] += 1
            return
        self._since[slot] = timestamp
        store = self._stores.made[self._table.store[slot]]
        store.pause(int(self._table.row[slot]), noise)

    def end(self, store: SoundStore, slots: Slots, timestamps: Stamps) -> None:
        """
        Sound came, of codecs that have no pauses themselves; what is from before a pause, and late,
        does not end it.

        @param slots: C{intp[n]}, members whose sound is in C{store}.
        @param timestamps: C{uint32[n]}.
        """
        pausing = store.buffers.paused[self._table.row[slots]]
        if not pausing.any():
            return
        for slot, timestamp in zip(
            slots[pausing].tolist(), timestamps[pausing].tolist(), strict=True
        ):
            if (timestamp - self._since.get(slot, timestamp)) % _STAMPS < _STAMPS // 2:
                store.resume(int(self._table.row[slot]))

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        self._noises.pop(slot, None)
        self._since.pop(slot, None)
