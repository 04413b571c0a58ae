"""
How the connections of H.323 calls are made, over TCP or over TLS: those of call signalling, and
separate H.245 with its listeners, each from its own range of local ports where one is configured.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from twisted.internet.interfaces import IReactorTime

from h323d.call.homes import Home
from h323d.call.localports import ListenerInRange, LocalPorts, OpenerInRange
from h323d.call.transport import IStreamListener, IStreamOpener, SecureStreams
from h323d.h323.config import H323Config
from h323d.h323.h245.connection import ControlNetwork
from h323d.values.portspan import PortSpan

__all__ = ["CallStreams", "callStreams", "secureCallStreams"]


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


def callStreams(
    config: H323Config,
    clock: IReactorTime,
    rng: random.Random,
    listener: IStreamListener,
    opener: IStreamOpener,
    home: Home,
) -> CallStreams:
    """
    @param rng: draws ports.
    @param home: our address, where no peer is known.
    """
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
    control = ControlNetwork(listener, controlOpener, home, config.connectTimeout)
    return CallStreams(signalling, control)


def secureCallStreams(
    config: H323Config,
    clock: IReactorTime,
    rng: random.Random,
    secure: SecureStreams | None,
    home: Home,
) -> CallStreams | None:
    """
    The same over TLS; C{None} without a certificate.
    """
    if secure is None:
        return None
    return callStreams(config, clock, rng, secure.listener, secure.opener, home)
