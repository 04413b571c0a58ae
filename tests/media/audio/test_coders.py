"""
The fence around the codecs of others.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from zope.interface import implementer

from h323d.dsp.codec import IStreamCodec
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.coders import Coders
from tests.support.streamcodec import SCRAMBLED, ScrambledCodec, ScrambledDecoder, ScrambledEncoder

PAYLOAD = np.full(162, 0xD5, np.uint8)


@implementer(IStreamCodec)
class Broken:
    """
    It can do nothing at all.
    """

    format = SCRAMBLED
    sampleRates = (8000,)
    frameMs = 10

    def unitsIn(self, payload: Any) -> int:
        raise ValueError("no")

    def announcesPause(self, payload: Any) -> bool:
        raise ValueError("no")

    def newDecoder(self, sampleRate: int, parameters: Any) -> Any:
        raise ValueError("no")

    def newEncoder(self, sampleRate: int, parameters: Any) -> Any:
        raise ValueError("no")


class Short(ScrambledDecoder):
    """
    It writes less than is wanted of it.
    """

    def decode(self, payload: Any, out: Any) -> int:
        out[:] = 7
        return 10


class Raising(ScrambledEncoder):
    def tune(self, lossPercent: int) -> None:
        raise ValueError("no")


def newCoders(codec: Any) -> tuple[Coders, int]:
    codecs = Codecs((codec,))
    return Coders(codecs), codecs.kindOf(SCRAMBLED)


def test_whoseCodecMakesNoCoderIsSilent() -> None:
    coders, kind = newCoders(Broken())
    out, octets = np.full(160, 9, np.int16), np.zeros(755, np.uint8)
    decoder, encoder = coders.newDecoder(kind, 8000, ()), coders.newEncoder(kind, 8000, ())
    assert not coders.decode(decoder, PAYLOAD, out)
    assert not out.any()
    out[:] = 9
    coders.recover(decoder, out)
    assert not out.any()
    assert coders.encode(encoder, out, octets) == 0
    coders.tune(encoder, 10)
    assert coders.failures == 3


def test_whatACodecCannotReadIsNoPayload() -> None:
    coders, kind = newCoders(Broken())
    assert coders.unitsIn(kind, PAYLOAD) == 0
    assert not coders.announcesPause(kind, PAYLOAD)
    assert coders.failures == 2


def test_anEmptyPayloadIsNone() -> None:
    coders, kind = newCoders(ScrambledCodec())
    assert coders.unitsIn(kind, np.empty(0, np.uint8)) == 0
    assert coders.failures == 0


def test_whatADecoderDidNotWriteIsSilence() -> None:
    coders, _ = newCoders(ScrambledCodec())
    out = np.full(160, 9, np.int16)
    assert coders.decode(Short(), PAYLOAD, out)
    assert out.tolist() == [7] * 10 + [0] * 150


def test_anEncoderThatCannotBeTunedIsCounted() -> None:
    coders, _ = newCoders(ScrambledCodec())
    coders.tune(Raising(8000), 10)
    assert coders.failures == 1


def test_theTimeThatCodecsTakeIsCounted() -> None:
    codecs = Codecs((ScrambledCodec(),))
    times = itertools.count()
    coders = Coders(codecs, lambda: float(next(times)))  # each look takes a second
    kind = codecs.kindOf(SCRAMBLED)
    out, octets = np.zeros(160, np.int16), np.zeros(755, np.uint8)
    coders.decode(coders.newDecoder(kind, 8000, ()), PAYLOAD, out)
    coders.recover(coders.newDecoder(kind, 8000, ()), out)
    coders.encode(coders.newEncoder(kind, 8000, ()), out, octets)
    assert coders.seconds == 3.0
