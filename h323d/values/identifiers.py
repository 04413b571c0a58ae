"""
The identifiers that facts, logs and operators name things by.

They are drawn from a random source that is passed in, so that a simulation
names things alike each time it runs.
"""

from __future__ import annotations

import random
from typing import NewType

__all__ = ["CallID", "LegID", "ParticipantID", "RoomID", "newCallID", "newGUID", "newLegID"]

CallID = NewType("CallID", str)
LegID = NewType("LegID", str)
RoomID = NewType("RoomID", str)
ParticipantID = NewType("ParticipantID", str)


def newCallID(rng: random.Random) -> CallID:
    return CallID(f"c{rng.getrandbits(48):012x}")


def newLegID(rng: random.Random) -> LegID:
    return LegID(f"l{rng.getrandbits(48):012x}")


def newGUID(rng: random.Random) -> bytes:
    """
    A globally unique identifier of 16 octets (H.225.0, C{GloballyUniqueID}),
    of the random kind (RFC 9562, version 4).
    """
    octets = bytearray(rng.randbytes(16))
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    return bytes(octets)
