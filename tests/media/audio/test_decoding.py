"""
Streams of a codec that remembers: from what comes, in whatever order, to what is heard.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.dsp.tones import signalToNoise
from h323d.rtp.packet import RTPPacket, encode
from tests.support.packetio import steady
from tests.support.streamcodec import CodecBench, CodecPhone, saying

CAP = 0.2  # seconds
PERIOD = 1.0  # seconds, after which the encoder begins anew


def purityAfter(scene: CodecBench, talker: CodecPhone, listener: CodecPhone) -> float:
    """
    @return: dB: how a tone is heard once the decoder has found itself.
    """
    scene.bench.run(2 * PERIOD + 0.3, [talker])
    return signalToNoise(listener.sound[-9600:], 1000, 48000)


@pytest.mark.parametrize("wideband", [True, False])
def test_timestampsAndSequenceNumbersRunOver(wideband: bool) -> None:
    """
    At 16 kHz three units of the clock are a sample, and 2**32 is no multiple of three.
    """
    scene = CodecBench()
    talker = scene.phone()
    listener = scene.phone() if wideband else scene.linear()
    talker.timestamp, talker.sequence = 2**32 - 48000, 2**16 - 30
    talker.says = saying(48000, 1000)
    scene.bench.run(2.0)
    assert signalToNoise(listener.sound[-listener.sampleRate :], 1000, listener.sampleRate) >= 30
    statistics = talker.port.statistics()
    assert (statistics.concealed, statistics.packetsLate, statistics.packetsLost) == (0, 0, 0)


def test_aFloodIsDecodedInParts() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(0.5)
    for _ in range(150):
        talker.talk()
    scene.bench.clock.advance(0.02)
    assert talker.port.statistics().bufferDepth <= CAP
    assert purityAfter(scene, talker, listener) >= 30


def test_whatComesForWhoIsInNoRoomIsNotDecoded() -> None:
    scene = CodecBench()
    talker, _ = scene.phone(), scene.phone()
    scene.mixer.leave(talker.port)
    talker.says = saying(48000, 1000)
    scene.bench.run(0.8)
    assert [what for what, _, _ in scene.codec.given].count("decoder") == 1
    assert talker.port.statistics().packetsReceived > 15


def losing(*lost: int, skipping: int = 0, sent: int = 45) -> CodecBench:
    """
    @param lost: the packets, by number, that do not arrive.
    @param skipping: how many sequence numbers there are for each of those that there are not.
    @return: where that happened; the first decoder is that of the talker.
    """
    scene = CodecBench()
    talker, _ = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    for number in range(sent):  # the encoder begins anew with the 50th
        if number in lost and skipping:
            talker.sequence += skipping
        talker.talk(delay=-1.0 if number in lost and not skipping else 0.0)
        scene.bench.clock.advance(0.02)
    scene.bench.run(0.1, [])
    return scene


@pytest.mark.parametrize("count", [1, 3, 5])
def test_theLastOfWhatIsLostMayBeInTheNext(count: int) -> None:
    scene = losing(*range(20, 20 + count))
    assert scene.codec.decoders[0].recovered == [False] * (count - 1) + [True]


def test_ofALongGapTheLastFiveAreMadeUp() -> None:
    assert len(losing(*range(20, 30)).codec.decoders[0].recovered) == 5


def test_numbersThatNobodyUsedAreNoLoss() -> None:
    scene = losing(20, skipping=3)
    assert scene.codec.decoders[0].recovered == []
    listener = scene.bench.phones[1]
    assert signalToNoise(listener.sound[30 * 960 : 40 * 960], 1000, 48000) >= 30


def test_whatIsLostAfterAPauseIsConcealed() -> None:
    scene = CodecBench()
    talker, _ = scene.phone(), scene.phone()
    for says in (saying(48000, 1000), steady(0), saying(48000, 1000)):
        talker.says = says
        scene.bench.run(0.6, [talker])
    scene.bench.run(0.5, [])
    assert talker.port.statistics().concealed == 6  # blocks, after which it is silence


packets = st.tuples(
    st.sampled_from([1, 1, 1, 1, 2, 4, 8, -1, -3, 200, 30000]),  # on from the last sequence number
    st.sampled_from([960, 960, 960, 1920, 480, 0, -960, 96000, 2**31]),  # and timestamp
    st.sampled_from(["sound", "sound", "sound", "pause", "rubbish", "nothing"]),
    st.sampled_from([0.0, 0.02, 0.02, 0.06, 0.3]),  # seconds until the next
)


@settings(max_examples=30)
@given(st.lists(packets, min_size=1, max_size=25))
def test_whateverComesSoundIsHeardAgain(story: list[tuple[int, int, str, float]]) -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(0.2)
    sound = b"\x02\x50" + b"\x90" * 320
    payloads = {"sound": sound, "pause": b"\x02\x00", "rubbish": b"\x07" * 99, "nothing": b""}
    sequence, stamp = talker.sequence, talker.timestamp
    for step, units, what, seconds in story:
        sequence, stamp = (sequence + step) % 2**16, (stamp + units) % 2**32
        talker.send(encode(RTPPacket(97, sequence, stamp, talker.ssrc, payloads[what])))
        scene.bench.clock.advance(seconds)
    talker.sequence, talker.timestamp = sequence + 1, stamp + 960
    assert purityAfter(scene, talker, listener) >= 30
    assert talker.port.statistics().bufferDepth <= CAP
