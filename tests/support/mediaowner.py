"""
The owner of a leg's media, for tests of what stands around them.
"""

from __future__ import annotations

from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.legmedia import LegMedia
from h323d.call.media import IMediaPort, IMediaPortObserver, Signalling
from h323d.errors import RemoteProtocolError
from h323d.values.address import TransportAddress
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from tests.support.fakemedia import FakePool, FakePort

__all__ = ["MediaOwner"]


@implementer(IMediaPortObserver)
class MediaOwner:
    """
    Has media whose ports are fakes, and remembers what they tell.

    @ivar told: the media that became ready, or were lost, in order.
    """

    def __init__(self, host: str, clock: Clock) -> None:
        self.home = Home.at(host)
        self.signalling = Signalling("192.0.2.9")
        self.priority: Priority | None = None
        self.pool = FakePool()
        self.media = LegMedia(self, self, self.pool, clock)
        self.told: list[str] = []

    def port(self, medium: Medium) -> FakePort:
        """
        The port of one medium.
        """
        return next(port for port in self.pool.ports if port.medium is medium)

    def mediaReady(self, port: IMediaPort, stream: Stream) -> None:
        self.told.append(f"{stream.medium.value} {stream.direction.value}")

    def mediaLost(self, medium: Medium) -> None:
        self.told.append(f"{medium.value} lost")

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        """Nobody sends."""

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        """Nobody sends."""

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        """Nobody agrees on keys."""
