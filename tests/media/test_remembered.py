"""
What another process would have to be told.
"""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any, cast

import pytest

from h323d.media.ports import SocketPair
from h323d.media.relay.table import RelayEnd
from h323d.media.remembered import Remembered
from h323d.media.reports import DigitBegun, DigitOver, Heard
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import Stream, TransmitFormat

PAIR = SocketPair(
    TransportAddress("::1", 4000),
    TransportAddress("::1", 4001),
    cast(Any, SimpleNamespace()),  # no sockets: nothing is sent
    cast(Any, SimpleNamespace()),
    deque(),
)

A, B = (Stream(TransmitFormat(G711_ULAW, 0, 20, TransportAddress("::1", port))) for port in (1, 2))
HELD = Stream()


def opened(*commands: tuple[Any, ...]) -> list[Any]:
    """
    @return: what would be told of a port, after these.
    """
    known = Remembered()
    known.note(0, "openRoom", (9, False))
    known.note(0, "openPort", (1, PAIR))
    for name, *arguments in commands:
        known.note(0, name, tuple(arguments))
    return list(known.ports[1].commands.values())


@pytest.mark.parametrize(
    ("commands", "told"),
    [
        ([], []),
        ([("configure", 1, A), ("configure", 1, B)], [("configure", (1, B))]),
        (
            [("configure", 1, A), ("encrypt", 1, "k", False), ("configure", 1, B)],
            [("configure", (1, B)), ("encrypt", (1, "k", False))],
        ),
        (
            [("encrypt", 1, "k", False), ("encrypt", 1, "c", True), ("encrypt", 1, "l", False)],
            [("encrypt", (1, "l", False)), ("encrypt", (1, "c", True))],
        ),
        ([("expectHandshake", 1)], [("expectHandshake", (1,))]),
        ([("expectHandshake", 1), ("configure", 1, A)], [("configure", (1, A))]),
        ([("sendDigit", 1, "5", 100), ("sendHandshake", 1, b"", None, False)], []),
        (
            [("join", 9, 1), ("mute", 9, 1, True), ("mute", 9, 1, False)],
            [("join", (9, 1)), ("mute", (9, 1, False))],
        ),
        ([("join", 9, 1), ("mute", 9, 1, True), ("join", 8, 1)], [("join", (8, 1))]),
        ([("join", 9, 1), ("deafen", 9, 1, True), ("leave", 9, 1)], []),
        ([("join", 9, 1), ("mute", 9, 1, True), ("closeRoom", 9)], []),
        ([("join", 9, 1), ("closeRoom", 8)], [("join", (9, 1))]),
        ([("join", 9, 1), ("dismiss", 1)], []),
        ([("configure", 77, A), ("join", 9, 77), ("detach", 77)], []),
    ],
)
def test_whatHoldsOfAPort(commands: list[tuple[Any, ...]], told: list[Any]) -> None:
    assert opened(*commands) == told


def test_whoWasFoundIsKnownUntilItIsToBeElsewhere() -> None:
    known = Remembered()
    source = TransportAddress("::2", 7)
    known.learn(Heard(1, source))
    known.note(0, "openPort", (1, PAIR))
    known.note(0, "configure", (1, A))
    known.learn(Heard(1, source))
    known.note(0, "configure", (1, HELD))
    known.note(0, "configure", (1, A))
    assert list(known.ports[1].commands) == ["configure", "find"]
    assert known.ports[1].commands["find"] == ("find", (1, source))
    known.note(0, "configure", (1, B))
    assert list(known.ports[1].commands) == ["configure"]


def test_whatHoldsOfRooms() -> None:
    known = Remembered()
    known.note(0, "know", ("networks",))
    known.note(0, "openRoom", (8, True))
    known.note(1, "openRoom", (9, False))
    known.note(0, "openRoom", (7, False))
    known.note(0, "closeRoom", (7,))
    known.note(0, "attach", (8, 3, "source", None))
    known.note(0, "attach", (8, 4, None, "sink"))
    known.note(0, "detach", (4,))
    assert list(known.roomsAt(0)) == [
        ("know", ("networks",)),
        ("openRoom", (8, True)),
        ("attach", (8, 3, "source", None)),
    ]
    assert list(known.roomsAt(1)) == [("openRoom", (9, False))]


def test_digitsAreKnownUntilTheyAreOver() -> None:
    known = Remembered()
    known.learn(DigitBegun(1, 5))
    known.note(0, "sendDigit", (1, "1", 100))
    known.note(0, "openPort", (1, PAIR))
    known.learn(DigitBegun(1, 5))
    known.learn(DigitOver(1))
    for digit in "123":
        known.note(0, "sendDigit", (1, digit, 100))
    known.learn(DigitBegun(1, 500))
    known.learn(DigitOver(1))
    known.learn(DigitBegun(1, 900))
    known.note(0, "join", (7, 1))
    assert known.ports[1].sending(1) == [
        ("sendDigit", (1, "2", 100, 900)),
        ("sendDigit", (1, "3", 100, None)),
    ]


def test_digitsOfWhoIsInNoRoomAreOwedUntilHeIsInOne() -> None:
    known = Remembered()
    known.note(0, "openPort", (1, PAIR))
    known.note(0, "sendDigit", (1, "1", 100))
    assert known.ports[1].sending(1) == []
    later = ("sendDigit", (1, "2", 100))
    known.note(0, *later)
    assert known.defers(*later)
    known.note(0, "join", (7, 1))
    assert known.owed("mute", (7, 1, True)) == []
    assert known.owed("join", (7, 1)) == [
        ("sendDigit", (1, "1", 100, None)),
        ("sendDigit", (1, "2", 100, None)),
    ]
    assert known.owed("join", (7, 1)) == []
    assert not known.defers(*later)


def test_noMoreDigitsAreKnownThanWait() -> None:
    known = Remembered()
    known.note(0, "openPort", (1, PAIR))
    for _ in range(70):
        known.note(0, "sendDigit", (1, "1", 100))
    assert len(known.ports[1].digits) == 65  # one of which is being sent


def test_whatHoldsOfRelays() -> None:
    known = Remembered()
    ends = RelayEnd(PAIR), RelayEnd(PAIR, 5)
    known.noteRelay(1, "know", ("networks",))
    for relayId in (1, 2):
        known.noteRelay(1, "open", (relayId, ends))
    for aim in ("first", "then"):
        known.noteRelay(1, "aim", (1, 0, aim))
    known.noteRelay(1, "aim", (77, 0, "nobody's"))
    known.noteRelay(1, "close", (2,))
    assert list(known.relaying(1)) == [
        ("know", ("networks",)),
        ("open", (1, ends)),
        ("aim", (1, 0, "then")),
    ]
    assert known.relays[1].ownPairs == [PAIR]
    assert list(known.relaying(0)) == [("know", ("networks",))]
    assert list(known.relaysAt(1)) == [1, 2]
