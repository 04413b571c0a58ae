"""
The world of a server that is entered in turns, on a real reactor: its doors, and what the kernel
knows of them (L{h323d.ha.takeover.Ledger}).

A world is that of a leader or of a follower.  Who follows holds the same sockets, and touches none
of them.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from h323d.call.protection import IProtection
from h323d.call.transport import SERVER_DIED, SecureStreams
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.ha.doors import Kind, Security
from h323d.ha.records import InputRecord
from h323d.ha.turns import Output
from h323d.keeper.asking import Asking
from h323d.media.config import MediaConfig
from h323d.net.ledger import account
from h323d.net.line import Line
from h323d.world.answers import Answers
from h323d.world.arrivals import Arrivals
from h323d.world.clock import Clock
from h323d.world.connections import CONNECTION, LISTENER, Connections
from h323d.world.media import DOORWAY, PAIR, Media
from h323d.world.ports import PORT, Ports
from h323d.world.sharing import Sharer

__all__ = ["World"]


class World:
    """
    @ivar arrivals: by which everything enters.
    """

    def __init__(
        self,
        reactor: Any,
        sharer: Sharer,
        protection: IProtection,
        secure: Mapping[Security, SecureStreams],
        media: MediaConfig,
        routing: RoutingConfig,
        keeper: Asking | None = None,
    ) -> None:
        """
        @param reactor: Any, of many interfaces.
        @param sharer: told of all that whoever follows is to hold, too.
        @param protection: who has another follow.
        @param secure: streams over TLS.
        @param keeper: who listens; C{None} if that is up to us.
        """
        self.arrivals = arrivals = Arrivals()
        self._secure = secure
        self._prepared: dict[int, Any] = {}
        self._clock = Clock(reactor, arrivals)
        self._answers = Answers(reactor, arrivals, routing)
        self._ports = Ports(reactor, arrivals, sharer)
        self._connections = Connections(reactor, arrivals, sharer, secure, keeper)
        self._media = Media(reactor, arrivals, sharer, media)
        self.standing, self.switchOver = protection.standing, protection.switchOver
        self.join = protection.join
        self._offer()

    def _offer(self) -> None:
        """
        Be all of L{h323d.ha.doors.Doors}.
        """
        clock, answers, ports = self._clock, self._answers, self._ports
        connections, media = self._connections, self._media
        self.seconds, self.wakeAt = clock.seconds, clock.wakeAt
        self.secret, self.source, self.isOurs = answers.secret, answers.source, answers.isOurs
        self.read, self.octets, self.shake = answers.read, answers.octets, answers.shake
        self.services, self.pointers = answers.services, answers.pointers
        self.hosts, self.post = answers.hosts, answers.post
        self.readAside, self.octetsAside = answers.readAside, answers.octetsAside
        self.defer = answers.defer
        self.bind, self.bindMulticast = ports.bind, ports.bindMulticast
        self.heardAt, self.send, self.unbind = ports.heardAt, ports.send, ports.unbind
        self.listen, self.stopListening = connections.listen, connections.stopListening
        self.refuse, self.provesToBe = connections.refuse, connections.provesToBe
        self.connect, self.cancel = connections.connect, connections.cancel
        self.write, self.close = connections.write, connections.close
        self.abort = connections.abort
        self.bindPair, self.closePair = media.bindPair, media.closePair
        self.launch, self.say = media.launch, media.say
        self.kill, self.finish, self.shut = media.kill, media.finish, media.shut

    def prepareSecurity(self, number: int, security: Security) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        self._prepared[number] = self._secure[security].prepare()

    def commitSecurity(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number in self._prepared:
            self._prepared.pop(number).commit()

    @property
    def isWaiting(self) -> bool:
        """
        Whether somebody was asked who has not answered, perhaps a thread.
        """
        return self._answers.working > 0

    def accept(self) -> None:
        """
        Have whoever connects come here, if they come by a keeper.
        """
        self._connections.accept()

    # Of what is logged.

    def happens(self, record: InputRecord) -> None:
        """
        It is logged, here or elsewhere, that something happens.
        """
        match record.kind, record.arguments:
            case Kind.ACCEPTED.value, (_, number, _):
                self._connections.hasCome(number)
            case Kind.CLOSED.value, (number, _):
                self._connections.forget(number)
            case Kind.OPENED.value, (number, *_):
                self._connections.opened(number)

    def left(self, outputs: Iterable[Output]) -> None:
        """
        That has left elsewhere, or is about to: what is closed there is closed here.
        """
        for each in outputs:
            match each.order, each.arguments:
                case "unbind", (number,):
                    self._ports.unbind(number)
                case "stopListening", (number,):
                    self._connections.stopListening(number)
                case "closePair", (number,):
                    self._media.closePair(number)
                case "refuse" | "cancel", (number,):
                    self._connections.forget(number)
                case "connect", arguments:
                    self._connections.noteDialled(*arguments)
                case "close", (number,):
                    self._connections.close(number)
                case "shut", (number,):
                    self._media.shut(number)

    def hold(
        self, what: str, number: int, sockets: Sequence[socket.socket], details: tuple[Any, ...]
    ) -> None:
        """
        Take what another process shares (L{h323d.world.sharing.Sharer}).
        """
        holders: dict[str, Callable[..., None]] = {
            PORT: self._ports.hold,
            LISTENER: self._connections.holdListener,
            CONNECTION: self._connections.hold,
            PAIR: self._media.holdPair,
            DOORWAY: self._media.holdDoor,
        }
        holders[what](number, *sockets, *details)

    # Between two who lead.

    def leave(self) -> None:
        """
        Another process leads; our reactor is a new one, and knows nothing.
        """
        self.arrivals.leave()
        self._clock.leave()
        self._connections.leave()

    def takeUp(self) -> None:
        """
        Be ready for L{h323d.ha.takeover.takeOver}.
        """
        self._answers.anew()
        self._ports.takeUp()
        self._connections.takeUp()

    def lead(self) -> None:
        """
        Have everything enter from now on.
        """
        self._media.lead()
        self._connections.lead()

    def lost(self, numbers: Iterable[int]) -> None:
        """
        Of the connections that the server has, those that nobody could hold are gone.
        """
        for number in list(numbers):
            if number not in self._connections.all:
                self.arrivals.arrive(Kind.CLOSED.value, number, SERVER_DIED)

    # The ledger.

    def readAndWritten(self, number: int) -> tuple[int, int] | None:
        """
        As L{h323d.ha.takeover.Ledger}.
        """
        held = self._connections.all.get(number)
        if held is None or held.handle is None or not held.isOpen:
            return None
        try:
            return account(held.handle).readAndWritten(held.isDialled)
        except OSError:
            return None

    def discard(self, number: int, octets: int) -> None:
        """
        As L{h323d.ha.takeover.Ledger}.
        """
        line = self._connections.all[number].line
        if isinstance(line, Line):
            line.take(octets)

    def discardHandled(self, record: InputRecord) -> None:
        """
        As L{h323d.ha.takeover.Ledger}.
        """
        if record.kind == Kind.DATAGRAM.value:
            self._ports.discard(*record.arguments)
        elif record.kind == Kind.ACCEPTED.value:
            self._connections.discard(record.arguments[1])
