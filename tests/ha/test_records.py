"""
What a leader tells: written, cut off, damaged, out of order.
"""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.errors import ResourceUnavailable
from h323d.ha import records
from h323d.ha.records import (
    Answer,
    BadRecord,
    DoneRecord,
    HeartbeatRecord,
    InputRecord,
    QuarantinedRecord,
    Record,
    RecordReader,
    Succession,
)
from h323d.telling.primitives import NotAValue
from h323d.values.address import TransportAddress

HERE = TransportAddress("10.0.0.1", 1720)
INPUT = InputRecord(1, 1.5, "datagram", (7, b"octets", HERE))
DONE = DoneRecord(1, (Answer("bind", HERE), Answer("source", "10.0.0.1")), 0xABCDEF)
BEAT = HeartbeatRecord(1, 2.5)
ALL: list[Record] = [INPUT, DONE, BEAT]
ASIDE = QuarantinedRecord(1)
SECOND: list[Record] = [InputRecord(2, 3.0, "tick", ()), DoneRecord(2, (), 0)]
OCTETS = b"".join(records.encode(each) for each in ALL)


@pytest.mark.parametrize("record", [*ALL, ASIDE], ids=["input", "done", "heartbeat", "aside"])
def test_aRecordIsReadAsItWasWritten(record: Record) -> None:
    for each in (record, replace(record, epoch=7)):
        assert records.decode(records.encode(each)) == each


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_recordsAreCutOutOfAnyPieces(size: int) -> None:
    reader = RecordReader()
    found: list[Record] = []
    for start in range(0, len(OCTETS), size):
        found += reader.feed(OCTETS[start : start + size])
    reader.end()
    assert found == ALL
    assert reader.offset == len(OCTETS)


def test_aRefusedQuestionIsRefusedAgain() -> None:
    done = DoneRecord(1, (Answer("bind", ResourceUnavailable("in use")),), 0)
    read = records.decode(records.encode(done))
    assert isinstance(read, DoneRecord)
    with pytest.raises(ResourceUnavailable, match="in use"):
        read.answers[0].given()


def test_whatIsNoValueIsNotLogged() -> None:
    with pytest.raises(NotAValue, match=r"builtins\.object is no value"):
        records.encode(InputRecord(1, 1.5, "datagram", (object(),)))


def test_aLogThatIsCutOffInTheMiddleIsRefused() -> None:
    reader = RecordReader()
    assert reader.feed(OCTETS[:-1]) == [INPUT, DONE]
    at = len(records.encode(INPUT) + records.encode(DONE))
    left = len(records.encode(BEAT)) - 1
    with pytest.raises(BadRecord, match=f"record at octet {at}: cut off after {left} octets"):
        reader.end()


def test_anotherVersionIsRefused() -> None:
    with pytest.raises(BadRecord, match="record at octet 0: of version 3, and not 2"):
        records.decode(OCTETS[:2] + b"\x03" + OCTETS[3:])


def test_whatDoesNotBeginAsARecordIsRefused() -> None:
    with pytest.raises(BadRecord, match="octet 0: no record begins here"):
        records.decode(b"GET / HTTP/1.1\r\n")


def test_aDamagedRecordIsRefused() -> None:
    octets = bytearray(records.encode(INPUT))
    octets[-1] ^= 1
    with pytest.raises(BadRecord, match="damaged"):
        records.decode(bytes(octets))


def framed(version: int, kind: int, body: bytes) -> bytes:
    """
    A record that is whole, with whatever is in it.
    """
    return struct.pack(">2sBBII", b"h3", version, kind, len(body), zlib.crc32(body)) + body


BODIES = [records.encode(each)[12:] for each in (*ALL, ASIDE, *SECOND)]


@given(
    st.integers(0, 255),
    st.sampled_from(BODIES),
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=8),
    st.integers(0, 500),
)
def test_whateverIsInARecordItIsReadOrRefusedWithItsPlace(
    kind: int, body: bytes, changes: list[tuple[int, int]], left: int
) -> None:
    changed = bytearray(body[:left] or body)
    for place, octet in changes:
        changed[place % len(changed)] = octet
    reader = RecordReader()
    reader.feed(OCTETS)
    with suppress(BadRecord):
        reader.feed(framed(records.VERSION, kind % 6, bytes(changed)))
        return
    with pytest.raises(BadRecord, match=f"^record at octet {len(OCTETS)}: "):
        reader.feed(b"")


@given(st.binary(max_size=200), st.integers(1, 50))
def test_anyOctetsAreRefusedWithTheirPlace(octets: bytes, size: int) -> None:
    reader = RecordReader()
    reader.feed(OCTETS)
    with suppress(BadRecord):
        for start in range(0, len(octets), size):
            assert reader.feed(octets[start : start + size]) == []
    assert reader.offset == len(OCTETS)


def test_aRecordThatClaimsToBeTooLongIsRefusedAtOnce() -> None:
    octets = bytearray(records.encode(INPUT))
    octets[4:8] = b"\xff\xff\xff\xff"
    with pytest.raises(BadRecord, match="too long"):
        RecordReader().feed(bytes(octets[:12]))


def test_severalRecordsAreNotOne() -> None:
    with pytest.raises(BadRecord, match="3 records, and not one"):
        records.decode(OCTETS)


def test_aRecordOfAnotherShapeIsRefused() -> None:
    octets = bytearray(records.encode(BEAT))
    octets[3] = 0  # an input has more than that
    with pytest.raises(BadRecord, match="no record of kind 0"):
        records.decode(bytes(octets))


def test_aRecordOfAnOlderEpochIsRefused() -> None:
    succession = Succession(turn=0, epoch=2)
    with pytest.raises(BadRecord, match="out of order: a record of epoch 1 in epoch 2"):
        succession.take(replace(INPUT, epoch=1))
    succession.take(replace(INPUT, epoch=2))
    succession.take(replace(DONE, epoch=3))
    assert succession.epoch == 3
    with pytest.raises(BadRecord, match="a record of epoch 2 in epoch 3"):
        succession.take(replace(BEAT, epoch=2))


def test_recordsInOrderAreTaken() -> None:
    succession = Succession()
    for record in [*ALL, BEAT, *SECOND]:
        succession.take(record)
    assert (succession.turn, succession.isDone) == (2, True)


@pytest.mark.parametrize(
    ("taken", "record", "reason"),
    [
        ([], InputRecord(2, 1.0, "tick", ()), "the input of turn 2 after turn 0"),
        ([INPUT], INPUT, "the input of turn 1 before turn 1 is done"),
        ([INPUT, DONE], INPUT, "the input of turn 1 after turn 1"),
        ([], DONE, "the end of turn 1 after turn 0"),
        ([INPUT], DoneRecord(2, (), 0), "the end of turn 2 in turn 1"),
        ([INPUT, DONE], DONE, "the end of turn 1 after turn 1"),
        ([INPUT, DONE], ASIDE, "the end of turn 1 after turn 1"),
        ([INPUT, ASIDE], DONE, "the end of turn 1 after turn 1"),
        ([INPUT], BEAT, "a heartbeat of turn 1 where turn 1 is the last"),
        ([], BEAT, "a heartbeat of turn 1 where turn 0 is the last"),
    ],
)
def test_recordsOutOfOrderAreRefused(taken: list[Record], record: Record, reason: str) -> None:
    succession = Succession()
    for each in taken:
        succession.take(each)
    with pytest.raises(BadRecord, match=f"out of order: {reason}"):
        succession.take(record)
