"""
What the kernel knows of a connection, by real ones over the loopback.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from h323d.net.ledger import Account, State, account, isKept

ACCEPTED, DIALLED = False, True


@pytest.fixture(params=["127.0.0.1", "::1"])
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    """
    The side that dialled, and the one that accepted.
    """
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.create_server((request.param, 0), family=family) as listening:
        dialled = socket.create_connection(listening.getsockname()[:2])
        accepted, _ = listening.accept()
    with closing(dialled), closing(accepted):
        yield dialled, accepted


def of(end: socket.socket, isDialled: bool) -> tuple[int, int] | None:
    return account(end).readAndWritten(isDialled)


def read(end: socket.socket, octets: int) -> None:
    """
    Wait for them, as they are on their way.
    """
    assert len(end.recv(octets, socket.MSG_WAITALL)) == octets


Ends = tuple[socket.socket, socket.socket]


def test_nothingWasReadOrWrittenAtFirst(ends: Ends) -> None:
    dialled, accepted = ends
    assert (of(dialled, DIALLED), of(accepted, ACCEPTED)) == ((0, 0), (0, 0))


def test_whatWasWrittenIsCountedWhetherItHasArrivedOrNot(ends: Ends) -> None:
    dialled, accepted = ends
    dialled.setblocking(False)
    written = 0
    try:
        while True:
            written += dialled.send(bytes(70_001))
    except BlockingIOError:
        pass
    assert of(dialled, DIALLED) == (0, written)
    read(accepted, 100_000)
    assert of(dialled, DIALLED) == (0, written)
    assert of(accepted, ACCEPTED) == (100_000, 0)


def test_whatWasPeekedAtWasNotRead(ends: Ends) -> None:
    dialled, accepted = ends
    accepted.send(b"0123456789")
    assert dialled.recv(10, socket.MSG_PEEK | socket.MSG_WAITALL) == b"0123456789"
    assert of(dialled, DIALLED) == (0, 0)
    read(dialled, 3)
    assert of(dialled, DIALLED) == (3, 0)
    assert of(accepted, ACCEPTED) == (0, 10)


def test_whatAnotherDuplicateHasDoneCounts(ends: Ends) -> None:
    dialled, accepted = ends
    accepted.send(b"0123456789")
    with dialled.dup() as another:
        read(another, 4)
        another.send(b"abc")
    assert of(dialled, DIALLED) == (4, 3)


def test_theEndOfThePeerIsNoOctet(ends: Ends) -> None:
    dialled, accepted = ends
    accepted.send(b"0123456789")
    accepted.shutdown(socket.SHUT_WR)
    dialled.recv(11, socket.MSG_PEEK | socket.MSG_WAITALL)  # until the FIN is there
    assert account(dialled).state is State.CLOSE_WAIT
    assert of(dialled, DIALLED) == (0, 0)
    read(dialled, 10)
    assert of(dialled, DIALLED) == (10, 0)
    assert dialled.recv(1) == b""
    assert of(dialled, DIALLED) == (10, 0)


def test_ourEndIsNoOctet(ends: Ends) -> None:
    dialled, accepted = ends
    dialled.send(b"abc")
    dialled.shutdown(socket.SHUT_WR)
    read(accepted, 3)
    assert of(dialled, DIALLED) == (0, 3)
    assert accepted.recv(1) == b""
    accepted.send(b"0123456789")
    read(dialled, 10)
    assert of(dialled, DIALLED) == (10, 3)
    accepted.shutdown(socket.SHUT_WR)
    assert of(accepted, ACCEPTED) in ((3, 10), None)


def test_ofAConnectionThatWasResetNothingIsKnown(ends: Ends) -> None:
    dialled, accepted = ends
    dialled.send(b"unread")
    accepted.recv(1, socket.MSG_PEEK)
    accepted.close()
    with pytest.raises(ConnectionResetError):
        dialled.recv(1)
    assert of(dialled, DIALLED) is None


def test_aListenerIsNoConnection() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        pytest.raises(OSError, match="Invalid"),
    ):
        account(listening)


def test_aPortOfUDPIsNoConnection() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port,
        pytest.raises(OSError, match="not"),
    ):
        account(port)


def test_thisSystemKeepsALedger() -> None:
    assert isKept()


@pytest.mark.parametrize(
    ("state", "isDialled", "expected"),
    [
        (State.ESTABLISHED, ACCEPTED, (60, 15)),
        (State.ESTABLISHED, DIALLED, (60, 14)),
        (State.CLOSE_WAIT, ACCEPTED, (59, 15)),
        (State.CLOSE_WAIT, DIALLED, (59, 14)),
        (State.FIN_WAIT_1, ACCEPTED, (60, 14)),
        (State.FIN_WAIT_2, DIALLED, (60, 13)),
        (State.CLOSING, DIALLED, (59, 13)),
        (State.LAST_ACK, DIALLED, (59, 13)),
        (State.TIME_WAIT, ACCEPTED, (59, 14)),
        (State.CLOSED, ACCEPTED, None),
        (State.SYN_SENT, DIALLED, None),
        (State.SYN_RECEIVED, ACCEPTED, None),
        (State.NEW_SYN_RECEIVED, ACCEPTED, None),
        (State.LISTEN, ACCEPTED, None),
    ],
)
def test_SYNAndFINAreNoOctets(
    state: State, isDialled: bool, expected: tuple[int, int] | None
) -> None:
    counted = Account(state, acknowledged=10, received=100, unacknowledged=5, unread=40)
    assert counted.readAndWritten(isDialled) == expected
