"""
Playing into a mixer.
"""

from __future__ import annotations

import numpy as np
from zope.interface.verify import verifyObject

from h323d.call.lookups import NoFiles
from h323d.call.media import IMixerObserver, ISampleSink, ISampleSource
from h323d.call.observer import Unheeded
from h323d.errors import ResourceUnavailable
from h323d.sounds.config import SoundsConfig
from h323d.sounds.house import QUIET, HouseSounds
from h323d.sounds.names import HouseSound
from h323d.sounds.playing import Player, Playing
from h323d.sounds.recordings import BuiltIn, recordingIn
from tests.dsp.test_wav import written
from tests.support.fakemedia import FakeMixer

COUNT = 250  # samples, of a recording that counts them
COUNTING = recordingIn(written(np.arange(COUNT, dtype=np.int16)))
SOUNDS = HouseSounds(SoundsConfig(), NoFiles())


class Full(FakeMixer):
    """
    One that takes nobody more.
    """

    def attach(self, source: ISampleSource | None, sink: ISampleSink | None) -> int:
        raise ResourceUnavailable("all slots are taken")


def mixer(kind: type[FakeMixer] = FakeMixer) -> FakeMixer:
    return kind(IMixerObserver(Unheeded()))


def test_itIsASource() -> None:
    assert verifyObject(ISampleSource, Playing(COUNTING, False))


def test_onceIsOnceAndThenNothing() -> None:
    source = Playing(COUNTING, False)
    read = [source.read(160, 8000) for _ in range(3)]
    assert np.concatenate(read).tolist() == list(range(COUNT))
    assert len(read[2]) == 0


def test_overAndOverHasNoGap() -> None:
    source = Playing(COUNTING, True)
    read = np.concatenate([source.read(160, 8000) for _ in range(10)])
    assert read.tolist() == [place % COUNT for place in range(1600)]


def test_aRecordingThatIsShorterThanAFrameIsRepeatedWithinIt() -> None:
    source = Playing(recordingIn(written(np.arange(7, dtype=np.int16))), True)
    assert source.read(20, 8000).tolist() == [place % 7 for place in range(20)]


def test_itGoesOnWhereItWasAtAnotherRate() -> None:
    source = Playing(BuiltIn(HouseSound.RINGBACK), True)
    source.read(4000, 8000)
    assert source.read(100, 48000).tolist() == (
        BuiltIn(HouseSound.RINGBACK).at(48000)[24000:24100].tolist()
    )


def test_oneSoundAtATimeAndTheSameGoesOn() -> None:
    there = mixer()
    player = Player(there, SOUNDS)
    player.play(HouseSound.RINGBACK)
    (party,) = there.parties
    player.play(HouseSound.RINGBACK)
    assert list(there.parties) == [party]
    player.play(HouseSound.BUSY)
    assert party not in there.parties
    assert len(there.parties) == 1
    player.play(None)
    assert there.parties == {}


def test_whatIsSwitchedOffIsNotPlayed() -> None:
    there = mixer()
    player = Player(there, QUIET)
    player.play(HouseSound.RINGBACK)
    assert (there.parties, player.has(HouseSound.RINGBACK)) == ({}, False)
    player.play(None)


def test_whereNobodyMoreCanBeHeardItIsLeftOut() -> None:
    player = Player(mixer(Full), SOUNDS)
    player.play(HouseSound.RINGBACK)
    player.play(None)
