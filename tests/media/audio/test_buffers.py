"""
The stores of sound: a row for each member of a room, where its frames are of one kind.
"""

from __future__ import annotations

import numpy as np

from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.table import PortTable
from h323d.media.config import MediaConfig
from tests.support.streamcodec import COMFORT, ScrambledDecoder

CONFIG = MediaConfig(maximumPorts=4)
NO_JITTER = np.zeros(1)


def stores() -> tuple[SoundStores, PortTable]:
    table = PortTable(CONFIG.maximumPorts)
    return SoundStores(CONFIG, table, Coders(Codecs())), table


def test_aStoreIsMadeWhenSomebodyNeedsIt() -> None:
    made, table = stores()
    assert made.made == []
    made.seat(table.take(1), 20, 48000)
    assert [store.number for store in made.made] == [0]
    assert made.of(20, 48000) is made.made[0]
    assert made.of(10, 48000) is not made.made[0]


def test_whoLeavesGivesItsRowToTheNext() -> None:
    made, table = stores()
    slots = [table.take(number) for number in range(4)]
    made.seat(slots[3], 20, 8000)
    row = table.row[slots[3]]
    made.unseat(slots[3])
    assert (table.store[slots[3]], table.row[slots[3]]) == (-1, -1)
    made.seat(slots[0], 20, 8000)
    assert table.row[slots[0]] == row
    made.seat(slots[1], 20, 8000)
    assert table.row[slots[1]] != row


def test_unseatingWhoHasNoSeatDoesNothing() -> None:
    made, table = stores()
    made.unseat(table.take(1))
    assert made.made == []


def test_aNewSeatIsEmpty() -> None:
    made, table = stores()
    slot = table.take(1)
    made.seat(slot, 20, 16000)
    store, rows = made.of(20, 16000), table.row[[slot]]
    loud = np.full((1, 640), 9000, np.int16)
    store.buffers.insert(rows, np.zeros(1, np.uint32), loud, 1.0)
    made.seat(slot, 20, 16000)
    frames, sounding = store.pull(table.row[[slot]], 1.0, NO_JITTER)
    assert not frames.any()
    assert not sounding.any()


def test_aPauseOfTheLastOneIsNotTheNextOnes() -> None:
    made, table = stores()
    slot = table.take(1)
    made.seat(slot, 20, 8000)
    store, decoder = made.of(20, 8000), ScrambledDecoder()
    decoder.decode(np.array([2, 0], np.uint8), np.zeros(160, np.int16))
    store.pause(int(table.row[slot]), decoder)
    frames, sounding = store.pull(table.row[[slot]], 1.0, NO_JITTER)
    assert (set(frames[0].tolist()), sounding.tolist()) == ({COMFORT}, [True])
    made.seat(slot, 20, 8000)
    frames, sounding = store.pull(table.row[[slot]], 1.02, NO_JITTER)
    assert (set(frames[0].tolist()), sounding.tolist()) == ({0}, [False])


def test_theSeatsOfOneStoreAreTakenFromByThoseWhoAreDue() -> None:
    """
    Rooms in different phases of the grid share a store, and do not disturb each other.
    """
    made, table = stores()
    slots = np.array([table.take(1), table.take(2)])
    for slot in slots.tolist():
        made.seat(slot, 20, 8000)
    store, rows = made.of(20, 8000), table.row[slots]
    for number in range(8):
        now, stamps = 1.0 + number * 0.02, np.full(1, number * 160, np.uint32)
        for row, value in zip(rows, (100, 200), strict=True):
            sound = np.full((1, 160), value, np.int16)
            store.buffers.insert(np.array([row]), stamps, sound, now, np.array([now - 0.01]))
        first, _ = store.pull(rows[:1], now, NO_JITTER)
        second, _ = store.pull(rows[1:], now + 0.005, NO_JITTER)
    assert (set(first[0].tolist()), set(second[0].tolist())) == ({100}, {200})


def test_whatIsLostIsMadeUpInEachRowByItself() -> None:
    made, table = stores()
    slots = np.array([table.take(1), table.take(2)])
    for slot in slots.tolist():
        made.seat(slot, 20, 8000)
    store, rows = made.of(20, 8000), table.row[slots]
    wave = np.rint(8000 * np.sin(np.arange(160) * 2 * np.pi / 40)).astype(np.int16)
    for number in range(8):
        now, stamps = 1.0 + number * 0.02, np.full(1, number * 160, np.uint32)
        store.buffers.insert(rows[:1], stamps, wave[None], now, np.array([now - 0.01]))
        store.pull(rows[1:], now, NO_JITTER)  # of another group, and oftener
        store.pull(rows[1:], now, NO_JITTER)
        last, _ = store.pull(rows[:1], now, NO_JITTER)
    again, sounding = store.pull(rows[:1], now + 0.02, NO_JITTER)
    assert np.array_equal(last[0], wave)
    assert sounding[0]
    assert np.abs(again[0, :80].astype(int) - wave[:80]).max() <= 2
