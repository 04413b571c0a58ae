"""
Running transactions: one request each, its machine, and the way that its messages take.

The machines know octets and timers; here are the messages.  Whoever sends a request, or
answers one, holds one of these.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.sip.flows import Flow
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.via import Via
from h323d.sip.messages.writer import write
from h323d.sip.transactions.client import NonInviteClient, newClient
from h323d.sip.transactions.inviteclient import InviteClient, newInviteClient
from h323d.sip.transactions.inviteserver import newInviteServer
from h323d.sip.transactions.key import Key, MergeKey, clientKey
from h323d.sip.transactions.server import newServer
from h323d.sip.transactions.timers import Timers
from h323d.values.proof import Proof

__all__ = [
    "ClientTransaction",
    "ClientUser",
    "Proofs",
    "ServerTransaction",
    "ServerUser",
    "TransactionKeeper",
]


Proofs: TypeAlias = tuple[Proof, ...]
"""
What the sender of a request has proved of itself.
"""


class ServerUser(Protocol):
    """
    Who answers an INVITE, and wants to know what became of the answer.
    """

    def inviteAcknowledged(self, ack: SIPRequest) -> None:
        """The ACK of a 2xx came, with the branch of the INVITE."""

    def inviteUnacknowledged(self) -> None:
        """A final response was never acknowledged."""


class ClientUser(Protocol):
    """
    Who sent a request.
    """

    def responseReceived(self, response: SIPResponse) -> None:
        """A response; for an INVITE, a 2xx may come again."""

    def requestTimedOut(self) -> None:
        """No final response came: to be taken as a 408 (8.1.3.1)."""

    def requestFailed(self) -> None:
        """The request could not be sent: to be taken as a 503."""


class TransactionKeeper(Protocol):
    """
    What a running transaction needs of the layer that keeps it.
    """

    @property
    def clock(self) -> IReactorTime: ...
    @property
    def timers(self) -> Timers: ...

    def responseFlow(self, via: Via, flow: Flow) -> Flow:
        """The way back (18.2.2)."""

    def addressed(self, request: SIPRequest, flow: Flow) -> SIPRequest:
        """The request with our Via on top."""

    def serverEnded(self, transaction: ServerTransaction) -> None:
        """Forget it."""

    def clientBegan(self, transaction: ClientTransaction) -> None:
        """Responses with its key are its."""

    def clientEnded(self, transaction: ClientTransaction) -> None:
        """Forget it."""


class ServerTransaction:
    """
    A request that we answer, and its machine.

    @ivar request: with C{received} and C{rport} written into its topmost Via.
    @ivar flow: the way it came.
    @ivar proofs: what its sender has proved.
    """

    def __init__(
        self,
        keeper: TransactionKeeper,
        request: SIPRequest,
        flow: Flow,
        key: Key,
        merge: MergeKey,
        proofs: Proofs = (),
    ) -> None:
        self._keeper = keeper
        self._user: ServerUser | None = None
        self._invite = self._server = None
        self.request = request
        self.flow = flow
        self.key = key
        self.merge = merge
        self.proofs = proofs
        self._lastAck: SIPRequest | None = None
        self._refusalTag: str | None = None  # ours, until it was acknowledged
        if request.method == "INVITE":
            self._invite = newInviteServer(self, keeper.clock, keeper.timers, flow.reliable)
        else:
            self._server = newServer(self, keeper.clock, keeper.timers, flow.reliable)

    def observe(self, user: ServerUser) -> None:
        self._user = user

    def respond(self, response: SIPResponse) -> None:
        """
        Send a response; one that comes too late is dropped.
        """
        data = write(response)
        if self._invite is not None:
            if response.isProvisional:
                self._invite.provisional(data)
            elif response.isSuccess:
                self._invite.success(data)
            else:
                self._refusalTag = response.toAddress.tag
                self._invite.failure(data)
        elif self._server is not None:
            if response.isProvisional:
                self._server.provisional(data)
            else:
                self._server.final(data)

    def handedOver(self) -> None:
        """
        The request was handed over: an INVITE that nobody answers in this very
        turn gets its 100 in time.
        """
        if self._invite is not None:
            self._invite.start()

    def again(self, flow: Flow) -> None:
        """
        The request was retransmitted.

        @param flow: the way the repetition came.
        """
        self.flow.credit.add(flow.credit)
        if self._invite is not None:
            self._invite.invite()
        elif self._server is not None:
            self._server.request()

    def ack(self, ack: SIPRequest) -> bool:
        """
        @return: whether it is the first one of a refusal, and whoever sends it has had that.
        """
        refused, self._refusalTag = self._refusalTag, None
        if self._invite is not None:
            self._lastAck = ack
            self._invite.ack()
        return refused is not None and ack.toAddress.tag == refused

    def abandon(self) -> None:
        if self._invite is not None:
            self._invite.abandon()
        elif self._server is not None:
            self._server.abandon()

    def transmit(self, data: bytes) -> None:
        self._keeper.responseFlow(self.request.via, self.flow).send(data)

    def transmitTrying(self) -> None:
        self.respond(self.request.response(100))

    def proven(self) -> bool:
        return self.flow.credit.proven

    def acknowledged(self) -> None:
        if self._user is not None and self._lastAck is not None:
            self._user.inviteAcknowledged(self._lastAck)

    def unacknowledged(self) -> None:
        if self._user is not None:
            self._user.inviteUnacknowledged()

    def ended(self) -> None:
        self._keeper.serverEnded(self)


class ClientTransaction:
    """
    A request of ours, and its machine.

    @ivar request: as sent, with its Via.
    """

    _log = Logger()

    request: SIPRequest
    flow: Flow
    key: Key

    def __init__(
        self, keeper: TransactionKeeper, user: ClientUser, fallback: Flow | None = None
    ) -> None:
        """
        @param fallback: where to try once more if the first way cannot be used.
        """
        self._keeper = keeper
        self._user = user
        self._fallback = fallback
        self._failed = False
        self._data = b""
        self._invite: InviteClient | None = None
        self._client: NonInviteClient | None = None

    def start(self, request: SIPRequest, flow: Flow) -> None:
        """
        @param request: with our Via on top.
        """
        self.request = request
        self.flow = flow
        self.key = clientKey(request)
        self._data = write(request)
        self._failed = False
        keeper = self._keeper
        keeper.clientBegan(self)
        if request.method == "INVITE":
            self._invite = newInviteClient(self, keeper.clock, keeper.timers, flow.reliable)
        else:
            self._client = newClient(self, keeper.clock, keeper.timers, flow.reliable)
        if self._invite is not None:
            self._invite.start()
        elif self._client is not None:
            self._client.start()

    def respond(self, response: SIPResponse) -> None:
        if self._invite is not None:
            if response.isProvisional:
                self._invite.provisional(response)
            elif response.isSuccess:
                self._invite.success(response)
            else:
                self._invite.failure(response)
        elif self._client is not None:
            if response.isProvisional:
                self._client.provisional(response)
            else:
                self._client.final(response)

    def destroy(self) -> None:
        """
        Forget an INVITE that has no final response, and may never have one (9.1).
        """
        if self._invite is not None:
            self._invite.destroy()

    def flowClosed(self) -> None:
        if self._invite is not None:
            self._invite.transportFailed()
        elif self._client is not None:
            self._client.transportFailed()

    def abandon(self) -> None:
        if self._invite is not None:
            self._invite.abandon()
        elif self._client is not None:
            self._client.abandon()

    def transmit(self) -> None:
        self.flow.send(self._data)

    def acknowledge(self, response: SIPResponse) -> None:
        self.flow.send(write(failureAck(self.request, response)))

    def received(self, response: SIPResponse) -> None:
        self._fallback = None
        self._user.responseReceived(response)

    def timedOut(self) -> None:
        self._user.requestTimedOut()

    def failed(self) -> None:
        if self._fallback is None:
            self._user.requestFailed()
        else:
            self._failed = True

    def ended(self) -> None:
        self._keeper.clientEnded(self)
        flow, self._fallback = self._fallback, None
        if self._failed and flow is not None:
            self._log.info(
                "{method} to {peer} goes by {protocol} after all: there is no way by {larger}",
                method=self.request.method,
                peer=str(flow.peer),
                protocol=flow.protocol,
                larger=self.flow.protocol,
            )
            bare = self.request.withHeaders(self.request.headers.without("Via"))
            self.start(self._keeper.addressed(bare, flow), flow)


def failureAck(invite: SIPRequest, response: SIPResponse) -> SIPRequest:
    """
    The ACK of a final response other than 2xx (17.1.1.3).
    """
    headers = Headers([("Via", str(invite.via))])
    for name, value in invite.headers:
        if name in ("Route", "From", "Call-ID", "Max-Forwards"):
            headers = headers.adding(name, value)
    headers = headers.adding("To", response.headers.get("To") or "")
    headers = headers.adding("CSeq", f"{invite.cseq.number} ACK")
    return SIPRequest("ACK", invite.uri, headers)
