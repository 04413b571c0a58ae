"""
How loud everybody is, and who speaks, a few times a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.levels import ActiveSpeakers, SpeechActivity, levels
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.groups import MixGroup
from h323d.media.audio.table import PortTable
from h323d.media.config import MediaConfig
from h323d.media.reports import Levels, Report, SpeakerChanged

__all__ = ["Speaking"]

_MEASURED = 0.1  # seconds between two measurements
_PRESENT = 2.0  # seconds for which somebody is mixed after the last that was loud
_REPORTED = 3  # measurements between two reports of levels


class Speaking:
    """
    The levels of all members, and the speakers of all rooms.
    """

    def __init__(self, config: MediaConfig, table: PortTable, codecs: Codecs) -> None:
        self._table = table
        self._streamed = codecs.streamed
        self._activity = SpeechActivity(config.maximumPorts, _MEASURED)
        self._ports = config.maximumPorts
        self._presence: dict[int, SpeechActivity] = {}  # by the length of frames
        self._speakers = ActiveSpeakers(config.maximumPorts, config.maximumPorts, _MEASURED)
        self._due: dict[int, float] = {}
        self._turns: dict[int, int] = {}

    def arrived(self, slot: int) -> None:
        """
        A slot came into a room, or left one.
        """
        self._activity.reset(slot)
        for presence in self._presence.values():
            presence.reset(slot)
        self._speakers.resetStream(slot)

    def opened(self, room: int) -> None:
        """
        A room begins.
        """
        self._speakers.resetRoom(room)

    def leaveOut(
        self, group: MixGroup, frames: npt.NDArray[np.int16], sounding: npt.NDArray[np.bool_]
    ) -> None:
        """
        Who only has a silent room around him is not mixed where there are many, so that they
        hear the same, and one encoder does for them; that is worth its price where any of them
        needs an encoder of his own.

        @param frames: C{int16[n, s]}: what the group's members say.
        @param sounding: C{bool[n]}: who has sound; changed.
        """
        crowded = group.crowded
        if not crowded.size or not self._streamed[self._table.codec[group.members]].any():
            return
        presence = self._presence.get(group.frameMs)
        if presence is None:
            presence = SpeechActivity(self._ports, group.frameMs / 1000, hangover=_PRESENT)
            self._presence[group.frameMs] = presence
        sounding[crowded] &= presence.update(group.members[crowded], levels(frames[crowded]))

    def listen(self, group: MixGroup, frames: npt.NDArray[np.int16], now: float) -> list[Report]:
        """
        What is only played to them is nobody who speaks.

        @param frames: C{int16[n, s]}: what the group's members say.
        """
        if now < self._due.get(group.number, 0.0):
            return []
        self._due[group.number] = now + _MEASURED
        members = group.members
        loudness = levels(frames)
        active = self._activity.update(members, loudness) & ~self._table.muted[members]
        active[[position for position, party in group.parties if not party.listens]] = False
        changed = self._speakers.update(members, group.roomOf, loudness, active, now)
        reports: list[Report] = []
        for index in changed.tolist():
            slot = int(self._speakers.speaker[index])
            portId = int(self._table.portId[slot]) if slot >= 0 else None
            reports.append(SpeakerChanged(group.rooms[index].number, portId))
        turn = self._turns[group.number] = (self._turns.get(group.number, 0) + 1) % _REPORTED
        if not turn:
            reports += self._report(group, loudness)
        return reports

    def _report(self, group: MixGroup, loudness: npt.NDArray[np.float32]) -> list[Report]:
        """
        The levels, room by room.
        """
        values = np.round(loudness.astype(np.float64), 1).tolist()
        portIds = self._table.portId[group.members].tolist()
        reports: list[Report] = []
        start = 0
        for index in sorted(group.rooms):
            room = group.rooms[index]
            end = start + len(room.slots)
            if end > start:
                levelsOf = dict(zip(portIds[start:end], values[start:end], strict=True))
                reports.append(Levels(room.number, levelsOf))
            start = end
        return reports
