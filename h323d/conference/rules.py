"""
What a conference host goes by: the configuration, and what follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from h323d.conference.access import RoomAccess, accessesOf
from h323d.conference.config import ConferenceConfig
from h323d.conference.menu import MenuAction, actionsOf
from h323d.errors import ConfigurationError
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile

__all__ = ["HostRules", "rulesOf"]


@dataclass(frozen=True, slots=True)
class HostRules:
    """
    @ivar limits: how many may be in a room, for those that have a limit of their own.
    @ivar accesses: of those that are configured.
    @ivar profile: what participants may speak.
    @ivar menu: what they can do, by keys.
    """

    config: ConferenceConfig
    limits: dict[str, int]
    accesses: dict[str, RoomAccess]
    profile: MediaProfile
    menu: dict[str, MenuAction]


def rulesOf(config: ConferenceConfig, formats: Sequence[MediaFormat]) -> HostRules:
    """
    @param formats: that codecs are loaded for.

    @raise ConfigurationError: another is named.
    """
    known: dict[str, list[MediaFormat]] = {}
    for mediaFormat in formats:
        known.setdefault(mediaFormat.name, []).append(mediaFormat)
    missing = [name for name in config.audioFormats if name not in known]
    if missing:
        reason = f"no codec is loaded for {missing[0]}"
        raise ConfigurationError("conference.audioFormats", reason)
    limits = {room.name: room.maxParticipants for room in config.rooms if room.maxParticipants}
    named = (each for name in config.audioFormats for each in known[name])
    audio = tuple(named) or tuple(formats)
    profile = MediaProfile.audio(audio, config.packetMs)
    menu = actionsOf(config.menu)
    return HostRules(config, limits, accessesOf(config.rooms), profile, menu)
