"""
A party's media ports, with a tap: whoever rehearses is told when the first packet came, and has
peers send to the relay's doors instead, and the party itself, where there is one on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.media import (
    IMediaPool,
    IMediaPort,
    IMediaPortObserver,
    IMixer,
    IMixerObserver,
    IRelay,
    IRelayObserver,
    MediaNetworks,
    PortStatistics,
    Signalling,
)
from h323d.call.mediatotals import MediaTotals
from h323d.errors import RemoteProtocolError
from h323d.rehearse.relay import doorOf
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import CryptoSuite
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream

__all__ = ["Tap", "TappedPool"]


class Tap(Protocol):
    """
    Who rehearses.
    """

    @property
    def isRelayed(self) -> bool:
        """Whether there is a relay on the way."""

    def soundArrived(self) -> None:
        """The first packet came of a call."""

    def soundAimed(self, port: int, peer: TransportAddress) -> None:
        """The RTP of a port of ours is for this end of the server's."""


@implementer(IMediaPool)
class TappedPool:
    """
    As the pool that it stands before.
    """

    def __init__(self, pool: IMediaPool, tap: Tap) -> None:
        self._pool = pool
        self._tap = tap
        self.formats: tuple[MediaFormat, ...] = pool.formats
        self.fingerprint = pool.fingerprint
        self.suites = pool.suites
        self.silenceTimeout: float = pool.silenceTimeout

    def openPort(
        self,
        observer: IMediaPortObserver,
        home: Home,
        medium: Medium = Medium.AUDIO,
        priority: Priority = Priority.NORMAL,
    ) -> IMediaPort:
        return _TappedPort(self._pool, self._tap, observer, home, medium, priority)

    def openMixer(self, observer: IMixerObserver, passes: bool = False) -> IMixer:
        return self._pool.openMixer(observer, passes)

    def openRelay(
        self,
        observer: IRelayObserver,
        homes: tuple[Home, Home],
        multiplexed: tuple[bool, bool] = (False, False),
        priority: Priority = Priority.NORMAL,
    ) -> IRelay:
        return self._pool.openRelay(observer, homes, multiplexed, priority)

    def supports(self, mediaFormat: MediaFormat) -> bool:
        known: bool = self._pool.supports(mediaFormat)
        return known

    def reconfigure(self, networks: MediaNetworks) -> None:
        self._pool.reconfigure(networks)

    def totals(self) -> MediaTotals:
        totals: MediaTotals = self._pool.totals()
        return totals

    def figures(self) -> Mapping[str, float]:
        figures: Mapping[str, float] = self._pool.figures()
        return figures


@implementer(IMediaPort, IMediaPortObserver)
class _TappedPort:
    """
    Stands between a port and its leg.
    """

    def __init__(
        self,
        pool: IMediaPool,
        tap: Tap,
        leg: IMediaPortObserver,
        home: Home,
        medium: Medium,
        priority: Priority,
    ) -> None:
        self._tap = tap
        self._leg = leg
        self._port: IMediaPort = pool.openPort(self, home, medium, priority)
        self.portId: int = self._port.portId
        self.medium = medium
        self.rtp, self.rtcp = self._shown(self._port.rtp), self._shown(self._port.rtcp)

    def _shown(self, address: TransportAddress) -> TransportAddress:
        return replace(address, port=doorOf(address.port)) if self._tap.isRelayed else address

    @property
    def stream(self) -> Stream:
        stream: Stream = self._port.stream
        return stream

    @property
    def encryption(self) -> CryptoSuite | None:
        suite: CryptoSuite | None = self._port.encryption
        return suite

    def configure(self, stream: Stream, signalling: Signalling) -> None:
        transmit = stream.transmit
        if transmit is None or not self._tap.isRelayed:
            self._port.configure(stream, signalling)
            return
        self._tap.soundAimed(self._port.rtp.port, transmit.rtp)
        aimed = replace(transmit, rtp=self.rtp, rtcp=transmit.rtcp and self.rtcp)
        there = replace(signalling, host=self.rtp.host)
        self._port.configure(replace(stream, transmit=aimed), there)

    def expectHandshake(self) -> None:
        self._port.expectHandshake()

    def sendDigit(self, digit: str, milliseconds: int) -> None:
        self._port.sendDigit(digit, milliseconds)

    def statistics(self) -> PortStatistics:
        figures: PortStatistics = self._port.statistics()
        return figures

    def close(self) -> None:
        self._port.close()

    # What the port tells its leg.

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        self._tap.soundArrived()
        self._leg.portHeard(self, source)

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        self._leg.portDigit(self, digit, milliseconds)

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        self._leg.portFailed(self, error)
