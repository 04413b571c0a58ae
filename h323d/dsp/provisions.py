"""
Which codecs of the house this machine can do, and what the others lack.

A codec is offered only when it has coded a tone there and back: a library that loads is not yet one
that works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.dsp.amr import AMR, EFFICIENT_AMR, amr, efficientAMR
from h323d.dsp.codec import LARGEST_PAYLOAD, ICodec, IRowCodec, IStreamCodec
from h323d.dsp.g711 import PCMA, PCMU
from h323d.dsp.g722 import G722, g722
from h323d.dsp.g723 import G723, g723
from h323d.dsp.g726 import AAL2_G726, G726, aal2G726, g726
from h323d.dsp.g729 import G729, g729
from h323d.dsp.gsm import GSM, gsm
from h323d.dsp.l16 import L16
from h323d.dsp.libraries import Missing
from h323d.dsp.opus import OPUS, opus
from h323d.dsp.speex import NARROW_SPEEX, WIDE_SPEEX, narrowSpeex, wideSpeex
from h323d.dsp.tones import signalToNoise, sines
from h323d.values.media.formats import MediaFormat

__all__ = ["NAMES", "Provision", "provisions", "tried", "works"]

_OURS = "h323d"
_TONE = 1000  # Hz
_PEAK = 8000
_LEAST_PURITY = 6.0  # dB: what comes back is the tone at all
_PACKET_MS = 60  # whole frames of every codec
_PACKETS = 4
_BEGINNING = 2  # packets of which nothing is expected

Found = tuple[ICodec, str] | Missing
Source = tuple[MediaFormat, Callable[[], Found]]


@dataclass(frozen=True, slots=True)
class Provision:
    """
    A codec of the house, on this machine.

    @ivar codec: C{None} if it cannot be had, or does not work.
    @ivar library: what does the work; empty if it cannot be had.
    @ivar missing: what is wrong, and what to install; empty if nothing is.
    """

    format: MediaFormat
    codec: ICodec | None
    library: str = ""
    missing: str = ""


def _pcmu() -> Found:
    return PCMU, _OURS


def _pcma() -> Found:
    return PCMA, _OURS


def _l16() -> Found:
    return L16, _OURS


_SOURCES: tuple[Source, ...] = (
    (PCMU.format, _pcmu),
    (PCMA.format, _pcma),
    (G722, g722),
    (OPUS, opus),
    (G729, g729),
    (G726, g726),
    (AAL2_G726, aal2G726),
    (GSM, gsm),
    (AMR, amr),
    (EFFICIENT_AMR, efficientAMR),
    (G723, g723),
    (WIDE_SPEEX, wideSpeex),
    (NARROW_SPEEX, narrowSpeex),
    (L16.format, _l16),
)

NAMES = tuple(dict.fromkeys(mediaFormat.name for mediaFormat, _ in _SOURCES))
"""
The codecs of the house, by name: first those that cost least and are everywhere.  A name may stand
for several, of other rates or forms: then it stands for all of them.
"""


def provisions(sources: Iterable[Source] = _SOURCES) -> tuple[Provision, ...]:
    """
    Look for the libraries, and try them: some 40 ms, and 100 where PyAV is to be imported.
    """
    return tuple(tried(mediaFormat, find()) for mediaFormat, find in sources)


def tried(mediaFormat: MediaFormat, found: Found) -> Provision:
    """
    Have a codec prove itself.
    """
    if isinstance(found, Missing):
        return Provision(mediaFormat, None, missing=str(found))
    codec, library = found
    if not works(codec):
        reason = f"{library} does not code a tone as it should; install another"
        return Provision(mediaFormat, None, library, reason)
    return Provision(mediaFormat, codec, library)


def works(codec: ICodec) -> bool:
    """
    @return: whether a tone comes back as a tone, at about its level.
    """
    try:
        rate, sound = _thereAndBack(codec)
    except Exception:  # a fence: the library's own code runs here
        return False
    level = float(np.sqrt(2 * np.mean(sound.astype(np.float64) ** 2)))
    return _PEAK / 2 < level < _PEAK * 2 and signalToNoise(sound, _TONE, rate) > _LEAST_PURITY


def _thereAndBack(codec: ICodec) -> tuple[int, npt.NDArray[np.int16]]:
    """
    @return: the sample rate, Hz, and what came back of a tone, once the codec was settled.
    """
    if IRowCodec.providedBy(codec):
        row = IRowCodec(codec)
        rate = int(row.sampleRate)
        return rate, row.decodeRows(row.encodeRows(_tone(rate)))[_BEGINNING:].reshape(-1)
    stream = IStreamCodec(codec)
    rate = int(max(stream.sampleRates))
    encoder, decoder = stream.newEncoder(rate, ()), stream.newDecoder(rate, ())
    spoken, octets = _tone(rate), np.zeros(LARGEST_PAYLOAD, np.uint8)
    heard = np.zeros_like(spoken)
    for said, back in zip(spoken, heard, strict=True):
        payload = octets[: encoder.encode(said, octets)]
        if stream.unitsIn(payload) * rate // stream.format.clockRate != len(back):
            raise ValueError("a packet is not as long as what was said")
        decoder.decode(payload, back)
    return rate, heard[_BEGINNING:].reshape(-1)


def _tone(rate: int) -> npt.NDArray[np.int16]:
    """
    @return: C{int16[packets, samples]}.
    """
    count = rate * _PACKET_MS // 1000
    wave = sines(np.array([_TONE]), np.array([float(_PEAK)]), 0, count * _PACKETS, rate)
    return wave.reshape(_PACKETS, count)
