"""
The door between two processes.
"""

from __future__ import annotations

import os
import socket

import pytest

from h323d.doorway import (
    LARGEST,
    MOST_DESCRIPTORS,
    CutMessage,
    Doorway,
    Message,
    closeAll,
    newDoorways,
)


def both() -> tuple[Doorway, Doorway]:
    first, second = newDoorways()
    return Doorway(first), Doorway(second)


def read(door: Doorway) -> list[bytes]:
    found: list[bytes] = []
    door.receive(lambda octets, descriptors: found.append(octets))
    return found


def test_messagesStayApart() -> None:
    here, there = both()
    here.send(b"one")
    here.send(b"two")
    assert read(there) == [b"one", b"two"]


def test_aDescriptorComesAlong() -> None:
    here, there = both()
    mine, other = socket.socketpair()
    here.send(b"yours", [mine.fileno()])
    found: list[int] = []
    there.receive(lambda octets, descriptors: found.extend(descriptors))
    os.write(found[0], b"hello")
    assert other.recv(10) == b"hello"


def test_whatIsPeekedAtIsThereUntilItWasTaken() -> None:
    here, there = both()
    here.send(b"one")
    seen: list[bytes] = []

    def take(octets: bytes) -> None:
        seen.append(octets)
        if len(seen) == 1:
            raise RuntimeError("as if it died")

    try:
        there.peek(take)
    except RuntimeError:
        here.send(b"two")
    assert there.peek(take)
    assert seen == [b"one", b"one", b"two"]


def test_whatTheKernelDoesNotTakeWaits() -> None:
    here, there = both()
    message, count = bytes(100_000), 0
    while not here.waiting:
        here.send(message)
        count += 1
    here.send(b"last")
    assert here.waiting == 2
    found = read(there)
    while here.waiting:
        here.flush()
        found += read(there)
    assert found == [message] * count + [b"last"]


def test_whatWasSaidIsHeardAfterADeathAndThenTheEnd() -> None:
    here, there = both()
    here.send(b"my last words")
    here.close()
    seen: list[bytes] = []
    assert not there.peek(seen.append)
    assert seen == [b"my last words"]


def test_whatIsSaidToTheDeadIsForgotten() -> None:
    here, there = both()
    there.close()
    here.send(b"hello?")
    assert here.waiting == 0
    assert not here.receive(lambda octets, descriptors: None)


def openDescriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def test_whoLooksSeesTheSameUntilItIsDropped() -> None:
    here, there = both()
    here.send(b"one")
    here.send(b"two")
    assert [there.look(), there.look()] == [Message(b"one"), Message(b"one")]
    there.drop()
    assert there.look() == Message(b"two")


def test_nothingWaitsIsToldApartFromTheEnd() -> None:
    here, there = both()
    assert there.look() is None
    assert there.take() is None
    here.close()
    with pytest.raises(EOFError):
        there.look()
    with pytest.raises(EOFError):
        there.take()


def test_whoeverLooksHasADescriptorOfItsOwn() -> None:
    here, there = both()
    mine, other = socket.socketpair()
    here.send(b"yours", [mine.fileno()])
    mine.close()
    first, second = there.look(), there.look()
    assert first is not None
    assert second is not None
    closeAll(first.descriptors)
    there.drop()
    os.write(second.descriptors[0], b"hello")
    assert other.recv(10) == b"hello"
    closeAll(second.descriptors)
    assert other.recv(10) == b""


def test_twoWhoHoldTheSameEndSeeWhatTheOtherHasNotDropped() -> None:
    ours, theirs = newDoorways()
    here, leads, follows = Doorway(ours), Doorway(theirs.dup()), Doorway(theirs)
    here.send(b"one")
    here.send(b"two")
    assert leads.look() == Message(b"one")
    leads.drop()
    leads.close()
    assert follows.look() == Message(b"two")


def test_descriptorsAreNotHandedOnToOtherPrograms() -> None:
    here, there = both()
    here.send(b"yours", [here.fileno()])
    message = there.look()
    assert message is not None
    assert not os.get_inheritable(message.descriptors[0])
    closeAll(message.descriptors)


@pytest.mark.parametrize("read", [Doorway.look, Doorway.take])
def test_whatHasTooManyDescriptorsLeavesNoneOpen(read: object) -> None:
    assert callable(read)
    here, there = both()
    before = openDescriptors()
    here.send(b"greedy", [here.fileno()] * (MOST_DESCRIPTORS + 1))
    with pytest.raises(CutMessage):
        read(there)
    assert openDescriptors() == before


def test_aMessageThatIsTooLongIsNoMessage() -> None:
    here, there = both()
    here.send(bytes(LARGEST + 1))
    here.send(b"next")
    with pytest.raises(CutMessage):
        there.take()
    assert there.take() == Message(b"next")


def test_aLargestMessagePasses() -> None:
    here, there = both()
    assert here.offer(bytes(LARGEST), [here.fileno()] * MOST_DESCRIPTORS)
    message = there.take()
    assert message is not None
    assert (len(message.octets), len(message.descriptors)) == (LARGEST, MOST_DESCRIPTORS)
    closeAll(message.descriptors)


def test_whatIsOfferedIsNotKept() -> None:
    here, there = both()
    taken = 0
    while here.offer(b"%d" % taken + bytes(10_000)):
        taken += 1
    assert here.waiting == 0
    assert len(read(there)) == taken > 0
    assert here.offer(b"again")


def test_whatIsOfferedToTheDeadIsRefused() -> None:
    here, there = both()
    there.close()
    with pytest.raises(BrokenPipeError):
        here.offer(b"hello?")


def test_whatWasSaidByOneThatDidNotListenIsHeard() -> None:
    here, there = both()
    there.send(b"unread")
    here.send(b"my last words")
    here.close()
    assert there.look() == Message(b"my last words")
    assert read(there) == [b"my last words"]


def test_whatIsDroppedTakesItsDescriptorsAlong() -> None:
    here, there = both()
    mine, other = socket.socketpair()
    before = openDescriptors()
    here.send(b"yours", [mine.fileno()])
    there.drop()
    assert openDescriptors() == before
    mine.close()
    assert other.recv(10) == b""


def test_whoPeeksKeepsNoDescriptor() -> None:
    here, there = both()
    before = openDescriptors()
    here.send(b"yours", [here.fileno()])
    assert there.peek(lambda octets: None)
    assert openDescriptors() == before


def test_whatWasLookedAtIsDroppedThoughItsSenderHasDiedMeanwhile() -> None:
    here, there = both()
    there.send(b"unread")
    here.send(b"one")
    here.send(b"two")
    assert there.look() == Message(b"one")
    here.close()
    there.drop()
    assert read(there) == [b"two"]
