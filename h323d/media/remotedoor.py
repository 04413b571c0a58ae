"""
Planes of media processes, as the pool knows them: their commands are names, and leave by a door.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

from h323d.call.media import PortStatistics
from h323d.media.audio.commands import Commands
from h323d.media.door import Door
from h323d.media.reports import Surveyed
from h323d.values.media.formats import MediaFormat

__all__ = ["IRemotePlanes", "RemoteDoor"]


class IRemotePlanes(Protocol):
    """
    Who has the planes.
    """

    def command(self, number: int, name: str, arguments: tuple[Any, ...]) -> None:
        """Tell a plane something; Any, as commands differ."""

    def statisticsOf(self, portId: int) -> PortStatistics | None:
        """A port's figures; C{None} if there are none."""


class RemoteDoor(Door):
    """
    One of them.
    """

    def __init__(
        self, formats: tuple[MediaFormat, ...], number: int, planes: IRemotePlanes
    ) -> None:
        super().__init__(formats)
        self._number = number
        self._planes = planes

    @property
    def commands(self) -> Commands:
        return cast(Commands, Commands)  # of which the names are all that is wanted

    def command(self, method: Callable[..., None], *arguments: Any) -> None:
        self._planes.command(self._number, method.__name__, arguments)

    def surveyed(self, report: Surveyed) -> None:
        self.figures = report.plane

    def statisticsOf(self, portId: int) -> PortStatistics | None:
        return self._planes.statisticsOf(portId)
