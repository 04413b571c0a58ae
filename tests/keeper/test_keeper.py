"""
The keeper, with real sockets; the test is whoever leads, and time passes as it wants.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from h323d.doorway import Doorway
from h323d.keeper.asking import DOORS, Arrived, Asking
from h323d.keeper.children import Ending
from h323d.keeper.keeper import FIRST_PAUSE, GRACE, LONG, LONGEST_PAUSE, Keeper, Pauses
from h323d.keeper.messages import (
    Bound,
    Lead,
    Listen,
    Message,
    NotBound,
    decode,
    encode,
)
from h323d.values.address import TransportAddress
from tests.support.keptstore import KeptStore

ANY = TransportAddress("127.0.0.1", 0)


class Leader:
    """
    The other end of both doors.
    """

    def __init__(self, pid: int, ends: Sequence[socket.socket]) -> None:
        self.pid = pid
        self.asks = Doorway(ends[0].dup())
        self.asking = Asking(*ends)

    def ask(self, message: Message) -> None:
        self.asks.send(encode(message))

    def lead(self) -> None:
        process = os.pidfd_open(os.getpid())
        self.asks.send(encode(Lead(self.pid)), [process])
        os.close(process)

    def told(self) -> Message | None:
        message = self.asks.take()
        return None if message is None else decode(message.octets)

    def accepted(self) -> Arrived:
        arrived = self.asking.look()
        assert arrived is not None
        arrived.handle.close()
        self.asking.drop()
        return arrived

    def die(self) -> None:
        self.asks.close()
        self.asking.close()


class Offspring:
    """
    As L{h323d.keeper.children.Children}.

    @ivar begun: who was begun, each with its doors.
    @ivar alive: the numbers of those that have not ended.
    """

    def __init__(self) -> None:
        self.begun: list[Leader] = []
        self.commands: list[Sequence[str]] = []
        self.alive: set[int] = set()
        self.error: OSError | None = None
        self._endings: list[Ending] = []

    def begin(
        self, command: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]
    ) -> int:
        if self.error is not None:
            raise self.error
        assert environment[DOORS] == ",".join(map(str, inherited))
        pid = 1000 + len(self.begun)
        self.commands.append(command)
        self.begun.append(Leader(pid, [socket.socket(fileno=os.dup(each)) for each in inherited]))
        self.alive.add(pid)
        return pid

    def end(self, ending: Ending) -> None:
        self.alive.discard(ending.pid)
        self._endings.append(ending)

    @property
    def areThere(self) -> bool:
        return bool(self.alive)

    def reap(self) -> list[Ending]:
        found, self._endings = self._endings, []
        return found

    def killAll(self) -> list[Ending]:
        killed = [Ending(pid, None, signal.SIGKILL) for pid in sorted(self.alive)]
        self.alive.clear()
        return killed


class House:
    def __init__(self, store: KeptStore | None = None) -> None:
        self.now = 1000.0
        self.store = store or KeptStore()
        children: Any = Offspring()  # Any: it stands for Children
        self.children = children
        self.said: list[str] = []
        self._signals, signals = socket.socketpair()
        self.keeper = Keeper(
            ["server", "--now"],
            {"HOME": "/"},
            self.children,
            signals,
            self.store.given(),
            self.store,
            self.said.append,
            GRACE,
            lambda: self.now,
        )

    @property
    def leader(self) -> Leader:
        leader: Leader = self.children.begun[-1]
        return leader

    def send(self, number: int) -> None:
        self._signals.send(bytes([number]))
        self.keeper.turn()

    def end(self, pid: int, status: int | None = None, number: int | None = signal.SIGKILL) -> None:
        """
        A process ends, and the keeper is told.
        """
        self.children.end(Ending(pid, status, None if status is not None else number))
        self.send(signal.SIGCHLD)

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.keeper.turn()

    def listen(self, number: int = 5, address: TransportAddress = ANY) -> TransportAddress:
        """
        As whoever leads.
        """
        self.leader.ask(Listen("1.1", number, address))
        self.keeper.turn()
        bound = self.leader.told()
        assert isinstance(bound, Bound)
        return bound.address

    def lead(self) -> None:
        self.leader.lead()
        self.keeper.turn()

    def lose(self) -> None:
        """
        Nobody is there any more.
        """
        self.end(self.leader.pid)
        self.leader.die()
        self.keeper.turn()


@pytest.fixture
def house() -> Iterator[House]:
    """
    One where a server was begun.
    """
    made = House()
    made.keeper.turn()
    yield made
    for each in made.children.begun:
        each.die()


def dial(address: TransportAddress) -> socket.socket:
    return socket.create_connection((address.host, address.port))


def ownDescriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_aServerIsBegunAtOnce(house: House) -> None:
    assert house.children.commands == [["server", "--now"]]
    assert house.store.told == []


def test_theServiceIsReadyWhenSomebodyLeads(house: House) -> None:
    house.lead()
    assert house.store.told == ["process 1000 leads", "ready"]
    assert house.said == ["process 1000 leads"]


def test_whoCallsIsHandedOn(house: House) -> None:
    address = house.listen()
    caller = dial(address)
    house.keeper.turn()
    accepted = house.leader.accepted().accepted
    assert accepted.listener == 5
    assert accepted.peer == TransportAddress(*caller.getsockname())
    caller.close()


def test_noConnectionHasTheNumberOfAnother(house: House) -> None:
    address = house.listen()
    callers = [dial(address) for _ in range(3)]
    for _ in callers:
        house.keeper.turn()
    numbers = [house.leader.accepted().accepted.number for _ in callers]
    assert len(set(numbers)) == 3
    assert max(numbers) < 0
    for each in callers:
        each.close()


def test_aConnectionThatNobodyHasTakenIsThereForWhoFollows(house: House) -> None:
    follower = Asking(*(socket.socket(fileno=os.dup(each)) for each in doorsOf(house.leader)))
    caller = dial(house.listen())
    house.keeper.turn()
    seen = house.leader.asking.look()
    assert seen is not None
    seen.handle.close()
    house.leader.die()
    arrived = follower.look()
    assert arrived is not None
    caller.send(b"hello")
    arrived.handle.setblocking(True)
    assert arrived.handle.recv(10) == b"hello"
    arrived.handle.close()
    caller.close()
    follower.close()


def doorsOf(leader: Leader) -> tuple[int, int]:
    return leader.asks.fileno(), leader.asking.connections.fileno()


def test_whoeverWaitsIsHandedOnWhenThereIsPlaceAgain(house: House) -> None:
    address = house.listen()
    callers = [dial(address) for _ in range(400)]
    for _ in range(450):
        house.send(signal.SIGCHLD)  # which has it turn
    found: list[TransportAddress | None] = []
    while len(found) < len(callers):
        found.append(house.leader.accepted().accepted.peer)
        house.send(signal.SIGCHLD)
    assert found == [TransportAddress(*each.getsockname()) for each in callers]
    for each in callers:
        each.close()


def test_whereThereAreNoDescriptorsNothingIsAcceptedForAWhile(house: House) -> None:
    caller = dial(house.listen())
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        house.keeper.turn()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    house.send(signal.SIGCHLD)
    assert house.leader.asking.look() is None
    assert house.said == ["no connections are accepted for 1 s: Too many open files"]
    house.pass_(1.0)
    house.leader.accepted()
    caller.close()


def test_whereThereAreNoDescriptorsForAServerItIsBegunLater(house: House) -> None:
    house.lead()
    house.lose()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        house.pass_(FIRST_PAUSE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert house.said[-1] == "cannot begin server: Too many open files"
    assert len(house.children.begun) == 1
    house.pass_(2 * FIRST_PAUSE)
    assert len(house.children.begun) == 2


def test_whatCannotBeBoundIsSaid(house: House) -> None:
    taken = house.listen(5)
    house.leader.ask(Listen("1.2", 6, taken))
    house.keeper.turn()
    assert house.leader.told() == NotBound("1.2", "Address already in use")


def test_whereItIsToldToNobodyListens(house: House) -> None:
    address = house.listen()
    house.leader.asking.stopListening(5)
    house.keeper.turn()
    with pytest.raises(ConnectionRefusedError):
        dial(address)


def test_howALeaderHasEndedIsTold(house: House) -> None:
    house.lead()
    house.end(1000, number=signal.SIGSEGV)
    assert house.said[-1] == "process 1000 was ended by SIGSEGV"


def test_thatThereWasNoMemoryLeftIsSaid(house: House) -> None:
    house.lead()
    house.children.end(Ending(1000, None, signal.SIGKILL, True))
    house.send(signal.SIGCHLD)
    assert house.said[-1] == "process 1000 was ended by SIGKILL, as there was no memory left"


def test_whatIsNoMessageIsSaidAndOfNoAccount(house: House) -> None:
    for each in (b"what?", encode(Bound("1.1", ANY)), encode(Lead(7))):
        house.leader.asks.send(each)
        house.keeper.turn()
    assert len(house.said) == 3
    assert all(each.startswith("what was asked is no message: ") for each in house.said)
    house.listen()


def test_whereNobodyLeadsAnyMoreAServerIsBegunAnew(house: House) -> None:
    house.lead()
    house.lose()
    assert house.said[-1] == "nobody leads any more; a server is begun anew in 0.5 s"
    assert len(house.children.begun) == 1
    house.pass_(FIRST_PAUSE)
    assert len(house.children.begun) == 2


def test_aDeathIsNoReasonWhereSomebodyFollows(house: House) -> None:
    house.lead()
    house.end(1000)
    house.lead()
    house.listen()
    assert len(house.children.begun) == 1


def test_whoCallsMeanwhileIsAnsweredByTheNext(house: House) -> None:
    address = house.listen(5)
    house.lead()
    house.lose()
    caller = dial(address)
    house.pass_(FIRST_PAUSE)
    assert house.listen(9, address) == address
    house.keeper.turn()
    assert house.leader.accepted().accepted.listener == 9
    caller.close()


def test_whatTheNextDoesNotWantIsClosed(house: House) -> None:
    address = house.listen()
    house.lead()
    house.lose()
    house.pass_(FIRST_PAUSE)
    house.lead()
    with pytest.raises(ConnectionRefusedError):
        dial(address)


def test_aServerThatNeverLedIsNotBegunAgain(house: House) -> None:
    house.end(1000, status=3)
    house.leader.die()
    house.keeper.turn()
    assert (house.keeper.isOver, house.keeper.status) == (True, 3)
    assert house.said == ["process 1000 has returned 3"]


def test_aProgramThatIsNotThereIsSaid() -> None:
    house = House()
    house.children.error = FileNotFoundError(2, "No such file or directory")
    house.keeper.turn()
    house.keeper.turn()
    assert (house.keeper.isOver, house.keeper.status) == (True, 1)
    assert house.said == ["cannot begin server: No such file or directory"]


def test_whoIsToldToEndHasEverybodyEnd(house: House, sent: list[int]) -> None:
    address = house.listen()
    house.lead()
    house.send(signal.SIGTERM)
    assert sent == [signal.SIGTERM]
    assert not house.keeper.isOver
    with pytest.raises(ConnectionRefusedError):
        dial(address)
    house.end(1000, status=0)
    house.leader.die()
    house.keeper.turn()
    assert (house.keeper.isOver, house.keeper.status) == (True, 0)
    assert house.store.told[-1] == "stopping"
    assert house.store.names == set()


def test_whoDoesNotEndIsKilled(house: House, sent: list[int]) -> None:
    house.lead()
    house.send(signal.SIGTERM)
    house.pass_(GRACE)
    assert (house.keeper.isOver, house.keeper.status) == (True, 0)
    assert house.said[-1] == "process 1000 was ended by SIGKILL"


def test_whoLeadsWhileEverybodyIsToEndIsToldToo(house: House, sent: list[int]) -> None:
    house.lead()
    house.send(signal.SIGTERM)
    house.end(1000)
    house.lead()
    assert sent == [signal.SIGTERM, signal.SIGTERM]


def test_whoeverLeadsIsToldToReload(house: House, sent: list[int]) -> None:
    house.lead()
    house.send(signal.SIGHUP)
    assert sent == [signal.SIGHUP]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """
    Signals to this process, which is the only one that is there.
    """
    numbers: list[int] = []
    monkeypatch.setattr(
        signal, "pidfd_send_signal", lambda descriptor, number: numbers.append(number)
    )
    return numbers


def test_whoComesAfterUsGoesOnForWhoeverLeads(house: House) -> None:
    address = house.listen()
    house.lead()
    caller = dial(address)
    again = House(house.store)
    again.keeper.turn()
    first = house.leader.accepted().accepted
    assert first.listener == 5
    assert again.store.told[-1] == "ready"
    assert again.children.begun == []
    assert again.said == ["listening again for whoever leads"]
    another = dial(address)
    again.keeper.turn()
    assert house.leader.accepted().accepted.number != first.number
    caller.close()
    another.close()


def test_whoComesAfterUsAndFindsNobodyBeginsAServer(house: House) -> None:
    address = house.listen()
    house.lead()
    house.leader.die()
    again = House(house.store)
    again.keeper.turn()
    assert again.said[-1] == "nobody leads any more; a server is begun anew in 0.5 s"
    again.pass_(FIRST_PAUSE)
    assert again.listen(8, address) == address


def test_overFiftyServersNoDescriptorIsLeftOpen(house: House) -> None:
    def round_() -> None:
        address = house.listen()
        house.lead()
        caller = dial(address)
        house.keeper.turn()
        house.leader.accepted()
        caller.close()
        house.lose()
        house.pass_(LONG)
        house.children.begun.pop(0)

    round_()
    before = ownDescriptors()
    for _ in range(50):
        round_()
    assert ownDescriptors() == before


def test_eachPauseIsLongerUntilSomebodyHasLedForLong() -> None:
    pauses = Pauses()
    short = [pauses.after(1.0) for _ in range(9)]
    assert short == [0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    assert [pauses.after(LONG), pauses.after(1.0)] == [FIRST_PAUSE, 2 * FIRST_PAUSE]
