"""
FFmpeg's decoders, by PyAV, which are nobody else's: an oracle for ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pytest

__all__ = ["decodedByFFmpeg"]

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


def decodedByFFmpeg(
    name: str, rate: int, payloads: Sequence[Octets], options: Mapping[str, str] | None = None
) -> Samples:
    """
    The test is skipped where PyAV is missing.

    @param name: of the decoder, as FFmpeg has it.
    @param options: of the decoder, likewise.
    """
    av = pytest.importorskip("av", reason="PyAV (pip install av) is not installed")
    decoder = av.CodecContext.create(name, "r")
    decoder.sample_rate, decoder.layout = rate, "mono"
    decoder.options = dict(options or {})
    frames = [
        frame.to_ndarray().reshape(-1)
        for payload in payloads
        for frame in decoder.decode(av.Packet(payload.tobytes()))
    ]
    sound = np.concatenate(frames)
    return sound if sound.dtype == np.int16 else np.rint(sound * 32768).astype(np.int16)
