"""
Which codecs are offered, and which are not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from zope.interface import implementer

from h323d.dsp.codec import IRowCodec
from h323d.dsp.g711 import PCMA, PCMU, G711Codec
from h323d.dsp.l16 import L16
from h323d.dsp.libraries import Missing
from h323d.dsp.provisions import NAMES, Provision, provisions, tried, works
from h323d.values.media.formats import MediaFormat
from tests.support.streamcodec import ScrambledCodec

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


@implementer(IRowCodec)
class Broken:
    """
    A library that loads, and does not work.
    """

    format = MediaFormat("BROKEN")
    sampleRate = 8000

    def __init__(self, decode: Callable[[Octets], Samples]) -> None:
        self._decode = decode

    def samplesIn(self, octets: int) -> int:
        return octets

    def decodeRows(self, payloads: Octets) -> Samples:
        return self._decode(payloads)

    def encodeRows(self, samples: Samples) -> Octets:
        return PCMU.encodeRows(samples)


def silent(payloads: Octets) -> Samples:
    return np.zeros(payloads.shape, np.int16)


def noisy(payloads: Octets) -> Samples:
    return PCMU.decodeRows(payloads * np.uint8(7))


def loud(payloads: Octets) -> Samples:
    return PCMU.decodeRows(payloads) * np.int16(3)


def raising(payloads: Octets) -> Samples:
    raise OSError("of the library")


def test_whatIsInTheHouseIsThereOnEveryMachine() -> None:
    had = {each.format.name: each.library for each in provisions()}
    assert [had[name] for name in ("PCMU", "PCMA", "L16")] == ["h323d"] * 3


def test_whatIsMissingIsNamedWithWhatToInstall() -> None:
    for each in provisions():
        assert (each.codec is None) == bool(each.missing)


def test_theNamesAreThoseOfTheProvisions() -> None:
    assert tuple(dict.fromkeys(each.format.name for each in provisions())) == NAMES


@pytest.mark.parametrize("codec", [PCMU, PCMA, L16])
def test_whatCodesAToneWorks(codec: G711Codec) -> None:
    assert works(codec)


def test_aCodecThatRemembersWorks() -> None:
    assert works(ScrambledCodec())


@pytest.mark.parametrize("decode", [silent, noisy, loud, raising])
def test_whatDoesNotWorkIsNotOffered(decode: Callable[[Octets], Samples]) -> None:
    codec = Broken(decode)
    assert not works(codec)
    provision = tried(codec.format, (codec, "libbroken.so"))
    assert provision.codec is None
    assert provision.library == "libbroken.so"
    assert "does not code a tone" in provision.missing


def test_whatIsMissingIsNotTried() -> None:
    mediaFormat = MediaFormat("G729")
    found = tried(mediaFormat, Missing("no libx.so is here", "apt install libx"))
    assert found == Provision(mediaFormat, None, missing="no libx.so is here; apt install libx")
