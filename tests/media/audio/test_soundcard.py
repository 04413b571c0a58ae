"""
A sound card as a local party, with a card whose clock the tests turn.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from zope.interface.verify import verifyObject

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.tones import Tone, render, signalToNoise
from h323d.errors import H323dError
from h323d.media.audio.soundcard import Loudspeaker, Microphone, openSoundCard


class FakeStream:
    """
    A stream that refuses to wait: to ask for more than there is fails the test.

    @ivar recorded: what the card has recorded, and nobody has taken.
    @ivar played: what it was given; C{room}: how much more it takes.
    @ivar failure: raised by the next call that moves sound.
    """

    def __init__(self) -> None:
        self.recorded = np.empty(0, np.int16)
        self.played = np.empty(0, np.int16)
        self.room = 0
        self.failure: OSError | None = None
        self.closed = False

    def record(self, samples: npt.NDArray[Any]) -> None:
        self.recorded = np.concatenate([self.recorded, samples.astype(np.int16)])

    def get_read_available(self) -> int:
        return len(self.recorded)

    def read(self, num_frames: int, exception_on_overflow: bool = True) -> bytes:
        assert num_frames <= len(self.recorded), "the media thread would wait"
        assert not exception_on_overflow
        self._fail()
        taken, self.recorded = self.recorded[:num_frames], self.recorded[num_frames:]
        return taken.tobytes()

    def get_write_available(self) -> int:
        return self.room

    def write(self, frames: bytes) -> None:
        samples = np.frombuffer(frames, np.int16)
        assert len(samples) <= self.room, "the media thread would wait"
        self.room -= len(samples)
        self.played = np.concatenate([self.played, samples])
        self._fail()

    def close(self) -> None:
        self.closed = True

    def _fail(self) -> None:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure


class FakeAudio:
    """
    An audio system of some devices, as PyAudio shows it.

    @ivar rates: what all devices take.
    """

    def __init__(self, *names: str, inputs: int = 1, outputs: int = 1) -> None:
        self.rates: tuple[int, ...] = (8000,)
        self.opened: list[tuple[dict[str, Any], FakeStream]] = []
        self.busy = ""
        self.terminated = False
        self._devices = [
            {
                "index": index,
                "name": name,
                "maxInputChannels": inputs,
                "maxOutputChannels": outputs,
            }
            for index, name in enumerate(names)
        ]

    def get_device_count(self) -> int:
        return len(self._devices)

    def get_device_info_by_index(self, index: int) -> dict[str, Any]:
        return self._devices[index]

    def _default(self) -> dict[str, Any]:
        if not self._devices:
            raise OSError("No Default Device Available")
        return self._devices[0]

    get_default_input_device_info = get_default_output_device_info = _default

    def is_format_supported(self, rate: int, **options: Any) -> bool:
        if rate not in self.rates:
            raise ValueError("Invalid sample rate", -9997)
        return True

    def open(self, **options: Any) -> FakeStream:
        if options.get(self.busy):
            raise OSError(-9985, "Device unavailable")
        stream = FakeStream()
        self.opened.append((options, stream))
        return stream

    def terminate(self) -> None:
        self.terminated = True


@pytest.fixture
def stream() -> FakeStream:
    return FakeStream()


def test_theSeamsAreProvided(stream: FakeStream) -> None:
    assert verifyObject(ISampleSource, Microphone(stream, 8000))
    assert verifyObject(ISampleSink, Loudspeaker(stream, 8000))


def test_whatIsSaidIsReadInOrder(stream: FakeStream) -> None:
    microphone = Microphone(stream, 8000)
    stream.record(np.arange(480))
    said = np.concatenate([microphone.read(160, 8000) for _ in range(3)])
    assert said.tolist() == list(range(480))


def test_ticksShorterThanAChunkLoseNothing(stream: FakeStream) -> None:
    microphone = Microphone(stream, 8000)
    stream.record(np.arange(400))
    said = np.concatenate([microphone.read(40, 8000) for _ in range(10)])
    assert said.tolist() == list(range(400))


def test_aLateMicrophoneIsSilentAndLosesNothing(stream: FakeStream) -> None:
    microphone = Microphone(stream, 8000)
    stream.record(np.arange(100))
    assert len(microphone.read(160, 8000)) == 0
    stream.record(np.arange(100, 260))
    assert microphone.read(160, 8000).tolist() == list(range(160))
    assert stream.get_read_available() == 100


def test_theOldestOfALateReaderIsDropped(stream: FakeStream) -> None:
    microphone = Microphone(stream, 8000)
    stream.record(np.arange(2000))
    assert microphone.read(160, 8000).tolist() == list(range(1200, 1360))
    assert stream.get_read_available() == 640


@pytest.mark.parametrize("rate", [16000, 48000])
def test_aMicrophoneOfAnotherRateIsConverted(stream: FakeStream, rate: int) -> None:
    microphone = Microphone(stream, rate)
    tone = render(Tone((500,), -10.0), 0, rate, rate)
    said = []
    for tick in range(50):
        stream.record(tone[tick * rate // 50 : (tick + 1) * rate // 50])
        said.append(microphone.read(160, 8000))
    assert signalToNoise(np.concatenate(said)[800:], 500, 8000) > 40


def test_whatIsHeardIsPlayedAfterACushion(stream: FakeStream) -> None:
    loudspeaker = Loudspeaker(stream, 8000)
    stream.room = 1000
    loudspeaker.write(np.arange(1, 161, dtype=np.int16), 8000)
    assert stream.played.tolist() == [0] * 160 + list(range(1, 161))


def test_aFullCardIsNotWaitedFor(stream: FakeStream) -> None:
    loudspeaker = Loudspeaker(stream, 8000)
    said = np.arange(1, 641, dtype=np.int16)
    stream.room = 400
    for tick in range(3):
        loudspeaker.write(said[tick * 160 : tick * 160 + 160], 8000)
    assert len(stream.played) == 400
    stream.room = 399
    loudspeaker.write(said[480:], 8000)
    stream.room = 399
    loudspeaker.write(said[:0], 8000)
    assert stream.played.tolist() == [0] * 160 + said.tolist()


def test_theOldestOfALateCardIsDropped(stream: FakeStream) -> None:
    loudspeaker = Loudspeaker(stream, 8000)
    for tick in range(10):
        loudspeaker.write(np.full(160, tick, np.int16), 8000)
    stream.room = 10000
    loudspeaker.write(np.full(160, 10, np.int16), 8000)
    assert stream.played.tolist() == np.repeat([6, 7, 8, 9, 10], 160).tolist()


def test_ticksShorterThanAChunkArePlayedWhole(stream: FakeStream) -> None:
    loudspeaker = Loudspeaker(stream, 8000)
    stream.room = 10000
    for tick in range(10):
        loudspeaker.write(np.arange(tick * 40, tick * 40 + 40, dtype=np.int16), 8000)
    assert stream.played[160:].tolist() == list(range(400))


@pytest.mark.parametrize("rate", [16000, 48000])
def test_aLoudspeakerOfAnotherRateIsConverted(stream: FakeStream, rate: int) -> None:
    loudspeaker = Loudspeaker(stream, rate)
    stream.room = 2 * rate
    tone = render(Tone((500,), -10.0), 0, 8000, 8000)
    for tick in range(50):
        loudspeaker.write(tone[tick * 160 : tick * 160 + 160], 8000)
    assert signalToNoise(stream.played[rate // 10 :], 500, rate) > 40


def test_aCardThatRanDryGetsACushionAgain(stream: FakeStream) -> None:
    loudspeaker = Loudspeaker(stream, 8000)
    for sound in (1, 2):
        stream.room = 480
        loudspeaker.write(np.full(160, sound, np.int16), 8000)
    assert stream.played.tolist() == np.repeat([0, 1, 0, 2], 160).tolist()


def test_aCardInTimeGetsNoOtherCushion(stream: FakeStream) -> None:
    loudspeaker = Loudspeaker(stream, 8000)
    stream.room = 480
    for sound in (1, 2, 3):
        loudspeaker.write(np.full(160, sound, np.int16), 8000)
        stream.room += 160
    assert stream.played.tolist() == np.repeat([0, 1, 2, 3], 160).tolist()


def test_anUnpluggedMicrophoneIsSilentAndSaysWhy(stream: FakeStream) -> None:
    microphone = Microphone(stream, 8000)
    stream.record(np.arange(800))
    stream.failure = OSError(-9999, "Unanticipated host error")
    assert len(microphone.read(160, 8000)) == 0
    assert "Unanticipated host error" in microphone.lost
    assert len(microphone.read(160, 8000)) == 0


def test_anUnpluggedLoudspeakerSaysWhy(stream: FakeStream) -> None:
    loudspeaker = Loudspeaker(stream, 8000)
    stream.room = 10000
    stream.failure = OSError(-9999, "Unanticipated host error")
    for _ in range(2):
        loudspeaker.write(np.full(160, 1, np.int16), 8000)
    assert "Unanticipated host error" in loudspeaker.lost
    assert len(stream.played) == 320


def test_theDefaultCardIsOpenedForBothDirections() -> None:
    audio = FakeAudio("desk", "headset")
    card = openSoundCard("", lambda: audio)
    (spoken, _), (heard, _) = audio.opened
    assert (spoken["input"], spoken["input_device_index"], spoken["rate"]) == (True, 0, 8000)
    assert (heard["output"], heard["output_device_index"], heard["rate"]) == (True, 0, 8000)
    assert card.lost == ""
    card.close()
    assert [each.closed for _, each in audio.opened] == [True, True]
    assert audio.terminated


@pytest.mark.parametrize(("name", "index"), [("set", 1), ("HEADSET", 2), ("headset usb", 1)])
def test_aCardIsMeantByPartOfItsName(name: str, index: int) -> None:
    audio = FakeAudio("desk", "Headset USB", "headset")
    openSoundCard(name, lambda: audio)
    assert audio.opened[0][0]["input_device_index"] == index


def test_aCardIsOpenedAtARateThatItTakes() -> None:
    audio = FakeAudio("desk")
    audio.rates = (44100, 48000)
    card = openSoundCard("", lambda: audio)
    stream = audio.opened[0][1]
    assert audio.opened[0][0]["rate"] == 48000
    stream.record(np.zeros(960))
    assert len(card.microphone.read(160, 8000)) == 160


@pytest.mark.parametrize(
    ("audio", "name", "reason"),
    [
        (FakeAudio(), "", "there is no sound card for input: No Default Device"),
        (FakeAudio("desk"), "headset", "is called headset; for input there is: desk"),
        (FakeAudio("desk", inputs=0), "desk", "for input there is: none"),
    ],
)
def test_aCardThatIsNotThereIsSaidSo(audio: FakeAudio, name: str, reason: str) -> None:
    with pytest.raises(H323dError, match=reason):
        openSoundCard(name, lambda: audio)
    assert audio.terminated


def test_aCardOfStrangeRatesIsRefused() -> None:
    audio = FakeAudio("desk")
    audio.rates = (44100,)
    with pytest.raises(H323dError, match="at any of 8000, 16000, 48000 Hz"):
        openSoundCard("", lambda: audio)


def test_aBusyLoudspeakerFreesTheMicrophone() -> None:
    audio = FakeAudio("desk")
    audio.busy = "output"
    with pytest.raises(H323dError, match=r"sound card desk: no output: .*Device unavailable"):
        openSoundCard("", lambda: audio)
    assert audio.opened[0][1].closed
    assert audio.terminated


def test_withoutPyAudioTheExtraIsNamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyaudio", None)  # what import finds where it is missing
    with pytest.raises(H323dError, match=r"needs the extra h323d\[audio\]: "):
        openSoundCard()
