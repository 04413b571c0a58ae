"""
A rehearsal that nobody held: recordings of parties whose sound came as late, and as spoilt, as a test
says.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from h323d.rehearse.ear import Listening, listen
from h323d.rehearse.marker import RATE, Voice, position
from h323d.rehearse.recording import Recording, Stamps

__all__ = ["BEGAN", "PIECE", "heardBy", "mixed", "recorded"]

BEGAN = 123_456.789  # s, by the monotonic clock
PIECE = RATE // 50  # samples in a packet

Samples = npt.NDArray[np.int16]


def mixed(parties: int, late: Mapping[int, float], seconds: float) -> Samples:
    """
    @param parties: how many go round.
    @param late: by how many seconds what each party says comes late; others are not there.
    @return: C{int16[seconds * RATE]}: what is heard from L{BEGAN} on.
    """
    count = int(seconds * RATE)
    mix = np.zeros(count, np.int32)
    for party, behind in late.items():
        mix += Voice(party, parties).render(position(BEGAN - behind, RATE), count)
    clipped: Samples = np.clip(mix, -32768, 32767).astype(np.int16)
    return clipped


def recorded(samples: Samples) -> Recording:
    """
    As it is if every packet came when it should.
    """
    begins = np.arange(0, max(1, len(samples)), PIECE)
    return Recording(samples, Stamps(begins, BEGAN + begins / RATE))


def heardBy(samples: Samples, parties: int) -> Listening:
    return listen(recorded(samples), parties)
