"""
Codecs that are plugged in, with and without a memory.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.dsp.codec import ICodec
from h323d.dsp.g711 import PCMA, PCMU
from h323d.errors import ConfigurationError
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.plane import MediaPlane
from h323d.media.audio.table import NOISE, REFUSED
from h323d.media.config import MediaConfig
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat

SLOTS = np.array([3, 5, 7])


class Memory:
    def __init__(self) -> None:
        self.count = 0


@implementer(ICodec)
class Counting:
    """
    The upper octet of every tenth sample, plus the number of the packet.
    """

    name = "COUNTING"
    clockRate = sampleRate = 8000
    frameSamples = 10

    def __init__(self, batched: bool = True, sampleRate: int = 8000) -> None:
        self.batched = batched
        self.sampleRate = sampleRate

    def newDecoder(self) -> Memory:
        return Memory()

    def newEncoder(self) -> Memory:
        return Memory()

    def samplesIn(self, octets: int) -> int:
        return 10 * octets

    def decode(
        self, payloads: npt.NDArray[np.uint8], decoders: Sequence[object] = ()
    ) -> npt.NDArray[np.int16]:
        assert self.batched or len(payloads) == 1
        rows = []
        for row, memory in zip(payloads, decoders, strict=True):
            assert isinstance(memory, Memory)
            rows.append(np.repeat(row.view(np.int8).astype(np.int16) - memory.count, 10))
            memory.count += 1
        return np.stack(rows)

    def encode(
        self, samples: npt.NDArray[np.int16], encoders: Sequence[object] = ()
    ) -> npt.NDArray[np.uint8]:
        assert self.batched or len(samples) == 1
        rows = []
        for row, memory in zip(samples, encoders, strict=True):
            assert isinstance(memory, Memory)
            rows.append((row[::10] + memory.count).astype(np.int8).view(np.uint8))
            memory.count += 1
        return np.stack(rows)


def test_theFormatsAreThoseOfTheCodecs() -> None:
    assert verifyObject(ICodec, Counting())
    codecs = Codecs((PCMU, PCMA, Counting()))
    assert codecs.formats == (G711_ULAW, G711_ALAW, MediaFormat("COUNTING"))
    kinds = [codecs.kindOf(each) for each in codecs.formats]
    assert len(set(kinds)) == 3
    assert codecs.isSound(np.array(kinds, np.uint8)).all()
    assert codecs.kindOf(MediaFormat("CN")) == NOISE
    assert codecs.kindOf(MediaFormat("G729")) == REFUSED
    assert codecs.kindOf(MediaFormat("PCMU", 16000)) == REFUSED


def test_aCodecWithoutMemoryEncodesEachMixOnce() -> None:
    codecs = Codecs((PCMU,))
    kind = codecs.kindOf(G711_ULAW)
    mixes = np.arange(5, dtype=np.int16)[:, None] * 1000 + np.zeros((5, 80), np.int16)
    rows = codecs.encode(kind, SLOTS, mixes, np.array([4, 1, 4]))
    assert np.array_equal(rows, PCMU.encode(mixes[[4, 1, 4]]))
    assert np.array_equal(codecs.decode(kind, SLOTS, rows), PCMU.decode(rows))


@pytest.mark.parametrize("batched", [True, False])
def test_aCodecsMemoryIsTheStreamsOwn(batched: bool) -> None:
    codecs = Codecs((Counting(batched),))
    kind = codecs.kindOf(MediaFormat("COUNTING"))
    mixes = np.full((2, 80), 7, np.int16)
    mixes[0] = 0
    first = codecs.encode(kind, SLOTS, mixes, np.array([1, 0, 1]))
    assert first[:, 0].tolist() == [7, 0, 7]
    second = codecs.encode(kind, SLOTS[:1], mixes, np.array([1]))
    assert second[:, 0].tolist() == [8]
    assert codecs.decode(kind, SLOTS, first)[:, 0].tolist() == [7, 0, 7]
    assert codecs.decode(kind, SLOTS[:1], second)[:, 0].tolist() == [7]
    codecs.restart(3)
    assert codecs.decode(kind, SLOTS[:1], first[:1])[:, 0].tolist() == [7]
    codecs.forget(3)
    assert codecs.encode(kind, SLOTS[:1], mixes, np.array([1]))[0, 0] == 7


def test_otherRatesAreRefusedWithTheirName() -> None:
    with pytest.raises(ConfigurationError, match="COUNTING"):
        MediaPlane(MediaConfig(maximumPorts=2), random.Random(1), 0.0, (Counting(True, 16000),))
