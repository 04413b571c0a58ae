"""
CPU per SIP call: INVITE, 180, 200, ACK, BYE, 200, as the server sees it.

No sockets: octets go in and out of the endpoint's datagram port; timers run on a real
reactor's heap, so that the transactions of the last 32 seconds weigh as they do in service.
Media ports are fakes.  Calls come back to back, so that what they need is in the processor's
caches, or with a rest between two, as in service, where it is not.  Run as::

    python benchmarks/sip_calls.py [CALLS [REST, ms]]
"""

from __future__ import annotations

import pathlib
import random
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from twisted.internet import reactor as installed
from twisted.internet.base import ReactorBase
from twisted.internet.defer import execute
from zope.interface import implementer

from h323d.call.gates import Gates
from h323d.call.legs import ILeg, ILegOwner
from h323d.call.site import siteAt
from h323d.call.surroundings import Surroundings
from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.events.bus import EventBus
from h323d.sip.config import SIPConfig
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.parser import parse
from h323d.values.address import TransportAddress
from tests.support.fakemedia import FakePool
from tests.support.sippeers import PROFILE, LegLog, offerBody, request

CALLER = TransportAddress("10.0.0.3", 5060)
OTHERWISE = (
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY, SUBSCRIBE, MESSAGE\n"
    "Supported: replaces, norefersub\nUser-Agent: a telephone that says as much as others do/1.0\n"
    "Accept: application/sdp, application/dtmf-relay\n"
)
"""
What telephones say beside what matters: with it, there is room for a 180 (L{h323d.sip.proof}).
"""


@implementer(IDatagramPort)
class Port:
    """
    Keeps what is sent.
    """

    def __init__(self, address: TransportAddress) -> None:
        self.address = address
        self.sent: list[bytes] = []

    def heardAt(self, peer: TransportAddress) -> str:
        return self.address.host

    def send(self, data: bytes, destination: TransportAddress, local: str = "") -> None:
        self.sent.append(data)

    def close(self) -> None:
        pass


@implementer(IDatagrams)
class Datagrams:
    """
    Hands out one port.
    """

    port: Port
    user: IDatagramUser

    def bind(self, address: TransportAddress, user: IDatagramUser) -> IDatagramPort:
        self.port = Port(address)
        self.user = user
        return self.port

    def bindMulticast(
        self, group: TransportAddress, interface: str, user: IDatagramUser
    ) -> IDatagramPort:
        raise NotImplementedError


@implementer(ILegOwner)
class Owner:
    """
    Lets every call ring, and answers it.
    """

    def __init__(self, events: EventBus) -> None:
        self.gates = Gates(installed, events, ())

    def legOffered(self, leg: ILeg) -> None:
        leg.observe(LegLog())
        leg.alert(None)
        leg.answer(PROFILE)


def octets(method: str, number: int, cseq: int, toTag: str = "", body: str = "") -> bytes:
    text = request(
        method,
        branch=f"z9hG4bK{number}{method}",
        callId=f"{number}@bench",
        cseq=cseq,
        toTag=toTag,
        body=body,
        extra=OTHERWISE,
    )
    return text.replace("\n", "\r\n").encode()


def main(calls: int, rest: float) -> None:
    """
    @param rest: seconds between two calls.
    """
    assert isinstance(installed, ReactorBase)
    datagrams = Datagrams()
    config = SIPConfig(tcp=False, maxCalls=10**6, maxTransactions=10**6)
    unused = object()
    events = EventBus()
    world = Surroundings(
        installed,
        random.Random(1),
        datagrams,
        unused,  # type: ignore[arg-type]  # no TCP here
        unused,  # type: ignore[arg-type]
        FakePool(10**9),
        events,
        execute,
    )
    endpoint = SIPEndpoint(config, world, siteAt("10.0.0.1"), Owner(events))
    endpoint.start()
    body = offerBody(formats="0 8 101") + "a=rtpmap:101 telephone-event/8000\na=ptime:20\n"
    spent: list[float] = []
    answered: list[float] = []
    for number in range(calls):
        time.sleep(rest)
        invite = octets("INVITE", number, 1, body=body)
        began = time.process_time()
        datagrams.user.datagramReceived(invite, CALLER)
        answered.append(time.process_time() - began)
        tag = parse(datagrams.port.sent[-1]).toAddress.tag or ""
        assert len(datagrams.port.sent) == 2
        ack, bye = octets("ACK", number, 1, tag), octets("BYE", number, 2, tag)
        began2 = time.process_time()
        datagrams.user.datagramReceived(ack, CALLER)
        datagrams.user.datagramReceived(bye, CALLER)
        installed.runUntilCurrent()
        spent.append(answered[-1] + time.process_time() - began2)
        assert len(datagrams.port.sent) == 3
        datagrams.port.sent.clear()
    total, first = (1000 * statistics.median(each) for each in (spent, answered))
    print(f"{calls} calls: {total:.3f} ms of CPU each (median), {first:.3f} ms to the 200")
    print(f"transactions left to their timers: {endpoint.transactions[0]}")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 2000,
        float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.0,
    )
