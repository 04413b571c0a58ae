"""
One end of the door between signalling and a media process: whole messages, with descriptors.

A socket of C{AF_UNIX} that keeps messages apart (C{SOCK_SEQPACKET}).  What one side has sent is
read by the other even if the first has died since, and then there is the end of it.  Nobody waits
for the other here: what the kernel does not take at once is kept, and sent when it does.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Sequence

__all__ = ["Doorway", "newDoorways"]

_LARGEST = 1 << 18  # octets of a message: more than any has
_MOST_DESCRIPTORS = 8
_BUFFER = 1 << 20  # octets in the kernel, if it lets us

Taker = Callable[[bytes, list[int]], None]


class Doorway:
    """
    @ivar waiting: how many messages the kernel has not taken.
    """

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        self._end = end
        self._outbox: deque[tuple[bytes, tuple[int, ...]]] = deque()

    def fileno(self) -> int:
        return self._end.fileno()

    @property
    def waiting(self) -> int:
        return len(self._outbox)

    def send(self, octets: bytes, descriptors: Sequence[int] = ()) -> None:
        """
        @param descriptors: which the other side gets duplicates of; they stay open here until the
            message has left.
        """
        self._outbox.append((octets, tuple(descriptors)))
        if len(self._outbox) == 1:
            self.flush()

    def flush(self) -> None:
        """
        Send what waits, as far as the kernel takes it; what nobody will read is forgotten.
        """
        while self._outbox:
            octets, descriptors = self._outbox[0]
            try:
                socket.send_fds(self._end, [octets], list(descriptors))
            except BlockingIOError:
                return
            except OSError:  # the other side has gone, which whoever reads here sees
                self._outbox.clear()
                return
            self._outbox.popleft()

    def peek(self, take: Callable[[bytes], None]) -> bool:
        """
        Read what there is, a message at a time: it is only gone from the kernel once it was taken.

        @return: whether there may be more to come.
        """
        while True:
            try:
                octets = self._end.recv(_LARGEST, socket.MSG_PEEK)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not octets:
                return False
            take(octets)
            self._end.recv(1)  # all of it: what is left of a message is thrown away

    def receive(self, take: Taker) -> bool:
        """
        Read what there is, with the descriptors that came along.

        @return: whether there may be more to come.
        """
        while True:
            try:
                octets, descriptors, _, _ = socket.recv_fds(self._end, _LARGEST, _MOST_DESCRIPTORS)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not octets:
                return False
            take(octets, descriptors)

    def close(self) -> None:
        self._outbox.clear()
        self._end.close()


def newDoorways() -> tuple[socket.socket, socket.socket]:
    """
    @return: both ends of a new door, of which one is for another process.
    """
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
