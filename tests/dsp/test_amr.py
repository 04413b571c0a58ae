"""
AMR, beside FFmpeg's own decoder.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.amr import AMRCodec, amr, efficientAMR
from h323d.dsp.amrpayload import NO_DATA, NO_REQUEST, SID, Frame, pack, unpack
from h323d.dsp.codec import MODE_REQUEST, IModeDecoder, IModeEncoder, IStreamCodec, Octets
from h323d.dsp.libraries import Missing
from h323d.dsp.tones import signalToNoise, sines
from tests.support.coded import coded, decoded, garbage, had, likeness, spoken
from tests.support.ffmpeg import decodedByFFmpeg

RATE = 8000
FRAME = 160


@pytest.fixture(params=[amr, efficientAMR], ids=["octet-aligned", "bandwidth-efficient"])
def codec(request: pytest.FixtureRequest) -> IStreamCodec:
    find: Callable[[], tuple[AMRCodec, str] | Missing] = request.param
    return had(find())


def isAligned(codec: IStreamCodec) -> bool:
    return bool(codec.format.parameters)


def frameOf(codec: IStreamCodec, payload: Octets) -> Frame:
    """
    @return: the only one.
    """
    frames = unpack(payload.tobytes(), isAligned(codec))
    assert frames is not None
    (frame,) = frames
    return frame


def stored(codec: IStreamCodec, payload: Octets) -> Octets:
    """
    @return: the frame as files have it, and FFmpeg.
    """
    frame = frameOf(codec, payload)
    return np.frombuffer(bytes([frame.frameType << 3 | 4]) + frame.bits, np.uint8)


def payloadOf(codec: IStreamCodec, *frames: Frame) -> Octets:
    return np.frombuffer(pack(frames, isAligned(codec)), np.uint8)


def test_itIsACodecOfStreams(codec: IStreamCodec) -> None:
    assert verifyObject(IStreamCodec, codec)


@pytest.mark.parametrize("mode", range(8))
def test_itHearsNearlyWhatFFmpegHears(codec: IStreamCodec, mode: int) -> None:
    encoder = codec.newEncoder(RATE, (("mode-set", str(mode)),))
    payloads = coded(encoder, spoken(RATE), RATE)
    ours = decoded(codec.newDecoder(RATE, ()), payloads, RATE)
    theirs = decodedByFFmpeg("amrnb", RATE, [stored(codec, each) for each in payloads])
    # FFmpeg calculates in floating point, and is not exact to the bit.
    assert likeness(theirs, ours) > 15


def test_aToneComesBackAsThatTone(codec: IStreamCodec) -> None:
    sound = sines(np.array([1000]), np.array([8000.0]), 0, RATE, RATE)[0]
    payloads = coded(codec.newEncoder(RATE, ()), sound, RATE)
    heard = decoded(codec.newDecoder(RATE, ()), payloads, RATE)[RATE // 2 :]
    assert signalToNoise(heard, 1000) > 15
    assert abs(20 * np.log10(heard.std() / sound.std())) < 1


@pytest.mark.parametrize(
    ("modes", "sent"), [("", 7), ("0,2,5", 5), ("4, 1", 4), ("9,12", 7), ("rubbish", 7)]
)
def test_theBestModeIsSentThatThePeerTakes(codec: IStreamCodec, modes: str, sent: int) -> None:
    (payload,) = coded(codec.newEncoder(RATE, (("mode-set", modes),)), spoken(RATE, 0.02), RATE)
    assert stored(codec, payload)[0] >> 3 == sent


@pytest.mark.parametrize(
    ("modes", "asked", "sent"),
    [("", 3, 3), ("", None, 7), ("0,2,5", 4, 2), ("4,5", 1, 4), ("4,5", 7, 5)],
)
def test_theModeThatIsAskedForIsSentOrTheNextBelow(
    codec: IStreamCodec, modes: str, asked: int | None, sent: int
) -> None:
    encoder = IModeEncoder(codec.newEncoder(RATE, (("mode-set", modes),)))
    encoder.heed(asked)
    (payload,) = coded(encoder, spoken(RATE, 0.02), RATE)
    assert stored(codec, payload)[0] >> 3 == sent


def test_whatWasAskedForBeforeIsAParameterOfANewEncoder(codec: IStreamCodec) -> None:
    encoder = codec.newEncoder(RATE, ((MODE_REQUEST, "2"),))
    (payload,) = coded(encoder, spoken(RATE, 0.02), RATE)
    assert stored(codec, payload)[0] >> 3 == 2


def test_whatThePeerAsksForComesWithItsPackets(codec: IStreamCodec) -> None:
    decoder = IModeDecoder(codec.newDecoder(RATE, ()))
    (payload,) = coded(codec.newEncoder(RATE, ()), spoken(RATE, 0.02), RATE)
    told = []
    for request in (3, 12, 0, NO_REQUEST):  # 12 is reserved
        asking = payload.copy()
        asking[0] = request << 4 | payload[0] & 0xF
        decoder.decode(asking, np.zeros(FRAME, np.int16))
        told.append(decoder.request)
    assert told == [3, 3, 0, None]


def test_aPacketMayHoldSeveralFrames(codec: IStreamCodec) -> None:
    alone = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    together = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE, packetMs=60)
    decoder, out = codec.newDecoder(RATE, ()), np.zeros((len(together), 3 * FRAME), np.int16)
    for payload, row in zip(together, out, strict=True):
        assert codec.unitsIn(payload) == 3 * FRAME
        decoder.decode(payload, row)
    heard = decoded(codec.newDecoder(RATE, ()), alone, RATE)
    assert (out.reshape(-1) == heard[: out.size]).all()


def test_whatIsLostIsMadeUpByTheCodec(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    heard = decoded(codec.newDecoder(RATE, ()), payloads, RATE, lost={20})
    assert np.abs(heard[20 * FRAME : 21 * FRAME]).max() > 1000


def test_aDamagedFrameIsLikeALostOne(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    lost = decoded(codec.newDecoder(RATE, ()), payloads, RATE, lost={20})
    frame = frameOf(codec, payloads[20])
    payloads[20] = payloadOf(codec, Frame(frame.frameType, frame.bits, isGood=False))
    assert (decoded(codec.newDecoder(RATE, ()), payloads, RATE) == lost).all()


def test_aDescriptorOrNothingAnnouncesAPause(codec: IStreamCodec) -> None:
    speech = Frame(0, bytes(12))
    assert codec.announcesPause(payloadOf(codec, speech, Frame(SID, bytes(5))))
    assert codec.announcesPause(payloadOf(codec, Frame(NO_DATA)))
    assert not codec.announcesPause(payloadOf(codec, Frame(SID, bytes(5)), speech))


@pytest.mark.parametrize("milliseconds", [10, 20, 30])
def test_aPauseIsFilledForAnyTime(codec: IStreamCodec, milliseconds: int) -> None:
    noise = np.random.default_rng(2).normal(0, 50, RATE).astype(np.int16)
    decoder = codec.newDecoder(RATE, ())
    for payload in coded(codec.newEncoder(RATE, ()), noise, RATE):
        decoder.decode(payload, np.zeros(FRAME, np.int16))
    decoder.decode(payloadOf(codec, Frame(SID, bytes(5))), np.zeros(FRAME, np.int16))
    out = np.zeros(RATE * milliseconds // 1000, np.int16)
    for _ in range(20):
        assert decoder.recover(out) == len(out)
    assert out.std() < 200


def test_whatIsNoPayloadIsNotDecoded(codec: IStreamCodec) -> None:
    payload = np.zeros(1, np.uint8)
    assert codec.unitsIn(payload) == 0
    assert codec.newDecoder(RATE, ()).decode(payload, np.zeros(FRAME, np.int16)) < 0


def test_anyOctetsAreSoundOrRefused(codec: IStreamCodec) -> None:
    decoder, out = codec.newDecoder(RATE, ()), np.zeros(FRAME, np.int16)
    rng = np.random.default_rng(7)
    sizes = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, SID: 5}
    for number in range(900):
        frameType = list(sizes)[number % len(sizes)]
        bits = rng.integers(0, 256, sizes[frameType]).astype(np.uint8).tobytes()
        assert decoder.decode(payloadOf(codec, Frame(frameType, bits)), out) == FRAME
    garbage(codec, RATE)
