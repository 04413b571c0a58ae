"""
The sounds as they are configured.
"""

from __future__ import annotations

from errno import EFBIG
from os import strerror

import pytest
from zope.interface import implementer

from h323d.call.lookups import IFiles
from h323d.dsp.tones import Tone, render
from h323d.errors import ConfigurationError
from h323d.sounds.config import BUILT_IN, SoundsConfig
from h323d.sounds.house import QUIET, HouseSounds
from h323d.sounds.names import HouseSound
from h323d.sounds.recordings import BuiltIn
from tests.dsp.test_wav import written

RING = written(render(Tone((1000,)), 0, 4000))


@implementer(IFiles)
class Disk:
    """
    One file.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, path: str) -> str:
        raise AssertionError("sounds are no text")

    def octets(self, path: str, limit: int) -> bytes:
        if path != "/ring.wav":
            raise FileNotFoundError(2, "No such file or directory", path)
        if len(self.data) > limit:
            raise OSError(EFBIG, strerror(EFBIG), path)
        return self.data


def test_whatIsNotReplacedIsBuiltIn() -> None:
    sounds = HouseSounds(SoundsConfig(joined=BUILT_IN), Disk(RING))
    for sound in (HouseSound.RINGBACK, HouseSound.JOINED):
        assert sounds.of(sound) == BuiltIn(sound)


def test_whatIsSwitchedOffIsNothing() -> None:
    assert HouseSounds(SoundsConfig(busy=""), Disk(RING)).of(HouseSound.BUSY) is None
    assert QUIET.of(HouseSound.BUSY) is None


def test_aFileReplacesASound() -> None:
    recording = HouseSounds(SoundsConfig(hold="/ring.wav"), Disk(RING)).of(HouseSound.HOLD)
    assert recording is not None
    assert recording.seconds == 0.5


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("/none.wav", RING, "/none.wav: No such file"),
        ("/ring.wav", b"ring", "/ring.wav: not a WAV file"),
        ("/ring.wav", bytes(100_000_000), "/ring.wav: File too large"),
    ],
)
def test_whatCannotBePlayedIsTheOperatorsFault(path: str, data: bytes, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"sounds\.left: {reason}"):
        HouseSounds(SoundsConfig(left=path), Disk(data))


def test_filesAreReadAgainAndWithAFaultNothingChanges() -> None:
    disk, config = Disk(RING), SoundsConfig(hold="/ring.wav")
    sounds = HouseSounds(config, disk)
    before = sounds.of(HouseSound.HOLD)
    disk.data = b"spoilt"
    with pytest.raises(ConfigurationError):
        sounds.prepare(config)
    disk.data = written(render(Tone((1000,)), 0, 8000))
    commit = sounds.prepare(config)
    assert sounds.of(HouseSound.HOLD) is before
    commit.commit()
    after = sounds.of(HouseSound.HOLD)
    assert after is not None
    assert after.seconds == 1.0
