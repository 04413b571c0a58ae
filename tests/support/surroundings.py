"""
The world of whoever lives on a simulated host.
"""

from __future__ import annotations

import random

from twisted.internet.defer import execute
from twisted.internet.interfaces import IReactorTime

from h323d.call.media import IMediaPool
from h323d.call.surroundings import Surroundings
from h323d.call.transport import SecureStreams
from h323d.events.bus import EventBus
from h323d.net.datagram import Datagrams
from h323d.net.files import Files
from h323d.net.stream import StreamListener, StreamOpener
from tests.support.network import SimulatedHost


def surroundingsOf(
    host: SimulatedHost,
    clock: IReactorTime,
    rng: random.Random,
    pool: IMediaPool,
    events: EventBus | None = None,
    secure: SecureStreams | None = None,
) -> Surroundings:
    """
    @param events: a bus of its own, if not given.
    """
    return Surroundings(
        clock,
        rng,
        Datagrams(host),
        StreamListener(host),
        StreamOpener(host),
        pool,
        events or EventBus(),
        execute,
        secure=secure,
        files=Files(),
    )
