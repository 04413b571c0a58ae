"""
The log between two processes.
"""

from __future__ import annotations

import collections
import itertools
import os
import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.doorway import Doorway, newDoorways
from h323d.ha.records import BadRecord, InputRecord, Record
from h323d.house.log import Farewell, LogReader, LogWriter, Lost, Shared
from h323d.telling import primitives
from h323d.telling.primitives import NotAValue

INPUT = InputRecord(1, 5.0, "datagram", (3, b"octets"))


@pytest.fixture
def ends() -> tuple[LogWriter, LogReader]:
    ours, theirs = newDoorways()
    return LogWriter(ours), LogReader(theirs)


def read(reader: LogReader) -> list[Record | Shared | Farewell]:
    return list(reader.read())


def test_aRecordIsRead(ends: tuple[LogWriter, LogReader]) -> None:
    writer, reader = ends
    writer.note(INPUT)
    assert read(reader) == [INPUT]


def test_aRecordThatIsTooLongForOneMessageIsReadWhole(ends: tuple[LogWriter, LogReader]) -> None:
    writer, reader = ends
    long = InputRecord(1, 5.0, "reload", (b"x" * 300_000,))
    try:
        writer.note(long)
    except Lost:
        pytest.skip("the system's limit of what waits in a socket is too low")
    assert read(reader) == [long]


def test_whatWasLoggedIsReadThoughWhoeverHasLoggedItIsGone(
    ends: tuple[LogWriter, LogReader],
) -> None:
    writer, reader = ends
    writer.note(INPUT)
    writer.close()
    told = reader.read()
    assert next(told) == INPUT
    with pytest.raises(EOFError):
        next(told)


def test_socketsComeWithWhatTheyAre(ends: tuple[LogWriter, LogReader]) -> None:
    writer, reader = ends
    with socket.create_server(("127.0.0.1", 0)) as listening:
        writer.share("listener", 7, (listening,), ("detail", 1))
        (shared,) = read(reader)
        assert isinstance(shared, Shared)
        assert (shared.what, shared.number, shared.details) == ("listener", 7, ("detail", 1))
        (held,) = shared.sockets
        with held:
            assert held.getsockname() == listening.getsockname()


def test_whoeverHandsOverSaysSo(ends: tuple[LogWriter, LogReader]) -> None:
    writer, reader = ends
    writer.farewell()
    (told,) = read(reader)
    assert isinstance(told, Farewell)


def test_whoeverReadsNothingIsLost(ends: tuple[LogWriter, LogReader]) -> None:
    writer, _ = ends
    large = InputRecord(1, 5.0, "datagram", (b"x" * 60_000,))
    with pytest.raises(Lost, match="too slow"):
        collections.deque(map(writer.note, itertools.repeat(large)))


def test_whoeverIsGoneIsLost(ends: tuple[LogWriter, LogReader]) -> None:
    writer, reader = ends
    reader.close()
    with pytest.raises(Lost, match="gone"):
        writer.note(INPUT)


def test_whatIsNoValueIsNotLogged(ends: tuple[LogWriter, LogReader]) -> None:
    writer, reader = ends
    with pytest.raises(NotAValue):
        writer.note(InputRecord(1, 5.0, "datagram", (object(),)))
    assert read(reader) == []


@given(st.sampled_from((b"R", b"S", b"M", b"F", b"?")), st.binary(max_size=60))
def test_whateverComesIsReadOrRefused(kind: bytes, octets: bytes) -> None:
    refuse(kind + octets)


@given(st.sampled_from((b"R", b"S")), st.lists(st.one_of(st.integers(), st.text()), max_size=4))
def test_whateverValuesComeAreReadOrRefused(kind: bytes, values: list[int | str]) -> None:
    refuse(kind + primitives.encode(tuple(values)))


def refuse(message: bytes) -> None:
    """
    Read a message, with a descriptor that comes along, unless it is refused.
    """
    ours, theirs = newDoorways()
    before = len(os.listdir("/proc/self/fd"))
    with ours, open(os.devnull) as nothing:
        Doorway(ours).send(message, [nothing.fileno()])
        with suppress(BadRecord, primitives.Unreadable):
            read(LogReader(theirs))
    theirs.close()
    assert len(os.listdir("/proc/self/fd")) == before - 2


def test_aMessageOfNoKindIsRefused() -> None:
    ours, theirs = newDoorways()
    with ours:
        ours.send(b"?")
        with pytest.raises(BadRecord, match="no kind"):
            read(LogReader(theirs))
