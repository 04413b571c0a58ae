"""
Samples as they are.
"""

from __future__ import annotations

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IRowCodec
from h323d.dsp.l16 import L16


def test_itIsACodecOfRows() -> None:
    assert verifyObject(IRowCodec, L16)


def test_theHigherOctetComesFirst() -> None:
    samples = np.array([[1, -2, 0x1234]], np.int16)
    assert L16.encodeRows(samples).tobytes() == bytes.fromhex("0001fffe1234")


def test_everySampleComesBack() -> None:
    samples = np.arange(-32768, 32768).astype(np.int16).reshape(16, 4096)
    assert (L16.decodeRows(L16.encodeRows(samples)) == samples).all()


@pytest.mark.parametrize(("octets", "samples"), [(320, 160), (321, 0), (0, 0), (2, 1)])
def test_aSampleIsTwoOctets(octets: int, samples: int) -> None:
    assert L16.samplesIn(octets) == samples
