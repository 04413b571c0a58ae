"""
What is encoded once for all who hear the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from h323d.dsp.tones import levelsAt, signalToNoise
from h323d.rtp import rtcp
from h323d.rtp.rtcp import ReceiverReport, ReportBlock
from tests.support.streamcodec import (
    CodecBench,
    CodecPhone,
    Parameters,
    ScrambledCodec,
    ScrambledEncoder,
    saying,
)

TALKING = (300, 500, 700)


class Counting(ScrambledCodec):
    """
    @ivar encoded: how many packets were.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoded = 0

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> ScrambledEncoder:
        super().newEncoder(sampleRate, parameters)
        self.encoders[-1] = CountingEncoder(self, sampleRate)
        return self.encoders[-1]


class CountingEncoder(ScrambledEncoder):
    def __init__(self, codec: Counting, sampleRate: int) -> None:
        super().__init__(sampleRate)
        self._codec = codec

    def encode(self, samples: npt.NDArray[np.int16], out: npt.NDArray[np.uint8]) -> int:
        self._codec.encoded += 1
        return super().encode(samples, out)


def hissing(seed: int) -> Callable[[int, int], npt.NDArray[np.int16]]:
    """
    Says nothing, in a room that is not silent.
    """
    rng = np.random.default_rng(seed)
    return lambda start, count: rng.normal(0, 10, count).astype(np.int16)


class Room(CodecBench):
    """
    Some talk, and the others listen.
    """

    def __init__(self, listeners: int, talkers: int = 3, asks: int = 20) -> None:
        self.counting = Counting()
        super().__init__(self.counting)
        self.talkers = [self.phone(asks=asks) for _ in range(talkers)]
        for phone, frequency in zip(self.talkers, TALKING, strict=False):
            phone.says = saying(48000, frequency, 4000.0)
        self.listeners = [self.phone(asks=asks) for _ in range(listeners)]
        for number, phone in enumerate(self.listeners):
            phone.says = hissing(number)

    def encodes(self) -> float:
        """
        @return: how many there are for each 20 ms.
        """
        self.bench.run(2.6)  # who said nothing has been left out by then
        before = self.counting.encoded
        self.bench.run(1.0)
        return (self.counting.encoded - before) / 50


def heardTones(phone: CodecPhone) -> list[int]:
    found = levelsAt(phone.sound[-24000:], TALKING, 48000)
    return [tone for tone, level in zip(TALKING, found, strict=True) if level > -40]


def test_threeTalkingAndNineListeningInNoisyRoomsCostFourEncodes() -> None:
    scene = Room(listeners=9)
    assert scene.encodes() == 4
    for listener in scene.listeners:
        assert heardTones(listener) == list(TALKING)
    for talker, own in zip(scene.talkers, TALKING, strict=True):
        assert heardTones(talker) == [tone for tone in TALKING if tone != own]


def test_whoBeginsToSpeakIsHeardAtOnceAndHearsTheOthersOnly() -> None:
    scene = Room(listeners=9, talkers=1)
    scene.encodes()
    newcomer, listener = scene.listeners[0], scene.listeners[1]
    newcomer.says = saying(48000, 500, 4000.0)
    scene.bench.run(1.0)
    assert heardTones(listener) == [300, 500]
    assert heardTones(newcomer) == [300]
    assert scene.encodes() == 3


def test_whoFallsSilentSharesAgain() -> None:
    scene = Room(listeners=9)
    scene.encodes()
    scene.talkers[0].says = hissing(99)
    assert scene.encodes() == 3
    assert heardTones(scene.talkers[0]) == [500, 700]
    assert signalToNoise(scene.talkers[0].sound[-24000:], 300, 48000) < 0


def test_inARoomOfFewEverybodyIsMixedAndHasHisOwn() -> None:
    scene = Room(listeners=3, talkers=3)
    assert scene.encodes() == 6


def test_packetsThatAreLongerThanAFrameAreMadeOneByOne() -> None:
    scene = Room(listeners=9, asks=40)
    scene.bench.run(2.6)
    before = scene.counting.encoded
    scene.bench.run(1.0)
    assert scene.counting.encoded - before == 12 * 25
    assert heardTones(scene.listeners[0]) == list(TALKING)


def test_aSilentRoomIsEncodedOnceToo() -> None:
    assert Room(listeners=9, talkers=0).encodes() == 1


def test_whoHearsNothingIsNotSentWhatTheOthersHear() -> None:
    scene = Room(listeners=9)
    deaf = scene.listeners[:4]
    for phone in deaf:
        scene.mixer.deafen(phone.port, True)
    scene.encodes()
    assert all(heardTones(phone) == [] for phone in deaf)
    assert heardTones(scene.listeners[5]) == list(TALKING)


def test_whoLosesMostDecidesHowMuchIsRepeatedToAll() -> None:
    scene = Room(listeners=9)
    scene.encodes()
    listener = scene.listeners[4]
    before = max(len(packet.payload) for _, packet in scene.listeners[5].heard[-50:])
    block = ReportBlock(listener.heard[0][1].ssrc, 64, 10, 100, 80, 0, 0)
    report = rtcp.encode([ReceiverReport(listener.ssrc, (block,))])
    scene.bench.toServer(listener.address, listener.port.rtcp, report)
    scene.bench.run(0.5)
    assert any(each.loss == 25 for each in scene.counting.encoders)
    assert len(scene.listeners[5].heard[-1][1].payload) > before


def test_whoLeavesIsMissedByNobody() -> None:
    scene = Room(listeners=9)
    scene.encodes()
    scene.listeners[0].port.close()
    scene.bench.run(1.0, scene.talkers + scene.listeners[1:])
    assert heardTones(scene.listeners[1]) == list(TALKING)
    scene.bench.stop()
