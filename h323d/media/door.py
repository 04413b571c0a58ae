"""
One plane, as the reactor's side knows it: commands go in, and what it surveys comes out.

Which thread ticks the plane, or which process, makes no difference here: a command is a name and
values, and runs in the plane's next tick.
"""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Mapping
from typing import Any

from h323d.call.media import PortStatistics
from h323d.media.audio.commands import Commands
from h323d.media.audio.plane import MediaPlane
from h323d.media.audio.survey import Survey
from h323d.media.reports import Surveyed
from h323d.values.media.formats import MediaFormat

__all__ = ["Door", "PlaneDoor"]


def asleep() -> None:
    """
    The driver looks by itself.
    """


class Door(abc.ABC):
    """
    @ivar formats: what can be mixed behind it, best first.
    @ivar load: how many members its mixers have, or will have.
    @ivar figures: how the plane fared lately, by name.
    """

    def __init__(self, formats: tuple[MediaFormat, ...]) -> None:
        self._survey: Survey | None = None
        self.formats = formats
        self.load = 0
        self.figures: Mapping[str, float] = {}

    @property
    @abc.abstractmethod
    def commands(self) -> Commands:
        """
        What may be given to L{command}.
        """

    @abc.abstractmethod
    def command(self, method: Callable[..., None], *arguments: Any) -> None:
        """
        Have the plane run one of its commands in its next tick.

        @param arguments: what C{method} takes after the L{IPacketIO}; Any, as commands differ.
        """

    def surveyed(self, report: Surveyed) -> None:
        """
        The plane has looked at itself and its ports.
        """
        self._survey, self.figures = report.survey, report.plane

    def statisticsOf(self, portId: int) -> PortStatistics | None:
        """
        @return: a port's figures, as of the last survey; C{None} if it was not in it.
        """
        if self._survey is None or portId not in self._survey.rows:
            return None
        return self._survey.of(portId)


class PlaneDoor(Door):
    """
    The door of a plane that is in this process.
    """

    def __init__(self, plane: MediaPlane, wake: Callable[[], None] = asleep) -> None:
        """
        @param plane: whose inbox gets the commands; ticked by a driver.
        @param wake: tells the driver that there are commands, if it does not look by itself at
            every point of the grid.
        """
        super().__init__(plane.formats)
        self._plane = plane
        self._wake = wake

    @property
    def commands(self) -> Commands:
        return self._plane.commands

    def command(self, method: Callable[..., None], *arguments: Any) -> None:
        self._plane.inbox.append(functools.partial(_run, method, arguments))
        self._wake()


def _run(method: Callable[..., None], arguments: tuple[Any, ...], packets: Any) -> None:
    method(packets, *arguments)
