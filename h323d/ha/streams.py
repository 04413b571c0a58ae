"""
Connections of a server that is entered in turns (L{h323d.call.transport}).
"""

from __future__ import annotations

from collections.abc import Iterable

from zope.interface import implementer

from h323d.call.transport import (
    IListening,
    IOpening,
    ISecureOpener,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    NewUser,
    SecureStreams,
)
from h323d.ha.doors import Doors, Kind, Security
from h323d.ha.reconcile import Position
from h323d.ha.turns import Turns
from h323d.values.address import TransportAddress

__all__ = ["Line", "Lines", "StreamListener", "StreamOpener"]

_NOWHERE = TransportAddress("0.0.0.0", 0)


@implementer(IStream, IOpening)
class Line:
    """
    A connection, from when it is asked for.

    @ivar user: who has it.
    @ivar position: how much of it was read and written.
    """

    def __init__(
        self, turns: Turns, number: int, user: IStreamUser, peer: TransportAddress
    ) -> None:
        self._turns = turns
        self._number = number
        self._isOpen = False
        self.user = user
        self.position = Position()
        self.local, self.peer = _NOWHERE, peer
        self.peerKey: bytes | None = None

    def open(self, local: TransportAddress, peer: TransportAddress, peerKey: bytes | None) -> None:
        """
        It is there.
        """
        self._isOpen = True
        self.local, self.peer, self.peerKey = local, peer, peerKey
        self.user.streamOpened(self)

    def receive(self, data: bytes) -> None:
        """
        Octets have arrived; of a connection that we have ended, nobody wants them.
        """
        self.position.read += len(data)
        if self._isOpen:
            self.user.streamReceived(data)

    def end(self, reason: str) -> None:
        """
        It is gone.
        """
        self._isOpen = False
        self.user.streamClosed(reason)

    def write(self, data: bytes) -> None:
        if self._isOpen:
            self.position.write(data)
            self._turns.emit(Doors.write, self._number, data)

    def close(self) -> None:
        if self._isOpen:
            self._isOpen = False
            self._turns.emit(Doors.close, self._number)

    def abort(self) -> None:
        self._isOpen = False
        self.position.letGo()
        self._turns.emit(Doors.abort, self._number)

    def cancel(self) -> None:
        if not self._isOpen:
            self._turns.emit(Doors.cancel, self._number)

    def provesToBe(self, host: str, domain: str) -> bool:
        return self._turns.ask(Doors.provesToBe, self._number, host, domain)


class Lines:
    """
    All connections and listeners of a server.

    @ivar open: connections by number, those on their way too.
    @ivar listening: who is asked for the user of a connection, by the number of the listener.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.open: dict[int, Line] = {}
        self.listening: dict[int, NewUser] = {}
        turns.receive(Kind.ACCEPTED.value, self._accepted)
        turns.receive(Kind.OPENED.value, self._opened)
        turns.receive(Kind.RECEIVED.value, self._received)
        turns.receive(Kind.CLOSED.value, self._closed)

    def secured(self, security: Security) -> SecureStreams:
        """
        Those over TLS, by one certificate of ours.
        """
        listener: IStreamListener = StreamListener(self._turns, self, security)
        opener: ISecureOpener = StreamOpener(self._turns, self, security)
        return SecureStreams(listener, opener, Preparing(self._turns, security).prepare)

    def cutOff(self, number: int, isGone: bool) -> None:
        """
        End a connection at once: something that has come by it cannot be given to its user.

        @param isGone: whether that was its end; its user is told nothing of it.
        """
        if isGone:
            self.open.pop(number, None)
        elif number in self.open:
            self.open[number].abort()

    def _accepted(self, listener: int, number: int, peer: TransportAddress) -> None:
        newUser = self.listening.get(listener)
        user = None if newUser is None else newUser(peer)
        if user is None:
            self._turns.emit(Doors.refuse, number)
        else:
            self.open[number] = Line(self._turns, number, user, peer)

    def _opened(
        self,
        number: int,
        local: TransportAddress,
        peer: TransportAddress,
        peerKey: bytes | None,
    ) -> None:
        if number in self.open:
            self.open[number].open(local, peer, peerKey)

    def _received(self, number: int, data: bytes) -> None:
        if number in self.open:
            self.open[number].receive(data)

    def _closed(self, number: int, reason: str) -> None:
        if number in self.open:
            self.open.pop(number).end(reason)


@implementer(IListening)
class Listening:
    """
    An open listener.
    """

    def __init__(self, turns: Turns, lines: Lines, number: int, address: TransportAddress) -> None:
        self._turns = turns
        self._lines = lines
        self._number = number
        self.address = address

    def stop(self) -> None:
        self._lines.listening.pop(self._number, None)
        self._turns.emit(Doors.stopListening, self._number)


@implementer(IStreamListener)
class StreamListener:
    """
    Waits for connections.
    """

    def __init__(self, turns: Turns, lines: Lines, security: Security = Security.NONE) -> None:
        self._turns = turns
        self._lines = lines
        self._security = security

    def listen(self, address: TransportAddress, newUser: NewUser) -> Listening:
        number = self._turns.number()
        bound = self._turns.ask(Doors.listen, number, address, self._security)
        self._lines.listening[number] = newUser
        return Listening(self._turns, self._lines, number, bound)


@implementer(ISecureOpener)
class StreamOpener:
    """
    Makes connections.
    """

    def __init__(
        self,
        turns: Turns,
        lines: Lines,
        security: Security = Security.NONE,
        domain: str = "",
    ) -> None:
        """
        @param domain: that peers have to prove to speak for.
        """
        self._turns = turns
        self._lines = lines
        self._security = security
        self._domain = domain

    def expecting(self, domain: str) -> IStreamOpener:
        opener: IStreamOpener = StreamOpener(self._turns, self._lines, self._security, domain)
        return opener

    def open(
        self,
        address: TransportAddress,
        user: IStreamUser,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
    ) -> Line:
        number = self._turns.number()
        line = self._lines.open[number] = Line(self._turns, number, user, address)
        chosen = None if ports is None else tuple(ports)
        self._turns.emit(
            Doors.connect, number, address, timeout, local, chosen, self._security, self._domain
        )
        return line


class Preparing:
    """
    Has certificates read anew.
    """

    def __init__(self, turns: Turns, security: Security) -> None:
        self._turns = turns
        self._security = security

    def prepare(self) -> Prepared:
        """
        As L{SecureStreams} has it.
        """
        number = self._turns.number()
        self._turns.ask(Doors.prepareSecurity, number, self._security)
        return Prepared(self._turns, number)


class Prepared:
    """
    Certificates that were read, and are to be used.
    """

    def __init__(self, turns: Turns, number: int) -> None:
        self._turns = turns
        self._number = number

    def commit(self) -> None:
        """
        Use them.
        """
        self._turns.emit(Doors.commitSecurity, self._number)
