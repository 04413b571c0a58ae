"""
The sounds of the house as they are configured.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from h323d.call.lookups import IFiles
from h323d.call.parts import Change, Commit, Part
from h323d.dsp.wav import RATES
from h323d.errors import ConfigurationError, DecodeError
from h323d.sounds.config import BUILT_IN, SoundsConfig
from h323d.sounds.names import HouseSound
from h323d.sounds.recordings import LONGEST_FILE, BuiltIn, Recording, recordingIn

__all__ = ["QUIET", "HouseSounds", "Quiet", "Sounds", "recordingOf"]


class Sounds(Protocol):
    """
    Knows what each of the sounds is.
    """

    def of(self, sound: HouseSound) -> Recording | None:
        """C{None} if it is switched off."""


class Quiet:
    """
    A house without sounds.
    """

    def of(self, sound: HouseSound) -> Recording | None:
        return None


QUIET = Quiet()


class HouseSounds(Part[SoundsConfig]):
    """
    Reads them when the server begins, and again when its configuration is read again: what is being
    played is played to its end.
    """

    def __init__(self, config: SoundsConfig, files: IFiles) -> None:
        """
        @raise ConfigurationError: a file cannot be played.
        """
        self._files = files
        self._recordings = self._read(config)

    def of(self, sound: HouseSound) -> Recording | None:
        """
        What it is; C{None} if it is switched off.
        """
        return self._recordings.get(sound)

    def prepare(self, config: SoundsConfig) -> Commit:
        """
        @raise ConfigurationError: a file cannot be played.
        """
        return Change(self, self._read(config))

    def reconfigure(self, recordings: Mapping[HouseSound, Recording]) -> None:
        """
        Play these from now on.
        """
        self._recordings = recordings

    def _read(self, config: SoundsConfig) -> Mapping[HouseSound, Recording]:
        read = {sound: recordingOf(sound, config, self._files) for sound in HouseSound}
        return {sound: recording for sound, recording in read.items() if recording is not None}


def recordingOf(sound: HouseSound, config: SoundsConfig, files: IFiles) -> Recording | None:
    """
    @return: what is configured for a sound; C{None} if it is switched off.

    @raise ConfigurationError: it is a file that cannot be played.
    """
    path: str = getattr(config, sound.value)
    if not path:
        return None
    if path == BUILT_IN:
        return _ready(BuiltIn(sound))
    place = f"sounds.{sound.value}"
    try:
        return recordingIn(files.octets(path, LONGEST_FILE))
    except OSError as error:
        raise ConfigurationError(place, f"{path}: {error.strerror}") from error
    except DecodeError as error:
        raise ConfigurationError(place, f"{path}: {error.reason}") from error


def _ready(recording: BuiltIn) -> BuiltIn:
    for rate in RATES:
        recording.at(rate)
    return recording
