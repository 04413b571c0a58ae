"""
What the planes have counted until now, also of ports that are closed, and in processes that are
gone.

A plane surveys its ports, each with counters of its own that begin at 0 and end with it; and a
plane that is another's successor counts anew.  Here is added what is new in each survey, so that
nothing ever falls.  What a port counts after its last survey, half a second at most, is not known
here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.call.histogram import Histogram
from h323d.call.mediatotals import LATENCIES, Jitter, MediaTotals
from h323d.media.audio.survey import Survey
from h323d.media.reports import Surveyed

__all__ = ["Totals"]

_LOAD_SECONDS = 0.4  # between surveys that a load is taken from; those of new ports come more often


@dataclass(slots=True)
class _Counted:
    """
    What was known of a port in its last survey.

    @ivar lost: the most that it ever was: a packet that is late after all makes it fall (RFC 3550,
        A.3).
    """

    received: int = 0
    lost: int = 0
    sent: int = 0


@dataclass(slots=True)
class _Plane:
    """
    What was known of a plane.

    @ivar at: when the time of its thread was taken: C{busySeconds} and C{codecSeconds}.
    """

    survey: Survey
    lateTicks: int
    at: float
    busySeconds: float
    codecSeconds: float
    busy: float = 0.0
    coding: float = 0.0


class Totals:
    """
    Of all planes of a pool.
    """

    def __init__(self) -> None:
        self._latency = Histogram(LATENCIES)
        self._ports: dict[int, _Counted] = {}
        self._planes: dict[int, _Plane] = {}
        self._lostIn = self._lateTicks = 0
        self._lostOut = 0.0

    def surveyed(self, number: int, report: Surveyed) -> None:
        """
        @param number: of the plane, in the pool.
        """
        survey = report.survey
        columns = (survey.received, survey.lost, survey.sent, survey.delay, survey.remoteLost)
        rows = zip(survey.rows, *(each.tolist() for each in columns), strict=True)
        for portId, received, lost, sent, delay, remoteLost in rows:
            counted = self._ports.setdefault(portId, _Counted())
            if received < counted.received or sent < counted.sent:
                counted = self._ports[portId] = _Counted()  # it goes on elsewhere, from 0
            if received > counted.received:
                self._latency.add(1000 * delay, received - counted.received)
                counted.received = received
            if lost > counted.lost:
                self._lostIn += lost - counted.lost
                counted.lost = lost
            if not math.isnan(remoteLost):
                self._lostOut += remoteLost * (sent - counted.sent)
            counted.sent = sent
        self._measure(number, survey, report.plane)

    def forget(self, portId: int) -> None:
        """
        A port is closed.
        """
        self._ports.pop(portId, None)

    def now(self, audio: Mapping[str, int]) -> MediaTotals:
        """
        @param audio: how many ports send each codec.
        """
        planes = self._planes.values()
        return MediaTotals(
            latency=self._latency.now(),
            lostIn=self._lostIn,
            lostOut=self._lostOut,
            jitterIn=_together(each.survey.jitter[each.survey.received > 0] for each in planes),
            jitterOut=_together(each.survey.remoteJitter for each in planes),
            lateTicks=self._lateTicks,
            busy=max((each.busy for each in planes), default=0.0),
            coding=max((each.coding for each in planes), default=0.0),
            audio=audio,
        )

    def _measure(self, number: int, survey: Survey, figures: Mapping[str, float]) -> None:
        lateTicks = int(figures.get("lateTicks", 0))
        busySeconds, codecSeconds = (
            figures.get("busySeconds", 0.0),
            figures.get("codecSeconds", 0.0),
        )
        plane = self._planes.get(number)
        if plane is None or lateTicks < plane.lateTicks or busySeconds < plane.busySeconds:
            self._lateTicks += lateTicks
            timed = (survey.at, busySeconds, codecSeconds)
            self._planes[number] = _Plane(survey, lateTicks, *timed)
            return
        self._lateTicks += lateTicks - plane.lateTicks
        plane.survey, plane.lateTicks = survey, lateTicks
        passed = survey.at - plane.at
        if passed >= _LOAD_SECONDS:
            plane.busy = 100 * (busySeconds - plane.busySeconds) / passed
            plane.coding = 100 * (codecSeconds - plane.codecSeconds) / passed
            plane.at, plane.busySeconds, plane.codecSeconds = survey.at, busySeconds, codecSeconds


def _together(columns: Iterable[npt.NDArray[np.float64]]) -> Jitter:
    """
    @param columns: seconds; NaN where it is not known.
    """
    known = [each[~np.isnan(each)] for each in columns]
    if not any(each.size for each in known):
        return Jitter()
    found = np.concatenate(known)
    return Jitter(float(found.mean()), float(found.max()))
