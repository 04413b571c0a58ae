"""
The state of all ports, as columns: a row, the I{slot}, for each port or local party.

Plain arrays that the modules of a tick share; nothing here decides anything.  Slots are
taken and given back by L{PortTable.take} and L{PortTable.free}.

The plane counts time in milliseconds, which are whole units of every clock and whole samples at
every rate of sound that there is: 8, 16, 32 and 48 kHz.  What is in units of a clock is next to
the column of its rate.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import LARGEST_PAYLOAD
from h323d.errors import ResourceUnavailable

__all__ = [
    "EVENT",
    "LONGEST_PACKET_MS",
    "NOISE",
    "REFUSED",
    "Milliseconds",
    "PortTable",
]

LONGEST_PACKET_MS = 60  # of those that we send
REFUSED = 0  # kinds: what a payload type stands for on a port
EVENT = 1  # RFC 4733
NOISE = 2  # RFC 3389; what is above is a codec

Slots = npt.NDArray[np.intp]
Milliseconds = int | npt.NDArray[np.int64]


class PortTable:
    """
    @ivar portId: C{int64}: the number in the pool; -1 where the slot is free.
    @ivar room: C{int64}: the mixer's number; -1 while in none.
    @ivar group: C{int64}: the group that the slot is drained with.
    @ivar store: C{int64}: the store in which its sound waits; -1 while it is in no room.
    @ivar row: C{intp}: its row there.
    @ivar local: C{bool}: a local party, without packets.
    @ivar muted: C{bool}: the others do not hear it.
    @ivar deaf: C{bool}: it does not hear the others.
    @ivar kinds: C{uint8[n, 128]}: what each payload type stands for.
    @ivar locked: C{bool}: the peer's address is settled.
    @ivar refused: C{int64}: packets of a wrong address, payload type or form, and those that
        could neither be passed nor decoded; what the receiver's statistics refuse is counted there.
    @ivar hears: C{uint8}: what stands for the codecs of the sound that arrives
        (L{Codecs.likeness<h323d.media.audio.codecs.Codecs>}).
    @ivar clockRate: C{int64}, Hz: of its timestamps.
    @ivar sampleRate: C{int64}, Hz: of its samples, in the buffers.
    @ivar expects: C{bool}: the peer is to send sound.
    @ivar waitsFrom: C{float64}, seconds: since when anything has been negotiated, in a room;
        infinite while nothing is.
    @ivar controlArrival: C{float64}, seconds: when the last RTCP of the peer came; minus infinity
        before the first.
    @ivar sends: C{bool}: there is somebody to send to, who may be sent to.
    @ivar stopsAt: C{float64}, seconds: when sending stops unless the peer was heard by then;
        infinite once it was.
    @ivar payloadType: C{int64}: of what we send.
    @ivar codec: C{uint8}: the kind of what we send.
    @ivar eventType: C{int64}: payload type of RFC 4733 events that we send; -1: none.
    @ivar sendUnits: C{int64}: units of the timestamps that we send in a millisecond: 8, 16, 32
        or 48.
    @ivar sendRate: C{int64}, Hz: of the samples that are encoded for it.
    @ivar packetMs: C{int64}, milliseconds: in a packet that we send.
    @ivar ownSsrc: C{int64}: of what we send.
    @ivar sequence: C{int64}: of the next packet.
    @ivar timestampBase: C{int64}: our timestamp when the plane's clock was 0.
    @ivar expected: C{int64}: the timestamp that would go on from the last packet, not
        reduced; -1 before the first.
    @ivar heldFrom: C{int64}, milliseconds of the plane's clock: where the sound that is held
        begins.
    @ivar heldMs: C{int64}: how much waits for its packet to be full.
    @ivar held: C{uint8[n, octets]}: what that has become, with a codec that remembers nothing.
    @ivar sent: C{int64}: packets sent.
    @ivar sentOctets: C{int64}: of payload.
    @ivar receivedOctets: C{int64}: likewise, of what was heard.
    @ivar takesMetrics: C{bool}: the peer wants VoIP metrics (RFC 3611).
    @ivar remoteLost: C{float64}, 0 to 1: what the peer reports lost; not-a-number before.
    @ivar remoteJitter: C{float64}, seconds, likewise.
    @ivar roundTrip: C{float64}, seconds, likewise.
    @ivar remoteDelay: C{float64}, seconds, likewise: in the peer itself (RFC 3611, 4.7).
    @ivar remoteDiscarded: C{float64}, 0 to 1, likewise.
    @ivar remoteMOS: C{float64}, likewise.
    """

    def __init__(self, capacity: int) -> None:
        self.portId = np.full(capacity, -1, np.int64)
        self.room = np.full(capacity, -1, np.int64)
        self.group = np.zeros(capacity, np.int64)
        self.store = np.full(capacity, -1, np.int64)
        self.row = np.full(capacity, -1, np.intp)
        self.local = np.zeros(capacity, bool)
        self.muted = np.zeros(capacity, bool)
        self.deaf = np.zeros(capacity, bool)
        self.kinds = np.zeros((capacity, 128), np.uint8)
        self.locked = np.zeros(capacity, bool)
        self.refused = np.zeros(capacity, np.int64)
        self.hears = np.zeros(capacity, np.uint8)
        self.sampleRate = np.full(capacity, 8000, np.int64)
        self.clockRate = np.full(capacity, 8000, np.int64)
        self.expects = np.zeros(capacity, bool)
        self.waitsFrom = np.full(capacity, np.inf)
        self.controlArrival = np.full(capacity, -np.inf)
        self.sends = np.zeros(capacity, bool)
        self.stopsAt = np.full(capacity, np.inf)
        self.payloadType = np.zeros(capacity, np.int64)
        self.codec = np.zeros(capacity, np.uint8)
        self.eventType = np.full(capacity, -1, np.int64)
        self.sendUnits = np.full(capacity, 8, np.int64)
        self.sendRate = np.full(capacity, 8000, np.int64)
        self.packetMs = np.full(capacity, 20, np.int64)
        self.ownSsrc = np.zeros(capacity, np.int64)
        self.sequence = np.zeros(capacity, np.int64)
        self.timestampBase = np.zeros(capacity, np.int64)
        self.expected = np.full(capacity, -1, np.int64)
        self.heldFrom = np.zeros(capacity, np.int64)
        self.heldMs = np.zeros(capacity, np.int64)
        self.held = np.zeros((capacity, LARGEST_PAYLOAD), np.uint8)
        self.sent, self.sentOctets = np.zeros((2, capacity), np.int64)
        self.receivedOctets = np.zeros(capacity, np.int64)
        self.takesMetrics = np.zeros(capacity, bool)
        self.remoteLost = np.full(capacity, np.nan)
        self.remoteJitter, self.roundTrip = np.full((2, capacity), np.nan)
        self.remoteDelay, self.remoteDiscarded = np.full((2, capacity), np.nan)
        self.remoteMOS = np.full(capacity, np.nan)
        self._fresh = {
            name: (column, column[0].copy())
            for name, column in vars(self).items()
            if isinstance(column, np.ndarray)
        }
        self._free = list(range(capacity - 1, -1, -1))

    @property
    def taken(self) -> int:
        """
        How many slots are not free.
        """
        return len(self.portId) - len(self._free)

    def take(self, portId: int) -> int:
        """
        @return: a slot whose columns hold what they held at the start.

        @raise ResourceUnavailable: all slots are taken.
        """
        if not self._free:
            raise ResourceUnavailable(f"all {len(self.portId)} media slots are taken")
        slot = self._free.pop()
        for column, initial in self._fresh.values():
            column[slot] = initial
        self.portId[slot] = portId
        return slot

    def free(self, slot: int) -> None:
        self.portId[slot] = -1
        self.room[slot] = -1
        self.sends[slot] = False
        self._free.append(slot)

    def timestamps(self, slots: Slots, clock: Milliseconds) -> npt.NDArray[np.int64]:
        """
        @param slots: C{intp[n]}.
        @param clock: of the plane, one for all or one for each.
        @return: C{int64[n]}: what our timestamps are then, not reduced.
        """
        stamps: npt.NDArray[np.int64] = self.sendUnits[slots]
        stamps *= clock
        stamps += self.timestampBase[slots]
        return stamps

    def timestamp(self, slot: int, clock: int) -> int:
        """
        @param clock: of the plane, milliseconds.
        @return: what the slot's timestamp is then, reduced.
        """
        return int(self.timestampBase[slot] + clock * self.sendUnits[slot]) & 0xFFFFFFFF
