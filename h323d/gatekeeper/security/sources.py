"""
Who may talk to us at all: networks that may, networks that may not, how often
each address may, and how much of our tables each source may take.

It stands before everything else, on the address alone: before a message is
decoded, and before a connection has a user.  Each look-up costs the same
however many networks and addresses there are, and what is remembered of
addresses is bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.applications import (
    PASSED,
    Admission,
    Application,
    Door,
    IGate,
    Reason,
    Refusal,
)
from h323d.call.complaints import MAX_SOURCES, FirstOf
from h323d.call.parts import Change, Commit
from h323d.call.shares import Shares, sourceOf
from h323d.call.transport import (
    IDatagramPort,
    IDatagrams,
    IDatagramUser,
    IListening,
    IStream,
    IStreamListener,
    IStreamUser,
    NewUser,
)
from h323d.events.bus import EventBus
from h323d.events.doors import SourceRefused
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.values.address import TransportAddress
from h323d.values.networks import Networks

__all__ = ["TOO_MANY_CALLS", "Rate", "Sources"]

LEAST_SHARE = 10  # places: a table of so few belongs to a small installation
MAX_ADDRESSES = 65_536  # that are remembered of each kind
TELL_EVERY = 1.0  # seconds between two facts about one address

TOO_MANY_CALLS = Refusal.of(Reason.RATE_EXCEEDED, "rateLimit")


class Rate:
    """
    How often each source may do something: in the long run so often a
    second, and so often at once (a token bucket).

    A source that has been still long enough to have all its turns again is
    forgotten; so is the stillest, when there are too many.
    """

    def __init__(self, clock: IReactorTime, rate: float, burst: int) -> None:
        """
        @param rate: a second; 0 sets no limit.
        """
        self._clock = clock
        self._rate = rate
        self._burst = float(burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # turns left, when

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, host: str) -> bool:
        """
        Take a turn.

        @return: whether there was one.
        """
        if not self._rate:
            return True
        source, now = sourceOf(host), self._clock.seconds()
        left, since = self._buckets.get(source, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        granted = left >= 1.0
        self._buckets[source] = (left - 1.0 if granted else left, now)
        self._buckets.move_to_end(source)
        self._forget(now)
        return granted

    def _forget(self, now: float) -> None:
        # Two at a time: one comes with each turn, so the table shrinks.
        for _ in range(2):
            host, (left, since) = next(iter(self._buckets.items()))
            full = left + (now - since) * self._rate >= self._burst
            if not full and len(self._buckets) <= MAX_ADDRESSES:
                return
            del self._buckets[host]
            if not self._buckets:
                return


@implementer(IGate)
class Sources:
    """
    The doorkeeper.  As a gate it counts calls, where they begin.
    """

    name = "sources"
    doors = frozenset((Door.SETUP, Door.INVITE))
    _log = Logger()

    def __init__(self, config: SecurityConfig, clock: IReactorTime, events: EventBus) -> None:
        self._clock = clock
        self._events = events
        self.reconfigure(config)
        self._told: OrderedDict[str, tuple[float, int]] = OrderedDict()  # when, refused since
        self._logged = FirstOf(MAX_SOURCES)
        self._connected: dict[str, Shares] = {}  # of the connections of each door

    def prepare(self, config: SecurityConfig) -> Commit:
        """
        Have other lists and limits ready.
        """
        return Change(self, config)

    def reconfigure(self, config: SecurityConfig) -> None:
        """
        Have other lists and limits from now on.  Connections that are open stay
        open, and everybody has all turns again.
        """
        self._allow = Networks(config.allow)
        self._deny = Networks(config.deny)
        self._trunks = Networks(config.trunks)
        self._share = config.share
        self._rates = {
            "ras": Rate(self._clock, config.rasRate, config.rasBurst),
            "sip": Rate(self._clock, config.sipRate, config.sipBurst),
            "connections": Rate(self._clock, config.connectionRate, config.connectionBurst),
        }
        self._calls = Rate(self._clock, config.callRate, config.callBurst)
        self._listed = bool(self._allow) or bool(self._deny)
        self._judged: dict[str, bool] = {}

    def rasDatagrams(self, datagrams: IDatagrams) -> IDatagrams:
        """
        Ports for RAS that hand on only what may come in.
        """
        return _Datagrams(datagrams, _Turnstile(self, "ras", "ras"))

    def sipDatagrams(self, datagrams: IDatagrams) -> IDatagrams:
        """
        The same for SIP.
        """
        return _Datagrams(datagrams, _Turnstile(self, "sip", "sip"))

    def listener(self, door: str, listener: IStreamListener, total: int) -> IStreamListener:
        """
        A listener that takes only connections that may come in.

        @param door: what facts call it.
        @param total: how many connections the door takes, over all of its listeners.
        """
        shares = self._connected.setdefault(door, Shares(self, door))
        return _Listener(listener, _Turnstile(self, door, "connections"), shares, total)

    def judge(self, application: Application) -> Admission | Refusal:
        """
        Count a call.
        """
        source = application.source
        if source is None or self._calls.take(source.host) or self._isTrunk(source.host):
            return PASSED
        self._refused("calls", source, "rateLimit")
        return TOO_MANY_CALLS

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        """
        The rule of L{h323d.call.shares}.
        """
        if held < max(total * self._share, LEAST_SHARE) or self._isTrunk(host):
            return True
        self._refused(table, TransportAddress(host, 0), "share")
        return False

    def _isTrunk(self, host: str) -> bool:
        return bool(self._trunks) and host in self._trunks

    def admits(self, door: str, source: TransportAddress, rate: str) -> bool:
        """
        Let somebody in at a door, or not.

        @param rate: what limits how often: C{"ras"}, C{"sip"} or C{"connections"}.
        """
        if self._listed and not self._mayCome(source.host):
            self._refused(door, source, "network")
            return False
        if self._rates[rate].take(source.host) or self._isTrunk(source.host):
            return True
        self._refused(door, source, "rateLimit")
        return False

    def _mayCome(self, host: str) -> bool:
        judged = self._judged.get(host)
        if judged is None:
            judged = host not in self._deny and (not self._allow or host in self._allow)
            if len(self._judged) >= MAX_ADDRESSES:
                self._judged.clear()
            self._judged[host] = judged
        return judged

    def _refused(self, door: str, source: TransportAddress, reason: str) -> None:
        now = self._clock.seconds()
        since, count = self._told.pop(source.host, (now - TELL_EVERY, 0))
        if now - since < TELL_EVERY:
            self._told[source.host] = (since, count + 1)
            return
        self._told[source.host] = (now, 0)
        if len(self._told) > MAX_ADDRESSES:
            self._told.popitem(last=False)
        self._events.publish(SourceRefused(now, door, source, reason, count + 1))
        if self._logged.isFirst(source.host):
            self._log.info(
                "{source} is kept out, told once: {door}: {reason}",
                source=str(source),
                door=door,
                reason=reason,
            )


@dataclass(frozen=True, slots=True)
class _Turnstile:
    """
    One of the doors.
    """

    sources: Sources
    door: str
    rate: str

    def admits(self, source: TransportAddress) -> bool:
        """
        Whether somebody may come in now.
        """
        return self.sources.admits(self.door, source, self.rate)


@implementer(IDatagrams)
class _Datagrams:
    def __init__(self, datagrams: IDatagrams, turnstile: _Turnstile) -> None:
        self._datagrams = datagrams
        self._turnstile = turnstile

    def bind(self, address: TransportAddress, user: IDatagramUser) -> IDatagramPort:
        port: IDatagramPort = self._datagrams.bind(address, _DatagramDoor(user, self._turnstile))
        return port

    def bindMulticast(
        self, group: TransportAddress, interface: str, user: IDatagramUser
    ) -> IDatagramPort:
        door = _DatagramDoor(user, self._turnstile)
        port: IDatagramPort = self._datagrams.bindMulticast(group, interface, door)
        return port


@implementer(IDatagramUser)
class _DatagramDoor:
    def __init__(self, user: IDatagramUser, turnstile: _Turnstile) -> None:
        self._user = user
        self._turnstile = turnstile

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        if self._turnstile.admits(source):
            self._user.datagramReceived(data, source)


@implementer(IStreamListener)
class _Listener:
    def __init__(
        self, listener: IStreamListener, turnstile: _Turnstile, shares: Shares, total: int
    ) -> None:
        self._listener = listener
        self._turnstile = turnstile
        self._shares = shares
        self._total = total

    def listen(self, address: TransportAddress, newUser: NewUser) -> IListening:
        entrance = _Entrance(self._turnstile, self._shares, self._total, newUser)
        listening: IListening = self._listener.listen(address, entrance.admitted)
        return listening


@dataclass(frozen=True, slots=True)
class _Entrance:
    """
    Where connections come in, each to its user.
    """

    turnstile: _Turnstile
    shares: Shares
    total: int
    newUser: NewUser

    def admitted(self, peer: TransportAddress) -> IStreamUser | None:
        if not self.turnstile.admits(peer) or not self.shares.mayTake(peer.host, self.total):
            return None
        user = self.newUser(peer)
        return None if user is None else _Counted(user, self.shares, peer.host)


@implementer(IStreamUser)
class _Counted:
    """
    One connection, which has a place until it is gone.
    """

    def __init__(self, user: IStreamUser, shares: Shares, host: str) -> None:
        self._user = user
        self._shares = shares
        self._host = host
        shares.take(host)

    def streamOpened(self, stream: IStream) -> None:
        self._user.streamOpened(stream)

    def streamReceived(self, data: bytes) -> None:
        self._user.streamReceived(data)

    def streamClosed(self, reason: str) -> None:
        self._shares.giveBack(self._host)
        self._user.streamClosed(reason)
