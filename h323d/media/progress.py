"""
How far the streams of ports are, and how they have fared, whichever media process sends them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from h323d.call.media import PortStatistics
from h323d.call.relaying import RelayStatistics
from h323d.media.audio.survey import Survey
from h323d.media.positions import (
    NAME_BITS,
    SEQUENCE_BITS,
    SSRC_BITS,
    TIMESTAMP_BITS,
    Shields,
    StreamPosition,
)

__all__ = ["Progress", "RelayCounts", "newProgress"]

Sides = tuple[RelayStatistics, RelayStatistics]

_NONE = PortStatistics()


@dataclass(slots=True)
class Progress:
    """
    @ivar position: where it began with the present process.
    @ivar before: how it fared with those before.
    @ivar survey: the last one with this port in it; C{None} if there was none.
    @ivar shields: what came with that.
    """

    position: StreamPosition
    before: PortStatistics = _NONE
    survey: Survey | None = None
    shields: Shields = (None, None)

    def surveyed(self, survey: Survey, shields: Shields) -> None:
        """
        It was seen.
        """
        self.survey, self.shields = survey, shields

    def statistics(self, portId: int) -> PortStatistics:
        """
        Of all processes that it has been in.
        """
        return self.before if self.survey is None else _added(self.before, self.survey.of(portId))

    def goesOn(self, portId: int, now: float) -> StreamPosition:
        """
        A process has died: let another go on.

        @param now: seconds.
        @return: where.
        """
        position = self._last(portId).after(now)
        self._begin(portId, position)
        return position

    def departed(self, portId: int, position: StreamPosition | None, now: float) -> None:
        """
        A process has let it go.

        @param position: exactly; C{None} if nobody knows.
        """
        if position is None:
            self.goesOn(portId, now)
        else:
            self._begin(portId, replace(position, name=self.position.name))

    def _begin(self, portId: int, position: StreamPosition) -> None:
        self.before = self.statistics(portId)
        self.position = position
        self.survey = None

    def _last(self, portId: int) -> StreamPosition:
        """
        @return: where it was last known to be.
        """
        survey = self.survey
        if survey is None:
            return self.position
        row = survey.rows[portId]
        return StreamPosition(
            int(survey.ssrc[row]),
            int(survey.sequence[row]),
            int(survey.timestamp[row]),
            survey.at,
            self.position.name,
            int(survey.units[row]),
            int(survey.sent[row]),
            int(survey.sentOctets[row]),
            self.shields,
        )


def newProgress(rng: random.Random, now: float) -> Progress:
    """
    Of a port that opens.

    @param rng: must not be guessed.
    """
    position = StreamPosition(
        rng.getrandbits(SSRC_BITS),
        rng.getrandbits(SEQUENCE_BITS),
        rng.getrandbits(TIMESTAMP_BITS),
        now,
        f"{rng.getrandbits(NAME_BITS):012x}",
    )
    return Progress(position)


def _added(before: PortStatistics, now: PortStatistics) -> PortStatistics:
    """
    What is counted, in all; of packets that we sent, each process knows those of the ones before.
    """
    return replace(
        now,
        packetsReceived=before.packetsReceived + now.packetsReceived,
        packetsLost=before.packetsLost + now.packetsLost,
        packetsLate=before.packetsLate + now.packetsLate,
        packetsRefused=before.packetsRefused + now.packetsRefused,
        concealed=before.concealed + now.concealed,
        shifted=before.shifted + now.shifted,
        packetsExpected=before.packetsExpected + now.packetsExpected,
        lostRuns=before.lostRuns + now.lostRuns,
        octetsReceived=before.octetsReceived + now.octetsReceived,
    )


def _relayAdded(before: RelayStatistics, now: RelayStatistics) -> RelayStatistics:
    """
    Likewise, of one side of a relay.
    """
    return replace(
        now,
        packets=before.packets + now.packets,
        octets=before.octets + now.octets,
        controlPackets=before.controlPackets + now.controlPackets,
        refused=before.refused + now.refused,
    )


class RelayCounts:
    """
    How relays have fared, in all processes that they have been in.
    """

    def __init__(self) -> None:
        self._before: dict[int, Sides] = {}
        self._last: dict[int, Sides] = {}

    def surveyed(self, figures: Mapping[int, Sides]) -> dict[int, Sides]:
        """
        @param figures: of the present process, by relay.
        @return: in all.
        """
        found = {relayId: self._inAll(relayId, sides) for relayId, sides in figures.items()}
        self._last.update(found)
        return found

    def _inAll(self, relayId: int, now: Sides) -> Sides:
        before = self._before.get(relayId)
        if before is None:
            return now
        first, second = (_relayAdded(*each) for each in zip(before, now, strict=True))
        return first, second

    def goOn(self, relayIds: Iterable[int]) -> None:
        """
        Another process has these from now on.
        """
        self._before.update((each, self._last[each]) for each in relayIds if each in self._last)

    def closed(self, relayId: int) -> None:
        self._before.pop(relayId, None)
        self._last.pop(relayId, None)
