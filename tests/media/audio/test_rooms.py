"""
Who is mixed with whom: members of rooms, and rooms of groups.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.errors import ResourceUnavailable
from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import ROOM_RATES, Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.consent import Consent
from h323d.media.audio.decoding import Decoding
from h323d.media.audio.digits import Digits
from h323d.media.audio.forwarding import Forwarding
from h323d.media.audio.groups import LocalParty, MixGroup
from h323d.media.audio.laneforms import LaneForms
from h323d.media.audio.passing import Passing
from h323d.media.audio.pauses import Pauses
from h323d.media.audio.rates import Rates
from h323d.media.audio.receiving import Receiver
from h323d.media.audio.rooms import LONG_FRAME_MS, SHORT_FRAME_MS, Rooms
from h323d.media.audio.sending import Sender
from h323d.media.audio.strays import Strays
from h323d.media.audio.table import PortTable
from h323d.media.audio.transcoding import Transcoding
from h323d.media.config import MediaConfig
from tests.support.recorder import Recorder

HERE, THERE = 1001, 1002  # mixers


class Scene:
    """
    Two open rooms, and ports that are in none.

    @ivar packets: is told in which group a port's packets are wanted.
    """

    def __init__(self, ports: int = 8, tickMs: int = 5) -> None:
        config = MediaConfig(maximumPorts=ports, tickMs=tickMs, departureMs=0.0)
        self.table = PortTable(ports)
        self.packets: Any = Recorder()
        codecs = Codecs()
        coders, digits, consent = Coders(codecs), Digits(self.table), Consent(self.table)
        stores = SoundStores(config, self.table, coders)
        decoding = Decoding(self.table, codecs, coders, stores, Pauses(self.table, coders, stores))
        receiver = Receiver(config, self.table, codecs, digits, consent, stores, decoding)
        sender = Sender(self.table, codecs, coders)
        forms = LaneForms(self.table, codecs, coders)
        transcoding = Transcoding(self.table, codecs, coders, decoding, sender)
        strays = Strays(forms)
        forwarding = Forwarding(self.table, codecs, forms, transcoding, receiver, strays)
        passing = Passing(
            self.table, forms, forwarding, transcoding, strays, stores, receiver, sender, digits
        )
        self.rooms = Rooms(config, self.table, codecs, stores, Rates(ports), passing)
        self.slots = [self.table.take(number) for number in range(ports)]
        for number in (HERE, THERE)[: ports - 1]:
            self.rooms.open(number)

    def join(self, *slots: int, number: int = HERE) -> None:
        for slot in slots:
            assert self.rooms.join(self.packets, number, slot)
        self.settle()

    def settle(self) -> None:
        self.rooms.settle(self.packets, 0.0)

    def groupOf(self, slot: int) -> MixGroup:
        return self.rooms.groups[int(self.table.group[slot])]

    def members(self, slot: int) -> list[int]:
        """
        Those in the batch of a slot.
        """
        self.settle()
        return [int(each) for each in self.groupOf(slot).members]

    def speaks(self, slot: int, packetMs: int) -> None:
        self.table.packetMs[slot] = packetMs
        self.rooms.refit(slot)
        self.settle()


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(("tickMs", "long", "short"), [(5, 4, 2), (10, 2, 1)])
def test_thereIsAGroupForEachRateFrameLengthAndPhase(tickMs: int, long: int, short: int) -> None:
    groups = Scene(tickMs=tickMs).rooms.groups
    lengths = [group.frameMs for group in groups]
    assert lengths == ([LONG_FRAME_MS] * long + [SHORT_FRAME_MS] * short) * len(ROOM_RATES)
    assert [group.number for group in groups] == list(range(len(groups)))


def test_whoJoinsIsAMemberAndIsHeard(scene: Scene) -> None:
    first, second, third = scene.slots[:3]
    scene.table.muted[first] = scene.table.deaf[first] = True
    scene.join(first, second)
    scene.join(third, number=THERE)
    assert [scene.rooms.numberOf(each) for each in (first, second, third)] == [HERE, HERE, THERE]
    assert not scene.table.muted[first]
    assert not scene.table.deaf[first]
    assert scene.members(first)[:2] == [first, second]


def test_whoIsThereAlreadyIsNotNew(scene: Scene) -> None:
    slot = scene.slots[0]
    scene.join(slot)
    assert not scene.rooms.join(scene.packets, HERE, slot)
    assert scene.members(slot) == [slot]


def test_aRoomThatHasClosedTakesNobody(scene: Scene) -> None:
    assert not scene.rooms.join(scene.packets, 4711, scene.slots[0])
    assert scene.rooms.numberOf(scene.slots[0]) is None


def test_whoJoinsAnotherRoomLeavesTheFirst(scene: Scene) -> None:
    slot = scene.slots[0]
    scene.join(slot)
    scene.join(slot, number=THERE)
    assert scene.rooms.numberOf(slot) == THERE
    assert scene.members(slot) == [slot]


def test_whoLeavesIsNowhereAndBelongsToTheFirstGroup(scene: Scene) -> None:
    first, second = scene.slots[:2]
    scene.join(first, second)
    scene.rooms.leave(scene.packets, first)
    scene.rooms.leave(scene.packets, first)
    assert scene.rooms.numberOf(first) is None
    assert scene.table.group[first] == 0
    assert scene.members(second) == [second]


def test_aRoomThatClosesLetsEverybodyGo(scene: Scene) -> None:
    scene.join(*scene.slots[:3])
    scene.rooms.close(scene.packets, HERE)
    scene.rooms.close(scene.packets, HERE)
    assert [scene.rooms.numberOf(each) for each in scene.slots[:3]] == [None] * 3
    assert scene.members(scene.slots[0]) == []
    assert not scene.rooms.join(scene.packets, HERE, scene.slots[0])


def test_thereAreAsManyRoomsAsPorts() -> None:
    scene = Scene(ports=2)
    scene.rooms.open(THERE)
    with pytest.raises(ResourceUnavailable, match="all rooms are taken"):
        scene.rooms.open(4711)
    scene.rooms.close(scene.packets, HERE)
    scene.rooms.open(4711)
    assert scene.rooms.join(scene.packets, 4711, scene.slots[0])


def test_whatALocalPartyPlaysIsInTheBatch(scene: Scene) -> None:
    port, local = scene.slots[:2]
    scene.table.local[local] = True
    party = LocalParty(local, None, None)
    scene.join(port)
    assert scene.rooms.join(scene.packets, HERE, local, party)
    assert scene.members(port) == [port, local]
    assert scene.groupOf(port).parties == [(1, party)]
    scene.rooms.leave(scene.packets, local)
    scene.settle()
    assert scene.groupOf(port).parties == []


# Frames.


@pytest.mark.parametrize(
    ("packets", "frameMs"),
    [
        ((20, 20), LONG_FRAME_MS),
        ((20, 40), LONG_FRAME_MS),
        ((20, 30), SHORT_FRAME_MS),
        ((10, 20), SHORT_FRAME_MS),
        ((50, 60), SHORT_FRAME_MS),
    ],
)
def test_theFrameIsTheLongestThatEverybodysPacketsAreMadeOf(
    packets: tuple[int, int], frameMs: int, scene: Scene
) -> None:
    slots = scene.slots[:2]
    scene.join(*slots)
    for slot, packetMs in zip(slots, packets, strict=True):
        scene.speaks(slot, packetMs)
    assert [scene.groupOf(slot).frameMs for slot in slots] == [frameMs] * 2
    assert scene.members(slots[0]) == slots


def test_onlyTheRoomInQuestionChanges(scene: Scene) -> None:
    first, other = scene.slots[:2]
    scene.join(first)
    scene.join(other, number=THERE)
    scene.speaks(first, 30)
    assert scene.groupOf(first).frameMs == SHORT_FRAME_MS
    assert scene.groupOf(other).frameMs == LONG_FRAME_MS
    assert (scene.members(first), scene.members(other)) == ([first], [other])


def test_whenTheOneWithOddPacketsHasLeftFramesAreLongAgain(scene: Scene) -> None:
    odd, other = scene.slots[:2]
    scene.join(odd, other)
    scene.speaks(odd, 30)
    scene.rooms.leave(scene.packets, odd)
    scene.settle()
    assert scene.groupOf(other).frameMs == LONG_FRAME_MS


def test_whoJoinsWithOddPacketsChangesTheRoom(scene: Scene) -> None:
    first, odd = scene.slots[:2]
    scene.table.packetMs[odd] = 10
    scene.join(first, odd)
    assert scene.groupOf(first).frameMs == SHORT_FRAME_MS


def test_aPortsPacketsAreWantedInItsGroupAndALocalPartyHasNone(scene: Scene) -> None:
    port, local = scene.slots[:2]
    scene.table.local[local] = True
    scene.join(port, local)
    scene.packets.take()
    scene.speaks(port, 30)
    number = int(scene.table.group[port])
    assert scene.packets.take() == [("regroup", port, number)]
    assert scene.table.group[local] == number


def test_whoIsNowhereHasNoRoomToFit(scene: Scene) -> None:
    scene.speaks(scene.slots[0], 30)
    assert scene.table.group[scene.slots[0]] == 0
    assert scene.packets.take() == []


# Load.


def test_fewRoomsShareABatchAndTheFirstHasThoseInNone(scene: Scene) -> None:
    scene.join(scene.slots[0])
    scene.join(scene.slots[1], number=THERE)
    assert scene.members(scene.slots[0]) == scene.slots[:2]
    assert scene.rooms.inhabited == scene.rooms.groups[:1]


def test_aFullBatchSendsTheNextRoomToAnother() -> None:
    scene = Scene(ports=300)
    scene.join(*scene.slots[:240])
    scene.rooms.open(4711)
    scene.join(scene.slots[240], number=4711)
    assert scene.table.group[scene.slots[0]] == 0
    assert scene.table.group[scene.slots[240]] == 1
