"""
What a codec delays sound by, all by itself: frames that look ahead, and filters.

It is in the sound, and not in the packets: who measures from packet to packet subtracts it, for the
codecs of both legs, and what is left is waiting.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import LARGEST_PAYLOAD, ICodec, IRowCodec, IStreamCodec
from h323d.dsp.resample import resampled
from h323d.rehearse.marker import RATE, SLOT, Voice, find
from h323d.rehearse.recording import RESAMPLED

__all__ = ["codecDelay", "rateOf", "thereAndBack"]

PACKET_MS = 60  # whole frames of every codec
_PARTIES = 2
_SECONDS = 6  # whole packets, and markers enough

Samples = npt.NDArray[np.int16]


def codecDelay(codec: ICodec) -> float:
    """
    @return: seconds, as accurate as a sighting.

    @raise ValueError: no marker survives it.
    """
    rate = rateOf(codec)
    said = Voice(0, _PARTIES).render(0, _SECONDS * rate, rate)
    sightings = find(resampled(thereAndBack(codec, said), rate, RATE), _PARTIES)
    places = sightings.places[sightings.parties == 0]
    if not len(places):
        raise ValueError(f"nothing comes through {codec.format}")
    cycle = _PARTIES * SLOT
    delay = float(np.median((places / RATE + cycle / 4) % cycle)) - cycle / 4
    return delay - (0.0 if rate == RATE else RESAMPLED)


def rateOf(codec: ICodec) -> int:
    """
    @return: Hz, the highest at which it takes and gives samples.
    """
    if IRowCodec.providedBy(codec):
        return int(IRowCodec(codec).sampleRate)
    return int(max(IStreamCodec(codec).sampleRates))


def thereAndBack(codec: ICodec, samples: Samples) -> Samples:
    """
    What becomes of sound whose every packet arrives.

    @param samples: C{int16[n]}, at L{rateOf} the codec.
    @return: C{int16[n]}, of whole packets.
    """
    count = rateOf(codec) * PACKET_MS // 1000
    packets = samples[: len(samples) // count * count].reshape(-1, count)
    if IRowCodec.providedBy(codec):
        row = IRowCodec(codec)
        return row.decodeRows(row.encodeRows(packets)).reshape(-1)
    stream = IStreamCodec(codec)
    encoder = stream.newEncoder(rateOf(codec), ())
    decoder = stream.newDecoder(rateOf(codec), ())
    octets, back = np.zeros(LARGEST_PAYLOAD, np.uint8), np.zeros_like(packets)
    for said, heard in zip(packets, back, strict=True):
        decoder.decode(octets[: encoder.encode(said, octets)], heard)
    return back.reshape(-1)
