"""
Asking other gatekeepers where somebody is: LRQ (H.225.0, 7.13; H.323, 8.1.6).

Gatekeepers are asked in rounds: all of one round at once, and the first that
confirms decides.  When all have said no, or nothing, it is the next round's
turn.  A C{requestInProgress} extends the wait for who sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.timer import Timer
from h323d.errors import ResourceUnavailable
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import GatekeepersAsked
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.routing.chain import Called, Finding, FoundWay
from h323d.h323.ras.messages import Fields, RASMessage, usableAddresses
from h323d.h323.ras.transactions import TIMERS
from h323d.h323.signalling.addresses import aliasesFromParties, partiesFromAliases, transportToValue
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["Asked", "Asker", "Gatekeeper", "Inquiries"]

MAX_INQUIRIES = 4096  # under way at once
MAX_WAIT = 30.0  # seconds for all rounds together, whatever is in progress: callers give up too
MAX_ALTERNATES = 4  # of the further endpoints that a confirm may name


class Asked(Protocol):
    """
    A request that is under way.
    """

    def cancel(self) -> None:
        """
        Nobody wants the answer any more.
        """


class Asker(Protocol):
    """
    What can send requests: the zone, by its RAS channel.
    """

    def ask(
        self,
        name: str,
        fields: Fields,
        destination: TransportAddress,
        answered: Callable[[RASMessage | None], None],
        interval: float,
    ) -> Asked:
        """
        Ask, and ask again while there is no answer.

        @param fields: all but C{requestSeqNum}.
        @param answered: called once, later; with C{None} for silence.
        @param interval: seconds from one time to the next.
        """


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """
    Whom to ask.

    @ivar ras: where.
    @ivar timeout: seconds until its silence counts as no.
    """

    ras: TransportAddress
    timeout: float


class Inquiries:
    """
    All questions of a zone to other gatekeepers that are under way.
    """

    def __init__(
        self, identity: Identity, asker: Asker, clock: IReactorTime, events: EventBus
    ) -> None:
        """
        @param identity: what we tell of ourselves, and the address where we
            are never asked.
        """
        self._identity = identity
        self._asker = asker
        self._clock = clock
        self._events = events
        self._running: dict[_Inquiry, None] = {}
        self._calls: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._running)

    def concerns(self, call: bytes) -> bool:
        """
        Whether we are asking for this call already; if so, a gatekeeper that
        asks us for it was asked because of us, or asked both of us.
        """
        return call in self._calls

    def ask(self, called: Called, rounds: Sequence[Sequence[Gatekeeper]]) -> Deferred[Finding]:
        """
        Ask for the names that are called, unless no more gatekeepers may be
        asked.  Whoever asked us is not asked back.

        @param rounds: those of one round are asked at once.

        @return: fires with C{None} if none of them knows.
        """
        others = [
            [each for each in those if not self._isAsker(each.ras, called)] for those in rounds
        ]
        wanted = [those for those in others if those]
        fields = self._question(called)
        if not wanted or fields is None or len(self._running) >= MAX_INQUIRIES:
            return succeed(None)
        inquiry = _Inquiry(self, self._asker, self._clock, fields, wanted, called)
        self._running[inquiry] = None
        if called.call:
            self._calls[called.call] = self._calls.get(called.call, 0) + 1
        inquiry.start()
        return inquiry.found

    def ended(
        self,
        call: bytes,
        asked: Iterable[TransportAddress],
        answeredBy: TransportAddress | None,
    ) -> None:
        """
        An inquiry has its answer.
        """
        now = self._clock.seconds()
        self._events.publish(GatekeepersAsked(now, call.hex(), tuple(asked), answeredBy))

    def over(self, inquiry: _Inquiry, call: bytes) -> None:
        """
        An inquiry is not under way any more.
        """
        del self._running[inquiry]
        if call:
            self._calls[call] -= 1
            if not self._calls[call]:
                del self._calls[call]

    def close(self) -> None:
        """
        Give up all of them; nobody is told.
        """
        for inquiry in tuple(self._running):
            inquiry.cancel()

    def replyAddress(self, gatekeeper: TransportAddress) -> TransportAddress:
        """
        Where a gatekeeper that we ask is to answer.
        """
        identity = self._identity
        return TransportAddress(identity.homes.towards(gatekeeper.host).told, identity.rasPort)

    def _isAsker(self, ras: TransportAddress, called: Called) -> bool:
        if self._identity.isOurRAS(ras):
            return True
        return called.locating and called.source is not None and called.source.host == ras.host

    def _question(self, called: Called) -> Fields | None:
        names = aliasesFromParties(called.names)
        if not names or called.hops < 1:
            return None
        ourselves = PartyAddress(AddressKind.H323_ID, self._identity.identifier)
        fields: Fields = {
            "destinationInfo": names,
            "sourceInfo": aliasesFromParties((ourselves,)),
            "canMapAlias": True,
            "gatekeeperIdentifier": self._identity.identifier,
            "hopCount": called.hops,
        }
        if called.call:
            fields["callIdentifier"] = {"guid": called.call}
        calling = aliasesFromParties(called.calling)
        if calling:
            fields["sourceEndpointInfo"] = calling
        return fields


class _Inquiry:
    """
    One question, to all who may know.

    @ivar found: fires when it is over.
    """

    _log = Logger()

    def __init__(
        self,
        table: Inquiries,
        asker: Asker,
        clock: IReactorTime,
        fields: Fields,
        rounds: Sequence[Sequence[Gatekeeper]],
        called: Called,
    ) -> None:
        self.found: Deferred[Finding] = Deferred()
        self._table = table
        self._asker = asker
        self._fields = fields
        self._rounds = iter(rounds)
        self._called = called
        self._asked: dict[Gatekeeper, Asked] = {}
        self._everAsked: dict[TransportAddress, None] = {}
        self._deadline = Timer(clock)

    def start(self) -> None:
        self._deadline.start(MAX_WAIT, self._giveUp)
        self._nextRound()

    def cancel(self) -> None:
        """
        Nobody wants to know any more.
        """
        self._deadline.stop()
        for asked in self._asked.values():
            asked.cancel()
        self._asked.clear()
        self._table.over(self, self._called.call)

    def _nextRound(self) -> None:
        those = next(self._rounds, None)
        if those is None:
            self._giveUp()
            return
        for gatekeeper in dict.fromkeys(those):
            _, retries = TIMERS["locationRequest"]
            interval = gatekeeper.timeout / (retries + 1)
            try:
                here = self._table.replyAddress(gatekeeper.ras)
                fields = self._fields | {"replyAddress": transportToValue(here)}
                asking = _Asking(self, gatekeeper)
                self._asked[gatekeeper] = self._asker.ask(
                    "locationRequest", fields, gatekeeper.ras, asking.answered, interval
                )
                self._everAsked[gatekeeper.ras] = None
            except ResourceUnavailable:
                self._log.warn("{gatekeeper} is not asked", gatekeeper=gatekeeper.ras)
        if not self._asked:
            self._nextRound()

    def answered(self, gatekeeper: Gatekeeper, answer: RASMessage | None) -> None:
        """
        One of them knows, or does not, or is silent.
        """
        del self._asked[gatekeeper]
        if answer is not None and answer.name == "locationConfirm":
            destinations = _destinations(answer.fields, self._called)
            if destinations:
                self._end(destinations, gatekeeper.ras)
                return
        if not self._asked:
            self._nextRound()

    def _giveUp(self) -> None:
        self._end(None, None)

    def _end(self, finding: Finding, answeredBy: TransportAddress | None) -> None:
        self.cancel()
        self._table.ended(self._called.call, self._everAsked, answeredBy)
        self.found.callback(finding)


@dataclass(frozen=True, slots=True)
class _Asking:
    """
    One gatekeeper of those that are asked.
    """

    inquiry: _Inquiry
    gatekeeper: Gatekeeper

    def answered(self, answer: RASMessage | None) -> None:
        self.inquiry.answered(self.gatekeeper, answer)


def _destinations(fields: Fields, called: Called) -> tuple[FoundWay, ...]:
    """
    Where a confirm sends us: its address, and those of alternate endpoints.

    @return: empty if it names no address that can be called.
    """
    names = _names(fields, called.names)
    found = [
        FoundWay("h323", each, called=names)
        for each in usableAddresses([fields["callSignalAddress"]])
    ]
    for alternate in fields.get("alternateEndpoints", ())[:MAX_ALTERNATES]:
        addresses = usableAddresses(alternate.get("callSignalAddress", ()))
        other = _names({"destinationInfo": alternate.get("aliasAddress", ())}, called.names)
        found += [FoundWay("h323", each, called=other or names) for each in addresses]
    return tuple(found)


def _names(fields: Fields, asked: tuple[PartyAddress, ...]) -> tuple[PartyAddress, ...]:
    """
    What the called party is called there, if that is something else.

    A gatekeeper tells all names of an endpoint; only where the one that was
    asked for is not among them, it is to be called otherwise.
    """
    told = partiesFromAliases(fields.get("destinationInfo", ()))
    return () if not told or set(told) & set(asked) else told
