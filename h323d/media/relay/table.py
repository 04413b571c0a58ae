"""
What a relay does with each packet: who is believed, and where it goes on to.

A relay has two sides, and each side a I{lane} for RTP and one for RTCP.  A packet that a lane
believes leaves as it came, by the same lane of the other side.  This is the pure part: it has
no thread, clock or socket.  L{h323d.media.relay.thread} drives it in service, a simulation in
memory.

A lane takes packets from its peer's host alone, and from the first port there that sends; that
source is then the only one.  A lane that I{latches} finds its peer by the rules of
L{h323d.media.audio.latch}, and sends there from then on.  Whether a peer is sent to before that is
for L{h323d.media.audio.consent} to say.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from h323d.call.media import MediaNetworks, Signalling
from h323d.call.ports import IPortPair
from h323d.call.relaying import Latching, RelayStatistics
from h323d.media.audio.consent import Credit, isOwn
from h323d.media.audio.latch import Latch, canonicalHost
from h323d.media.relay.reports import RelayClosed, RelayHeard, RelayReport, RelaysSurveyed
from h323d.values.address import TransportAddress

__all__ = [
    "Aim",
    "IRelayIO",
    "Packet",
    "Reader",
    "RelayEnd",
    "RelayTable",
    "Sender",
    "Source",
    "SURVEY",
]

SURVEY = 0.1  # seconds between two surveys, each of a part of the relays
_PARTS = 10  # so each relay is surveyed once a second, and no survey takes long
_RTP_HEADER = 12  # octets
_RTCP_HEADER = 8
_RTCP_TYPES = range(192, 224)  # of the second octet, so that they are no RTP (RFC 5761, 4)
_MULTIPLEX_ID = 4  # octets
_NOBODY = Signalling("")

Packet = memoryview
Source = tuple[Any, ...]
"""
An address as a socket gives and takes it: host, port, and more for IPv6.
"""

Reader = Callable[[Packet, Source, float], None]
Sender = Callable[[Packet, Source], object]


class IRelayIO(Protocol):
    """
    What relays need of a network; used on the thread that forwards alone.
    """

    def add(self, pair: IPortPair, rtp: Reader, rtcp: Reader) -> tuple[Sender, Sender]:
        """
        Own C{pair} from now on, and give what arrives to its readers.

        @return: what sends from its RTP and from its RTCP port.
        """

    def prefixed(self, pair: IPortPair, control: bool, prefix: bytes) -> Sender:
        """
        What sends from a pair's RTP or RTCP port, with octets in front of each packet.
        """

    def remove(self, pair: IPortPair) -> None:
        """
        Close its ports.
        """


@dataclass(frozen=True, slots=True)
class RelayEnd:
    """
    The ports of one side.

    @ivar multiplexID: what tells this side's packets from others on the same ports; C{None}
        if the ports are its own.
    """

    pair: IPortPair
    multiplexID: int | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """
    Where a peer is, as L{h323d.call.media.IRelaySide.aim} is told.
    """

    rtp: TransportAddress | None = None
    rtcp: TransportAddress | None = None
    latching: Latching = Latching.NEVER
    signalling: Signalling = _NOBODY
    multiplexID: int | None = None
    keepAlivePayloadType: int | None = None

    @property
    def host(self) -> str | None:
        """
        Where packets of both kinds are expected from.
        """
        known = self.rtp or self.rtcp
        return None if known is None else known.host


@dataclass(slots=True, eq=False)
class _Lane:
    """
    What one port takes from its peer, and sends to it.

    @ivar onward: the same lane of the other side.
    @ivar beside: the other lane of the same side.
    @ivar source: the only one that is believed; C{None} until it was found.
    @ivar aimed: where the peer says that it receives.
    @ivar begins: whether it may be sent to there though nothing was heard of it.
    @ivar target: where packets to the peer go.
    @ivar plain: sends from the lane's port; C{send}, with what the peer wants in front.
    """

    relayId: int
    side: int
    control: bool
    source: Source | None = None
    aimed: Source | None = None
    begins: bool = False
    target: Source | None = None
    packets: int = 0
    octets: int = 0
    refused: int = 0
    lastArrival: float = 0.0
    keepAlive: int | None = None
    latch: Latch | None = None
    aim: Aim = field(default_factory=Aim)
    plain: Sender = lambda packet, target: None
    send: Sender = lambda packet, target: None
    onward: _Lane = field(init=False)
    beside: _Lane = field(init=False)


@dataclass(slots=True)
class _Relay:
    ends: tuple[RelayEnd, RelayEnd]
    lanes: tuple[tuple[_Lane, _Lane], tuple[_Lane, _Lane]]  # by side: RTP, RTCP
    openedAt: float
    credits: tuple[Credit, Credit]
    until: list[float]  # by side: how long it is sent to though nothing was heard of it

    def statistics(self, side: int, now: float) -> RelayStatistics:
        """
        How one side fares.
        """
        rtp, rtcp = self.lanes[side]
        last = max(self.openedAt, rtp.lastArrival, rtcp.lastArrival)
        refused = rtp.refused + rtcp.refused
        return RelayStatistics(rtp.packets, rtp.octets, rtcp.packets, refused, now - last)


class _Trunk:
    """
    A port pair that many relays share, and the lanes by the number that packets begin with.
    """

    def __init__(
        self,
        packets: IRelayIO,
        pair: IPortPair,
        arrived: Callable[[_Lane, Packet, Source, float], None],
    ) -> None:
        self._arrived = arrived
        self.lanes: dict[int, tuple[_Lane, _Lane]] = {}
        rtp, rtcp = (functools.partial(self._read, kind) for kind in (0, 1))
        self.senders = packets.add(pair, rtp, rtcp)

    def _read(self, kind: int, packet: Packet, source: Source, now: float) -> None:
        """
        @param kind: 0 for RTP, 1 for RTCP.
        """
        lanes = self.lanes.get(int.from_bytes(packet[:_MULTIPLEX_ID], "big"))
        if lanes is not None:
            self._arrived(lanes[kind], packet[_MULTIPLEX_ID:], source, now)


class RelayTable:
    """
    All relays of one thread.  Whatever names one that has gone does nothing.

    @ivar reports: what happened since the driver took them last.
    """

    def __init__(self, anyHost: bool) -> None:
        """
        @param anyHost: whether any lane that latches may find its peer at another host.
        """
        self._anyHost = anyHost
        self._networks = MediaNetworks()
        self._relays: dict[int, _Relay] = {}
        self._trunks: dict[int, _Trunk] = {}  # by the identity of their pair, which is kept
        self._part = 0
        self.reports: list[RelayReport] = []

    def __len__(self) -> int:
        return len(self._relays)

    def know(self, packets: IRelayIO, networks: MediaNetworks, now: float) -> None:
        """
        Judge by these networks who is aimed at from now on.
        """
        self._networks = networks

    def open(
        self, packets: IRelayIO, relayId: int, ends: tuple[RelayEnd, RelayEnd], now: float
    ) -> None:
        """
        Own the ports of a new relay; nobody is believed until a side is aimed.
        """
        first, second = (
            (_Lane(relayId, side, False), _Lane(relayId, side, True)) for side in (0, 1)
        )
        for kind in (0, 1):
            first[kind].onward, second[kind].onward = second[kind], first[kind]
        relay = self._relays[relayId] = _Relay(
            ends, (first, second), now, (Credit(), Credit()), [now, now]
        )
        for end, (rtp, rtcp) in zip(ends, relay.lanes, strict=True):
            rtp.beside, rtcp.beside = rtcp, rtp
            rtp.plain, rtcp.plain = self._attach(packets, end, (rtp, rtcp))
            rtp.send, rtcp.send = rtp.plain, rtcp.plain

    def _attach(
        self, packets: IRelayIO, end: RelayEnd, lanes: tuple[_Lane, _Lane]
    ) -> tuple[Sender, Sender]:
        if end.multiplexID is None:
            rtp, rtcp = (functools.partial(self.arrived, lane) for lane in lanes)
            return packets.add(end.pair, rtp, rtcp)
        trunk = self._trunks.get(id(end.pair))
        if trunk is None:
            trunk = self._trunks[id(end.pair)] = _Trunk(packets, end.pair, self.arrived)
        trunk.lanes[end.multiplexID] = lanes
        return trunk.senders

    def aim(self, packets: IRelayIO, relayId: int, side: int, aim: Aim, now: float) -> None:
        """
        Say where a side's peer is.  One that is told again to be where it was stays found.
        """
        relay = self._relays.get(relayId)
        if relay is None:
            return
        for lane, address in zip(relay.lanes[side], (aim.rtp, aim.rtcp), strict=True):
            lane.keepAlive = aim.keepAlivePayloadType
            if aim.multiplexID is None:
                lane.send = lane.plain
            else:
                number = aim.multiplexID.to_bytes(_MULTIPLEX_ID, "big")
                lane.send = packets.prefixed(relay.ends[side].pair, lane.control, number)
            before, lane.aim = lane.aim, aim
            told = before.rtcp if lane.control else before.rtp
            if (told, before.host, before.latching) == (address, aim.host, aim.latching):
                continue
            lane.source = None
            lane.latch = self._newLatch(aim)
            known = address is not None and address.port != 0
            lane.aimed = (address.host, address.port) if known and address else None
            lane.begins = address is not None and (
                isOwn(address.host, aim.signalling, self._networks)
                or (aim.signalling.called and address.host == aim.host)
            )
        for place in (side, 1 - side):  # sound is expected of one where the other receives it
            self._credit(relay, place, now)

    def _newLatch(self, aim: Aim) -> Latch | None:
        """
        For a peer that may be behind a NAT: where it is to come from is the host that it was
        seen at.
        """
        if aim.latching is Latching.NEVER:
            return None
        expected = aim.host or aim.signalling.host
        others = aim.host is None or aim.latching is Latching.ANY_HOST or self._anyHost
        return Latch((canonicalHost(expected),), others)

    def _credit(self, relay: _Relay, place: int, now: float) -> None:
        """
        See how long a side is sent to that was not heard.
        """
        aim, expected = relay.lanes[place][0].aim, relay.lanes[1 - place][0].aim.rtp is not None
        if aim.host is not None:
            relay.until[place] = relay.credits[place].until(
                aim.host, aim.signalling, self._networks, expected, now
            )
        for lane in relay.lanes[place]:
            self._direct(relay, lane, now)

    def _direct(self, relay: _Relay, lane: _Lane, now: float) -> None:
        """
        Send to where a lane's peer was found, or to where it says that it is, if that may be.
        """
        lane.target = None
        if lane.latch is not None and lane.source is not None:
            lane.target = lane.source
        elif lane.aimed is not None:
            host = canonicalHost(str(lane.aimed[0]))
            both = (lane, lane.beside)
            heard = any(str(each.source[0]) == host for each in both if each.source is not None)
            if heard or (lane.begins and relay.until[lane.side] > now):
                lane.target = lane.aimed

    def close(self, packets: IRelayIO, relayId: int, now: float) -> None:
        """
        Free the ports.
        """
        relay = self._relays.pop(relayId, None)
        if relay is None:
            return
        for end in relay.ends:
            if end.multiplexID is None:
                packets.remove(end.pair)
            else:
                del self._trunks[id(end.pair)].lanes[end.multiplexID]
        self.reports.append(RelayClosed(relayId))

    def arrived(self, lane: _Lane, packet: Packet, source: Source, now: float) -> None:
        """
        A packet came in by a lane: pass it on, if its source is believed.

        @raise OSError: the network does not take it.
        """
        known = source == lane.source and _isMedia(packet, lane.control)
        if not known and not self._believe(lane, packet, source, now):
            lane.refused += 1
            return
        lane.packets += 1
        lane.octets += len(packet)
        lane.lastArrival = now
        onward = lane.onward
        if onward.target is None or (packet[1] & 0x7F == lane.keepAlive and not lane.control):
            return
        onward.send(packet, onward.target)

    def _believe(self, lane: _Lane, packet: Packet, source: Source, now: float) -> bool:
        """
        Judge a packet that is not of the lane's source.
        """
        if not _isMedia(packet, lane.control) or not self._accepts(lane, packet, source, now):
            return False
        lane.source = source
        if not lane.control:
            beside = lane.beside.source
            if lane.latch is not None and beside is not None and beside[0] != source[0]:
                lane.beside.source = None  # RTCP of whoever the lock was taken back from
            heard = TransportAddress(str(source[0]), source[1])
            self.reports.append(RelayHeard(lane.relayId, lane.side, heard))
        relay = self._relays[lane.relayId]
        for each in (lane, lane.beside):
            self._direct(relay, each, now)
        return True

    def _accepts(self, lane: _Lane, packet: Packet, source: Source, now: float) -> bool:
        """
        Whether a source becomes the lane's: RTCP comes from where RTP does.
        """
        host = str(source[0])
        if lane.latch is not None and not lane.control:
            number = int.from_bytes(packet[2:4], "big")
            return lane.latch.accepts(TransportAddress(host, source[1]), number, now)
        if lane.source is not None:
            return False
        if lane.latch is not None and lane.beside.source is not None:
            return host == str(lane.beside.source[0])
        if lane.latch is not None:
            return host in lane.latch.believed
        return lane.aim.host is not None and host == canonicalHost(lane.aim.host)

    def survey(self, now: float) -> None:
        """
        Look at a part of the relays: who was never heard, and how they fare.
        """
        self._part = (self._part + 1) % _PARTS
        figures = {}
        for relayId in list(self._relays)[self._part :: _PARTS]:
            relay = self._relays[relayId]
            self._stop(relay, now)
            figures[relayId] = (relay.statistics(0, now), relay.statistics(1, now))
        if figures:
            self.reports.append(RelaysSurveyed(figures))

    def _stop(self, relay: _Relay, now: float) -> None:
        """
        Send no longer to a side that was not heard in its time.
        """
        for side, until in zip(relay.lanes, relay.until, strict=True):
            if until <= now and all(lane.source is None for lane in side):
                for lane in side:
                    lane.target = None


def _isMedia(packet: Packet, control: bool) -> bool:
    """
    Whether it is RTP, or RTCP, of version 2.
    """
    if len(packet) < (_RTCP_HEADER if control else _RTP_HEADER) or packet[0] >> 6 != 2:
        return False
    return (packet[1] in _RTCP_TYPES) == control
