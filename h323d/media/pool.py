"""
The reactor's side: ports, mixers and their reports (L{h323d.call.media}).

Every command becomes a message in the plane's inbox, and takes effect in its next tick;
nothing here is shared with the media thread, and nothing waits for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.homes import Home
from h323d.call.media import (
    IMediaPool,
    IMediaPort,
    IMediaPortObserver,
    IMixer,
    IMixerObserver,
    IRelay,
    IRelayObserver,
    ISampleSink,
    ISampleSource,
    MediaNetworks,
    PortStatistics,
    Signalling,
)
from h323d.errors import ResourceUnavailable
from h323d.media.audio.commands import Commands
from h323d.media.audio.plane import MediaPlane
from h323d.media.audio.survey import Survey
from h323d.media.config import MediaConfig
from h323d.media.failures import deliverAll
from h323d.media.packets import IPortPair, IPortSource
from h323d.media.relay.pool import RelayPool
from h323d.media.reports import (
    Closed,
    DigitHeard,
    Heard,
    Levels,
    Report,
    SpeakerChanged,
    Surveyed,
)
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream

__all__ = ["MediaPool"]


def asleep() -> None:
    """
    The driver looks by itself.
    """


@implementer(IMediaPool)
class MediaPool:
    """
    All ports and mixers over one L{MediaPlane}.
    """

    _log = Logger()

    def __init__(
        self,
        config: MediaConfig,
        plane: MediaPlane,
        ports: IPortSource,
        relays: RelayPool,
        wake: Callable[[], None] = asleep,
    ) -> None:
        """
        @param plane: whose inbox gets the commands; ticked by a driver, which gives
            L{deliver} what the ticks report.
        @param ports: binds port pairs.
        @param relays: opens what is forwarded and not mixed.
        @param wake: tells the driver that there are commands, if it does not look by
            itself at every point of the grid.
        """
        self._plane = plane
        self.formats = plane.formats
        self.silenceTimeout = config.silenceTimeout
        self._portSource = ports
        self._relays = relays
        self._wake = wake
        self._capacity = config.maximumPorts
        self._slotsInUse = 0
        self._nextId = 1
        self._ports: dict[int, _Port] = {}
        self._mixers: dict[int, _Mixer] = {}
        self._survey: Survey | None = None
        self._figures: Mapping[str, float] = {}

    def reconfigure(self, networks: MediaNetworks) -> None:
        self.command(self._plane.commands.know, networks)
        self._relays.reconfigure(networks)

    def openPort(
        self, observer: IMediaPortObserver, home: Home, medium: Medium = Medium.AUDIO
    ) -> IMediaPort:
        if medium is not Medium.AUDIO:
            raise ResourceUnavailable(f"no ports for {medium.value}")
        self._reserve()
        try:
            pair = self._portSource.bind(home.bind)
        except ResourceUnavailable:
            self._slotsInUse -= 1
            raise
        port = _Port(self, observer, self._newId(), pair, home.told)
        self._ports[port.portId] = port
        self.command(self._plane.commands.openPort, port.portId, pair)
        return port

    def openMixer(self, observer: IMixerObserver) -> IMixer:
        mixer = _Mixer(self, observer, self._newId())
        self._mixers[mixer.mixerId] = mixer
        self.command(self._plane.commands.openRoom, mixer.mixerId)
        return mixer

    def openRelay(
        self,
        observer: IRelayObserver,
        homes: tuple[Home, Home],
        multiplexed: tuple[bool, bool] = (False, False),
    ) -> IRelay:
        return self._relays.openRelay(observer, homes, multiplexed)

    def supports(self, mediaFormat: MediaFormat) -> bool:
        return any(mediaFormat.sameEncoding(known) for known in self.formats)

    def deliver(self, reports: Sequence[Report]) -> None:
        """
        Tell the observers what happened in a tick.  Called on the reactor's thread.
        """
        deliverAll(reports, self._deliverOne, self._log, "a media observer")

    def _deliverOne(self, report: Report) -> None:
        match report:
            case Heard(portId, source):
                if (port := self._ports.get(portId)) is not None:
                    port.observer.portHeard(port, source)
            case DigitHeard(portId, digit, milliseconds):
                if (port := self._ports.get(portId)) is not None:
                    port.observer.portDigit(port, digit, milliseconds)
            case Levels(mixerId, levels):
                if (mixer := self._mixers.get(mixerId)) is not None:
                    mixer.observer.levels(levels)
            case SpeakerChanged(mixerId, speaker):
                if (mixer := self._mixers.get(mixerId)) is not None:
                    mixer.observer.activeSpeaker(speaker)
            case Surveyed(survey, plane):
                self._survey, self._figures = survey, plane
            case Closed():
                self._slotsInUse -= 1

    # What ports and mixers need

    def command(self, method: Callable[..., None], *arguments: Any) -> None:
        """
        Have the plane run one of its commands in its next tick.

        @param arguments: what C{method} takes after the L{IPacketIO}; Any, as commands
            differ.
        """
        self._plane.inbox.append(functools.partial(_run, method, arguments))
        self._wake()

    def newParty(self) -> int:
        """
        @return: the number of a local party.

        @raise ResourceUnavailable: all slots are taken.
        """
        self._reserve()
        return self._newId()

    def portClosed(self, portId: int) -> None:
        """
        A port is not to be reported to any more; its slot is free once the plane says so.
        """
        del self._ports[portId]
        self.command(self._plane.commands.closePort, portId)

    def mixerClosed(self, mixerId: int) -> None:
        """
        A mixer is not to be reported to any more.
        """
        del self._mixers[mixerId]
        self.command(self._plane.commands.closeRoom, mixerId)

    @property
    def commands(self) -> Commands:
        """
        What may be given to L{command}.
        """
        return self._plane.commands

    def statisticsOf(self, portId: int) -> PortStatistics:
        """
        A port's figures, as of the last survey.
        """
        return PortStatistics() if self._survey is None else self._survey.of(portId)

    def figures(self) -> Mapping[str, float]:
        return {**self._figures, "relays": len(self._relays)}

    def _reserve(self) -> None:
        if self._slotsInUse >= self._capacity:
            raise ResourceUnavailable(f"all {self._capacity} media slots are taken")
        self._slotsInUse += 1

    def _newId(self) -> int:
        self._nextId += 1
        return self._nextId - 1


def _run(method: Callable[..., None], arguments: tuple[Any, ...], packets: Any) -> None:
    method(packets, *arguments)


@implementer(IMediaPort)
class _Port:
    """
    @ivar observer: the leg.
    """

    medium = Medium.AUDIO

    def __init__(
        self,
        pool: MediaPool,
        observer: IMediaPortObserver,
        portId: int,
        pair: IPortPair,
        told: str,
    ) -> None:
        self._pool = pool
        self._closed = False
        self.observer = observer
        self.portId = portId
        self.rtp = TransportAddress(told, pair.rtp.port)
        self.rtcp = TransportAddress(told, pair.rtcp.port)
        self.stream = Stream()

    def configure(self, stream: Stream, signalling: Signalling) -> None:
        if self._closed:
            return
        self.stream = stream
        self._pool.command(self._pool.commands.configure, self.portId, stream, signalling)

    def sendDigit(self, digit: str, milliseconds: int) -> None:
        if not self._closed:
            self._pool.command(self._pool.commands.sendDigit, self.portId, digit, milliseconds)

    def statistics(self) -> PortStatistics:
        return self._pool.statisticsOf(self.portId)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._pool.portClosed(self.portId)


@implementer(IMixer)
class _Mixer:
    """
    @ivar observer: the room.
    """

    def __init__(self, pool: MediaPool, observer: IMixerObserver, mixerId: int) -> None:
        self._pool = pool
        self._parties: set[int] = set()
        self._closed = False
        self.observer = observer
        self.mixerId = mixerId

    def join(self, port: IMediaPort) -> None:
        if not self._closed:
            self._pool.command(self._pool.commands.join, self.mixerId, port.portId)

    def leave(self, port: IMediaPort) -> None:
        if not self._closed:
            self._pool.command(self._pool.commands.leave, self.mixerId, port.portId)

    def mute(self, port: IMediaPort, muted: bool) -> None:
        self._pool.command(self._pool.commands.mute, self.mixerId, port.portId, muted)

    def deafen(self, port: IMediaPort, deaf: bool) -> None:
        self._pool.command(self._pool.commands.deafen, self.mixerId, port.portId, deaf)

    def attach(self, source: ISampleSource | None, sink: ISampleSink | None) -> int:
        partyId = self._pool.newParty()
        self._parties.add(partyId)
        self._pool.command(self._pool.commands.attach, self.mixerId, partyId, source, sink)
        return partyId

    def detach(self, partyId: int) -> None:
        if partyId in self._parties:
            self._parties.remove(partyId)
            self._pool.command(self._pool.commands.detach, partyId)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for partyId in sorted(self._parties):
            self.detach(partyId)
        self._pool.mixerClosed(self.mixerId)
