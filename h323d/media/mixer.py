"""
Ports and mixers, as legs and rooms hold them (L{h323d.call.media}).

A port is in the plane of its mixer.  Where it joins one that is in another plane, it goes there:
its own plane is told to let it depart, and when it has, the other has it arrive.  What the port is
told meanwhile waits here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from zope.interface import implementer

from h323d.call.media import (
    IMediaPort,
    IMediaPortObserver,
    IMixer,
    IMixerObserver,
    ISampleSink,
    ISampleSource,
    PortStatistics,
    Signalling,
)
from h323d.call.ports import IPortPair
from h323d.errors import RemoteProtocolError
from h323d.media.audio.crossing import Crossing
from h323d.media.door import Door
from h323d.media.dtls.handshakes import Handshakes, KeyAgreements
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import CryptoSuite, StreamKeys
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream

__all__ = ["Mixer", "Pool", "Port"]

TO_COME = 2  # members that every mixer is taken to have at least: those of a bridge


class Pool(Protocol):
    """
    What ports and mixers need of their pool.
    """

    @property
    def crossing(self) -> Crossing:
        """By which ports go from plane to plane."""

    def newParty(self) -> int:
        """The number of a local party; raises ResourceUnavailable if all slots are taken."""

    def portOf(self, portId: int) -> Port | None:
        """The port of a number, while it is open."""

    def portDeparts(self, port: Port) -> None:
        """A port is to be told when it has departed."""

    def portClosed(self, portId: int) -> None:
        """A port is not to be reported to any more."""

    def mixerClosed(self, mixerId: int) -> None:
        """A mixer is not to be reported to any more."""


@dataclass(slots=True)
class _Stage:
    """
    A plane that a port is on its way to, and what it is to be told there.
    """

    door: Door
    waiting: list[tuple[Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)
    # Any: as commands differ.


@implementer(IMediaPort)
class Port:
    """
    @ivar observer: the leg.
    @ivar mixer: whose member it is; C{None} while it is in none.
    """

    medium = Medium.AUDIO

    def __init__(
        self,
        pool: Pool,
        observer: IMediaPortObserver,
        portId: int,
        pair: IPortPair,
        told: str,
        door: Door,
        agreements: KeyAgreements,
    ) -> None:
        """
        @param told: our address, as its peer is told it.
        @param door: of the plane that it is opened in.
        @param agreements: of keys.
        """
        self._handshakes = Handshakes(self, agreements)
        self._pool = pool
        self._door = door
        self._ahead: deque[_Stage] = deque()
        self._figures = PortStatistics()
        self._closed = False
        self.observer = observer
        self.mixer: Mixer | None = None
        self.portId = portId
        self.rtp = TransportAddress(told, pair.rtp.port)
        self.rtcp = TransportAddress(told, pair.rtcp.port)
        self.stream = Stream()
        door.command(door.commands.openPort, portId, pair)

    def configure(self, stream: Stream, signalling: Signalling) -> None:
        if self._closed:
            return
        self.stream = stream
        self.command(self._door.commands.configure, self.portId, stream, signalling)
        self._handshakes.follow(stream, signalling)

    def expectHandshake(self) -> None:
        if not self._closed:
            self.command(self._door.commands.expectHandshake, self.portId)
            self._handshakes.expect()

    @property
    def encryption(self) -> CryptoSuite | None:
        keys = self.stream.keys
        return keys.ours.suite if isinstance(keys, StreamKeys) else self._handshakes.suite

    def sendDigit(self, digit: str, milliseconds: int) -> None:
        if not self._closed:
            self.command(self._door.commands.sendDigit, self.portId, digit, milliseconds)

    def statistics(self) -> PortStatistics:
        """
        Those of the plane that it left last, until the one that it went to has surveyed it.
        """
        self._figures = self._door.statisticsOf(self.portId) or self._figures
        return self._figures

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._handshakes.close()
        if self.mixer is not None:
            self.mixer.left(self)
        self._pool.portClosed(self.portId)
        self.command(self._door.commands.closePort, self.portId)

    # How keys are agreed on

    def handshakeHeard(self, data: bytes, source: TransportAddress | None, control: bool) -> None:
        """
        A datagram of DTLS came, as L{h323d.media.reports.HandshakeHeard} tells.
        """
        self._handshakes.heard(data, source, control)

    def sendHandshake(self, data: bytes, target: TransportAddress | None, control: bool) -> None:
        self.command(self._door.commands.sendHandshake, self.portId, data, target, control)

    def agreed(self, keys: StreamKeys, control: bool) -> None:
        self.command(self._door.commands.encrypt, self.portId, keys, control)

    def agreementFailed(self, error: RemoteProtocolError) -> None:
        self.observer.portFailed(self, error)

    # What mixers need

    def command(self, method: Callable[..., None], *arguments: Any) -> None:
        """
        Have the plane that it is in, or goes to, run one of its commands, after all that it was
        told before.

        @param arguments: Any, as commands differ.
        """
        if self._ahead:
            self._ahead[-1].waiting.append((method, arguments))
        else:
            self._door.command(method, *arguments)

    def go(self, door: Door) -> None:
        """
        Be in that plane from now on.
        """
        if door is self._door:
            return
        self.statistics()
        self.command(self._door.commands.depart, self.portId, self._pool.crossing)
        self._ahead.append(_Stage(door))
        self._door = door
        self._pool.portDeparts(self)

    def arrive(self) -> bool:
        """
        It has departed: have it arrive, and be told what has waited.

        @return: whether it stays there.
        """
        stage = self._ahead.popleft()
        stage.door.command(stage.door.commands.arrive, self.portId, self._pool.crossing)
        for method, arguments in stage.waiting:
            stage.door.command(method, *arguments)
        return not self._ahead


@implementer(IMixer)
class Mixer:
    """
    @ivar observer: the room.
    """

    def __init__(
        self,
        pool: Pool,
        observer: IMixerObserver,
        mixerId: int,
        door: Door,
        passes: bool = False,
    ) -> None:
        """
        @param door: of the plane that it lives in.
        @param passes: whether the packets of two who speak alike may pass.
        """
        self._pool = pool
        self._door = door
        self._ports: set[int] = set()
        self._parties: set[int] = set()
        self._weight = 0
        self._closed = False
        self.observer = observer
        self.mixerId = mixerId
        self.passing = False
        door.command(door.commands.openRoom, mixerId, passes)
        self._weigh()

    def join(self, port: IMediaPort) -> None:
        joining = self._pool.portOf(port.portId)
        if self._closed or joining is None:
            return
        if joining.mixer is not self:
            if joining.mixer is not None:
                joining.mixer.left(joining)
            joining.mixer = self
            self._ports.add(port.portId)
            self._weigh()
        joining.go(self._door)
        joining.command(self._door.commands.join, self.mixerId, port.portId)

    def leave(self, port: IMediaPort) -> None:
        leaving = self._memberOf(port)
        if leaving is not None:
            leaving.command(self._door.commands.leave, self.mixerId, port.portId)
            self.left(leaving)

    def left(self, port: Port) -> None:
        """
        A port is no member any more.
        """
        port.mixer = None
        self._ports.discard(port.portId)
        self._weigh()

    def mute(self, port: IMediaPort, muted: bool) -> None:
        member = self._memberOf(port)
        if member is not None:
            member.command(self._door.commands.mute, self.mixerId, port.portId, muted)

    def deafen(self, port: IMediaPort, deaf: bool) -> None:
        member = self._memberOf(port)
        if member is not None:
            member.command(self._door.commands.deafen, self.mixerId, port.portId, deaf)

    def attach(self, source: ISampleSource | None, sink: ISampleSink | None) -> int:
        partyId = self._pool.newParty()
        self._parties.add(partyId)
        self._weigh()
        self._door.command(self._door.commands.attach, self.mixerId, partyId, source, sink)
        return partyId

    def detach(self, partyId: int) -> None:
        if partyId in self._parties:
            self._parties.remove(partyId)
            self._weigh()
            self._door.command(self._door.commands.detach, partyId)

    def close(self) -> None:
        if self._closed:
            return
        for partyId in sorted(self._parties):
            self.detach(partyId)
        for portId in sorted(self._ports):
            port = self._pool.portOf(portId)
            if port is not None:
                self.left(port)
        self._closed = True
        self._weigh()
        self._pool.mixerClosed(self.mixerId)
        self._door.command(self._door.commands.closeRoom, self.mixerId)

    def _memberOf(self, port: IMediaPort) -> Port | None:
        member = self._pool.portOf(port.portId)
        return member if member is not None and member.mixer is self else None

    def _weigh(self) -> None:
        """
        Let the plane's load be what it is.
        """
        members = len(self._ports) + len(self._parties)
        weight = 0 if self._closed else max(members, TO_COME)
        self._door.load += weight - self._weight
        self._weight = weight
