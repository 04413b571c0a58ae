"""
Sound through a codec, packet by packet, as a stream of it would go.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.codec import (
    LARGEST_PAYLOAD,
    IDecoder,
    IEncoder,
    IStreamCodec,
)
from h323d.dsp.libraries import Missing

__all__ = ["coded", "decoded", "garbage", "had", "likeness", "spoken"]

PACKET_MS = 20

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


def had(found: tuple[IStreamCodec, str] | Missing) -> IStreamCodec:
    """
    A codec; the test is skipped where its library is missing.
    """
    if isinstance(found, Missing):
        pytest.skip(str(found))
    return found[0]


def spoken(rate: int, seconds: float = 2.0) -> Samples:
    """
    Something like a voice: a few harmonics that sway, louder and softer, with some breath.
    """
    time = np.arange(round(rate * seconds)) / rate
    sway = time * (1 + 0.01 * np.sin(2 * np.pi * 3 * time))
    wave = sum(
        np.sin(2 * np.pi * frequency * sway) / number
        for number, frequency in enumerate((140, 280, 420, 700, 1200, 2300), 1)
    )
    breath = np.random.default_rng(1).normal(0, 100, len(time))
    loud = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * time)
    voice: Samples = (wave * loud * 5000 + breath).astype(np.int16)
    return voice


def coded(encoder: IEncoder, sound: Samples, rate: int, packetMs: int = PACKET_MS) -> list[Octets]:
    """
    @return: a payload for each packet; empty where nothing is sent.
    """
    count = rate * packetMs // 1000
    payloads = []
    for start in range(0, len(sound) - count + 1, count):
        out = np.zeros(LARGEST_PAYLOAD, np.uint8)
        payloads.append(out[: encoder.encode(sound[start : start + count], out)])
    return payloads


def decoded(
    decoder: IDecoder,
    payloads: Sequence[Octets],
    rate: int,
    lost: Container[int] = (),
    repaired: bool = False,
) -> Samples:
    """
    @param lost: numbers of packets that did not arrive.
    @param repaired: whether the decoder is shown what follows a lost one.
    """
    sound = np.zeros((len(payloads), rate * PACKET_MS // 1000), np.int16)
    for number, (payload, out) in enumerate(zip(payloads, sound, strict=True)):
        if number not in lost and len(payload):
            decoder.decode(payload, out)
            continue
        comes = repaired and number + 1 < len(payloads) and number + 1 not in lost
        decoder.recover(out, payloads[number + 1] if comes else None)
    return sound.reshape(-1)


def likeness(sound: Samples, original: Samples, latest: int = 0) -> float:
    """
    @param latest: samples by which C{sound} may be late.
    @return: dB: the power of the original over that of the difference, with the delay that fits
        best.
    """
    best = -np.inf
    reference = original.astype(np.float64)
    for late in range(latest + 1):
        heard = sound[late:].astype(np.float64)
        size = min(len(heard), len(reference))
        error = float(np.sum((heard[:size] - reference[:size]) ** 2)) or 1e-9
        best = max(best, 10 * np.log10(float(np.sum(reference[:size] ** 2)) / error))
    return float(best)


def garbage(codec: IStreamCodec, rate: int, first: int | None = None) -> int:
    """
    Give a decoder whatever octets it says that it takes.

    @param first: what all of them begin with.

    @return: how many of them it took.
    """
    rng = np.random.default_rng(7)
    decoder, taken = codec.newDecoder(rate, ()), 0
    for _ in range(2000):
        payload = rng.integers(0, 256, int(rng.integers(1, 200))).astype(np.uint8)
        if first is not None:
            payload[0] = first
        units = codec.unitsIn(payload)
        if not units:
            continue
        taken += 1
        codec.announcesPause(payload)
        out = np.zeros(units * rate // codec.format.clockRate, np.int16)
        assert decoder.decode(payload, out) <= len(out)
    return taken
