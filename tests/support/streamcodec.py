"""
A codec with everything that a real one may have, and a telephone that speaks it.

Its clock is 48 kHz, or what is said, whatever the sound is, its payloads are of many lengths, it falls silent, it makes
up what is lost, and it can repeat what may get lost.  What it remembers matters: each frame is
scrambled by its number since the last one that said that it begins anew, so that a decoder that is
not told of a loss hears noise until the next of those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.homes import Home
from h323d.call.media import IMediaPort, IMixer
from h323d.dsp.codec import IDecoder, IEncoder, IRowCodec, IStreamCodec
from h323d.dsp.g711 import PCMA, PCMU, decodeULaw, encodeULaw
from h323d.media.config import MediaConfig
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.streams import Stream
from tests.support.packetio import EVENTS, MediaBench, Phone, RoomRecorder

__all__ = [
    "CodecBench",
    "COMFORT",
    "L16",
    "SCRAMBLED",
    "CodecPhone",
    "LinearCodec",
    "ScrambledCodec",
    "saying",
]

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]
Parameters = Sequence[tuple[str, str]]

SCRAMBLED = MediaFormat("SCRAMBLED", 48000, 2, (("level", "1"),))
L16 = MediaFormat("L16", 16000)
COMFORT = 40  # what a pause sounds like: this sample all the time
_PAUSE, _FEW, _MANY = 0, 80, 160  # codes in 10 ms; half of that is in the second octet
_SPARE = 20  # codes in 10 ms of what is sent twice
_ANEW = 0x80  # of the second octet
_HEADER = 2
_PERIOD = 50  # frames, after which the encoder begins anew


def _atDensity(samples: Samples, count: int) -> Samples:
    """
    As many samples over the same time, by straight lines.
    """
    at = np.arange(count) * len(samples) / count
    drawn = np.interp(at, np.arange(len(samples)), samples)
    resampled: Samples = np.rint(drawn).astype(np.int16)
    return resampled


def _scrambled(codes: Octets, number: int) -> Octets:
    return codes ^ np.uint8(number * 37 % 256)


@implementer(IEncoder)
class ScrambledEncoder:
    """
    @ivar loss: what it was told by L{tune}.
    """

    def __init__(self, sampleRate: int) -> None:
        self._density = _FEW if sampleRate == 8000 else _MANY
        self._block = sampleRate // 100
        self._number = 0
        self._pausing = False
        self._before = np.zeros(0, np.uint8)
        self.loss = 0

    def encode(self, samples: Samples, out: Octets) -> int:
        blocks = len(samples) // self._block
        out[0] = blocks
        if not samples.any():
            self._number, self._before = 0, np.zeros(0, np.uint8)
            first, self._pausing = not self._pausing, True
            out[1] = _PAUSE
            return _HEADER if first else 0
        self._pausing = False
        density = self._density if blocks <= 3 else _FEW
        self._number %= _PERIOD
        out[1] = density // 2 if self._number else density // 2 | _ANEW
        end = _HEADER + blocks * density
        codes = encodeULaw(_atDensity(samples, blocks * density))
        out[_HEADER:end] = _scrambled(codes, self._number)
        self._number += 1
        spare, self._before = self._before, encodeULaw(_atDensity(samples, blocks * _SPARE))
        if self.loss:
            out[end : end + len(spare)] = spare
            end += len(spare)
        return end

    def tune(self, lossPercent: int) -> None:
        self.loss = lossPercent


@implementer(IDecoder)
class ScrambledDecoder:
    """
    @ivar recovered: for each time that something was lost, whether the next payload was given.
    """

    def __init__(self) -> None:
        self.recovered: list[bool] = []
        self._number = 0
        self._pausing = False
        self._last = np.zeros(1, np.int16)

    def decode(self, payload: Octets, out: Samples) -> int:
        blocks, density = int(payload[0]), _density(payload)
        self._pausing = density == _PAUSE
        if payload[1] & _ANEW:
            self._number = 0
        if self._pausing:
            out[:] = COMFORT
            return len(out)
        codes = payload[_HEADER : _HEADER + blocks * density]
        out[:] = _atDensity(decodeULaw(_scrambled(codes, self._number)), len(out))
        self._number += 1
        self._last = out.copy()
        return len(out)

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        if self._pausing:
            out[:] = COMFORT
            return len(out)
        self.recovered.append(following is not None)
        self._number += 1
        spare = b"" if following is None else following[_spareAt(following) :]
        if len(spare):
            out[:] = _atDensity(decodeULaw(np.asarray(spare)), len(out))
        else:
            out[:] = np.resize(self._last // 2, len(out))
        return len(out)


def _spareAt(payload: Octets) -> int:
    return _HEADER + int(payload[0]) * _density(payload)


def _density(payload: Octets) -> int:
    return 2 * (int(payload[1]) & ~_ANEW)


@implementer(IStreamCodec)
class ScrambledCodec:
    """
    @ivar given: the rates and parameters that coders were asked for.
    @ivar encoders: those that were made.
    @ivar decoders: likewise.
    """

    sampleRates = (8000, 16000, 48000)
    frameMs = 10

    def __init__(self, mediaFormat: MediaFormat = SCRAMBLED) -> None:
        self.format = mediaFormat
        self.given: list[tuple[str, int, Parameters]] = []
        self.encoders: list[ScrambledEncoder] = []
        self.decoders: list[ScrambledDecoder] = []

    def unitsIn(self, payload: Octets) -> int:
        if len(payload) < _HEADER or not 1 <= payload[0] <= 6:
            return 0
        if _density(payload) not in (_PAUSE, _FEW, _MANY) or len(payload) < _spareAt(payload):
            return 0
        return int(payload[0]) * self.format.clockRate // 100

    def announcesPause(self, payload: Octets) -> bool:
        return bool(payload[1] == _PAUSE)

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> ScrambledDecoder:
        self.given.append(("decoder", sampleRate, parameters))
        self.decoders.append(ScrambledDecoder())
        return self.decoders[-1]

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> ScrambledEncoder:
        self.given.append(("encoder", sampleRate, parameters))
        self.encoders.append(ScrambledEncoder(sampleRate))
        return self.encoders[-1]


@implementer(IRowCodec)
class LinearCodec:
    """
    Samples as they are, in the order of octets of the network (RFC 3551, 4.5.11).
    """

    def __init__(self, mediaFormat: MediaFormat = L16) -> None:
        self.format = mediaFormat
        self.sampleRate = mediaFormat.clockRate

    def samplesIn(self, octets: int) -> int:
        return 0 if octets % 2 else octets // 2

    def decodeRows(self, payloads: Octets) -> Samples:
        return np.ascontiguousarray(payloads).view(">i2").astype(np.int16)

    def encodeRows(self, samples: Samples) -> Octets:
        return np.ascontiguousarray(samples.astype(">i2")).view(np.uint8)


class CodecPhone(Phone):
    """
    A telephone that speaks a plugged-in codec at a rate of its own.
    """

    def __init__(
        self,
        bench: MediaBench,
        address: TransportAddress,
        codec: ScrambledCodec | LinearCodec,
        sampleRate: int = 48000,
        packetMs: int = 20,
        asks: int = 20,
    ) -> None:
        self.sampleRate = sampleRate
        self.position = 0  # samples said
        self._codec = codec
        self._encoder = ScrambledEncoder(sampleRate)
        super().__init__(bench, address, codec.format, packetMs, asks, 97)
        bench.phones.append(self)

    def tune(self, lossPercent: int) -> None:
        self._encoder.tune(lossPercent)

    def beginAnew(self) -> None:
        """
        Send as another source from now on.
        """
        self.ssrc += 1
        self._encoder = ScrambledEncoder(self.sampleRate)

    def talk(self, delay: float = 0.0) -> None:
        count = self.packetMs * self.sampleRate // 1000
        payload = self._encoded(self.says(self.position, count))
        stamp = self.timestamp
        self.position += count
        self.timestamp += self.packetMs * self._codec.format.clockRate // 1000
        if not payload:
            return
        packet = RTPPacket(97, self.sequence & 0xFFFF, stamp & 0xFFFFFFFF, self.ssrc, payload)
        self.sequence += 1
        if delay >= 0:
            self.bench.clock.callLater(delay, self.send, encode(packet))

    def _encoded(self, samples: Samples) -> bytes:
        if isinstance(self._codec, LinearCodec):
            return self._codec.encodeRows(samples[None]).tobytes()
        out = np.zeros(755, np.uint8)
        return out[: self._encoder.encode(samples, out)].tobytes()

    @property
    def sound(self) -> Samples:
        decoder, parts = ScrambledDecoder(), [np.empty(0, np.int16)]
        for _, packet in self.heard:
            if packet.payloadType == EVENTS:
                continue
            payload = np.frombuffer(packet.payload, np.uint8)
            if isinstance(self._codec, LinearCodec):
                parts.append(self._codec.decodeRows(payload[None])[0])
                continue
            units = self._codec.unitsIn(payload)
            assert units, "what we were sent is no payload"
            out = np.zeros(units * self.sampleRate // 48000, np.int16)
            decoder.decode(payload, out)
            parts.append(out)
        return np.concatenate(parts)


def saying(
    rate: int, frequency: int, peak: float = 8000.0
) -> Callable[[int, int], npt.NDArray[np.int16]]:
    """
    Says a sine at a rate of its own.
    """

    def says(start: int, count: int) -> npt.NDArray[np.int16]:
        turns = frequency * (start + np.arange(count)) % rate
        wave: npt.NDArray[np.int16] = np.rint(peak * np.sin(2 * np.pi * turns / rate)).astype(
            np.int16
        )
        return wave

    return says


class CodecBench:
    """
    A room of telephones that speak L{ScrambledCodec}, and others.
    """

    def __init__(self, codec: ScrambledCodec | None = None, passes: bool = False) -> None:
        """
        @param passes: whether the packets of two may go on as they come.
        """
        self.codec = codec or ScrambledCodec()
        config = MediaConfig(maximumPorts=32, rtcpIntervalSeconds=1.0)
        self.bench = MediaBench(config, codecs=(PCMU, PCMA, LinearCodec(), self.codec))
        self.mixer: IMixer = self.bench.pool.openMixer(RoomRecorder(), passes=passes)

    def phone(self, sampleRate: int = 48000, packetMs: int = 20, asks: int = 20) -> CodecPhone:
        made = CodecPhone(self.bench, self.bench.address(), self.codec, sampleRate, packetMs, asks)
        self.mixer.join(made.port)
        return made

    def silentPort(self) -> IMediaPort:
        """
        A port whose peer sends the codec, and is sent nothing.
        """
        peer = CodecPhone(self.bench, self.bench.address(), self.codec)
        peer.port.close()
        port = self.bench.pool.openPort(peer.recorder, Home.at("10.0.0.1"))
        port.configure(Stream(None, peer.stream.receive), peer.signalling)
        return port

    def linear(self) -> CodecPhone:
        """
        Another that speaks L16 at 16 kHz.
        """
        made = CodecPhone(self.bench, self.bench.address(), LinearCodec(), 16000)
        self.mixer.join(made.port)
        return made

    def telephone(self) -> Phone:
        made = self.bench.phone()
        self.mixer.join(made.port)
        return made

    def ratesGiven(self) -> set[int]:
        """
        At which coders were asked to work.
        """
        return {rate for _, rate, _ in self.codec.given}
