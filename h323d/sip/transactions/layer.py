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

from h323d.call.shares import UNSHARED, ShareRule, Shares
from h323d.sip.flows import Flow
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.via import Via
from h323d.sip.messages.writer import write
from h323d.sip.transactions.key import Key, MergeKey, clientKey, mergeKey, newBranch, serverKey
from h323d.sip.transactions.running import ClientTransaction, ClientUser, Proofs, ServerTransaction
from h323d.sip.transactions.timers import Timers

__all__ = ["RETRY_AFTER", "LayerOwner", "TransactionLayer"]

RETRY_AFTER = 5  # seconds that a peer is told to wait when we are full


class LayerOwner(Protocol):
    """
    The user agent's core.
    """

    def requestArrived(self, transaction: ServerTransaction) -> None:
        """A new request, except ACK."""

    def screened(self, request: SIPRequest, flow: Flow) -> SIPResponse | Proofs | None:
        """
        The answer to a new request that needs no transaction, because the same request
        would get the same answer again (8.2.7); of one that does, what its sender has proved;
        C{None} if it gets no answer.
        """

    def ackArrived(self, ack: SIPRequest, flow: Flow) -> None:
        """An ACK that belongs to no transaction: that of a 2xx, or of a refusal without one."""

    def refusalAcknowledged(self, transaction: ServerTransaction) -> None:
        """The ACK of a refusal came, with our tag."""

    def responseFlow(self, via: Via, flow: Flow) -> Flow:
        """The way back (18.2.2)."""


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
        rule: ShareRule = UNSHARED,
    ) -> None:
        """
        @param maximum: of server transactions at one time.
        @param rule: how many of them one source may have.
        """
        self.clock = clock
        self.timers = timers
        self._owner = owner
        self._rng = rng
        self._maximum = maximum
        self._shares = Shares(rule, "transactions")
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
                self._owner.ackArrived(request, flow)
            elif running.ack(request):
                self._owner.refusalAcknowledged(running)
        elif running is not None:
            running.again(flow)
        elif len(self._servers) >= self._maximum or not self._shares.mayTake(
            flow.peer.host, self._maximum
        ):
            self.respondStateless(
                request.response(503), flow, lambda h: h.adding("Retry-After", str(RETRY_AFTER))
            )
        else:
            screened = self._owner.screened(request, flow)
            if isinstance(screened, SIPResponse):
                self.respondStateless(screened, flow)
            elif screened is not None:
                self._begin(request, flow, key, screened)

    def _begin(self, request: SIPRequest, flow: Flow, key: Key, proofs: Proofs) -> None:
        merge = mergeKey(request)
        transaction = ServerTransaction(self, request, flow, key, merge, proofs)
        self._servers[key] = transaction
        self._shares.take(flow.peer.host)
        if request.toAddress.tag is None and request.method != "CANCEL":
            if merge in self._merges:
                transaction.respond(request.response(482))
                return
            self._merges[merge] = transaction
        self._owner.requestArrived(transaction)
        transaction.handedOver()

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
        self.responseFlow(response.via, flow).send(write(response))

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

    def responseFlow(self, via: Via, flow: Flow) -> Flow:
        return self._owner.responseFlow(via, flow)

    def serverEnded(self, transaction: ServerTransaction) -> None:
        if self._servers.pop(transaction.key, None) is not None:
            self._shares.giveBack(transaction.flow.peer.host)
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
