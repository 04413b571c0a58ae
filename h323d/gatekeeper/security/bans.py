"""
Who is banned: addresses for what they did, each time for longer, and networks by an operator.

What is remembered is in memory alone, and bounded: a restart lifts all bans, and beyond the
maximum the one is forgotten that was begun first.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.shares import sourceOf
from h323d.events.bus import EventBus
from h323d.events.doors import SourceBanned
from h323d.gatekeeper.security.defenceconfig import DefenceConfig
from h323d.values.networks import Networks

__all__ = ["BY_OPERATOR", "FOR_EVER", "Ban", "Bans"]

BY_OPERATOR = "operator"
FOR_EVER = float("inf")
MEMORY = 24 * 3600.0  # seconds after the end of a ban in which another is longer
MAX_BY_OPERATOR = 10_000


@dataclass(slots=True)
class Ban:
    """
    One ban.

    @ivar source: an address, or a network.
    @ivar reason: of what it was banned: an L{Offence<h323d.call.defence.Offence>}'s name, or
        L{BY_OPERATOR}.
    @ivar since: when it began; likewise C{until}, which may be L{FOR_EVER}.
    @ivar times: how often it was banned, one before the other was forgotten.
    @ivar counted: messages and connections that were turned away.
    """

    source: str
    reason: str
    since: float
    until: float
    times: int = 1
    counted: int = 0


class Bans:
    """
    The table.
    """

    _log = Logger()

    def __init__(self, config: DefenceConfig, clock: IReactorTime, events: EventBus) -> None:
        self._config = config
        self._clock = clock
        self._events = events
        self._bans: OrderedDict[str, Ban] = OrderedDict()  # also past ones; begun first in front
        self._commanded: dict[str, Ban] = {}
        self._networks = Networks(())  # of these

    def reconfigure(self, config: DefenceConfig) -> None:
        """
        Ban for other times from now on.
        """
        self._config = config
        self._forget()

    def __iter__(self) -> Iterator[Ban]:
        """
        Those in force, first those by an operator.
        """
        self._lapse()
        now = self._clock.seconds()
        yield from self._commanded.values()
        yield from (ban for ban in self._bans.values() if ban.until > now)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def of(self, host: str) -> Ban | None:
        """
        @return: the one that holds for a host; C{None} if none does.
        """
        if self._bans:
            ban = self._bans.get(sourceOf(host))
            if ban is not None and ban.until > self._clock.seconds():
                return ban
        if not self._networks:
            return None
        self._lapse()
        if host not in self._networks:
            return None
        return next(ban for ban in self._commanded.values() if host in Networks((ban.source,)))

    def ban(self, host: str, reason: str) -> None:
        """
        Ban a source for what it did: longer than before.
        """
        config, now, source = self._config, self._clock.seconds(), sourceOf(host)
        before = self._bans.pop(source, None)
        times = 1
        if before is not None and now < before.until + MEMORY:
            times = before.times + 1
        seconds = config.banSeconds
        for _ in range(times - 1):
            if seconds >= config.maxBanSeconds:
                break
            seconds *= 2
        until = now + min(seconds, config.maxBanSeconds)
        self._enter(self._bans, Ban(source, reason, now, until, times))
        self._forget()

    def command(self, network: str, seconds: int) -> Ban:
        """
        Ban an address or a network because an operator says so.

        @param seconds: for how long; 0 until it is lifted.

        @raise ValueError: it is neither an address nor a network, or there are too many.
        """
        source = _written(network)
        if len(self._commanded) >= MAX_BY_OPERATOR and source not in self._commanded:
            raise ValueError(f"there are {MAX_BY_OPERATOR} bans by operators already")
        now = self._clock.seconds()
        until = now + seconds if seconds else FOR_EVER
        ban = Ban(source, BY_OPERATOR, now, until)
        self._enter(self._commanded, ban)
        self._networks = Networks(tuple(self._commanded))
        return ban

    def lift(self, network: str) -> tuple[Ban, ...]:
        """
        Let an address or a network in again, and forget that it was banned.

        @param network: as the list has it, or an address of IPv6 that is in a network of the list.

        @return: what was lifted.

        @raise ValueError: it is neither an address nor a network.
        """
        source, now = _written(network), self._clock.seconds()
        if "/" not in source and source not in self._commanded:
            source = sourceOf(source)
        self._lapse()
        found = [self._commanded.pop(source, None), self._bans.pop(source, None)]
        self._networks = Networks(tuple(self._commanded))
        return tuple(ban for ban in found if ban is not None and ban.until > now)

    def liftAll(self, spared: Callable[[str], bool]) -> None:
        """
        Lift those for what somebody did who is spared now.
        """
        for source in [each for each in self._bans if spared(each.partition("/")[0])]:
            del self._bans[source]

    def _enter(self, table: dict[str, Ban], ban: Ban) -> None:
        table[ban.source] = ban
        until = None if ban.until == FOR_EVER else ban.until
        self._events.publish(
            SourceBanned(ban.since, ban.source, ban.reason, until, ban.times),
        )
        self._log.info("{source} is banned: {reason}", source=ban.source, reason=ban.reason)

    def _forget(self) -> None:
        now = self._clock.seconds()
        while self._bans:
            first = next(iter(self._bans.values()))
            if len(self._bans) <= self._config.maxSources and now < first.until + MEMORY:
                return
            del self._bans[first.source]

    def _lapse(self) -> None:
        """
        What an operator has commanded for a time that is over.
        """
        now = self._clock.seconds()
        over = [each.source for each in self._commanded.values() if each.until <= now]
        for source in over:
            del self._commanded[source]
        if over:
            self._networks = Networks(tuple(self._commanded))


def _written(network: str) -> str:
    """
    In the one form that there is of each.

    @raise ValueError: it is neither an address nor a network.
    """
    written = ipaddress.ip_network(network)
    return str(written.network_address) if written.num_addresses == 1 else str(written)
