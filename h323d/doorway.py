"""
One end of a door between two processes of ours: whole messages, with descriptors.

A socket of C{AF_UNIX} that keeps messages apart (C{SOCK_SEQPACKET}).  What one side has sent is
read by the other even if the first has died since, and then there is the end of it.  Nobody waits
for the other here: what the kernel does not take at once is either kept, and sent when it does
(L{Doorway.send}), or is the caller's still (L{Doorway.offer}).

Several processes may hold the same end, as who follows holds what its leader does: each of them
can look at what waits first, and it is gone only when one of them has dropped it.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from h323d.errors import H323dError

__all__ = [
    "LARGEST",
    "MOST_DESCRIPTORS",
    "CutMessage",
    "Doorway",
    "Message",
    "closeAll",
    "newDoorways",
]

LARGEST = 1 << 18  # octets of a message: more than any has
MOST_DESCRIPTORS = 8  # of a message
_BUFFER = 1 << 20  # octets in the kernel, if it lets us
_ONE = struct.Struct("@i")
_ROOM = socket.CMSG_SPACE(MOST_DESCRIPTORS * _ONE.size)
_PLACE = memoryview(bytearray(LARGEST))  # all doors are read into it, by one thread, and copied
_CUT = socket.MSG_TRUNC | socket.MSG_CTRUNC
_FULL = (errno.EAGAIN, errno.ENOBUFS, errno.ETOOMANYREFS)

Taker = Callable[[bytes, list[int]], None]


class CutMessage(H323dError):
    """
    A message that is longer, or has more descriptors, than any of ours: it is not whole.
    """


@dataclass(frozen=True, slots=True)
class Message:
    """
    @ivar octets: at least one.
    @ivar descriptors: duplicates, which whoever has them is to close.
    """

    octets: bytes
    descriptors: tuple[int, ...] = ()


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

    # Out.

    def offer(self, octets: bytes, descriptors: Sequence[int] = ()) -> bool:
        """
        Send a message now or not at all; what L{send} has kept has to have left.

        @param descriptors: which the other side gets duplicates of; they are in the kernel once
            this returns, and may be closed.

        @return: whether the kernel has taken it; if not, it may when the door is writable.

        @raise OSError: it never will; C{BrokenPipeError}, or C{ConnectionResetError}, as the other
            side is gone.
        """
        try:
            socket.send_fds(self._end, [octets], list(descriptors))
        except OSError as error:
            if error.errno in _FULL:
                return False
            raise
        return True

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
            try:
                if not self.offer(*self._outbox[0]):
                    return
            except OSError:  # the other side has gone, which whoever reads here sees
                self._outbox.clear()
                return
            self._outbox.popleft()

    # In.

    def look(self) -> Message | None:
        """
        Look at what waits first, and leave it there: until somebody drops it, it is seen again.

        @return: with duplicates of its descriptors, new ones each time; C{None} if nothing waits.

        @raise EOFError: nothing waits, and the other side is gone.

        @raise CutMessage: it waits still; no descriptor of it is open here.
        """
        return self._read(socket.MSG_PEEK)

    def drop(self) -> None:
        """
        Have what waits first gone, with its descriptors.
        """
        try:
            self._end.recv(1)  # all of it: what is left of a message is thrown away
        except ConnectionResetError:  # as below
            self._end.recv(1)

    def take(self) -> Message | None:
        """
        Read what waits first.

        @return: C{None} if nothing waits.

        @raise EOFError: nothing waits, and the other side is gone.

        @raise CutMessage: it is gone; no descriptor of it is open here.
        """
        return self._read(0)

    def peek(self, take: Callable[[bytes], None]) -> bool:
        """
        Read what there is, a message at a time: it is only gone from the kernel once it was taken.
        Descriptors are dropped.

        @return: whether there may be more to come.
        """
        while True:
            try:
                message = self.look()
            except EOFError:
                return False
            if message is None:
                return True
            closeAll(message.descriptors)
            take(message.octets)
            self.drop()

    def receive(self, take: Taker) -> bool:
        """
        Read what there is, with the descriptors that came along.

        @return: whether there may be more to come.
        """
        while True:
            try:
                message = self.take()
            except EOFError:
                return False
            if message is None:
                return True
            take(message.octets, list(message.descriptors))

    def close(self) -> None:
        self._outbox.clear()
        self._end.close()

    def _read(self, flags: int) -> Message | None:
        flags |= socket.MSG_CMSG_CLOEXEC
        try:
            length, told, how, _ = self._recv(flags)
        except BlockingIOError:
            return None
        except OSError as error:
            raise EOFError(str(error)) from error
        descriptors = _descriptorsOf(told)
        if how & _CUT:
            closeAll(descriptors)
            raise CutMessage(f"of {length} octets, and {len(descriptors)} descriptors, at least")
        if not length:
            raise EOFError("the other side is gone")
        return Message(_PLACE[:length].tobytes(), descriptors)

    def _recv(self, flags: int) -> tuple[int, list[tuple[int, int, bytes]], int, object]:
        try:
            return self._end.recvmsg_into([_PLACE], _ROOM, flags)
        except ConnectionResetError:
            # Who is gone has not read all that we sent.  That is told once, and before what it has
            # sent itself, which is still there to be read.
            return self._end.recvmsg_into([_PLACE], _ROOM, flags)


def closeAll(descriptors: Iterable[int]) -> None:
    """
    Close them.
    """
    for each in descriptors:
        os.close(each)


def newDoorways() -> tuple[socket.socket, socket.socket]:
    """
    @return: both ends of a new door, of which one is for another process.
    """
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def _descriptorsOf(told: list[tuple[int, int, bytes]]) -> tuple[int, ...]:
    return tuple(
        number
        for level, kind, octets in told
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS
        for (number,) in _ONE.iter_unpack(octets[: len(octets) - len(octets) % _ONE.size])
    )
