"""
When to send RTCP (RFC 3550, 6.2, 6.3 and A.7), for many streams.
"""

from __future__ import annotations

import math
import random

import numpy as np
import numpy.typing as npt

__all__ = ["RTCPSchedule", "deterministicInterval", "randomisedInterval"]

MINIMUM_INTERVAL = 5.0  # seconds; half of it before the first report
SENDERS_SHARE = 0.25  # of the RTCP bandwidth, while senders are a minority
COMPENSATION = math.e - 1.5  # reconsideration makes intervals longer than they should be
_SIZE_WEIGHT = 1 / 16  # of the newest compound in the average


def deterministicInterval(
    members: int,
    senders: int,
    bandwidth: float,
    averageSize: float,
    weSent: bool,
    initial: bool,
    minimum: float = MINIMUM_INTERVAL,
) -> float:
    """
    The interval before randomisation, Td of 6.3.1.

    @param members: in the session, ourselves included.
    @param senders: of those, who have sent lately.
    @param bandwidth: for RTCP, octets a second; 5 % of the session's.
    @param averageSize: of compounds, octets, IP and UDP headers included.
    @param weSent: whether we are one of the senders.
    @param initial: whether we have not sent a report yet.
    @param minimum: seconds; half as much for the first report.
    @return: seconds.
    """
    count, share = members, bandwidth
    if senders <= members * SENDERS_SHARE:
        if weSent:
            count, share = senders, bandwidth * SENDERS_SHARE
        else:
            count, share = members - senders, bandwidth * (1 - SENDERS_SHARE)
    least = minimum / 2 if initial else minimum
    return max(least, count * averageSize / share) if share > 0 else least


def randomisedInterval(interval: float, rng: random.Random) -> float:
    """
    @return: between a half and one and a half of C{interval}, compensated, seconds.
    """
    return interval * (rng.random() + 0.5) / COMPENSATION


class RTCPSchedule:
    """
    The transmission times of C{streams} sessions of two members each.

    Two members cannot outgrow each other, so that the reconsideration of 6.3.3 would
    always confirm the time that was drawn: it is drawn once.
    """

    def __init__(
        self,
        streams: int,
        rng: random.Random,
        bandwidth: float = 500.0,
        minimum: float = MINIMUM_INTERVAL,
    ) -> None:
        """
        @param bandwidth: for RTCP, of each session, octets a second; by default 5 % of
            80 kbit/s: G.711 in packets of 20 ms.
        @param minimum: mean seconds between two reports of a session, at least.
        """
        self._rng = rng
        self._bandwidth = bandwidth
        self._minimum = minimum
        self._next = np.full(streams, np.inf)
        self._averageSize = np.full(streams, 128.0)

    def start(self, stream: int, now: float) -> None:
        """
        A session begins.
        """
        self._averageSize[stream] = 128.0
        self._next[stream] = now + self._draw(stream, weSent=False, initial=True)

    def stop(self, stream: int) -> None:
        """
        A session ended.
        """
        self._next[stream] = np.inf

    def due(self, now: float) -> npt.NDArray[np.intp]:
        """
        @return: C{intp[k]}: the streams whose report is due.
        """
        return np.flatnonzero(self._next <= now)

    def received(self, stream: int, size: int) -> None:
        """
        A compound came, of so many octets with its IP and UDP headers (6.3.3).
        """
        self._averageSize[stream] += (size - self._averageSize[stream]) * _SIZE_WEIGHT

    def sent(self, stream: int, size: int, now: float, weSent: bool = True) -> None:
        """
        A compound was sent; draw the time of the next.

        @param weSent: whether we have sent RTP since the report before.
        """
        self.received(stream, size)
        self._next[stream] = now + self._draw(stream, weSent, initial=False)

    def _draw(self, stream: int, weSent: bool, initial: bool) -> float:
        interval = deterministicInterval(
            members=2,
            senders=2 if weSent else 1,
            bandwidth=self._bandwidth,
            averageSize=float(self._averageSize[stream]),
            weSent=weSent,
            initial=initial,
            minimum=self._minimum,
        )
        return randomisedInterval(interval, self._rng)
