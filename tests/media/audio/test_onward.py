"""
What is sent on of a batch.
"""

from __future__ import annotations

from h323d.media.audio.onward import newOnward
from tests.support.packetio import MemoryIO


class Sent(MemoryIO):
    """
    Keeps what is sent, with the slots.
    """

    def __init__(self) -> None:
        super().__init__(lambda source, destination, octets: None)
        self.packets: list[tuple[int, bytes]] = []

    def send(self, slots, packets, lengths=None):  # type: ignore[no-untyped-def] # as in MemoryIO
        for slot, packet, length in zip(slots, packets, lengths, strict=True):
            self.packets.append((int(slot), packet[:length].tobytes()))


def test_whatMayBeSentOnIsSentOnceAndNothingElse() -> None:
    batch, sent = newOnward(3), Sent()
    for row in range(3):
        batch.packets.data[row, : row + 1] = row + 7
        batch.packets.lengths[row] = row + 1
    batch.rows += [0, 2]
    batch.targets += [40, 50]
    batch.send(sent)
    batch.send(sent)
    assert sent.packets == [(40, b"\x07"), (50, b"\x09\x09\x09")]


def test_allOfABatchMayBeSentOn() -> None:
    batch, sent = newOnward(2), Sent()
    batch.packets.lengths[:] = 1, 2
    batch.rows += [0, 1]
    batch.targets += [40, 50]
    batch.send(sent)
    assert sent.packets == [(40, b"\0"), (50, b"\0\0")]
