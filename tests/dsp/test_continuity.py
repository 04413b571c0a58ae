"""
A tone through everything a conference does to it: encoded, sent, buffered, concealed where
need be, mixed and encoded again, it stays one tone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.g711 import PCMA, PCMU, G711Codec
from h323d.dsp.levels import SpeechActivity, levels
from h323d.dsp.mixing import mix, planMix
from h323d.dsp.plc import Concealment
from h323d.dsp.tones import levelsAt, signalToNoise, sines
from h323d.rtp.columns import gatherPayloads, parseHeaders, writeHeaders
from h323d.rtp.jitter import JitterBuffers
from h323d.rtp.statistics import ReceiverStatistics

SENT = [1020, 440, 640, 850]  # Hz, one of each party


class Conference:
    """
    One room, put together of the parts as a tick does.
    """

    def __init__(self, codec: G711Codec, packetMs: int, parties: int) -> None:
        self.codec = codec
        self.length = 8 * packetMs
        self.rows = np.arange(parties)
        self.statistics = ReceiverStatistics(parties)
        self.buffers = JitterBuffers(parties)
        self.concealment = Concealment(parties)
        self.activity = SpeechActivity(parties)

    def packets(self, number: int) -> npt.NDArray[np.uint8]:
        """Packet C{number} of each party, as octets."""
        count, length = len(self.rows), self.length
        frequencies = np.array(SENT[:count])
        sound = sines(frequencies, np.full(count, 6000.0), number * length, length)
        out = np.zeros((count, 12 + length), np.uint8)
        sequence, timestamp = self.rows + number, 2**32 - 16000 + number * length + self.rows
        writeHeaders(out, 0, number == 0, sequence, timestamp, self.rows + 77)
        out[:, 12:] = self.codec.encodeRows(sound)
        return out

    def receive(self, data: npt.NDArray[np.uint8], at: float, now: float) -> None:
        columns = parseHeaders(data, np.full(len(data), data.shape[1]))
        assert columns.valid.all()
        arrivals = np.full(len(data), at)
        verdict = self.statistics.update(
            self.rows, columns.ssrc, columns.sequenceNumber, columns.timestamp, arrivals
        )
        payloads = gatherPayloads(data, self.rows, columns.payloadOffset, self.length)
        samples = self.codec.decodeRows(payloads)
        self.buffers.insert(self.rows, columns.timestamp, samples, now, arrivals, verdict.restarted)

    def tick(self, now: float) -> npt.NDArray[np.int16]:
        """@return: what each party hears, decoded."""
        pulled = self.buffers.pull(self.rows, now, self.statistics.jitter())
        self.concealment.conceal(self.rows, pulled.samples, pulled.missing)
        active = self.activity.update(self.rows, levels(pulled.samples))
        plan = planMix(np.zeros(len(self.rows), int), active)
        mixes = self.codec.encodeRows(mix(pulled.samples, plan))
        return self.codec.decodeRows(mixes).take(plan.mixOf, axis=0)


def heard(
    conference: Conference,
    packetMs: int,
    seconds: float,
    arrival: Callable[[float], float | None],
) -> npt.NDArray[np.int16]:
    """
    @param arrival: when the packets that are sent at the second given arrive; or never.
    @return: C{int16[parties, samples]}.
    """
    queue = []
    for number in range(round(seconds * 1000 / packetMs)):
        at = arrival(number * packetMs / 1000)
        if at is not None:
            queue.append((at, conference.packets(number)))
    out = []
    for tick in range(round(seconds / 0.02)):
        while queue and queue[0][0] <= tick * 0.02:
            at, data = queue.pop(0)
            conference.receive(data, at, tick * 0.02)
        out.append(conference.tick(tick * 0.02))
    return np.concatenate(out, axis=1)


@pytest.mark.parametrize("codec", [PCMA, PCMU])
def test_everyPartyHearsTheOthersAndNotItself(codec: G711Codec) -> None:
    sound = heard(Conference(codec, 20, 4), 20, 1.2, lambda at: at + 0.007)
    for party in range(4):
        found = levelsAt(sound[party, 1600:], SENT)
        assert np.delete(found, party) == pytest.approx(-17.76, abs=0.2)
        assert found[party] < -60


@pytest.mark.parametrize("packetMs", [10, 20, 30, 60])
def test_aToneIsOneToneForAsLongAsItIsSent(packetMs: int) -> None:
    rng = np.random.default_rng(7)
    conference = Conference(PCMU, packetMs, 2)
    sound = heard(conference, packetMs, 10.0, lambda at: at + 0.011 + float(rng.uniform(0, 0.002)))
    assert signalToNoise(sound[1, 1600:], 1020) >= 35
    assert signalToNoise(sound[0, 1600:], 440) >= 35
    assert not conference.buffers.hurried.any()


def test_aToneAtTheVeryEdgeOfThePullIsLeftInPeace() -> None:
    rng = np.random.default_rng(8)
    conference = Conference(PCMA, 20, 2)
    sound = heard(conference, 20, 10.0, lambda at: at + 0.019 + float(rng.uniform(0, 0.002)))
    assert signalToNoise(sound[1, 3200:], 1020) >= 35


def test_aLostPacketIsNotNoticedInATone() -> None:
    lost = {0.5, 1.0, 1.5}
    sound = heard(
        Conference(PCMU, 20, 2),
        20,
        2.0,
        lambda at: None if round(at, 2) in lost else at + 0.011,
    )
    clicks = np.abs(np.diff(sound[1, 1600:].astype(int))).max()
    assert clicks <= 1.35 * 6000 * 2 * np.sin(np.pi * 1020 / 8000)
    assert signalToNoise(sound[1, 1600:], 1020) >= 20


def test_aStallIsMadeGoodWithoutAGapInTheTone() -> None:
    conference = Conference(PCMU, 20, 2)
    sound = heard(conference, 20, 4.0, lambda at: 2.1 if 2.0 <= at < 2.09 else at + 0.011)
    after = sound[1, 8 * 2120 :].astype(float)
    loudness = np.sqrt((after.reshape(-1, 80) ** 2).mean(axis=1))
    assert loudness.min() > 0.5 * 6000 / np.sqrt(2)
    assert conference.buffers.hurried[0] > 0
    assert conference.buffers.depth().max() == 0
    assert signalToNoise(sound[1, 8 * 3120 :], 1020) >= 35
