"""
Who may talk to us at all: networks that may, networks that may not, how often
each address may, and how much of our tables each source may take.

It stands before everything else, on the address alone: before a message is
decoded, and before a connection has a user.  Each look-up costs the same
however many networks and addresses there are, and what is remembered of
addresses is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime
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
from h323d.call.defence import UNDEFENDED, DefenceRule
from h323d.call.parts import Change, Commit
from h323d.call.shares import Shares
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
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.security.rate import MAX_ADDRESSES, Rate
from h323d.gatekeeper.security.turnedaway import TurnedAway
from h323d.values.address import TransportAddress
from h323d.values.networks import Networks

__all__ = ["TOO_MANY_CALLS", "Sources"]

LEAST_SHARE = 10  # places: a table of so few belongs to a small installation

TOO_MANY_CALLS = Refusal.of(Reason.RATE_EXCEEDED, "rateLimit")


@implementer(IGate)
class Sources:
    """
    The doorkeeper.  As a gate it counts calls, where they begin.
    """

    name = "sources"
    doors = frozenset((Door.SETUP, Door.INVITE))

    def __init__(
        self,
        config: SecurityConfig,
        clock: IReactorTime,
        turnedAway: TurnedAway,
        defence: DefenceRule = UNDEFENDED,
    ) -> None:
        """
        @param turnedAway: is told who was not let in.
        @param defence: says who is banned.
        """
        self._clock = clock
        self._defence = defence
        self._turnedAway = turnedAway
        self.reconfigure(config)
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
        self._turnedAway.tell("calls", source, "rateLimit")
        return TOO_MANY_CALLS

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        """
        The rule of L{h323d.call.shares}.
        """
        if held < max(total * self._share, LEAST_SHARE) or self._isTrunk(host):
            return True
        self._turnedAway.tell(table, TransportAddress(host, 0), "share")
        return False

    def _isTrunk(self, host: str) -> bool:
        return bool(self._trunks) and host in self._trunks

    def admits(self, door: str, source: TransportAddress, rate: str) -> bool:
        """
        Let somebody in at a door, or not.

        @param rate: what limits how often: C{"ras"}, C{"sip"} or C{"connections"}.
        """
        if self._listed and not self._mayCome(source.host):
            self._turnedAway.tell(door, source, "network")
            return False
        # A call by SIP over UDP goes on, whoever is banned there: SIP says what belongs to it.
        if rate != "sip" and self._defence.isBanned(source.host):
            self._defence.turnedAway(door, source)
            return False
        if self._rates[rate].take(source.host) or self._isTrunk(source.host):
            return True
        self._turnedAway.tell(door, source, "rateLimit")
        return False

    def _mayCome(self, host: str) -> bool:
        judged = self._judged.get(host)
        if judged is None:
            judged = host not in self._deny and (not self._allow or host in self._allow)
            if len(self._judged) >= MAX_ADDRESSES:
                self._judged.clear()
            self._judged[host] = judged
        return judged


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
