"""
G.711 against a slow reading of the standard, over every code and every sample.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IRowCodec
from h323d.dsp.g711 import (
    ALAW_SILENCE,
    PCMA,
    PCMU,
    ULAW_SILENCE,
    G711Codec,
    decodeALaw,
    decodeULaw,
    encodeALaw,
    encodeULaw,
)

EVERY_CODE = np.arange(256, dtype=np.uint8)
EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


def referenceALawDecode(code: int) -> int:
    code ^= 0x55
    segment, interval = (code >> 4) & 7, code & 15
    if segment == 0:
        magnitude = 2 * interval + 1
    else:
        magnitude = (2 * interval + 33) << (segment - 1)
    return 8 * magnitude if code & 0x80 else -8 * magnitude


def referenceALawEncode(sample: int) -> int:
    magnitude = (~sample if sample < 0 else sample) >> 4
    segment = 0
    while magnitude > 31:
        magnitude >>= 1
        segment += 1
    if magnitude > 15:
        segment, magnitude = segment + 1, magnitude - 16
    return (segment << 4 | magnitude | (0 if sample < 0 else 0x80)) ^ 0x55


def referenceULawDecode(code: int) -> int:
    code ^= 0xFF
    segment, interval = (code >> 4) & 7, code & 15
    magnitude = ((2 * interval + 33) << segment) - 33
    return -4 * magnitude if code & 0x80 else 4 * magnitude


def referenceULawEncode(sample: int) -> int:
    magnitude = min(((~sample if sample < 0 else sample) >> 2) + 33, 0x1FFF)
    segment = magnitude.bit_length() - 6
    interval = (magnitude >> (segment + 1)) & 15
    code = (segment << 4 | interval) ^ 0x7F
    return code if sample < 0 else code | 0x80


@pytest.mark.parametrize(
    ("decode", "reference"),
    [(decodeALaw, referenceALawDecode), (decodeULaw, referenceULawDecode)],
)
def test_everyCodeDecodesExactly(
    decode: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.int16]],
    reference: Callable[[int], int],
) -> None:
    assert decode(EVERY_CODE).tolist() == [reference(code) for code in range(256)]


@pytest.mark.parametrize(
    ("encode", "reference"),
    [(encodeALaw, referenceALawEncode), (encodeULaw, referenceULawEncode)],
)
def test_everySampleEncodesExactly(
    encode: Callable[[npt.NDArray[np.int16]], npt.NDArray[np.uint8]],
    reference: Callable[[int], int],
) -> None:
    expected = [reference(sample) for sample in range(-32768, 32768)]
    assert encode(EVERY_SAMPLE).tolist() == expected


def test_aLawHasTheStandardsOutermostValues() -> None:
    assert decodeALaw(np.array([0xAA, 0x2A, 0xD5, 0x55], np.uint8)).tolist() == [
        32256,
        -32256,
        8,
        -8,
    ]


def test_uLawHasTheStandardsOutermostValues() -> None:
    assert decodeULaw(np.array([0x80, 0x00, 0xFF, 0x7F], np.uint8)).tolist() == [
        32124,
        -32124,
        0,
        0,
    ]


def test_codesSurviveDecodingAndEncoding() -> None:
    assert (encodeALaw(decodeALaw(EVERY_CODE)) == EVERY_CODE).all()
    again = encodeULaw(decodeULaw(EVERY_CODE))
    differing = EVERY_CODE[again != EVERY_CODE]
    assert differing.tolist() == [0x7F]  # minus zero


def test_silenceIsTheCodeOfZero() -> None:
    zero = np.zeros(1, np.int16)
    assert encodeALaw(zero)[0] == ALAW_SILENCE
    assert encodeULaw(zero)[0] == ULAW_SILENCE


def test_shapeIsKept() -> None:
    frames = np.zeros((3, 160), np.int16)
    assert encodeALaw(frames).shape == (3, 160)
    assert decodeALaw(encodeALaw(frames)).shape == (3, 160)


@pytest.mark.parametrize(("decode", "encode"), [(decodeALaw, encodeALaw), (decodeULaw, encodeULaw)])
def test_aToneKeepsItsDistance(
    decode: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.int16]],
    encode: Callable[[npt.NDArray[np.int16]], npt.NDArray[np.uint8]],
) -> None:
    tone = (10000 * np.sin(2 * np.pi * 1000 / 8000 * np.arange(8000) + 0.1)).astype(np.int16)
    noise = decode(encode(tone)).astype(float) - tone
    assert 10 * np.log10(np.mean(tone.astype(float) ** 2) / np.mean(noise**2)) > 35


@pytest.mark.parametrize("law", [PCMA, PCMU])
def test_bothLawsPlugIntoTheCodecSeam(law: G711Codec) -> None:
    assert verifyObject(IRowCodec, law)
    codec = IRowCodec(law)
    samples = np.zeros((2, 240), np.int16)
    payloads = codec.encodeRows(samples)
    assert payloads.shape == (2, codec.samplesIn(240))
    assert np.abs(codec.decodeRows(payloads)).max() <= 8
