"""
Prediction: what is as expected is taken, whatever differs is left, and neither way makes a difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.dsp.g711 import PCMA, PCMU, encodeULaw
from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.steady import Steady
from h323d.media.audio.table import EVENT, NOISE, PortTable
from h323d.media.config import MediaConfig
from h323d.media.packets import ROW_BYTES, PacketBatch
from h323d.rtp.packet import RTPPacket, encode
from h323d.rtp.steady import FEW, SteadyStatistics
from h323d.values.address import TransportAddress
from tests.support.columns import differing
from tests.support.mediahappenings import MUTATIONS, OTHERS, STRANGER, Meeting
from tests.support.streamcodec import ScrambledCodec

PEER = TransportAddress("10.0.1.1", 5000)
BEGIN, SECOND, SOURCE = 100_000, 7, 99
FRAME = 0.02


@dataclass
class Predicting:
    """
    A port in a room, that has had one packet and one pull.
    """

    peers: dict[int, TransportAddress] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config, codecs = MediaConfig(maximumPorts=4), Codecs((PCMU, PCMA, ScrambledCodec()))
        self.table = PortTable(4)
        stores = SoundStores(config, self.table, Coders(codecs))
        self.statistics = SteadyStatistics(4)
        self.slot = slot = self.table.take(1)
        self.table.room[slot] = 0
        ulaw, alaw = (codecs.kindOf(codec.format) for codec in (PCMU, PCMA))
        self.table.kinds[slot, :4] = ulaw, alaw, EVENT, NOISE
        self.table.kinds[slot, 4] = codecs.kindOf(ScrambledCodec().format)
        self.table.hears[slot] = codecs.likeness[ulaw]
        stores.seat(slot, 20, 8000)
        self.buffers = stores.of(20, 8000).buffers
        self.statistics.update(
            np.array([slot]),
            np.array([SOURCE], np.uint32),
            np.array([SECOND - 1], np.uint16),
            np.array([BEGIN], np.uint32),
            np.array([1.0]),
        )
        row = self.table.row[[slot]]
        silence = np.zeros((1, 160), np.int16)
        self.buffers.insert(row, np.array([BEGIN], np.uint32), silence, 1.01, np.array([1.0]))
        self.row = row
        self.pull(1.01)
        self.transit = np.full(4, np.inf)
        self.steady = Steady(self.table, codecs, stores, self.statistics, self.transit, self.peers)

    def pull(self, now: float) -> npt.NDArray[np.int16]:
        samples: npt.NDArray[np.int16] = self.buffers.pull(self.row, now, np.zeros(1)).samples[0]
        return samples

    def take(
        self,
        *packets: bytes,
        source: TransportAddress | None = None,
        arrival: float = 1.0 + FRAME,
    ) -> list[int]:
        data = np.zeros((len(packets), ROW_BYTES), np.uint8)
        for row, packet in zip(data, packets, strict=True):
            row[: len(packet)] = np.frombuffer(packet, np.uint8)
        count = len(packets)
        batch = PacketBatch(
            data,
            np.array([len(packet) for packet in packets]),
            np.full(count, self.slot, np.intp),
            np.full(count, arrival),
            {} if source is None else dict.fromkeys(range(count), source),
        )
        return self.steady.take(batch, 1.01 + FRAME)


def packet(
    ahead: int = 0,
    payload: bytes = b"\x80" * 160,
    payloadType: int = 0,
    sequenceNumber: int = SECOND,
    timestamp: int = BEGIN + 160,
    ssrc: int = SOURCE,
) -> bytes:
    stamp = timestamp + 160 * ahead
    return encode(RTPPacket(payloadType, sequenceNumber + ahead, stamp, ssrc, payload))


def test_theNextPacketIsTaken() -> None:
    port = Predicting()
    sound = np.arange(0, 16000, 100).astype(np.int16)
    assert port.take(packet(payload=encodeULaw(sound).tobytes())) == []
    assert port.statistics.received[port.slot] == 2
    heard = port.pull(1.01 + FRAME)
    heard = heard if heard.any() else port.pull(1.01 + 2 * FRAME)
    assert np.abs(heard.astype(int) - sound).max() <= 300


def test_twoThatWaitedTogetherAreTaken() -> None:
    port = Predicting()
    assert port.take(packet(), packet(1)) == []
    assert port.statistics.received[port.slot] == 3


def test_aLikeCodecIsTaken() -> None:
    assert Predicting().take(packet(payloadType=1)) == []


def test_whatComesFromThePeerIsTaken() -> None:
    port = Predicting()
    port.peers[port.slot] = PEER
    assert port.take(packet(), source=PEER) == []


@pytest.mark.parametrize(("ago", "taken"), [(0.04, 0.04), (0.06, 0.0), (-0.01, 0.0)])
def test_anArrivalThatWasNotMeasuredIsReckonedWhereThatCanBe(ago: float, taken: float) -> None:
    port, now = Predicting(), 1.01 + FRAME
    port.transit[port.slot] = now - ago - (BEGIN + 160) / 8000
    assert port.take(packet(), arrival=math.nan) == []
    assert port.statistics.lastArrival[port.slot] == pytest.approx(now - taken)


DIFFERENT = {
    "another source": packet(ssrc=SOURCE + 1),
    "a packet is missing": packet(sequenceNumber=SECOND + 1),
    "the last one again": packet(sequenceNumber=SECOND - 1),
    "a type that was not negotiated": packet(payloadType=9),
    "an event": packet(payloadType=2, payload=b"\x01\x0a\x00\xa0"),
    "noise": packet(payloadType=3, payload=b"\x40"),
    "a codec that remembers": packet(payloadType=4, payload=b"\x02\x80" + bytes(80)),
    "no sound": packet(payload=b""),
    "not whole blocks": packet(payload=bytes(100)),
    "not where a block begins": packet(timestamp=BEGIN + 161),
    "sound that was over": packet(timestamp=BEGIN - 8000),
    "far ahead": packet(timestamp=BEGIN + 8000),
    "too long": packet(payload=bytes(ROW_BYTES))[:ROW_BYTES],
    "an extension": b"\x90" + packet()[1:],
    "padding": b"\xa0" + packet()[1:],
    "another version": b"\x40" + packet()[1:],
    "nothing": b"",
}


@pytest.mark.parametrize("octets", DIFFERENT.values(), ids=DIFFERENT)
def test_whatDiffersIsLeftAsItCame(octets: bytes) -> None:
    port = Predicting()
    assert port.take(octets) == [0]
    assert not differing(port.table, Predicting().table)
    assert not differing(port.statistics, Predicting().statistics)
    assert not differing(port.buffers, Predicting().buffers)


def test_whatComesFromAnotherThanThePeerIsLeft() -> None:
    port = Predicting()
    port.peers[port.slot] = PEER
    assert port.take(packet(), source=STRANGER) == [0]


def test_beforeThePeerIsKnownNothingIsTaken() -> None:
    assert Predicting().take(packet(), source=PEER) == [0]


def test_whoIsInNoRoomIsLeft() -> None:
    port = Predicting()
    port.table.room[port.slot] = -1
    assert port.take(packet()) == [0]


def test_oneThatDiffersKeepsTheOthersOfItsPort() -> None:
    assert Predicting().take(packet(), packet(2)) == [0, 1]
    assert Predicting().take(packet(), packet(1, payload=bytes(80))) == [0, 1]


def test_manyAtOnceAreLeft() -> None:
    assert Predicting().take(*(packet(ahead, bytes(80)) for ahead in range(5))) == [0, 1, 2, 3, 4]


# Both ways


HAPPENINGS = st.tuples(st.integers(0, 8), st.sampled_from((*MUTATIONS, *OTHERS)))
APART = frozenset({"_few", "_forms", "waiting"})  # what they differ in; caches; uninitialised


def bothWays(members: int, script: list[tuple[int, str]]) -> None:
    predicted, judged = Meeting(FEW), Meeting(0)
    for meeting in (predicted, judged):
        meeting.run(members, script)
    assert predicted.sent == judged.sent
    assert predicted.sent
    assert predicted.observer.speakers == judged.observer.speakers
    assert predicted.observer.reported == judged.observer.reported
    for one, other in zip(predicted.phones, judged.phones, strict=True):
        assert one.recorder.digits == other.recorder.digits
        assert one.recorder.heard == other.recorder.heard
        assert one.port.statistics() == other.port.statistics()
    assert differing(predicted.bench.plane, judged.bench.plane, APART) == []


@settings(max_examples=25)
@given(st.sampled_from((2, 3, 5, 8, 9)), st.lists(HAPPENINGS, max_size=40))
def test_bothWaysComeToTheSame(members: int, script: list[tuple[int, str]]) -> None:
    bothWays(members, script)


@pytest.mark.parametrize("what", [*MUTATIONS, *OTHERS])
def test_bothWaysComeToTheSameWhateverHappens(what: str) -> None:
    bothWays(5, [(1, what)] * 4)
