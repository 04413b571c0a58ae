"""
A SIP user agent without transactions and sockets, for the parts of a leg.
"""

from __future__ import annotations

import random
from typing import Any

from twisted.internet.task import Clock

from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialRule
from h323d.call.gates import Gates
from h323d.call.homes import Home, Homes, homeAt
from h323d.call.legs import ILeg
from h323d.errors import DecodeError
from h323d.events.bus import EventBus
from h323d.sip.config import SIPConfig
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.digest.answering import NO_SECRETS, Answering
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.rack import RAck
from h323d.sip.messages.uri import URI
from h323d.sip.proof import Unproven, UnprovenCredit
from h323d.sip.transactions.running import ClientUser, ServerTransaction
from h323d.sip.transactions.timers import Timers
from h323d.values.address import TransportAddress
from h323d.values.identifiers import LegID
from h323d.values.proof import Proof
from tests.support.fakemedia import FakePool
from tests.support.sippeers import request

__all__ = ["FakeAgent", "FakeFlow", "FakeTransaction", "received"]


class FakeFlow:
    """
    A way to 10.0.0.3 that nothing travels.
    """

    protocol = "UDP"
    reliable = False
    usable = True
    source = "10.0.0.1"
    local = TransportAddress("10.0.0.1", 5060)
    home = Home.at("10.0.0.1")
    peer = TransportAddress("10.0.0.3", 5060)

    def __init__(self) -> None:
        self.credit = UnprovenCredit(1000)
        self.peerKey: bytes | None = None

    def send(self, data: bytes) -> None:
        raise AssertionError("an agent sends, and nobody else")


class FakeTransaction:
    """
    Stands for one of either side.

    @ivar user: who takes what comes of it.
    """

    def __init__(self, request: SIPRequest, flow: Flow, user: Any = None) -> None:
        self.request = request
        self.flow = flow
        self.user = user
        self.proofs: tuple[Proof, ...] = ()
        self.destroyed = False

    def observe(self, user: Any) -> None:
        self.user = user

    def destroy(self) -> None:
        self.destroyed = True


class FakeAgent:
    """
    Keeps what parts of a leg have it send.

    @ivar sent: requests, each as its transaction.
    @ivar acks: those of 2xx.
    @ivar cancelled: INVITEs, with the reasons.
    @ivar answers: responses, in order.
    @ivar asked: which dialogs are to be replaced.
    @ivar replaceable: the leg that is found for one.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.rng = random.Random(1)
        self.timers = Timers()
        self.config = SIPConfig()
        self.pool = FakePool()
        self.homes: Homes = homeAt("10.0.0.1")
        self.unproven = Unproven(self.clock, 10, 10, 1.0)
        self.gates = Gates(self.clock, EventBus(), ())
        self.dialRule = DialRule(self.homes)
        self.complaints = Complaints(self.clock, EventBus())
        self.answering = Answering(NO_SECRETS, self.clock, self.rng)
        self.sent: list[FakeTransaction] = []
        self.acks: list[SIPRequest] = []
        self.cancelled: list[tuple[SIPRequest, str]] = []
        self.answers: list[SIPResponse] = []
        self.done: list[Any] = []
        self.troubles: list[DecodeError] = []
        self.asked: list[Replaces] = []
        self.replaceable: ILeg | int = 481

    def contact(self, flow: Flow | None, secure: bool = False, focus: str = "") -> str:
        return f"<sip:{focus or 'us'}@10.0.0.1:5060>"

    def flowTo(self, hop: URI, domain: str = "") -> Any:
        return FakeFlow()

    def send(self, request: SIPRequest, user: ClientUser, flow: Flow | None) -> Any:
        transaction = FakeTransaction(request, flow or FakeFlow(), user)
        self.sent.append(transaction)
        return transaction

    def sendAck(self, ack: SIPRequest, flow: Flow | None) -> None:
        self.acks.append(ack)

    def cancel(self, invite: Any, user: ClientUser, reason: str) -> None:
        self.cancelled.append((invite.request, reason))

    def respond(self, transaction: ServerTransaction, response: SIPResponse) -> None:
        self.answers.append(response)

    def enter(self, callId: str, localTag: str, user: Any) -> None:
        pass

    def dialogOf(self, legId: LegID) -> Replaces | None:
        return None

    def replaced(self, replaces: Replaces) -> ILeg | int:
        self.asked.append(replaces)
        return self.replaceable

    def forget(self, callId: str, localTag: str, awaited: RAck | None = None) -> None:
        pass

    def inviteDone(self, transaction: ServerTransaction) -> None:
        self.done.append(transaction)

    def trouble(self, legId: LegID, error: DecodeError, peer: TransportAddress) -> None:
        self.troubles.append(error)

    @property
    def statuses(self) -> list[int]:
        return [each.status for each in self.answers]

    @property
    def methods(self) -> list[str]:
        return [each.request.method for each in self.sent]


def received(method: str, **more: Any) -> Any:
    """
    A request of 10.0.0.3, as the transaction that it came in.  Any: it stands for a real one.
    """
    message = parse(request(method, **more).replace("\n", "\r\n").encode())
    assert isinstance(message, SIPRequest)
    return FakeTransaction(message, FakeFlow())
