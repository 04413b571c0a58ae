"""
CPU of a gateway for a call: INVITE here, Setup there, both answered, and both cleared.

Both ends are made by our own stack in this process; the gateway between them is a process of its
own: the server, and with C{ASTERISK_ROOT} Asterisk (PJSIP and chan_ooh323) in turn.  A call is held
for half a second without sound, so that what is measured is signalling, and the opening and
closing of media.  The CPU of an idle gateway is taken off.

Run: C{python -m benchmarks.gateway_calls --rate 20 --seconds 10}
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import deferLater
from zope.interface import implementer

from benchmarks.churn import PROFILE, TICKS, BoundPool
from h323d.call.gates import Gates
from h323d.call.legs import ILeg, ILegOwner
from h323d.call.observer import SilentObserver
from h323d.call.site import siteAt
from h323d.call.surroundings import Surroundings
from h323d.call.ways import Way
from h323d.events.bus import EventBus
from h323d.h323.config import H323Config
from h323d.h323.endpoint import H323Endpoint
from h323d.net.datagram import Datagrams
from h323d.net.stream import StreamListener, StreamOpener
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.config import SIPConfig
from h323d.sip.endpoint import SIPEndpoint
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import newCallID
from tests.support.processes import Asterisk, Server

ENDS, OURS, THEIRS = "127.0.36.1", "127.0.36.2", "127.0.36.3"
CALLED = "600"
HELD = 0.5  # seconds
SETTLE = 2.0  # seconds until a gateway is idle
WARM = 2.0  # seconds of calls that do not count
CONFIGURATION = f"""
[gateway]
acceptUnregistered = true
[[routing.routes]]
name = "{CALLED}"
to = ["{ENDS}:1720"]
"""


@dataclass(frozen=True)
class Gateway:
    """
    What is measured.

    @ivar uri: who is called there, to reach L{CALLED} at our H.323 end.
    """

    name: str
    uri: str
    pid: int

    def cpu(self) -> float:
        """
        Seconds, since it began.
        """
        text = Path(f"/proc/{self.pid}/stat").read_text()
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS


@implementer(ILegOwner)
class Ends(SilentObserver):
    """
    A SIP phone that calls, and an H.323 terminal that answers.

    @ivar talking: calls whose caller is answered.
    @ivar setUp: seconds from each INVITE to its 200.
    """

    def __init__(self, reactor: Any) -> None:
        # Any: a reactor of many interfaces.
        self._reactor = reactor
        self._rng = random.Random(1)
        world = Surroundings(
            reactor, self._rng, Datagrams(reactor), StreamListener(reactor), StreamOpener(reactor),
            BoundPool(), EventBus(), execute,
        )  # fmt: skip
        self.gates = Gates(reactor, world.events, ())
        self._h323 = H323Endpoint(H323Config(), world, siteAt(ENDS), self)
        self._sip = SIPEndpoint(SIPConfig(), world, siteAt(ENDS), self)
        self._originator = SIPOriginator(self._sip)
        self._h323.start()
        self._sip.start()
        self._began: dict[ILeg, float] = {}
        self.setUp: list[float] = []
        self.failed = 0

    @property
    def underWay(self) -> int:
        return len(self._began)

    def call(self, uri: str) -> None:
        way = Way("sip", None, (PartyAddress(AddressKind.URL, uri),))
        leg: ILeg = self._originator.originate(newCallID(self._rng), (), way, PROFILE, self)
        self._began[leg] = self._reactor.seconds()

    def legOffered(self, leg: ILeg) -> None:
        leg.observe(SilentObserver())
        leg.alert(None)
        leg.answer(PROFILE)

    def legAnswered(self, leg: ILeg) -> None:
        self.setUp.append(self._reactor.seconds() - self._began[leg])
        self._reactor.callLater(HELD, leg.hangup, Cause.NORMAL_CALL_CLEARING)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        del self._began[leg]
        self.failed += cause is not Cause.NORMAL_CALL_CLEARING

    def close(self) -> None:
        self._h323.close()
        self._sip.close()


async def come(reactor: Any, ends: Ends, uri: str, rate: float, seconds: float) -> int:
    """
    @return: how many calls were made, of which none is left.
    """
    start, count = reactor.seconds(), round(seconds * rate)
    for number in range(count):
        wait = start + number / rate - reactor.seconds()
        if wait > 0:
            await deferLater(reactor, wait)
        ends.call(uri)
    while ends.underWay:
        await deferLater(reactor, 0.05)
    return count


async def measure(reactor: Any, ends: Ends, gateway: Gateway, rate: float, seconds: float) -> str:
    """
    @return: a row of the table.
    """
    await come(reactor, ends, gateway.uri, rate, WARM)
    await deferLater(reactor, SETTLE)
    idle, idleSince = gateway.cpu(), time.monotonic()
    await deferLater(reactor, SETTLE)
    share = (gateway.cpu() - idle) / (time.monotonic() - idleSince)
    ends.setUp.clear()
    ends.failed = 0
    spent, began = gateway.cpu(), time.monotonic()
    count = await come(reactor, ends, gateway.uri, rate, seconds)
    cost = (gateway.cpu() - spent - share * (time.monotonic() - began)) / count * 1000
    middle, worst = statistics.median(ends.setUp), statistics.quantiles(ends.setUp, n=100)[98]
    return (
        f"| {gateway.name} | {count} | {ends.failed} | {cost:.1f} | "
        f"{middle * 1000:.1f} | {worst * 1000:.1f} |"
    )


async def compare(reactor: Any, gateways: list[Gateway], options: argparse.Namespace) -> None:
    print("| gateway | calls | failed | CPU, ms a call | answered after, ms, p50 | p99 |")
    print("|---|---|---|---|---|---|")
    ends = Ends(reactor)
    for _ in range(options.rounds):
        for gateway in gateways:
            row = await measure(reactor, ends, gateway, options.rate, options.seconds)
            print(row, flush=True)
    ends.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0, help="calls a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    from twisted.internet import reactor

    running: Any = reactor  # Any: the reactor is a module to mypy
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(Server(directory / "ours", OURS, CONFIGURATION))
        gateways = [Gateway("h323d", f"sip:{CALLED}@{OURS}", ours.pid)]
        if os.environ.get("ASTERISK_ROOT"):
            theirs = stack.enter_context(Asterisk(directory / "theirs", THEIRS, ENDS, trace="0"))
            gateways.append(Gateway("Asterisk", f"sip:73{CALLED}@{THEIRS}", theirs.pid))
        done = Deferred.fromCoroutine(compare(running, gateways, options))
        done.addErrback(lambda failure: failure.printTraceback(sys.stderr))
        done.addBoth(lambda _: running.stop())
        running.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
