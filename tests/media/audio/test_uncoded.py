"""
What stands in for a codec that we do not have.
"""

from __future__ import annotations

import numpy as np
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IDecoder, IEncoder, IStreamCodec
from h323d.media.audio.uncoded import Uncoded

PAYLOAD = np.arange(38, dtype=np.uint8)


def test_itIsACodecLikeAnyOther() -> None:
    codec = Uncoded(8000)
    verifyObject(IStreamCodec, codec)
    verifyObject(IDecoder, codec.newDecoder(8000, ()))
    verifyObject(IEncoder, codec.newEncoder(8000, ()))


def test_itHearsNothingAndSaysNothing() -> None:
    codec, sound = Uncoded(16000), np.ones(160, np.int16)
    assert codec.unitsIn(PAYLOAD) == 0
    assert not codec.announcesPause(PAYLOAD)
    assert codec.newDecoder(8000, ()).decode(PAYLOAD, sound) < 0
    assert codec.newDecoder(8000, ()).recover(sound) < 0
    assert codec.newEncoder(8000, ()).encode(sound, PAYLOAD.copy()) == 0
