"""
Who plays prompts and hears keys at the same time.
"""

from __future__ import annotations

import numpy as np
from zope.interface.verify import verifyObject

from h323d.call.media import IMixerObserver, ISampleSink, ISampleSource
from h323d.call.observer import Unheeded
from h323d.conference.attendant import MAX_WAITING, Attendant
from h323d.dsp.tones import DTMF, render
from h323d.errors import ResourceUnavailable
from h323d.sounds.names import HouseSound
from tests.support.fakemedia import FakeMixer
from tests.support.numberedsounds import NumberedSounds, playedIn


class Full(FakeMixer):
    """
    One that takes nobody more.
    """

    def attach(self, source: ISampleSource | None, sink: ISampleSink | None) -> int:
        raise ResourceUnavailable("all slots are taken")


def attendant(kind: type[FakeMixer] = FakeMixer) -> tuple[FakeMixer, Attendant]:
    mixer = kind(IMixerObserver(Unheeded()))
    return mixer, Attendant(mixer, NumberedSounds(off=(HouseSound.BUSY,)))


def press(them: Attendant, keys: str) -> None:
    for key in keys:
        them.write(render(DTMF[key], 0, 800), 8000)
        them.write(np.zeros(480, np.int16), 8000)


def test_itIsOnePartyOfTheMixer() -> None:
    mixer, them = attendant()
    assert list(mixer.parties.values()) == [(them, them)]
    assert verifyObject(ISampleSource, them)
    assert verifyObject(ISampleSink, them)


def test_onePromptIsPlayedAtATime() -> None:
    mixer, them = attendant()
    assert playedIn(mixer) == []
    for sound in (HouseSound.ENTER_PIN, HouseSound.WRONG_PIN):
        them.play(sound)
        assert playedIn(mixer) == [sound]
    them.play(HouseSound.BUSY)
    assert playedIn(mixer) == []
    them.play(HouseSound.ENTER_PIN)
    them.play(None)
    assert playedIn(mixer) == []


def test_keysAreHeardInTheirOrderAndTakenOnce() -> None:
    _, them = attendant()
    press(them, "42")
    assert them.take() == "42"
    press(them, "#")
    assert (them.take(), them.take()) == ("#", "")


def test_thoseThatNobodyTakesAreBounded() -> None:
    _, them = attendant()
    press(them, "1" * (MAX_WAITING + 1))
    assert len(them.take()) == MAX_WAITING


def test_whereThereIsNoPlaceForItNothingIsHeard() -> None:
    _, them = attendant(Full)
    them.play(HouseSound.ENTER_PIN)
    assert them.take() == ""
