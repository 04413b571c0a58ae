"""
The keeper, as whoever leads knows it: who listens is asked, and what was accepted is looked at.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from h323d.doorway import Doorway, closeAll
from h323d.errors import ResourceUnavailable
from h323d.keeper.messages import (
    Accepted,
    Bound,
    Lead,
    Listen,
    Message,
    NotBound,
    StopListening,
    decode,
    encode,
)
from h323d.values.address import TransportAddress

__all__ = ["DOORS", "Arrived", "Asking", "KeeperGone", "keeperOf"]

DOORS = "H323D_KEEPER"
"""
The variable of the environment that has the descriptors of both doors, where there is a keeper.
"""

PATIENCE = 5.0  # seconds that an answer may take, until we lead
HASTE = 0.4  # likewise, from then on: who says nothing for much longer counts as dead himself


class KeeperGone(ResourceUnavailable):
    """
    The keeper does not answer.
    """


@dataclass(frozen=True, slots=True)
class Arrived:
    """
    A connection that waits to be taken.

    @ivar handle: a duplicate of it, not blocking, whose owner closes it.
    """

    accepted: Accepted
    handle: socket.socket


class Asking:
    """
    Both doors.  Who is forked has them as well, and uses them when it leads.

    @ivar connections: the door of connections, which is readable when there is one to L{look} at,
        or when there will be none any more.
    """

    def __init__(self, asks: socket.socket, connections: socket.socket) -> None:
        self._asks = Doorway(asks)
        self.connections = Doorway(connections)
        self._asked = 0
        self._patience = PATIENCE

    # Questions, which are answered at once.

    def listen(self, number: int, address: TransportAddress) -> TransportAddress:
        """
        Have the keeper listen; what it does already, by that number or for a server before us, goes
        on.

        @return: the address with the real port.

        @raise ResourceUnavailable: it cannot be bound, or the keeper is gone (L{KeeperGone}).
        """
        answer = self._answerTo(Listen(self._newAsk(), number, address))
        if isinstance(answer, NotBound):
            raise ResourceUnavailable(f"cannot bind TCP {address}: {answer.reason}")
        assert isinstance(answer, Bound)
        return answer.address

    # Orders.

    def stopListening(self, number: int) -> None:
        """
        Accept no more there.  Connections that were accepted before come yet.

        @raise KeeperGone: nobody is told.
        """
        self._tell(StopListening(number))

    def lead(self) -> None:
        """
        This process leads from now on, and has the listeners that it wants.

        @raise KeeperGone: nobody is told.
        """
        self._patience = HASTE
        process = os.pidfd_open(os.getpid())
        try:
            self._tell(Lead(os.getpid()), [process])
        finally:
            os.close(process)

    # Connections.

    def look(self) -> Arrived | None:
        """
        Look at the connection that was accepted first, and leave it where it is, until L{drop}.

        @return: C{None} if there is none.

        @raise EOFError: there will be none any more: the keeper is gone, and what it kept.
        """
        message = self.connections.look()
        if message is None:
            return None
        accepted = decode(message.octets)
        assert isinstance(accepted, Accepted)
        (descriptor,) = message.descriptors
        handle = socket.socket(fileno=descriptor)
        handle.setblocking(False)
        return Arrived(accepted, handle)

    def drop(self) -> None:
        """
        Have that gone from the door; who took it has a duplicate.
        """
        self.connections.drop()

    def close(self) -> None:
        """
        Close our ends.
        """
        self._asks.close()
        self.connections.close()

    def _newAsk(self) -> str:
        self._asked += 1
        return f"{os.getpid()}.{self._asked}"

    def _tell(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        try:
            isTold = self._asks.offer(encode(message), descriptors)
        except OSError as error:
            raise KeeperGone("the keeper is gone") from error
        if not isTold:
            raise KeeperGone("the keeper does not listen")

    def _answerTo(self, question: Listen) -> Message:
        self._tell(question)
        poll = select.poll()
        poll.register(self._asks.fileno(), select.POLLIN)
        while poll.poll(1000 * self._patience):
            try:
                message = self._asks.take()
            except EOFError as error:
                raise KeeperGone("the keeper is gone") from error
            if message is None:
                continue
            closeAll(message.descriptors)
            answer = decode(message.octets)
            # Another is an answer to somebody who has died.
            if isinstance(answer, Bound | NotBound) and answer.ask == question.ask:
                return answer
        raise KeeperGone("the keeper does not answer")


def keeperOf(environment: Mapping[str, str]) -> Asking | None:
    """
    The keeper that has begun us.

    @param environment: of the process.

    @return: C{None} if there is none.
    """
    told = environment.get(DOORS)
    if told is None:
        return None
    asks, connections = (socket.socket(fileno=int(each)) for each in told.split(","))
    for each in (asks, connections):
        each.set_inheritable(False)
    return Asking(asks, connections)
