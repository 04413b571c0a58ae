"""
The transaction layer: which running transaction a message belongs to.

Retransmissions stop here.  New requests, ACKs for 2xx and responses go up to
the users; everything that goes down leaves as octets by a flow.  The number of
transactions is bounded: a request beyond it is answered with 503 and not
remembered.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.sip.flows import Flow
from h323d.sip.headers import Headers
from h323d.sip.message import SIPRequest, SIPResponse
from h323d.sip.transactions.client import Client, newClient
from h323d.sip.transactions.inviteclient import InviteClient, newInviteClient
from h323d.sip.transactions.inviteserver import newInviteServer
from h323d.sip.transactions.key import Key, MergeKey, clientKey, mergeKey, newBranch, serverKey
from h323d.sip.transactions.server import newServer
from h323d.sip.transactions.timers import Timers
from h323d.sip.via import Via
from h323d.sip.writer import write

__all__ = [
    "ClientTransaction",
    "ClientUser",
    "LayerOwner",
    "ServerTransaction",
    "ServerUser",
    "TransactionLayer",
]

RETRY_AFTER = 5  # seconds that a peer is told to wait when we are full


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


class LayerOwner(Protocol):
    """
    The user agent's core.
    """

    def requestArrived(self, transaction: ServerTransaction) -> None:
        """A new request, except ACK."""

    def ackArrived(self, ack: SIPRequest) -> None:
        """An ACK that belongs to no transaction: that of a 2xx."""

    def responseFlow(self, via: Via, flow: Flow) -> Flow:
        """The way back (18.2.2)."""


class ServerTransaction:
    """
    A request that we answer, and its machine.

    @ivar request: with C{received} and C{rport} written into its topmost Via.
    @ivar flow: the way it came.
    """

    def __init__(
        self, layer: TransactionLayer, request: SIPRequest, flow: Flow, key: Key, merge: MergeKey
    ) -> None:
        self._layer = layer
        self._user: ServerUser | None = None
        self._invite = self._server = None
        self.request = request
        self.flow = flow
        self.key = key
        self.merge = merge
        self._lastAck: SIPRequest | None = None
        if request.method == "INVITE":
            self._invite = newInviteServer(self, layer.clock, layer.timers, flow.reliable)
        else:
            self._server = newServer(self, layer.clock, layer.timers, flow.reliable)

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
                self._invite.failure(data)
        elif self._server is not None:
            if response.isProvisional:
                self._server.provisional(data)
            else:
                self._server.final(data)

    def await_(self) -> None:
        """
        The request was handed over: an INVITE that nobody answers in this very
        turn gets its 100 in time.
        """
        if self._invite is not None:
            self._invite.start()

    def again(self) -> None:
        """
        The request was retransmitted.
        """
        if self._invite is not None:
            self._invite.invite()
        elif self._server is not None:
            self._server.request()

    def ack(self, ack: SIPRequest) -> None:
        if self._invite is not None:
            self._lastAck = ack
            self._invite.ack()

    def abandon(self) -> None:
        if self._invite is not None:
            self._invite.abandon()
        elif self._server is not None:
            self._server.abandon()

    def transmit(self, data: bytes) -> None:
        self._layer.owner.responseFlow(self.request.via, self.flow).send(data)

    def transmitTrying(self) -> None:
        self.respond(self.request.response(100))

    def acknowledged(self) -> None:
        if self._user is not None and self._lastAck is not None:
            self._user.inviteAcknowledged(self._lastAck)

    def unacknowledged(self) -> None:
        if self._user is not None:
            self._user.inviteUnacknowledged()

    def ended(self) -> None:
        self._layer.serverEnded(self)


class ClientTransaction:
    """
    A request of ours, and its machine.

    @ivar request: as sent, with its Via.
    """

    request: SIPRequest
    flow: Flow
    key: Key

    def __init__(
        self, layer: TransactionLayer, user: ClientUser, fallback: Flow | None = None
    ) -> None:
        """
        @param fallback: where to try once more if the first way cannot be used.
        """
        self._layer = layer
        self._user = user
        self._fallback = fallback
        self._failed = False
        self._data = b""
        self._invite: InviteClient | None = None
        self._client: Client | None = None

    def start(self, request: SIPRequest, flow: Flow) -> None:
        """
        @param request: with our Via on top.
        """
        self.request = request
        self.flow = flow
        self.key = clientKey(request)
        self._data = write(request)
        self._failed = False
        layer = self._layer
        layer.clientBegan(self)
        if request.method == "INVITE":
            self._invite = newInviteClient(self, layer.clock, layer.timers, flow.reliable)
        else:
            self._client = newClient(self, layer.clock, layer.timers, flow.reliable)
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
        self.flow.send(write(_failureAck(self.request, response)))

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
        self._layer.clientEnded(self)
        flow, self._fallback = self._fallback, None
        if self._failed and flow is not None:
            bare = self.request.withHeaders(self.request.headers.without("Via"))
            self.start(self._layer.addressed(bare, flow), flow)


class TransactionLayer:
    """
    All transactions of an endpoint.
    """

    def __init__(
        self,
        clock: IReactorTime,
        rng: random.Random,
        timers: Timers,
        maximum: int,
        owner: LayerOwner,
    ) -> None:
        """
        @param maximum: of server transactions at one time.
        """
        self.clock = clock
        self.timers = timers
        self.owner = owner
        self._rng = rng
        self._maximum = maximum
        self._servers: dict[Key, ServerTransaction] = {}
        self._clients: dict[Key, ClientTransaction] = {}
        self._merges: dict[MergeKey, ServerTransaction] = {}
        self._byFlow: dict[Flow, dict[ClientTransaction, None]] = {}

    @property
    def counts(self) -> tuple[int, int]:
        """
        Server and client transactions that run.
        """
        return len(self._servers), len(self._clients)

    def requestReceived(self, request: SIPRequest, flow: Flow) -> None:
        key = serverKey(request)
        running = self._servers.get(key)
        if request.method == "ACK":
            if running is None:
                self.owner.ackArrived(request)
            else:
                running.ack(request)
        elif running is not None:
            running.again()
        elif len(self._servers) >= self._maximum:
            self.respondStateless(
                request.response(503), flow, lambda h: h.adding("Retry-After", str(RETRY_AFTER))
            )
        else:
            self._begin(request, flow, key)

    def _begin(self, request: SIPRequest, flow: Flow, key: Key) -> None:
        merge = mergeKey(request)
        transaction = ServerTransaction(self, request, flow, key, merge)
        self._servers[key] = transaction
        if request.toAddress.tag is None and request.method != "CANCEL":
            if merge in self._merges:
                transaction.respond(request.response(482))
                return
            self._merges[merge] = transaction
        self.owner.requestArrived(transaction)
        transaction.await_()

    def respondStateless(
        self,
        response: SIPResponse,
        flow: Flow,
        change: Callable[[Headers], Headers] = lambda headers: headers,
    ) -> None:
        """
        Answer, and forget.
        """
        response = response.withHeaders(change(response.headers))
        self.owner.responseFlow(response.via, flow).send(write(response))

    def responseReceived(self, response: SIPResponse) -> bool:
        """
        @return: whether somebody waited for it.
        """
        running = self._clients.get(clientKey(response))
        if running is None:
            return False
        running.respond(response)
        return True

    def invited(self, cancel: SIPRequest) -> ServerTransaction | None:
        """
        The INVITE that a CANCEL is about (9.2).
        """
        return self._servers.get(serverKey(cancel, "INVITE"))

    def request(
        self, request: SIPRequest, flow: Flow, user: ClientUser, fallback: Flow | None = None
    ) -> ClientTransaction:
        """
        Send a request, which has no Via yet.

        @param fallback: the way to take if C{flow} cannot be opened (18.1.1).
        """
        transaction = ClientTransaction(self, user, fallback)
        transaction.start(self.addressed(request, flow), flow)
        return transaction

    def cancel(self, invite: ClientTransaction, user: ClientUser, reason: str) -> ClientTransaction:
        """
        Send the CANCEL of an INVITE (9.1).

        @param invite: what is to be cancelled; it has had a provisional response.
        @param reason: the value of the Reason header (RFC 3326).
        """
        original = invite.request
        headers = Headers([("Via", str(original.via))])
        for name, value in original.headers:
            if name in ("Route", "From", "To", "Call-ID", "Max-Forwards"):
                headers = headers.adding(name, value)
        headers = headers.adding("CSeq", f"{original.cseq.number} CANCEL")
        headers = headers.adding("Reason", reason)
        transaction = ClientTransaction(self, user)
        transaction.start(SIPRequest("CANCEL", original.uri, headers), invite.flow)
        return transaction

    def addressed(self, request: SIPRequest, flow: Flow) -> SIPRequest:
        """
        Put our own Via on top (18.1.1).
        """
        via = Via(
            flow.protocol,
            flow.local.host,
            flow.local.port,
            (("branch", newBranch(self._rng)), ("rport", None)),
        )
        return request.withHeaders(request.headers.prepending("Via", str(via)))

    def flowClosed(self, flow: Flow) -> None:
        """
        A connection is gone; what waits for an answer by it has failed.
        """
        for transaction in tuple(self._byFlow.pop(flow, {})):
            transaction.flowClosed()

    def close(self) -> None:
        """
        Forget all transactions at once.
        """
        for server in tuple(self._servers.values()):
            server.abandon()
        for client in tuple(self._clients.values()):
            client.abandon()

    def serverEnded(self, transaction: ServerTransaction) -> None:
        self._servers.pop(transaction.key, None)
        if self._merges.get(transaction.merge) is transaction:
            del self._merges[transaction.merge]

    def clientBegan(self, transaction: ClientTransaction) -> None:
        self._clients[transaction.key] = transaction
        if transaction.flow.reliable:
            self._byFlow.setdefault(transaction.flow, {})[transaction] = None

    def clientEnded(self, transaction: ClientTransaction) -> None:
        self._clients.pop(transaction.key, None)
        others = self._byFlow.get(transaction.flow)
        if others is not None:
            others.pop(transaction, None)
            if not others:
                del self._byFlow[transaction.flow]


def _failureAck(invite: SIPRequest, response: SIPResponse) -> SIPRequest:
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
