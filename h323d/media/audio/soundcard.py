"""
A sound card as a local party: a microphone (L{ISampleSource}) and a loudspeaker (L{ISampleSink}).

PyAudio, an extra, is imported only when a card is opened.  A card has a clock of its own, and
a tick must never wait for it: each tick takes or gives only what the card says can be had at
once.  What the card is late with is silence; when it falls behind, the oldest sound is dropped.

This is no resampler for every rate: a card that takes none of 8, 16 and 48 kHz is refused.
Most others are behind a sound server, or ALSA's C{plug}, which takes them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.resample import Resampler
from h323d.errors import H323dError

__all__ = ["Loudspeaker", "Microphone", "SoundCard", "SoundStream", "openSoundCard"]

_LONGEST = 0.1  # seconds of sound that wait in a direction before the oldest is dropped
_CUSHION = 0.02  # seconds of silence in the card before the first sound: a tick may come late
_CHUNK = 0.01  # seconds: what is converted at once, and the card's own period
_RATES = (8000, 16000, 48000)  # Hz, tried in turn; the mixer's own is the first
_INT16 = 8  # PortAudio's paInt16

Samples = npt.NDArray[np.int16]


class SoundStream(Protocol):
    """
    What is used of a PyAudio stream of one direction, one channel, 16 bits.
    """

    def get_read_available(self) -> int: ...

    def read(self, num_frames: int, exception_on_overflow: bool = True) -> bytes: ...

    def get_write_available(self) -> int: ...

    def write(self, frames: bytes) -> None: ...

    def close(self) -> None: ...


class _Conversion:
    """
    One stream of samples from a rate to another, in chunks.
    """

    def __init__(self, fromRate: int, toRate: int) -> None:
        self._resampler = None if fromRate == toRate else Resampler(1, fromRate, toRate)
        self._row = np.zeros(1, np.intp)

    def convert(self, samples: Samples) -> Samples:
        """
        @param samples: C{int16[n]}, a multiple of 10 ms.
        """
        if self._resampler is None:
            return samples
        converted: Samples = self._resampler.resample(self._row, samples[None])[0]
        return converted


@implementer(ISampleSource)
class Microphone:
    """
    What the card records.

    @ivar lost: why nothing is heard any more: the card was unplugged.  Empty while it works.
    """

    def __init__(self, stream: SoundStream, cardRate: int) -> None:
        """
        @param cardRate: Hz, of C{stream}.
        """
        self.lost = ""
        self._stream = stream
        self._cardRate = cardRate
        self._chunk = int(cardRate * _CHUNK)
        self._sampleRate = 0
        self._conversion = _Conversion(cardRate, cardRate)
        self._waiting = np.empty(0, np.int16)  # converted, not yet read

    def read(self, count: int, sampleRate: int) -> Samples:
        """
        All C{count} samples, or none while the card does not have them: so that after a
        gap as much as a tick waits in the card, and the next tick is not short again.
        """
        if sampleRate != self._sampleRate:
            self._sampleRate = sampleRate
            self._conversion = _Conversion(self._cardRate, sampleRate)
            self._waiting = np.empty(0, np.int16)
        if not self.lost:
            try:
                self._fill(count)
            except OSError as error:
                self.lost = str(error)
        if len(self._waiting) < count:
            return np.empty(0, np.int16)
        samples, self._waiting = self._waiting[:count], self._waiting[count:]
        return samples

    def _fill(self, count: int) -> None:
        """
        Take from the card what C{count} samples still need, if it is there.
        """
        each = int(self._sampleRate * _CHUNK)
        chunks = -(-max(count - len(self._waiting), 0) // each)
        available = self._stream.get_read_available()
        tooMany = available - max(int(_LONGEST * self._cardRate), chunks * self._chunk)
        if tooMany > 0:
            self._stream.read(tooMany, exception_on_overflow=False)
            available -= tooMany
        if not chunks or available < chunks * self._chunk:
            return
        octets = self._stream.read(chunks * self._chunk, exception_on_overflow=False)
        taken = np.frombuffer(octets, np.int16)  # PortAudio's samples are in native order
        self._waiting = np.concatenate([self._waiting, self._conversion.convert(taken)])

    def close(self) -> None:
        """
        Free the card; not while the media thread may read.
        """
        self._stream.close()


@implementer(ISampleSink)
class Loudspeaker:
    """
    What the card plays.

    @ivar lost: why nothing is played any more: the card was unplugged.  Empty while it works.
    """

    def __init__(self, stream: SoundStream, cardRate: int) -> None:
        """
        @param cardRate: Hz, of C{stream}.
        """
        self.lost = ""
        self._stream = stream
        self._cardRate = cardRate
        self._sampleRate = 0
        self._conversion = _Conversion(cardRate, cardRate)
        self._partial = np.empty(0, np.int16)  # less than a chunk, not yet converted
        self._cushion = np.zeros(int(_CUSHION * cardRate), np.int16)
        self._waiting = self._cushion  # not yet in the card
        self._capacity = 0  # samples that the card takes when it is empty
        self._holds = False  # whether the card had something to play after the last tick

    def write(self, samples: Samples, sampleRate: int) -> None:
        """
        Give the card what it takes at once; the rest waits for the next tick.
        """
        if self.lost:
            return
        if sampleRate != self._sampleRate:
            self._sampleRate = sampleRate
            self._conversion = _Conversion(sampleRate, self._cardRate)
            self._partial = np.empty(0, np.int16)
        whole = np.concatenate([self._partial, samples])
        used = len(whole) - len(whole) % int(sampleRate * _CHUNK)
        self._partial = whole[used:]
        converted = self._conversion.convert(whole[:used])
        waiting = np.concatenate([self._waiting, converted])
        self._waiting = waiting[-int(_LONGEST * self._cardRate) :]
        try:
            self._flush()
        except OSError as error:
            self.lost = str(error)

    def _flush(self) -> None:
        """
        A card that ran dry gets a cushion again.  One that never holds anything has no clock
        (a file behind ALSA), and needs none.
        """
        room = self._stream.get_write_available()
        if self._holds and room >= self._capacity:
            self._waiting = np.concatenate([self._cushion, self._waiting])
        self._capacity = max(self._capacity, room)
        count = min(room, len(self._waiting))
        if count > 0:
            now, self._waiting = self._waiting[:count], self._waiting[count:]
            self._stream.write(now.tobytes())
        self._holds = self._stream.get_write_available() < room

    def close(self) -> None:
        """
        Free the card; not while the media thread may write.
        """
        self._stream.close()


class SoundCard:
    """
    Both directions of a card.

    @ivar microphone: a L{Microphone}.
    @ivar loudspeaker: a L{Loudspeaker}.
    """

    def __init__(
        self, microphone: Microphone, loudspeaker: Loudspeaker, terminate: Callable[[], None]
    ) -> None:
        """
        @param terminate: lets the audio system go, when both are closed.
        """
        self.microphone = microphone
        self.loudspeaker = loudspeaker
        self._terminate = terminate

    @property
    def lost(self) -> str:
        """
        Why the card is of no use any more, or the empty string.
        """
        return self.microphone.lost or self.loudspeaker.lost

    def close(self) -> None:
        """
        Free the card; the media thread must have ended.
        """
        self.microphone.close()
        self.loudspeaker.close()
        self._terminate()


def openSoundCard(name: str = "", newAudio: Callable[[], Any] | None = None) -> SoundCard:
    """
    Open a card to speak and to listen.

    @param name: part of the name of a device, in any case; the system's own choice if empty.
    @param newAudio: makes the audio system, as C{pyaudio.PyAudio} does; PyAudio's own if
        C{None}.  (C{Any}: PyAudio has no types.)

    @raise H323dError: PyAudio is not installed, or there is no such card, or it is in use.
    """
    audio = (newAudio or _newPyAudio)()
    try:
        microphone = Microphone(*_open(audio, name, "input"))
        try:
            loudspeaker = Loudspeaker(*_open(audio, name, "output"))
        except H323dError:
            microphone.close()
            raise
    except H323dError:
        audio.terminate()
        raise
    return SoundCard(microphone, loudspeaker, audio.terminate)


def _newPyAudio() -> Any:
    try:
        import pyaudio  # an extra: only who opens a card needs it
    except ImportError as error:
        raise H323dError(f"a sound card needs the extra h323d[audio]: {error}") from error
    try:
        return pyaudio.PyAudio()
    except OSError as error:
        raise H323dError(f"the sound cards cannot be reached: {error}") from error


def _open(audio: Any, name: str, direction: str) -> tuple[SoundStream, int]:
    """
    @param direction: C{input} or C{output}.

    @return: the stream, and its rate in Hz.
    """
    device = _device(audio, name, direction)
    title, index = device["name"], int(device["index"])
    for rate in _RATES:
        try:
            audio.is_format_supported(
                rate,
                **{
                    f"{direction}_device": index,
                    f"{direction}_channels": 1,
                    f"{direction}_format": _INT16,
                },
            )
        except ValueError:  # what PyAudio says no with
            continue
        try:
            stream: SoundStream = audio.open(
                rate=rate,
                channels=1,
                format=_INT16,
                frames_per_buffer=int(rate * _CHUNK),
                **{direction: True, f"{direction}_device_index": index},
            )
        except OSError as error:
            raise H323dError(f"sound card {title}: no {direction}: {error}") from error
        return stream, rate
    rates = ", ".join(str(rate) for rate in _RATES)
    raise H323dError(f"sound card {title}: no {direction} of one channel at any of {rates} Hz")


def _device(audio: Any, name: str, direction: str) -> Mapping[str, Any]:
    """
    What PyAudio tells about the device that is meant.
    """
    default, channels = f"get_default_{direction}_device_info", f"max{direction.title()}Channels"
    if not name:
        try:
            chosen: Mapping[str, Any] = getattr(audio, default)()
        except OSError as error:
            raise H323dError(f"there is no sound card for {direction}: {error}") from error
        return chosen
    devices = [audio.get_device_info_by_index(n) for n in range(audio.get_device_count())]
    able = [each for each in devices if each[channels] > 0]
    for each in able:
        if each["name"].lower() == name.lower():
            return dict(each)
    for each in able:
        if name.lower() in each["name"].lower():
            return dict(each)
    known = ", ".join(each["name"] for each in able) or "none"
    raise H323dError(f"no sound card is called {name}; for {direction} there is: {known}")
