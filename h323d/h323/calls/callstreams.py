"""
How the connections of H.323 calls are made, over TCP or over TLS: those of call signalling, and
separate H.245 with its listeners, each from its own range of local ports where one is configured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from h323d.call.homes import Home
from h323d.call.localports import ListenerInRange, LocalPorts, OpenerInRange
from h323d.call.surroundings import Surroundings
from h323d.call.transport import IStreamListener, IStreamOpener
from h323d.h323.config import H323Config
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.h245.wiretap import ControlTap
from h323d.values.portspan import PortSpan

__all__ = ["CallStreams", "PlainAndSecure", "newStreams"]


@dataclass(frozen=True, slots=True)
class CallStreams:
    """
    Where a call's connections come from.

    @ivar signalling: opens those of call signalling.
    @ivar control: opens those of H.245, and listens for them.
    """

    signalling: IStreamOpener
    control: ControlNetwork

    def opening(self, seconds: float) -> CallStreams:
        """
        The same, where a connection of H.245 may take so long to open.
        """
        return replace(self, control=replace(self.control, connectTimeout=seconds))

    def towards(self, home: Home) -> CallStreams:
        """
        The same for one peer.

        @param home: our address towards it.
        """
        return replace(self, control=replace(self.control, home=home))


@dataclass(frozen=True, slots=True)
class PlainAndSecure:
    """
    Both kinds of them.

    @ivar secure: over TLS; C{None} without a certificate.
    """

    plain: CallStreams
    secure: CallStreams | None

    def of(self, secure: bool) -> CallStreams:
        """
        Those of a call over TLS, whose H.245 goes by TLS too; or not.
        """
        streams = self.secure if secure else self.plain
        assert streams is not None  # or there were no such connection
        return streams

    def opening(self, seconds: float) -> PlainAndSecure:
        """
        The same, where a connection of H.245 may take so long to open.
        """
        secure = None if self.secure is None else self.secure.opening(seconds)
        return PlainAndSecure(self.plain.opening(seconds), secure)


def newStreams(config: H323Config, world: Surroundings, home: Home) -> PlainAndSecure:
    """
    @param home: our address, where no peer is known.
    """
    secure = world.secure
    tap = ControlTap(world.clock, world.wire, "TCP")
    plain = _streams(config, world, world.listener, world.opener, home, tap)
    if secure is None:
        return PlainAndSecure(plain, None)
    tap = replace(tap, transport="TLS")
    return PlainAndSecure(plain, _streams(config, world, secure.listener, secure.opener, home, tap))


def _streams(
    config: H323Config,
    world: Surroundings,
    listener: IStreamListener,
    opener: IStreamOpener,
    home: Home,
    tap: ControlTap,
) -> CallStreams:
    clock, rng = world.clock, world.rng
    signalling, controlOpener = opener, opener
    if config.portRange:
        ports = PortSpan.parse(config.portRange)
        signalling = IStreamOpener(
            OpenerInRange(opener, LocalPorts(ports, "h323.portRange", clock, rng))
        )
    if config.h245PortRange:
        ports = PortSpan.parse(config.h245PortRange)
        drawn = LocalPorts(ports, "h323.h245PortRange", clock, rng)
        listener = IStreamListener(ListenerInRange(listener, drawn))
        controlOpener = IStreamOpener(OpenerInRange(opener, drawn))
    control = ControlNetwork(listener, controlOpener, home, config.connectTimeout, tap)
    return CallStreams(signalling, control)
