"""
Rooms of members of different rates: at which they are mixed, and what each hears.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.dsp.g711 import decodeULaw, encodeULaw
from h323d.dsp.tones import Tone, levelsAt, signalToNoise
from h323d.media.audio.files import ToneSource, WAVSink
from tests.support.packetio import Phone, RoomRecorder, steady, tone
from tests.support.streamcodec import CodecBench, CodecPhone, saying

FALLS_AFTER = 10.0  # seconds


def purity(phone: Phone, frequency: int, seconds: float = 0.4) -> float:
    """
    @return: dB: how purely a phone hears a tone.
    """
    rate = phone.sampleRate if isinstance(phone, CodecPhone) else 8000
    return signalToNoise(phone.sound[-round(rate * seconds) :], frequency, rate)


def test_oneWidebandMemberAmongTelephonesIsMixedAsTheyAre() -> None:
    scene = CodecBench()
    wide, one, other = scene.phone(), scene.telephone(), scene.telephone()
    wide.says = saying(48000, 1000)
    scene.bench.run(1.5)
    assert scene.ratesGiven() == {8000}
    assert purity(one, 1000) >= 35
    wide.says, one.says = steady(0), tone(300)
    scene.bench.run(1.5)
    assert purity(other, 300) >= 35
    assert purity(wide, 300) >= 30
    scene.bench.stop()


def test_theExactSumIsHeardWhereNothingIsConverted() -> None:
    scene = CodecBench()
    phones = [scene.linear() for _ in range(3)]
    for phone, value in zip(phones, (1000, 2000, 4000), strict=True):
        phone.says = steady(value)
    scene.bench.run(0.5)
    assert [int(phone.sound[-1]) for phone in phones] == [6000, 5000, 3000]


def test_aRoomRisesToTheRateOfItsSecondBest() -> None:
    scene = CodecBench()
    scene.phone(), scene.linear(), scene.telephone()
    scene.bench.run(0.2)
    assert scene.ratesGiven() == {16000}


@pytest.mark.parametrize("talker", ["best", "middle", "lowest"])
def test_everybodyHearsEverybodyWhateverItsRate(talker: str) -> None:
    scene = CodecBench()
    phones: dict[str, Phone] = {
        "best": scene.phone(),
        "alike": scene.phone(),
        "middle": scene.linear(),
        "lowest": scene.telephone(),
    }
    rates = {"best": 48000, "alike": 48000, "middle": 16000, "lowest": 8000}
    phones[talker].says = saying(rates[talker], 600)
    scene.bench.run(2.0)
    assert scene.ratesGiven() == {48000}
    for name, phone in phones.items():
        if name == talker:
            assert abs(levelsAt(phone.sound[-4000:], (600,), rates[name])[0]) > 50
        else:
            assert purity(phone, 600) >= 30, name


def test_whoTakesUpTheWordHearsNoClick() -> None:
    """
    A talker's mix is no longer that of all who listen, but goes on from it.
    """
    scene = CodecBench()
    phones = [scene.linear() for _ in range(2)]
    listener, other = scene.telephone(), scene.telephone()
    phones[0].says = saying(16000, 300)
    scene.bench.run(1.0)
    for _ in range(10):
        listener.says = steady(8)
        scene.bench.run(0.1)
        listener.says = steady(0)
        scene.bench.run(0.1, [*phones, other])  # falls silent: its packets stop
    assert purity(listener, 300, 1.5) >= 30
    assert purity(other, 300, 0.05) >= 30


def test_aRoomFallsOnlyWhenALowerRateIsEnoughForLong() -> None:
    scene = CodecBench()
    stays, leaves = scene.phone(), scene.phone()
    telephone = scene.telephone()
    telephone.says = tone(300)
    scene.bench.run(0.5)
    leaves.port.close()
    scene.bench.run(FALLS_AFTER - 1.0, [stays, telephone])
    assert scene.ratesGiven() == {48000}
    scene.bench.run(2.0, [stays, telephone])
    assert scene.ratesGiven() == {8000, 48000}
    assert purity(stays, 300) >= 30


def test_whoComesBackInTimeKeepsTheRate() -> None:
    scene = CodecBench()
    stays, leaves = scene.phone(), scene.phone()
    for _ in range(3):
        scene.bench.run(0.2)
        scene.mixer.leave(leaves.port)
        scene.bench.run(FALLS_AFTER - 1.0)
        scene.mixer.join(leaves.port)
    stays.says = saying(48000, 300)
    scene.bench.run(FALLS_AFTER)
    assert scene.ratesGiven() == {48000}
    assert purity(leaves, 300) >= 35


def test_aRoomRisesAtOnceAndEverybodyGoesOn() -> None:
    scene = CodecBench()
    first, telephone = scene.phone(), scene.telephone()
    first.says, telephone.says = steady(0), tone(300)
    scene.bench.run(0.5)
    second = scene.phone()
    scene.bench.run(1.0)
    assert scene.ratesGiven() == {8000, 48000}
    assert purity(second, 300) >= 30
    assert purity(first, 300) >= 30


def test_whoOnlyListensDoesNotRaiseTheRate() -> None:
    scene = CodecBench()
    scene.phone()
    listens = scene.silentPort()
    scene.mixer.join(listens)
    scene.bench.run(0.5)
    assert scene.ratesGiven() == {8000}


def test_aLocalPartyIsAsGoodAsTheBest(tmp_path_factory: pytest.TempPathFactory) -> None:
    scene = CodecBench()
    phone = scene.phone()
    sink = WAVSink(tmp_path_factory.mktemp("heard") / "a.wav")
    scene.mixer.attach(ToneSource(Tone((1000,))), sink)
    phone.says = saying(48000, 300)
    scene.bench.run(2.0)
    assert scene.ratesGiven() == {48000}
    assert purity(phone, 1000) >= 30
    assert signalToNoise(sink.samples[-24000:], 300, 48000) >= 35


def test_whatIsPlayedDoesNotRaiseTheRate() -> None:
    scene = CodecBench()
    phone, telephone, _ = scene.phone(), scene.telephone(), scene.telephone()
    scene.bench.run(0.5)
    scene.mixer.attach(ToneSource(Tone((1000,))), None)
    scene.bench.run(1.0)
    assert scene.ratesGiven() == {8000}
    assert purity(phone, 1000) >= 20
    assert purity(telephone, 1000) >= 30


def test_whoIsAloneHearsWhatIsPlayedAsWellAsTheyCan() -> None:
    scene = CodecBench()
    phone = scene.phone()
    scene.mixer.attach(ToneSource(Tone((1000,))), None)
    scene.bench.run(1.5)
    assert scene.ratesGiven() == {48000}
    assert purity(phone, 1000) >= 30


def test_roomsOfDifferentRatesDoNotDisturbEachOther() -> None:
    scene = CodecBench()
    wide, narrow = [scene.phone(), scene.phone()], [scene.bench.phone(), scene.bench.phone()]
    mixer = scene.bench.pool.openMixer(RoomRecorder())
    for phone in narrow:
        mixer.join(phone.port)
    wide[0].says, narrow[0].says = saying(48000, 1000), steady(1000)
    scene.bench.run(1.5)
    assert purity(wide[1], 1000) >= 35
    assert set(narrow[1].sound[-4000:].tolist()) == {_throughULaw(1000)}


def test_whoGoesToARoomOfAnotherRateIsHeardThere() -> None:
    scene = CodecBench()
    mover, _, _ = scene.phone(), scene.phone(), scene.telephone()
    mover.says = saying(48000, 300)
    scene.bench.run(0.5)
    mixer = scene.bench.pool.openMixer(RoomRecorder())
    telephones = [scene.bench.phone() for _ in range(2)]
    for phone in (mover, *telephones):
        mixer.join(phone.port)
    scene.bench.run(1.5)
    assert purity(telephones[0], 300) >= 30


def test_theBuffersFollowAFrameOfTheirRate() -> None:
    scene = CodecBench()
    one, other = scene.phone(), scene.phone(asks=30)  # ten milliseconds each
    one.says = saying(48000, 300)
    scene.bench.run(2.0)
    assert purity(other, 300) >= 30
    assert np.allclose(np.diff([at for at, _ in other.heard[5:]]), 0.03, atol=1e-4)


def _throughULaw(value: int) -> int:
    return int(decodeULaw(encodeULaw(np.array([value], np.int16)))[0])
