"""
The door between signalling and a media process.
"""

from __future__ import annotations

import os
import socket

from h323d.doorway import Doorway, newDoorways


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
