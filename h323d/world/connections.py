"""
The connections of a server that is entered in turns, those that are on their way, and the listeners
by which others come.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from h323d.call.transport import IListening, SecureStreams
from h323d.ha.doors import Kind, Security
from h323d.keeper.asking import Asking
from h323d.net.dialling import Dial
from h323d.net.line import Line
from h323d.values.address import TransportAddress
from h323d.world.arrivals import Arrivals, Take
from h323d.world.held import Held
from h323d.world.kept import KeptDoor
from h323d.world.listeners import Listener, Sealing
from h323d.world.sharing import Sharer
from h323d.world.sockets import newListeningSocket

__all__ = ["CONNECTION", "LISTENER", "Connections"]

CONNECTION = "connection"
"""
What one is called where it is shared; its details are the peer, and the number of the listener by
which it has come.
"""

LISTENER = "listener"
"""
Likewise; it has no details.
"""


class Connections:
    """
    All of a server's.
    """

    def __init__(
        self,
        reactor: Any,
        arrivals: Arrivals,
        sharer: Sharer,
        secure: Mapping[Security, SecureStreams],
        keeper: Asking | None = None,
    ) -> None:
        """
        @param reactor: Any, of many interfaces.
        @param secure: streams over TLS, which nobody can follow.
        @param keeper: who listens; C{None} if that is up to us.
        """
        self._kept = None if keeper is None else KeptDoor(keeper, self, reactor)
        self._reactor = reactor
        self._sharer = sharer
        self._secure = secure
        self._listening: dict[int, IListening] = {}
        self._own: dict[int, Listener] = {}  # those of them that are not of TLS
        self._accepted = 0
        self.arrivals = arrivals
        self._onTheirWay: dict[int, tuple[Any, ...]] = {}
        self.all: dict[int, Held] = {}

    # Listeners.

    def listen(
        self, number: int, address: TransportAddress, security: Security
    ) -> TransportAddress:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number not in self._listening:
            if security is Security.NONE and self._kept is not None:
                self._listening[number] = self._kept.listen(number, address)
            elif security is Security.NONE:
                listening = newListeningSocket(address)
                self._sharer.share(LISTENER, number, (listening,))
                self.holdListener(number, listening)
                self._own[number].begin()
            else:
                sealing = Sealing(self, number)
                listener = self._secure[security].listener
                self._listening[number] = listener.listen(address, sealing.newUser)
        bound: TransportAddress = self._listening[number].address
        return bound

    def holdListener(self, number: int, listening: socket.socket) -> None:
        """
        Have one by which another process accepts.
        """
        listener = Listener(number, listening, self, self._reactor)
        self._own[number] = self._listening[number] = listener

    def stopListening(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if self._kept is not None and self.arrivals.leader is not None:
            self._kept.stopListening(number)
        self._own.pop(number, None)
        listener = self._listening.pop(number, None)
        if listener is not None:
            listener.stop()

    def accepted(
        self, listener: int, handle: socket.socket | None, peer: TransportAddress
    ) -> Held | None:
        """
        Somebody has come.

        @param handle: C{None} if it is sealed.

        @return: the connection, if it is wanted.
        """
        self._accepted -= 1
        return self.came(listener, self._accepted, handle, peer)

    def came(
        self,
        listener: int,
        number: int,
        handle: socket.socket | None,
        peer: TransportAddress,
        take: Take | None = None,
    ) -> Held | None:
        """
        Likewise, where somebody else has accepted.

        @param take: takes it from where it waits.
        """
        came = self.all[number] = Held(number, self, peer, handle, listener)
        if handle is not None:
            self._sharer.share(CONNECTION, number, (handle,), peer, listener)
        self._admit(came, take)
        return None if came.isRefused else came

    def _admit(self, came: Held, take: Take | None = None) -> None:
        """
        Let the server know that somebody has come, and serve him if it wants that.
        """
        listener, number, peer = came.listener, came.number, came.peer
        self.arrivals.arrive(Kind.ACCEPTED.value, listener, number, peer, take=take)
        if came.handle is not None and not came.isRefused:
            came.serve(self._reactor)

    def hasCome(self, number: int) -> None:
        """
        It is logged that somebody has.
        """
        if number in self.all:
            self.all[number].hasCome = True

    def refuse(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        refused = self.all.pop(number, None)
        if refused is None:
            return
        refused.isRefused = True
        if refused.line is not None:
            refused.abort()
        elif refused.handle is not None:
            refused.handle.close()

    # Dialling.

    def connect(
        self,
        number: int,
        address: TransportAddress,
        timeout: float,
        local: str,
        ports: tuple[int, ...] | None,
        security: Security,
        domain: str,
    ) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number in self.all:
            return
        self.noteDialled(number, address, timeout, local, ports, security, domain)
        if security is not Security.NONE:
            self._connectSealed(number, address, timeout, local, ports, security, domain)
            return
        dialled = self.all[number] = Held(number, self, address)
        dialled.opening = Dial(self._reactor, dialled, address, timeout, local, ports)

    def noteDialled(self, number: int, *how: Any) -> None:
        """
        Here or elsewhere, one is being opened.

        @param how: the other arguments of L{connect}; Any, as they are.
        """
        self._onTheirWay[number] = how

    def begun(self, held: Held) -> None:
        """
        One is on its way.
        """
        # Before anything leaves: a peer may take it for open long before we do.
        assert held.handle is not None
        self._sharer.share(CONNECTION, held.number, (held.handle,), held.peer, held.listener)

    def dialled(self, held: Held) -> None:
        """
        One is there.
        """
        held.serve(self._reactor)

    def _dialOn(self, number: int, how: tuple[Any, ...]) -> None:
        """
        Go on with one that another process has begun, or begin it.
        """
        held = self.all.get(number)
        if held is None:
            self.connect(number, *how)
        elif held.handle is not None and held.opening is None:
            address, timeout, local, ports, *_ = how
            held.opening = Dial(
                self._reactor, held, address, timeout, local, ports, adopted=held.handle
            )

    def _connectSealed(
        self,
        number: int,
        address: TransportAddress,
        timeout: float,
        local: str,
        ports: tuple[int, ...] | None,
        security: Security,
        domain: str,
    ) -> None:
        opener: Any = self._secure[security].opener  # Any: secure, where a domain is expected
        if domain:
            opener = opener.expecting(domain)
        dialled = self.all[number] = Held(number, self, address)
        opening = opener.open(address, dialled, timeout, local, ports)
        if dialled.line is None:
            dialled.opening = opening

    def cancel(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        held = self.all.get(number)
        if held is not None and held.opening is not None:
            held.opening.cancel()

    # What is open.

    def provesToBe(self, number: int, host: str, domain: str) -> bool:
        """
        As L{h323d.ha.doors.Doors}.
        """
        line = self.all[number].line if number in self.all else None
        return line is not None and not isinstance(line, Line) and line.provesToBe(host, domain)

    def write(self, number: int, data: bytes) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        held = self.all.get(number)
        if held is not None and held.line is not None:
            held.line.write(data)

    def close(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        held = self.all.get(number)
        if held is not None:
            held.isClosing = True
            if held.line is not None:
                held.line.close()

    def abort(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number in self.all:
            self.all[number].abort()

    def opened(self, number: int) -> None:
        """
        It is logged that one is open.
        """
        self._onTheirWay.pop(number, None)
        if number in self.all:
            self.all[number].isOpen = True

    def forget(self, number: int) -> None:
        """
        It is logged that one is gone.
        """
        self._onTheirWay.pop(number, None)
        gone = self.all.pop(number, None)
        if gone is not None and gone.handle is not None:
            gone.handle.close()

    # Following, and taking over.

    def hold(
        self, number: int, handle: socket.socket, peer: TransportAddress, listener: int
    ) -> None:
        """
        Have a connection that another process serves.
        """
        if self._kept is None:  # which counts them otherwise
            self._accepted = min(self._accepted, number)
        before = self.all.get(number)
        if before is not None and before.handle is not None:
            before.handle.close()  # of another port, that was taken
        self.all[number] = Held(number, self, peer, handle, listener)

    def leave(self) -> None:
        """
        Another process serves them; the reactor has forgotten what it had.
        """
        for number, held in list(self.all.items()):
            held.line = held.opening = None
            if held.handle is None:
                del self.all[number]

    def takeUp(self) -> None:
        """
        Serve those that are open; what comes is read when the reactor goes on.
        """
        for held in list(self.all.values()):
            if held.isOpen and held.handle is not None:
                held.serve(self._reactor)

    def lead(self) -> None:
        """
        Go on with all others: those that are to be ended, or that the server does not know to be
        open; and listeners.
        """
        for held in list(self.all.values()):
            if held.listener and not held.hasCome:
                self._comeAgain(held)
            elif held.isClosing and held.line is not None:
                held.line.close()
            elif held.handle is not None and held.line is None and not held.isDialled:
                held.serve(self._reactor)
        for number, how in list(self._onTheirWay.items()):
            self._dialOn(number, how)
        for listener in self._own.values():
            listener.begin()
        self.accept()

    def _comeAgain(self, held: Held) -> None:
        """
        Who led has died before it was logged that somebody has come.
        """
        if self._kept is None:
            self._admit(held)
        else:
            self.forget(held.number)  # he waits at the keeper's door

    def accept(self) -> None:
        """
        Have whoever is accepted elsewhere come here.
        """
        if self._kept is not None:
            self._kept.begin()

    def discard(self, number: int) -> None:
        """
        If that connection waits first where others are accepted, take it away.
        """
        if self._kept is not None:
            self._kept.discard(number)
