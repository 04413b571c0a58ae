"""
A server of no use that a keeper begins: it greets whoever calls, once.  Whoever leads is followed,
and dies over its third caller: C{python -m tests.support.keptserver HOST PORT [immortal]}.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys

from h323d.doorway import Doorway, closeAll, newDoorways
from h323d.keeper.asking import Asking, keeperOf
from h323d.net.ledger import account
from h323d.values.address import TransportAddress

__all__ = ["GREETING"]

GREETING = b"hello\n"
_LISTENER = 1
_LAST = 3  # of how many callers whoever leads dies
_LEAVING = b"leaving"


class KeptServer:
    def __init__(self, asking: Asking, address: TransportAddress, isMortal: bool) -> None:
        self._asking = asking
        self._address = address
        self._isMortal = isMortal
        self._generation = 0
        self._told, told = socket.socketpair()
        told.setblocking(False)
        signal.set_wakeup_fd(told.detach())
        signal.signal(signal.SIGTERM, lambda number, frame: None)

    def lead(self) -> None:
        while True:
            self._generation += 1
            ours, theirs = newDoorways()
            if os.fork() == 0:
                ours.close()
                self._follow(Doorway(theirs))
                continue
            theirs.close()
            self._serve(Doorway(ours))
            return

    def _serve(self, log: Doorway) -> None:
        self._asking.listen(_LISTENER, self._address)
        self._asking.lead()
        seen = 0
        while True:
            doors = [self._asking.connections.fileno(), self._told.fileno()]
            readable, _, _ = select.select(doors, [], [])
            if self._told.fileno() in readable:
                log.offer(_LEAVING)
                return
            arrived = self._asking.look()
            if arrived is None:
                continue
            seen += 1
            isLast = self._isMortal and seen == _LAST
            if isLast and self._generation % 3 == 0:
                die()
            log.offer(b"%d" % arrived.accepted.number, [arrived.handle.fileno()])
            if isLast and self._generation % 3 == 1:
                die()
            self._asking.drop()
            arrived.handle.send(GREETING)
            if isLast:
                die()
            arrived.handle.shutdown(socket.SHUT_WR)
            arrived.handle.close()

    def _follow(self, log: Doorway) -> None:
        """
        Until there is nobody to be followed.
        """
        number = 0
        descriptors: tuple[int, ...] = ()
        while True:
            select.select([log], [], [])
            try:
                message = log.take()
            except EOFError:
                break
            if message is None:
                continue
            closeAll(descriptors)
            if message.octets == _LEAVING:
                sys.exit()
            number, descriptors = int(message.octets), message.descriptors
        log.close()
        for each in descriptors:
            self._goOn(number, socket.socket(fileno=each))

    def _goOn(self, number: int, handle: socket.socket) -> None:
        """
        Do what is left to be done of the call that was logged last.
        """
        first = self._asking.look()
        if first is not None:
            first.handle.close()
            if first.accepted.number == number:
                self._asking.drop()
        known = account(handle).readAndWritten(False)
        if known is not None:
            handle.send(GREETING[known[1] :])
            handle.shutdown(socket.SHUT_WR)
        handle.close()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(host: str, port: str, *others: str) -> None:
    asking = keeperOf(os.environ)
    assert asking is not None
    KeptServer(asking, TransportAddress(host, int(port)), "immortal" not in others).lead()


if __name__ == "__main__":
    main(*sys.argv[1:])
