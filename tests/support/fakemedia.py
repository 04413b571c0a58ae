"""
A media pool that carries nothing and remembers everything.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

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
    IRelaySide,
    ISampleSink,
    ISampleSource,
    MediaNetworks,
    PortStatistics,
    Signalling,
)
from h323d.call.mediatotals import MediaTotals
from h323d.call.relaying import Latching, RelayStatistics
from h323d.errors import ResourceUnavailable
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import CryptoSuite
from h323d.values.media.fingerprint import Fingerprint
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream

__all__ = [
    "SHOWN",
    "FakeAim",
    "FakeMixer",
    "FakePool",
    "FakePort",
    "FakeRelay",
    "FakeRelaySide",
    "Unmoved",
]


SHOWN = Fingerprint("sha-256", bytes(range(32)))


@implementer(IMediaPort)
class FakePort:
    """
    A port pair that is never bound.

    @ivar configured: every stream that it was told of.
    @ivar signalling: where the peer's signalling comes from, as it was told last.
    @ivar digits: what it was told to send.
    @ivar expecting: whether it was told that a handshake may come.
    @ivar figures: how it is to fare.
    @ivar priority: with which it was opened.
    """

    def __init__(
        self,
        pool: FakePool,
        portId: int,
        observer: IMediaPortObserver,
        host: str,
        medium: Medium,
    ) -> None:
        self.pool = pool
        self.portId = portId
        self.observer = observer
        self.rtp = TransportAddress(host, 16384 + 2 * portId)
        self.rtcp = replace(self.rtp, port=self.rtp.port + 1)
        self.medium = medium
        self.stream = Stream(medium=medium)
        self.encryption: CryptoSuite | None = None
        self.expecting = False
        self.configured: list[Stream] = []
        self.signalling: Signalling | None = None
        self.digits: list[tuple[str, int]] = []
        self.figures = PortStatistics()
        self.priority = Priority.NORMAL
        self.closed = False

    def configure(self, stream: Stream, signalling: Signalling) -> None:
        self.stream = stream
        self.signalling = signalling
        self.configured.append(stream)

    def expectHandshake(self) -> None:
        self.expecting = True

    def sendDigit(self, digit: str, milliseconds: int) -> None:
        self.digits.append((digit, milliseconds))

    def statistics(self) -> PortStatistics:
        return self.figures

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.pool.ports.remove(self)


@implementer(IMixer)
class FakeMixer:
    """
    A mixer that only knows its members.
    """

    def __init__(self, observer: IMixerObserver) -> None:
        self.observer = observer
        self.members: list[IMediaPort] = []
        self.muted: set[int] = set()
        self.deaf: set[int] = set()
        self.parties: dict[int, tuple[ISampleSource | None, ISampleSink | None]] = {}
        self.closed = self.passing = False
        self._numbers = itertools.count(1000)

    def join(self, port: IMediaPort) -> None:
        assert port not in self.members
        self.members.append(port)
        self.muted.discard(port.portId)
        self.deaf.discard(port.portId)

    def leave(self, port: IMediaPort) -> None:
        self.members.remove(port)

    def mute(self, port: IMediaPort, muted: bool) -> None:
        (self.muted.add if muted else self.muted.discard)(port.portId)

    def deafen(self, port: IMediaPort, deaf: bool) -> None:
        (self.deaf.add if deaf else self.deaf.discard)(port.portId)

    def attach(self, source: ISampleSource | None, sink: ISampleSink | None) -> int:
        number = next(self._numbers)
        self.parties[number] = (source, sink)
        return number

    def detach(self, partyId: int) -> None:
        del self.parties[partyId]

    def close(self) -> None:
        self.closed = True


@dataclass(frozen=True)
class FakeAim:
    """
    What one side of a relay was told.
    """

    rtp: TransportAddress | None
    rtcp: TransportAddress | None
    latching: Latching
    signalling: Signalling
    multiplexID: int | None = None
    keepAlivePayloadType: int | None = None


@implementer(IRelaySide)
class FakeRelaySide:
    """
    @ivar aims: all that it was told.
    @ivar figures: how it is to fare.
    """

    def __init__(self, rtp: TransportAddress, multiplexID: int | None) -> None:
        self.rtp = rtp
        self.rtcp = replace(rtp, port=rtp.port + 1)
        self.multiplexID = multiplexID
        self.aims: list[FakeAim] = []
        self.figures = RelayStatistics()

    def aim(
        self,
        rtp: TransportAddress | None,
        rtcp: TransportAddress | None,
        latching: Latching,
        signalling: Signalling,
        multiplexID: int | None = None,
        keepAlivePayloadType: int | None = None,
    ) -> None:
        self.aims.append(
            FakeAim(rtp, rtcp, latching, signalling, multiplexID, keepAlivePayloadType)
        )

    def statistics(self) -> RelayStatistics:
        return self.figures


@implementer(IRelay)
class FakeRelay:
    """
    A relay that is never bound.

    @ivar priority: with which it was opened.
    """

    priority = Priority.NORMAL

    def __init__(
        self,
        pool: FakePool,
        observer: IRelayObserver,
        hosts: tuple[str, str],
        multiplexed: tuple[bool, bool],
    ) -> None:
        self.pool = pool
        self.observer = observer
        self.sides = tuple(
            FakeRelaySide(
                TransportAddress(host, 30000 + 2 * next(pool.relayNumbers)),
                next(pool.relayNumbers) if shared else None,
            )
            for host, shared in zip(hosts, multiplexed, strict=True)
        )
        self.closed = False

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.pool.relays.remove(self)


@implementer(IMediaPool)
class FakePool:
    """
    Hands out fake ports and mixers.

    @ivar ports: the open ones.
    @ivar relays: the open ones.
    @ivar left: how many more ports and relays can be opened.
    @ivar networks: what it was told of.
    """

    def __init__(self, left: int = 10_000) -> None:
        self.formats: tuple[MediaFormat, ...] = (G711_ULAW, G711_ALAW)
        self.silenceTimeout = 300.0
        self.fingerprint = SHOWN
        self.suites = frozenset(CryptoSuite)
        self.ports: list[FakePort] = []
        self.mixers: list[FakeMixer] = []
        self.relays: list[FakeRelay] = []
        self.left = left
        self.networks = MediaNetworks()
        self.relayNumbers = itertools.count()
        self._numbers = itertools.count()

    def reconfigure(self, networks: MediaNetworks) -> None:
        self.networks = networks

    def openPort(
        self,
        observer: IMediaPortObserver,
        home: Home,
        medium: Medium = Medium.AUDIO,
        priority: Priority = Priority.NORMAL,
    ) -> FakePort:
        if not self.left:
            raise ResourceUnavailable("no RTP ports are left")
        self.left -= 1
        port = FakePort(self, next(self._numbers), observer, home.told, medium)
        port.priority = priority
        self.ports.append(port)
        return port

    def openMixer(self, observer: IMixerObserver, passes: bool = False) -> FakeMixer:
        mixer = FakeMixer(observer)
        self.mixers.append(mixer)
        return mixer

    def openRelay(
        self,
        observer: IRelayObserver,
        homes: tuple[Home, Home],
        multiplexed: tuple[bool, bool] = (False, False),
        priority: Priority = Priority.NORMAL,
    ) -> FakeRelay:
        if not self.left:
            raise ResourceUnavailable("no RTP ports are left")
        self.left -= 1
        relay = FakeRelay(self, observer, (homes[0].told, homes[1].told), multiplexed)
        relay.priority = priority
        self.relays.append(relay)
        return relay

    def supports(self, mediaFormat: MediaFormat) -> bool:
        return any(mediaFormat.sameEncoding(each) for each in self.formats)

    def figures(self) -> dict[str, float]:
        return {"ports": len(self.ports)}

    def totals(self) -> MediaTotals:
        return MediaTotals()


@implementer(IRelayObserver)
class Unmoved:
    """
    A relay's observer that takes note of nothing.
    """

    def relayHeard(self, relay: IRelay, side: int, source: TransportAddress) -> None:
        pass
