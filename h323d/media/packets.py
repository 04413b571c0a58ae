"""
What the tick needs of a network: L{IPacketIO}, and the batch that it drains.

The tick names ports by I{slot}, a row of its tables.  L{h323d.media.io} does this over
sockets; a simulation does it in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from zope.interface import Interface

from h323d.call.ports import IPortPair
from h323d.values.address import TransportAddress

__all__ = [
    "PASSING",
    "ROW_BYTES",
    "ControlPacket",
    "IPacketIO",
    "PacketBatch",
]

PASSING = -1  # the group of slots whose packets are to be sent on as soon as they come
ROW_BYTES = 1536  # a packet that fills its row was longer: none that goes through Ethernet is


@dataclass(slots=True)
class PacketBatch:
    """
    RTP packets that arrived, a row each, in order of arrival within a slot.

    @ivar data: C{uint8[n, ROW_BYTES]}; valid until the next drain.
    @ivar lengths: C{int64[n]}, octets.
    @ivar slots: C{intp[n]}.
    @ivar arrivals: C{float64[n]}, seconds on the tick's clock; not-a-number where it was
        not measured.
    @ivar sources: by row, where it came from; only for slots that are not locked.
    """

    data: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int64]
    slots: npt.NDArray[np.intp]
    arrivals: npt.NDArray[np.float64]
    sources: dict[int, TransportAddress] = field(default_factory=dict)

    def only(self, rows: list[int]) -> PacketBatch:
        """
        @return: some of them.
        """
        known = {at: self.sources[row] for at, row in enumerate(rows) if row in self.sources}
        return PacketBatch(
            self.data[rows], self.lengths[rows], self.slots[rows], self.arrivals[rows], known
        )


class ControlPacket(NamedTuple):
    """
    RTCP that arrived.

    @ivar arrival: seconds on the tick's clock, also if it was read much later: the peer's and
        our own round trip are made of it.
    """

    slot: int
    data: bytes
    source: TransportAddress
    arrival: float


class IPacketIO(Interface):
    """
    Packets in and out, by slot.  Only the thread that ticks calls this.
    """

    def add(slot: int, pair: IPortPair, group: int) -> None:
        """
        Own C{pair} from now on; its packets come with those of C{group}.
        """

    def remove(slot: int) -> None:
        """
        Close the slot's ports.
        """

    def release(slot: int) -> object:
        """
        Let go of the slot's ports, which stay open.

        @return: they, and all that is known of where their packets go, for L{adopt}.
        """

    def adopt(slot: int, released: object, group: int) -> None:
        """
        Own what another L{IPacketIO} of the same kind has released; what has come meanwhile is
        drained like anything else.
        """

    def regroup(slot: int, group: int) -> None:
        """
        Drain the slot with another group from now on.
        """

    def aim(slot: int, rtp: TransportAddress | None, rtcp: TransportAddress | None) -> None:
        """
        Where the slot's packets go; C{None}: nowhere.  A locked slot's RTP keeps going to
        the peer that it is locked to, or follows.
        """

    def follow(slot: int, source: TransportAddress) -> None:
        """
        Send RTP to C{source}, and take it from anywhere still.
        """

    def lock(slot: int, source: TransportAddress) -> None:
        """
        Take and send RTP from and to C{source} alone.
        """

    def unlock(slot: int) -> None:
        """
        Take packets from anywhere again, and send them to where they are aimed.
        """

    def drain(group: int, now: float) -> PacketBatch:
        """
        All RTP that has arrived for the slots of C{group}.

        @param now: the tick's clock, in which arrivals are given.
        """

    def drainControl() -> list[ControlPacket]:
        """
        All RTCP that has arrived.
        """

    def send(
        slots: npt.NDArray[np.intp],
        packets: npt.NDArray[np.uint8],
        lengths: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """
        @param slots: C{intp[n]}.
        @param packets: C{uint8[n, width]}, a packet a row.
        @param lengths: C{int64[n]}: octets of each; C{None}: rows are whole packets.
        """

    def sendControl(slot: int, data: bytes) -> None:
        """
        Send one RTCP packet.
        """
