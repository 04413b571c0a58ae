"""
The state of all ports, as columns: a row, the I{slot}, for each port or local party.

Plain arrays that the modules of a tick share; nothing here decides anything.  Slots are
taken and given back by L{PortTable.take} and L{PortTable.free}.
"""

from __future__ import annotations

import numpy as np

from h323d.errors import ResourceUnavailable

__all__ = [
    "CLOCK_RATE",
    "EVENT",
    "HELD_BYTES",
    "NOISE",
    "REFUSED",
    "PortTable",
]

CLOCK_RATE = 8000  # Hz, of sound and of timestamps
HELD_BYTES = 480  # the sound of the longest packet that we send, 60 ms
REFUSED = 0  # kinds: what a payload type stands for on a port
EVENT = 1  # RFC 4733
NOISE = 2  # RFC 3389, taken as silence; what is above is a codec


class PortTable:
    """
    @ivar portId: C{int64}: the number in the pool; -1 where the slot is free.
    @ivar room: C{int64}: the mixer's number; -1 while in none.
    @ivar group: C{int64}: the group that the slot is drained with.
    @ivar local: C{bool}: a local party, without packets.
    @ivar muted: C{bool}: the others do not hear it.
    @ivar deaf: C{bool}: it does not hear the others.
    @ivar kinds: C{uint8[n, 128]}: what each payload type stands for.
    @ivar locked: C{bool}: the peer's address is settled.
    @ivar refused: C{int64}: packets of a wrong address, payload type or form; what the
        receiver's statistics refuse is counted there.
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
    @ivar packetSamples: C{int64}: in a packet that we send.
    @ivar ownSsrc: C{int64}: of what we send.
    @ivar sequence: C{int64}: of the next packet.
    @ivar timestampBase: C{int64}: timestamp less the group's clock.
    @ivar expected: C{int64}: the timestamp that would go on from the last packet, not
        reduced; -1 before the first.
    @ivar heldFrom: C{int64}: timestamp of the first sample held, not reduced.
    @ivar heldSamples: C{int64}: how many wait for their packet to be full.
    @ivar heldOctets: C{int64}: how many octets they have become.
    @ivar held: C{uint8[n, 480]}: those octets.
    @ivar sent: C{int64}: packets sent.
    @ivar sentOctets: C{int64}: of payload.
    @ivar remoteLost: C{float64}, 0 to 1: what the peer reports lost; not-a-number before.
    @ivar remoteJitter: C{float64}, seconds, likewise.
    @ivar roundTrip: C{float64}, seconds, likewise.
    """

    def __init__(self, capacity: int) -> None:
        self.portId = np.full(capacity, -1, np.int64)
        self.room = np.full(capacity, -1, np.int64)
        self.group = np.zeros(capacity, np.int64)
        self.local = np.zeros(capacity, bool)
        self.muted = np.zeros(capacity, bool)
        self.deaf = np.zeros(capacity, bool)
        self.kinds = np.zeros((capacity, 128), np.uint8)
        self.locked = np.zeros(capacity, bool)
        self.refused = np.zeros(capacity, np.int64)
        self.expects = np.zeros(capacity, bool)
        self.waitsFrom = np.full(capacity, np.inf)
        self.controlArrival = np.full(capacity, -np.inf)
        self.sends = np.zeros(capacity, bool)
        self.stopsAt = np.full(capacity, np.inf)
        self.payloadType = np.zeros(capacity, np.int64)
        self.codec = np.zeros(capacity, np.uint8)
        self.eventType = np.full(capacity, -1, np.int64)
        self.packetSamples = np.full(capacity, 160, np.int64)
        self.ownSsrc = np.zeros(capacity, np.int64)
        self.sequence = np.zeros(capacity, np.int64)
        self.timestampBase = np.zeros(capacity, np.int64)
        self.expected = np.full(capacity, -1, np.int64)
        self.heldFrom = np.zeros(capacity, np.int64)
        self.heldSamples = np.zeros(capacity, np.int64)
        self.heldOctets = np.zeros(capacity, np.int64)
        self.held = np.zeros((capacity, HELD_BYTES), np.uint8)
        self.sent = np.zeros(capacity, np.int64)
        self.sentOctets = np.zeros(capacity, np.int64)
        self.remoteLost = np.full(capacity, np.nan)
        self.remoteJitter = np.full(capacity, np.nan)
        self.roundTrip = np.full(capacity, np.nan)
        self._fresh = {
            name: (column, column[0].copy())
            for name, column in vars(self).items()
            if isinstance(column, np.ndarray)
        }
        self._free = list(range(capacity - 1, -1, -1))

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
