"""
Whatever comes to a decoder, and whatever is asked of a coder: sound or silence.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.dsp.codec import ICodec, IStreamCodec
from h323d.dsp.provisions import provisions
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.coders import Coders

CODECS: tuple[ICodec, ...] = tuple(
    each.codec for each in provisions() if IStreamCodec.providedBy(each.codec)
)
KINDS = range(3, 3 + len(CODECS))
LOUD = 12345

# What begins like a payload of one of them, and then goes on as it likes.
beginnings = st.sampled_from(
    [b"", b"\xd0", b"\x00", b"\x01", b"\x02", b"\xf0\x3c", b"\xf3\xc0", b"\x78"]
)
sizes = st.sampled_from([1, 2, 4, 10, 12, 20, 24, 31, 32, 33, 38, 40, 66, 70, 80, 160, 320, 755])


def octets(beginning: bytes, size: int, seed: int) -> np.ndarray:
    rest = np.random.default_rng(seed).integers(0, 256, size).astype(np.uint8).tobytes()
    return np.frombuffer((beginning + rest)[:size], np.uint8)


@settings(max_examples=150)
@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(beginnings, sizes, st.integers(0, 2**31)), max_size=12),
)
def test_whateverOctetsComeEveryTurnIsFilled(
    kind: int, story: list[tuple[bytes, int, int]]
) -> None:
    codecs = Codecs(CODECS)
    coders, stream = Coders(codecs), codecs.stream(kind)
    rate = stream.sampleRates[0]
    decoder = coders.newDecoder(kind, rate, ())
    for beginning, size, seed in story:
        payload = octets(beginning, size, seed)
        units = coders.unitsIn(kind, payload)
        assert 0 <= units * 1000 / stream.format.clockRate <= 755 * 8
        out = np.full(max(units, 1) * rate // stream.format.clockRate, LOUD, np.int16)
        if units and not coders.decode(decoder, payload, out):
            assert not out.any()
        coders.announcesPause(kind, payload)
        for milliseconds in (10, 20):
            piece = np.full(rate * milliseconds // 1000, LOUD, np.int16)
            coders.recover(decoder, piece, payload if seed % 2 else None)
            assert (piece != LOUD).any()


@settings(max_examples=60)
@given(st.sampled_from(KINDS), st.integers(1, 4), st.integers(0, 2**31))
def test_encodingLeavesTheSoundAsItIs(kind: int, frames: int, seed: int) -> None:
    codecs = Codecs(CODECS)
    coders, stream = Coders(codecs), codecs.stream(kind)
    rate = max(stream.sampleRates)
    milliseconds = codecs.packetMs(kind, 20 * frames, 10)
    sound = np.random.default_rng(seed).integers(-32768, 32768, rate * milliseconds // 1000)
    samples = sound.astype(np.int16)
    out = np.zeros(755, np.uint8)
    written = coders.encode(coders.newEncoder(kind, rate, ()), samples, out)
    assert (samples == sound).all()
    assert coders.failures == 0
    assert coders.unitsIn(kind, out[:written]) == milliseconds * stream.format.clockRate // 1000


@pytest.mark.parametrize("kind", KINDS)
def test_nothingIsNoPayload(kind: int) -> None:
    assert Coders(Codecs(CODECS)).unitsIn(kind, np.zeros(0, np.uint8)) == 0
