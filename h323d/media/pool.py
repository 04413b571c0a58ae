"""
The reactor's side: ports, mixers and their reports (L{h323d.call.media}).

Every command becomes a message in a plane's inbox, and takes effect in its next tick; nothing
here is shared with the media threads, and nothing waits for them.

There is a plane for each media thread.  A mixer lives in one for its life, in that with the least
to do when it is opened; a port lives in the plane of its mixer, and goes there when it joins
(L{h323d.media.audio.crossing}).
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence, Set

from twisted.logger import Logger
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
)
from h323d.call.mediatotals import MediaTotals
from h323d.call.ports import IPortSource
from h323d.errors import ResourceUnavailable
from h323d.media.audio.crossing import Crossing
from h323d.media.config import MediaConfig
from h323d.media.door import Door
from h323d.media.dtls.handshakes import KeyAgreements
from h323d.media.failures import deliverAll
from h323d.media.mixer import Mixer, Port
from h323d.media.relay.pool import RelayPool
from h323d.media.reports import (
    Closed,
    Departed,
    DigitHeard,
    HandshakeHeard,
    Heard,
    Levels,
    PassingTurned,
    Report,
    SpeakerChanged,
    Surveyed,
)
from h323d.media.shield import EVERYWHERE
from h323d.media.totals import Totals
from h323d.values.media.encryption import CryptoSuite
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium

__all__ = ["MediaPool"]

_WORST = {"worstLateness"}  # of all planes; of other figures, the sum


@implementer(IMediaPool)
class MediaPool:
    """
    All ports and mixers, over one L{Door} or several.

    @ivar crossing: of the ports that go from plane to plane.
    """

    _log = Logger()

    def __init__(
        self,
        config: MediaConfig,
        doors: Sequence[Door],
        ports: IPortSource,
        relays: RelayPool,
        agreements: KeyAgreements,
        suites: Set[CryptoSuite] = EVERYWHERE,
    ) -> None:
        """
        @param doors: of the planes, which are alike; their drivers give L{deliver} what the ticks
            report.
        @param ports: binds port pairs.
        @param relays: opens what is forwarded and not mixed.
        @param agreements: of keys, with peers.
        @param suites: by which the planes can encrypt.
        """
        self._doors = tuple(doors)
        self._latest = self._doors[0]
        self.crossing = Crossing()
        self.formats = self._latest.formats
        self.silenceTimeout = config.silenceTimeout
        self._portSource = ports
        self._relays = relays
        self._agreements = agreements
        self.fingerprint = agreements.fingerprint
        self.suites = suites
        self._capacity = config.maximumPorts
        self._slotsInUse = 0
        self._nextId = 1
        self._ports: dict[int, Port] = {}
        self._travelling: dict[int, Port] = {}
        self._mixers: dict[int, Mixer] = {}
        self._totals = Totals()

    def reconfigure(self, networks: MediaNetworks) -> None:
        for door in self._doors:
            door.command(door.commands.know, networks)
        self._relays.reconfigure(networks)
        self._agreements.networks = networks

    def openPort(
        self,
        observer: IMediaPortObserver,
        home: Home,
        medium: Medium = Medium.AUDIO,
        priority: Priority = Priority.NORMAL,
    ) -> IMediaPort:
        """
        As in the interface.  The port is opened where the last mixer was: whoever has opened one
        opens ports for it, as often as not.
        """
        if medium is not Medium.AUDIO:
            raise ResourceUnavailable(f"no ports for {medium.value}")
        self._reserve()
        try:
            pair = self._portSource.bind(home.bind, priority)
        except ResourceUnavailable:
            self._slotsInUse -= 1
            raise
        port = Port(self, observer, self._newId(), pair, home.told, self._latest, self._agreements)
        self._ports[port.portId] = port
        return port

    def openMixer(self, observer: IMixerObserver, passes: bool = False) -> IMixer:
        self._latest = min(self._doors, key=_loadOf)
        mixer = Mixer(self, observer, self._newId(), self._latest, passes)
        self._mixers[mixer.mixerId] = mixer
        return mixer

    def openRelay(
        self,
        observer: IRelayObserver,
        homes: tuple[Home, Home],
        multiplexed: tuple[bool, bool] = (False, False),
        priority: Priority = Priority.NORMAL,
    ) -> IRelay:
        return self._relays.openRelay(observer, homes, multiplexed, priority)

    def supports(self, mediaFormat: MediaFormat) -> bool:
        return any(mediaFormat.sameOctets(known) for known in self.formats)

    def deliver(self, number: int, reports: Sequence[Report]) -> None:
        """
        Tell the observers what happened in a tick.  Called on the reactor's thread.

        @param number: of the plane, among the doors.
        """
        deliver = functools.partial(self._deliverOne, number)
        deliverAll(reports, deliver, self._log, "a media observer")

    def _deliverOne(self, number: int, report: Report) -> None:
        match report:
            case Heard(portId, source):
                if (port := self._ports.get(portId)) is not None:
                    port.observer.portHeard(port, source)
            case HandshakeHeard(portId, data, source, control):
                if (port := self._ports.get(portId)) is not None:
                    port.handshakeHeard(data, source, control)
            case DigitHeard(portId, digit, milliseconds):
                if (port := self._ports.get(portId)) is not None:
                    port.observer.portDigit(port, digit, milliseconds)
            case Levels(mixerId, levels):
                if (mixer := self._mixers.get(mixerId)) is not None:
                    mixer.observer.levels(levels)
            case SpeakerChanged(mixerId, speaker):
                if (mixer := self._mixers.get(mixerId)) is not None:
                    mixer.observer.activeSpeaker(speaker)
            case PassingTurned(mixerId, passing):
                if (mixer := self._mixers.get(mixerId)) is not None:
                    mixer.passing = passing
            case Surveyed():
                self._doors[number].surveyed(report)
                self._totals.surveyed(number, report)
            case Departed(portId):
                if self._travelling[portId].arrive():
                    del self._travelling[portId]
            case Closed(portId):
                self._slotsInUse -= 1
                self._totals.forget(portId)

    # What ports and mixers need

    def newParty(self) -> int:
        """
        @return: the number of a local party.

        @raise ResourceUnavailable: all slots are taken.
        """
        self._reserve()
        return self._newId()

    def portOf(self, portId: int) -> Port | None:
        """
        @return: the port of a number, while it is open.
        """
        return self._ports.get(portId)

    def portDeparts(self, port: Port) -> None:
        """
        A port is to be told when it has departed.
        """
        self._travelling[port.portId] = port

    def portClosed(self, portId: int) -> None:
        """
        A port is not to be reported to any more; its slot is free once the plane says so.
        """
        del self._ports[portId]

    def mixerClosed(self, mixerId: int) -> None:
        """
        A mixer is not to be reported to any more.
        """
        del self._mixers[mixerId]

    def figures(self) -> Mapping[str, float]:
        return {
            "threads": len(self._doors),
            **together([door.figures for door in self._doors]),
            "relays": len(self._relays),
        }

    def totals(self) -> MediaTotals:
        sent = (port.stream.transmit for port in self._ports.values())
        names = (transmit.format.name for transmit in sent if transmit is not None)
        known = dict.fromkeys((each.name for each in self.formats), 0)
        return self._totals.now({**known, **Counter(names)})

    def _reserve(self) -> None:
        if self._slotsInUse >= self._capacity:
            raise ResourceUnavailable(f"all {self._capacity} media slots are taken")
        self._slotsInUse += 1

    def _newId(self) -> int:
        self._nextId += 1
        return self._nextId - 1


def _loadOf(door: Door) -> int:
    return door.load


def together(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """
    @param figures: of each plane.
    @return: of all of them.
    """
    names = dict.fromkeys(name for each in figures for name in each)
    return {
        name: (max if name in _WORST else sum)(each.get(name, 0) for each in figures)
        for name in names
    }
