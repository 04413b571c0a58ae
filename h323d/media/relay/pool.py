"""
The reactor's side of the relays (L{h323d.call.media.IRelay}).

As with ports and mixers, a command is a message to the thread that forwards, and nothing is
shared with it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.media import IRelay, IRelayObserver, IRelaySide, MediaNetworks, Signalling
from h323d.call.ports import IPortPair, IPortSource
from h323d.call.relaying import Latching, RelayStatistics
from h323d.errors import ResourceUnavailable
from h323d.media.failures import deliverAll
from h323d.media.relay.reports import RelayClosed, RelayHeard, RelayReport, RelaysSurveyed
from h323d.media.relay.table import Aim, IRelayIO, RelayEnd, RelayTable
from h323d.values.address import TransportAddress

__all__ = ["RelayCommand", "RelayPool"]


@dataclass(frozen=True, slots=True)
class RelayCommand:
    """
    What is done on the thread that forwards, at some time of its clock.

    @ivar method: of a L{RelayTable}.
    @ivar arguments: what it takes between the L{IRelayIO} and the time; Any, as methods differ.
    """

    method: Callable[..., None]
    arguments: tuple[Any, ...]

    def __call__(self, packets: IRelayIO, now: float) -> None:
        self.method(packets, *self.arguments, now)


class RelayPool:
    """
    All relays over one L{RelayTable}.
    """

    _log = Logger()

    def __init__(
        self,
        table: RelayTable,
        ports: IPortSource,
        rng: random.Random,
        command: Callable[[RelayCommand], None],
    ) -> None:
        """
        @param table: touched by commands alone.
        @param ports: binds port pairs.
        @param rng: draws multiplex numbers, which must not be guessed.
        @param command: hands a command to the driver.
        """
        self._table = table
        self._ports = ports
        self._rng = rng
        self._command = command
        self._relays: dict[int, _Relay] = {}
        self._statistics: dict[int, tuple[RelayStatistics, RelayStatistics]] = {}
        self._trunks: dict[str, IPortPair] = {}  # by local host
        self._sides: dict[TransportAddress, _Side] = {}  # by where packets for it arrive
        self._nextId = 1

    def __len__(self) -> int:
        return len(self._relays)

    def reconfigure(self, networks: MediaNetworks) -> None:
        """
        As L{h323d.call.media.IMediaPool.reconfigure}.
        """
        self._command(RelayCommand(self._table.know, (networks,)))

    def openRelay(
        self,
        observer: IRelayObserver,
        homes: tuple[Home, Home],
        multiplexed: tuple[bool, bool] = (False, False),
        priority: Priority = Priority.NORMAL,
    ) -> IRelay:
        """
        As L{h323d.call.media.IMediaPool.openRelay}.
        """
        first = self._newEnd(homes[0].bind, multiplexed[0], priority)
        try:
            second = self._newEnd(homes[1].bind, multiplexed[1], priority)
        except ResourceUnavailable:
            if first.multiplexID is None:
                first.pair.close()
            raise
        relay = _Relay(self, observer, self._nextId, (first, second), homes)
        self._nextId += 1
        self._relays[relay.relayId] = relay
        for side in relay.sides:
            if side.multiplexID is None:
                self._sides.update(dict.fromkeys(side.arriving, side))
        self._command(RelayCommand(self._table.open, (relay.relayId, (first, second))))
        return relay

    def _newEnd(self, host: str, multiplexed: bool, priority: Priority) -> RelayEnd:
        if not multiplexed:
            return RelayEnd(self._ports.bind(host, priority))
        if host not in self._trunks:
            self._trunks[host] = self._ports.bind(host)
        return RelayEnd(self._trunks[host], self._rng.getrandbits(32))

    def deliver(self, reports: Sequence[RelayReport]) -> None:
        """
        Tell the observers what happened.  Called on the reactor's thread.
        """
        deliverAll(reports, self._deliverOne, self._log, "a relay's observer")

    def _deliverOne(self, report: RelayReport) -> None:
        match report:
            case RelayHeard(relayId, side, source):
                if (relay := self._relays.get(relayId)) is not None:
                    relay.observer.relayHeard(relay, side, source)
            case RelaysSurveyed(figures):
                self._statistics.update(figures)
            case RelayClosed(relayId):
                self._statistics.pop(relayId, None)

    # What relays need

    def aim(self, relayId: int, side: int, aim: Aim) -> None:
        """
        Say where a side's peer is.
        """
        self._command(RelayCommand(self._table.aim, (relayId, side, aim)))

    def turnsRound(self, side: _Side, target: TransportAddress) -> bool:
        """
        Whether what is sent to C{target} would come back to C{side}, by way of other relays:
        for ever, as relays count no hops.
        """
        if any(target in (trunk.rtp, trunk.rtcp) for trunk in self._trunks.values()):
            return True
        seen = set(side.arriving)
        ahead = [target]
        while ahead:
            address = ahead.pop()
            if address in seen:
                return True
            reached = self._sides.get(address)
            if reached is not None:
                seen.add(address)
                ahead += [each for each in reached.other.aimedAt if each in self._sides]
                if reached.other is side:
                    return True
        return False

    def statisticsOf(self, relayId: int, side: int) -> RelayStatistics:
        """
        A side's figures, as of the last survey.
        """
        both = self._statistics.get(relayId)
        return RelayStatistics() if both is None else both[side]

    def closed(self, relay: _Relay) -> None:
        """
        A relay is not to be reported to any more.
        """
        del self._relays[relay.relayId]
        for side in relay.sides:
            if side.multiplexID is None:
                for address in side.arriving:
                    del self._sides[address]
        self._command(RelayCommand(self._table.close, (relay.relayId,)))


@implementer(IRelaySide)
class _Side:
    """
    @ivar aimedAt: where packets are sent to, unless the peer is found elsewhere.
    @ivar arriving: whereto packets for it are sent: as the peer is told, and as is bound.
    """

    def __init__(
        self, pool: RelayPool, relay: _Relay, place: int, end: RelayEnd, told: str
    ) -> None:
        self._pool = pool
        self._relay = relay
        self._place = place
        pair = end.pair
        self.rtp = TransportAddress(told, pair.rtp.port)
        self.rtcp = TransportAddress(told, pair.rtcp.port)
        self.arriving = frozenset((self.rtp, self.rtcp, pair.rtp, pair.rtcp))
        self.multiplexID = end.multiplexID
        self.aimedAt: tuple[TransportAddress, ...] = ()

    @property
    def other(self) -> _Side:
        """
        The side that packets leave by.
        """
        return self._relay.sides[1 - self._place]

    def aim(
        self,
        rtp: TransportAddress | None,
        rtcp: TransportAddress | None,
        latching: Latching,
        signalling: Signalling,
        multiplexID: int | None = None,
        keepAlivePayloadType: int | None = None,
    ) -> None:
        if self._relay.isClosed:
            return
        rtp, rtcp = (
            None if each is not None and self._pool.turnsRound(self, each) else each
            for each in (rtp, rtcp)
        )
        self.aimedAt = tuple(each for each in (rtp, rtcp) if each is not None)
        aim = Aim(rtp, rtcp, latching, signalling, multiplexID, keepAlivePayloadType)
        self._pool.aim(self._relay.relayId, self._place, aim)

    def statistics(self) -> RelayStatistics:
        return self._pool.statisticsOf(self._relay.relayId, self._place)


@implementer(IRelay)
class _Relay:
    """
    @ivar observer: whose call it is.
    """

    def __init__(
        self,
        pool: RelayPool,
        observer: IRelayObserver,
        relayId: int,
        ends: tuple[RelayEnd, RelayEnd],
        homes: tuple[Home, Home],
    ) -> None:
        self._pool = pool
        self.observer = observer
        self.relayId = relayId
        self.isClosed = False
        self.sides = (
            _Side(pool, self, 0, ends[0], homes[0].told),
            _Side(pool, self, 1, ends[1], homes[1].told),
        )

    def close(self) -> None:
        if not self.isClosed:
            self.isClosed = True
            self._pool.closed(self)
