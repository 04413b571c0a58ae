"""
G.723.1, which FFmpeg does; silence descriptors and the lower rate by octets that FFmpeg does not
write.
"""

from __future__ import annotations

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IStreamCodec, Octets
from h323d.dsp.g723 import g723
from h323d.dsp.tones import signalToNoise, sines
from tests.support.coded import coded, garbage, had, likeness, spoken

RATE = 8000
FRAME = 240
LATE = 60  # samples that the codec looks ahead
DESCRIPTOR = b"\x02\x10\x20\x30"


@pytest.fixture
def codec() -> IStreamCodec:
    return had(g723())


def payloadsOf(codec: IStreamCodec, sound: np.ndarray, packetMs: int = 30) -> list[Octets]:
    return coded(codec.newEncoder(RATE, ()), sound, RATE, packetMs)


def heard(codec: IStreamCodec, payloads: list[Octets], lost: int = -1) -> np.ndarray:
    decoder, parts = codec.newDecoder(RATE, ()), []
    for number, payload in enumerate(payloads):
        out = np.zeros(codec.unitsIn(payload), np.int16)
        made = decoder.recover(out) if number == lost else decoder.decode(payload, out)
        assert made == len(out)
        parts.append(out)
    return np.concatenate(parts)


def octets(*frames: bytes) -> Octets:
    return np.frombuffer(b"".join(frames), np.uint8)


def test_itIsACodecOfStreams(codec: IStreamCodec) -> None:
    assert verifyObject(IStreamCodec, codec)


def test_whatIsSpokenComesBack(codec: IStreamCodec) -> None:
    sound = spoken(RATE, 2.1)
    payloads = payloadsOf(codec, sound)
    assert {len(payload) for payload in payloads} == {24}
    assert likeness(heard(codec, payloads), sound, LATE) > 8


def test_aToneComesBackAsThatTone(codec: IStreamCodec) -> None:
    sound = sines(np.array([1000]), np.array([8000.0]), 0, 9600, RATE)[0]
    back = heard(codec, payloadsOf(codec, sound))[4800:]
    assert signalToNoise(back, 1000) > 15
    assert abs(20 * np.log10(back.std() / sound.std())) < 1


def test_aPacketMayHoldSeveralFrames(codec: IStreamCodec) -> None:
    sound = spoken(RATE, 2.1)
    alone, together = payloadsOf(codec, sound), payloadsOf(codec, sound, packetMs=60)
    assert (np.concatenate(alone) == np.concatenate(together)).all()
    assert (heard(codec, alone) == heard(codec, together)).all()


def test_whatIsLostIsMadeUp(codec: IStreamCodec) -> None:
    payloads = payloadsOf(codec, spoken(RATE, 2.1))
    back = heard(codec, payloads, lost=20)
    assert np.abs(back[20 * FRAME : 21 * FRAME]).max() > 1000


@pytest.mark.parametrize(
    ("payload", "frames"),
    [
        (bytes(24), 1),
        (b"\x01" + bytes(19), 1),
        (DESCRIPTOR, 1),
        (bytes(24) + b"\x01" + bytes(19) + DESCRIPTOR, 3),
        (bytes(96), 4),
        (bytes(120), 0),
        (bytes(23), 0),
        (bytes(25), 0),
        (b"\x03" + bytes(23), 0),
    ],
)
def test_aPayloadIsOfFramesThatSayHowLongTheyAre(
    codec: IStreamCodec, payload: bytes, frames: int
) -> None:
    assert codec.unitsIn(octets(payload)) == frames * FRAME


def test_aDescriptorAtItsEndAnnouncesAPause(codec: IStreamCodec) -> None:
    assert codec.announcesPause(octets(bytes(24), DESCRIPTOR))
    assert not codec.announcesPause(octets(DESCRIPTOR, bytes(24)))


@pytest.mark.parametrize("milliseconds", [10, 20, 30])
def test_aPauseIsFilledForAnyTimeAndNotLoud(codec: IStreamCodec, milliseconds: int) -> None:
    noise = np.random.default_rng(2).normal(0, 50, 9600).astype(np.int16)
    decoder, frame = codec.newDecoder(RATE, ()), np.zeros(FRAME, np.int16)
    for payload in payloadsOf(codec, noise):
        decoder.decode(payload, frame)
    assert decoder.decode(octets(b"\x02\x10\x20\x08"), frame) == FRAME
    out = np.zeros(RATE * milliseconds // 1000, np.int16)
    for _ in range(40):
        assert decoder.recover(out) == len(out)
    assert 0 < out.std() < 500


def test_afterAPauseWhatIsLostIsConcealed(codec: IStreamCodec) -> None:
    payloads = payloadsOf(codec, spoken(RATE, 2.1))
    decoder, out = codec.newDecoder(RATE, ()), np.zeros(FRAME, np.int16)
    decoder.decode(octets(DESCRIPTOR), out)
    for payload in payloads[:20]:
        decoder.decode(payload, out)
    decoder.recover(out)
    assert np.abs(out).max() > 1000


def test_anyOctetsAreSoundOrRefused(codec: IStreamCodec) -> None:
    rng = np.random.default_rng(7)
    decoder, out = codec.newDecoder(RATE, ()), np.zeros(FRAME, np.int16)
    for number in range(600):
        kind, size = ((0, 24), (1, 20), (2, 4))[number % 3]
        payload = rng.integers(0, 256, size).astype(np.uint8)
        payload[0] = payload[0] & 0xFC | kind
        assert decoder.decode(payload, out) == FRAME
    garbage(codec, RATE)
