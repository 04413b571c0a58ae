"""
What the kernel knows of a TCP connection: how many octets were read from it and written to it,
whichever process did so (tcp(7), C{TCP_INFO}, C{SIOCINQ}, C{SIOCOUTQ}).

A system that does not count has no ledger (L{isKept}).
"""

from __future__ import annotations

import enum
import fcntl
import socket
import struct
import sys
from dataclasses import dataclass

__all__ = ["Account", "State", "account", "isKept"]

SIOCINQ = 0x541B  # of Linux, as the next one; Python names neither
SIOCOUTQ = 0x5411

_INFO = struct.Struct("@B119xQQ")  # tcpi_state, tcpi_bytes_acked, tcpi_bytes_received
_COUNT = struct.Struct("@i")


class State(enum.IntEnum):
    """
    Of a connection (RFC 9293, 3.3.2), by the numbers of Linux.
    """

    ESTABLISHED = 1
    SYN_SENT = 2
    SYN_RECEIVED = 3
    FIN_WAIT_1 = 4
    FIN_WAIT_2 = 5
    TIME_WAIT = 6
    CLOSED = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9
    LISTEN = 10
    CLOSING = 11
    NEW_SYN_RECEIVED = 12


_OPEN = frozenset(State) - {
    State.SYN_SENT,
    State.SYN_RECEIVED,
    State.CLOSED,
    State.LISTEN,
    State.NEW_SYN_RECEIVED,
}
_PEER_HAS_ENDED = frozenset(
    {State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING, State.TIME_WAIT}
)  # its FIN has come
_WE_HAVE_ENDED = frozenset(
    {State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.LAST_ACK, State.TIME_WAIT}
)  # our FIN is on its way, at least


@dataclass(frozen=True, slots=True)
class Account:
    """
    One connection's, at one moment.  Its counts are of sequence numbers, of which a SYN and a FIN
    have one each.

    @ivar acknowledged: of what we have sent, from our SYN on if we dialled.
    @ivar received: all that has come, in order, after the peer's SYN.
    @ivar unacknowledged: octets that the kernel has taken from us, and our FIN, but for those that
        are acknowledged.
    @ivar unread: octets that nobody has taken from the kernel.
    """

    state: State
    acknowledged: int
    received: int
    unacknowledged: int
    unread: int

    def readAndWritten(self, isDialled: bool) -> tuple[int, int] | None:
        """
        @param isDialled: whether we have opened it.

        @return: octets that were taken from the kernel, and those that were given to it; C{None} if
            the connection is not open, or is gone.
        """
        if self.state not in _OPEN:
            return None
        read = self.received - self.unread - (self.state in _PEER_HAS_ENDED)
        written = self.acknowledged + self.unacknowledged
        return read, written - isDialled - (self.state in _WE_HAVE_ENDED)


def account(connection: socket.socket) -> Account:
    """
    Look it up.

    @param connection: of TCP, over IPv4 or IPv6.

    @raise OSError: it is none.
    """
    while True:
        before = _info(connection)
        unread, unacknowledged = _count(connection, SIOCINQ), _count(connection, SIOCOUTQ)
        # What arrives between two questions would be counted by one of them alone.  That comes to
        # an end, as nobody reads or writes meanwhile and there is place for so much only.
        if _info(connection) == before:
            state, acknowledged, received = before
            return Account(State(state), acknowledged, received, unacknowledged, unread)


def isKept() -> bool:
    """
    Whether this system keeps a ledger.
    """
    if sys.platform != "linux":
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as any_:
        told = any_.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size)
    return len(told) == _INFO.size


def _info(connection: socket.socket) -> tuple[int, int, int]:
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size)
    state, acknowledged, received = _INFO.unpack(told)
    return state, acknowledged, received


def _count(connection: socket.socket, what: int) -> int:
    (count,) = _COUNT.unpack(fcntl.ioctl(connection, what, _COUNT.pack(0)))
    return int(count)
