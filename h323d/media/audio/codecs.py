"""
The codecs that are plugged in, of both kinds (L{h323d.dsp.codec}).

In the tables a codec is a small number, its I{kind}.  What rows of a codec without memory become is
asked here; of the others, in C{coders}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface.exceptions import Invalid
from zope.interface.verify import verifyObject

from h323d.dsp.codec import (
    LARGEST_PAYLOAD,
    ICodec,
    IRowCodec,
    ISizedCodec,
    IStreamCodec,
)
from h323d.dsp.g711 import PCMA, PCMU
from h323d.errors import ConfigurationError
from h323d.media.audio.table import LONGEST_PACKET_MS, NOISE, REFUSED
from h323d.media.audio.uncoded import Uncoded
from h323d.values.media.formats import MediaFormat
from h323d.values.media.passing import CLOCK_RATES, isPassable

__all__ = ["BUILT_IN", "ROOM_RATES", "Codecs"]

BUILT_IN: tuple[ICodec, ...] = (PCMU, PCMA)
ROOM_RATES = (8000, 16000, 48000)  # Hz, that sound is mixed at
_FIRST = NOISE + 1  # the kinds below stand for what is no sound
_NO_SOUND = 255  # is like no kind
_BLOCK_MS = 10
_FRAMES_MS = (10, 20, 30, 40, 60)  # of which packets and the frames of rooms can be multiples

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]
Slots = npt.NDArray[np.intp]
Kinds = npt.NDArray[np.uint8]


class Codecs:
    """
    @ivar formats: what can be mixed, in the order of the codecs.
    @ivar likeness: C{uint8[256]}, by kind: the first of those that go by the same clock at the same
        rate and remember nothing, so that a stream may go from one to the other at any packet.
    @ivar streamed: C{bool[256]}, by kind: whether its streams remember what went before, as they
        are taken to do of what we cannot code.
    @ivar sized: C{bool[256]}, by kind: whether the length of a payload tells all that has to be
        known of it beforehand; of what we cannot code, nothing has.
    @ivar bestRates: C{int64[256]}, Hz, by kind: the highest sample rate that it can make use of;
        that of telephones for what is no codec.
    """

    def __init__(self, codecs: Sequence[ICodec] = BUILT_IN) -> None:
        """
        @raise ConfigurationError: a codec is not of a kind that can be mixed.
        """
        self.formats: tuple[MediaFormat, ...] = tuple(codec.format for codec in codecs)
        self._named: dict[str, list[tuple[int, MediaFormat]]] = {}  # by their names in lower case
        for kind, known in enumerate(self.formats, _FIRST):
            self._named.setdefault(known.name.lower(), []).append((kind, known))
        self.likeness = np.full(256, _NO_SOUND, np.uint8)
        self.streamed = np.zeros(256, bool)
        self.sized = np.ones(256, bool)
        self._uncoded: dict[int, int] = {}  # kinds, by their clocks
        self._clockRates: dict[int, int] = {}
        self._rows: dict[int, IRowCodec] = {}
        self._streams: dict[int, IStreamCodec] = {}
        self._longestMs: dict[int, int] = {}
        alike: dict[int, int] = {}
        self._rates = np.repeat(np.array(ROOM_RATES)[:, None], 256, axis=1)
        self.bestRates = np.full(256, ROOM_RATES[0], np.int64)
        for kind, codec in enumerate((*codecs, *map(Uncoded, CLOCK_RATES)), _FIRST):
            self._clockRates[kind] = codec.format.clockRate
            if isinstance(codec, Uncoded):
                self._uncoded[codec.format.clockRate] = kind
            if IStreamCodec.providedBy(codec):
                self._streams[kind] = stream = _checkedStream(IStreamCodec(codec))
                self._longestMs[kind] = LONGEST_PACKET_MS - LONGEST_PACKET_MS % stream.frameMs
                self.streamed[kind] = True
                self.sized[kind] = ISizedCodec.providedBy(codec) or isinstance(codec, Uncoded)
                self.likeness[kind] = kind
            else:
                self._rows[kind] = row = _checkedRow(codec)
                self._longestMs[kind] = _longestRow(row)
                self.likeness[kind] = alike.setdefault(row.sampleRate, kind)
            self._rates[:, kind] = [_rateBeside(codec, rate) for rate in ROOM_RATES]
            self.bestRates[kind] = self._rates[-1, kind]

    def kindOf(self, mediaFormat: MediaFormat) -> int:
        """
        The kind that stands for a format; L{REFUSED} for what may not even be passed.  Of several
        codecs of one name, the one with the same parameters, or else the first.
        """
        name = mediaFormat.name.lower()
        if name == "cn":
            return NOISE
        found = REFUSED
        for kind, known in self._named.get(name, ()):
            if mediaFormat.sameOctets(known):
                if mediaFormat.parameters == known.parameters:
                    return kind
                found = found or kind
        if not found and isPassable(mediaFormat):
            return self._uncoded[mediaFormat.clockRate]
        return found

    def formatOf(self, kind: int) -> MediaFormat | None:
        """
        What a kind stands for; C{None} if that is no codec.
        """
        place = kind - _FIRST
        return self.formats[place] if 0 <= place < len(self.formats) else None

    def isUncoded(self, kind: int) -> bool:
        """
        Whether a kind stands for what can be passed, and neither decoded nor encoded.
        """
        return kind in self._uncoded.values()

    def isSound(self, kinds: Kinds) -> npt.NDArray[np.bool_]:
        """
        Which kinds are codecs.
        """
        return kinds >= _FIRST

    def clockRate(self, kind: int) -> int:
        """
        Of a codec's timestamps, Hz.
        """
        return self._clockRates[kind]

    def sampleRates(self, kinds: Kinds, roomRate: int) -> npt.NDArray[np.int64]:
        """
        @param kinds: C{uint8[n]}.
        @param roomRate: that a room is mixed at, Hz.
        @return: C{int64[n]}, Hz: at which rate each takes and gives the room's sound: no more
            than that, if it can; the room's own for what is no codec.
        """
        rates: npt.NDArray[np.int64] = self._rates[ROOM_RATES.index(roomRate)][kinds]
        return rates

    def packetMs(self, kind: int, asked: int, step: int) -> int:
        """
        The nearest packet length that we make: whole frames of the codec and of rooms, 60 ms at
        most, and no more octets than are taken.

        @param kind: a codec, or what we do not mix.
        @param step: milliseconds in the shortest frame of rooms.
        """
        frame = int(self._streams[kind].frameMs) if kind in self._streams else _BLOCK_MS
        step = int(np.lcm(step, frame))
        longest = self._longestMs.get(kind, LONGEST_PACKET_MS)
        asked = min(asked, longest)
        return max(asked - asked % step, step)

    # Those that remember nothing

    def samplesIn(self, kind: int, octets: int) -> int:
        """
        How many samples a payload holds; 0 if it cannot be one.
        """
        return int(self._rows[kind].samplesIn(octets))

    def row(self, kind: int) -> IRowCodec:
        """
        The codec of a kind that is not C{streamed}.
        """
        return self._rows[kind]

    def decode(self, kind: int, payloads: Octets) -> Samples:
        """
        @param payloads: C{uint8[n, octets]}.
        @return: C{int16[n, samples]}.
        """
        decoded: Samples = self._rows[kind].decodeRows(payloads)
        return decoded

    def encode(self, kind: int, mixes: Samples, mixOf: Slots) -> Octets:
        """
        Each distinct mix once.

        @param mixes: C{int16[m, s]}.
        @param mixOf: C{intp[n]}: which of them each slot hears.
        @return: C{uint8[n, octets]}.
        """
        codec = self._rows[kind]
        if len(mixes) <= len(mixOf) + 1:  # silence, and one for each
            return np.take(codec.encodeRows(mixes), mixOf, axis=0)
        wanted, which = np.unique(mixOf, return_inverse=True)
        return np.take(codec.encodeRows(mixes[wanted]), which, axis=0)

    def stream(self, kind: int) -> IStreamCodec:
        """
        The codec of a kind that is C{streamed}.
        """
        return self._streams[kind]


def _rateBeside(codec: ICodec, roomRate: int) -> int:
    """
    @return: the sample rate of a codec that goes best with that of a room.
    """
    if IRowCodec.providedBy(codec):
        return int(IRowCodec(codec).sampleRate)
    rates: Sequence[int] = IStreamCodec(codec).sampleRates
    return max((rate for rate in rates if rate <= roomRate), default=min(rates))


def _checkedRow(codec: ICodec) -> IRowCodec:
    _verify(IRowCodec, codec)
    name, row = codec.format.name, IRowCodec(codec)
    if row.sampleRate not in ROOM_RATES or row.sampleRate != codec.format.clockRate:
        raise ConfigurationError(
            name, f"its sample rate must be its clock's, and of {_told(ROOM_RATES)} Hz"
        )
    if not _longestRow(row):
        raise ConfigurationError(name, f"10 ms take more than {LARGEST_PAYLOAD} octets")
    octets = _octetsInBlock(row)
    if row.samplesIn(octets) != row.sampleRate * _BLOCK_MS // 1000:
        raise ConfigurationError(name, "not of constant length")
    return row


def _octetsInBlock(codec: IRowCodec) -> int:
    block = np.zeros((1, codec.sampleRate * _BLOCK_MS // 1000), np.int16)
    return int(codec.encodeRows(block).shape[1])


def _longestRow(codec: IRowCodec) -> int:
    """
    @return: milliseconds in the longest packet of a codec.
    """
    return min(LARGEST_PAYLOAD // _octetsInBlock(codec) * _BLOCK_MS, LONGEST_PACKET_MS)


def _checkedStream(codec: IStreamCodec) -> IStreamCodec:
    _verify(IStreamCodec, codec)
    name = codec.format.name
    if codec.format.clockRate not in CLOCK_RATES:
        raise ConfigurationError(name, f"its clock must be of {_told(CLOCK_RATES)} Hz")
    if not codec.sampleRates or not set(codec.sampleRates) <= set(ROOM_RATES):
        raise ConfigurationError(name, f"its sample rates must be of {_told(ROOM_RATES)} Hz")
    if codec.frameMs not in _FRAMES_MS:
        raise ConfigurationError(name, f"its frame must be of {_told(_FRAMES_MS)} ms")
    return codec


def _verify(interface: Any, codec: ICodec) -> None:
    # Any: a zope interface is no type to mypy
    try:
        verifyObject(interface, codec)
    except Invalid as error:
        raise ConfigurationError(codec.format.name, str(error)) from error


def _told(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
