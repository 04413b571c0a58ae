"""
CPU of a gateway's signalling for a call: INVITE here, Setup there, both answered, and both cleared.

No sockets, and no time but the simulation's.  The calls and their ends are those of
L{benchmarks.gateway_calls}, on a simulated network; what counts is what the server does when
something arrives or is due.  They come one after the other, each held for half a second.  The
media plane is there and obeys, but does not count.

Run: C{python -m benchmarks.gateway_signalling --calls 400}; with C{--profile FILE}, it tells by how
many calls of functions, and has for pstats which.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall

from benchmarks.gateway_calls import CALLED, ENDS, HELD, OURS, Ends
from h323d.call.surroundings import Surroundings
from h323d.config.sections import Configuration, ServerConfig
from h323d.dsp.provisions import provisions
from h323d.events.bus import EventBus
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.gateway.config import GatewayConfig
from h323d.inputs import Inputs
from h323d.media.config import MediaConfig
from h323d.net.datagram import Datagrams
from h323d.net.files import Files
from h323d.net.stream import StreamListener, StreamOpener
from h323d.plugins import chooseCodecs
from h323d.server.server import Server
from tests.support.network import SimulatedHost, SimulatedNetwork
from tests.support.seal import aside
from tests.support.simulation import START, Media
from tests.support.virtualclock import VirtualClock

WARM = 20  # calls that do not count
CONFIGURATION = Configuration(
    server=ServerConfig(bind=OURS),
    routing=RoutingConfig(routes=(StaticRoute(CALLED, to=(f"{ENDS}:1720",)),)),
    gateway=GatewayConfig(acceptUnregistered=True),
)


class Meter:
    """
    @ivar spent: seconds of CPU in what was metered.
    @ivar profile: of it, if that is wanted.
    """

    def __init__(self) -> None:
        self.spent = 0.0
        self.profile: cProfile.Profile | None = None
        self._isInside = False

    def run(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        # Any: as the function has it.
        if self._isInside:
            return function(*arguments, **named)
        self._isInside = True
        began = time.thread_time()
        if self.profile is not None:
            self.profile.enable()
        try:
            return function(*arguments, **named)
        finally:
            if self.profile is not None:
                self.profile.disable()
            self.spent += time.thread_time() - began
            self._isInside = False


class Metered:
    """
    A protocol, or a factory of such, whose methods are metered.
    """

    def __init__(self, meter: Meter, wrapped: Any) -> None:
        self._meter = meter
        self._wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._wrapped, name)
        return MeteredMethod(self._meter, found) if callable(found) else found

    def buildProtocol(self, address: Any) -> Any:
        protocol = self._meter.run(self._wrapped.buildProtocol, address)
        return None if protocol is None else Metered(self._meter, protocol)


class MeteredMethod:
    def __init__(self, meter: Meter, method: Callable[..., Any]) -> None:
        self._meter = meter
        self._method = method

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._meter.run(self._method, *arguments, **named)


class MeteredHost(SimulatedHost):
    """
    A server's reactor.
    """

    def __init__(self, meter: Meter, network: SimulatedNetwork) -> None:
        super().__init__(network, OURS)
        self._meter = meter

    def callLater(
        self, delay: float, function: Callable[..., object], *args: Any, **kw: Any
    ) -> IDelayedCall:
        return super().callLater(delay, self._meter.run, function, *args, **kw)

    def listenUDP(self, port: int, protocol: Any, *args: Any, **kw: Any) -> Any:
        return super().listenUDP(port, Metered(self._meter, protocol), *args, **kw)

    def listenTCP(self, port: int, factory: Any, *args: Any, **kw: Any) -> Any:
        return super().listenTCP(port, Metered(self._meter, factory), *args, **kw)

    def connectTCP(self, host: str, port: int, factory: Any, *args: Any, **kw: Any) -> Any:
        return super().connectTCP(host, port, Metered(self._meter, factory), *args, **kw)


def newServer(network: SimulatedNetwork, meter: Meter) -> Server:
    host: Any = MeteredHost(meter, network)  # Any: a reactor of some interfaces
    inputs, events, rng = Inputs(), EventBus(), random.Random(1)
    provided = provisions()
    media = Media(
        MediaConfig(tickMs=20), network.host(OURS), rng, network.clock, inputs=inputs,
        codecs=chooseCodecs((), provided),
    )  # fmt: skip
    surroundings = Surroundings(
        host, rng, Datagrams(host), StreamListener(host), StreamOpener(host), media.pool, events,
        aside, routes=host, files=Files(), codecs=provided, inputs=inputs,
    )  # fmt: skip
    server = Server(CONFIGURATION, surroundings)
    server.start()
    media.start()
    return server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--profile", metavar="FILE", help="of what is counted, for pstats")
    options = parser.parse_args()
    clock, meter = VirtualClock(), Meter()
    clock.advance(START)
    network = SimulatedNetwork(clock, random.Random(1))
    newServer(network, meter)
    ends = Ends(network.host(ENDS))
    spent: list[float] = []
    for number in range(-WARM, options.calls):
        if number == 0 and options.profile:
            meter.profile = cProfile.Profile()
        meter.spent = 0.0
        ends.call(f"sip:{CALLED}@{OURS}")
        end = clock.seconds() + 2 * HELD
        while (due := clock.nextDue()) is not None and due <= end:
            clock.advance(max(0.0, due - clock.seconds()))
        spent.append(meter.spent)
    assert len(ends.setUp) == len(spent), "a call was not answered"
    print(f"{1000 * statistics.median(spent[WARM:]):.2f} ms of CPU a call, median")
    if meter.profile is not None:
        stats: Any = pstats.Stats(meter.profile)  # Any: it does not tell mypy what it has
        print(f"{stats.total_calls / options.calls:.0f} calls of functions a call")
        stats.dump_stats(options.profile)
    return 0


if __name__ == "__main__":
    sys.exit(main())
