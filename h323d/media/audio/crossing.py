"""
The way of a port from one plane to another.

A port goes where it is mixed, and another room may be mixed in another plane, which is another
thread.  What there is of the port is one value then.  The plane that it departs from puts it here;
when that has been reported, the other is told to take it from here.  So nobody else ever touches
it at the time, and planes share nothing.

Meanwhile what its peer sends waits in its sockets.  Numbers of packets and timestamps go on, as all
planes count time from the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.media.audio.consent import Aim, Credit
from h323d.media.audio.negotiated import Formed
from h323d.media.audio.rtcp import Reporter
from h323d.rtp.rows import Row

__all__ = ["Crossing", "CrossingPort"]


@dataclass(frozen=True, slots=True)
class CrossingPort:
    """
    All that there is of a port that is in no room.

    @ivar row: of the table.
    @ivar host: our address there.
    @ivar consent: whom it may send to.
    @ivar reporter: how it reports; C{None} if it does not.
    @ivar ports: what its L{IPacketIO<h323d.media.packets.IPacketIO>} has released.
    """

    row: Row
    host: str
    formed: Formed
    consent: tuple[Credit | None, Aim | None]
    reporter: Reporter | None
    ports: object


class Crossing:
    """
    Ports between two planes, by number.
    """

    def __init__(self) -> None:
        self._ports: dict[int, CrossingPort] = {}

    def put(self, portId: int, port: CrossingPort) -> None:
        """
        A port has departed.
        """
        self._ports[portId] = port

    def take(self, portId: int) -> CrossingPort | None:
        """
        @return: the port, which arrives; C{None} if it has not departed.
        """
        return self._ports.pop(portId, None)
