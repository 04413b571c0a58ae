"""
Our end of one dialog: requests that go out in it, answers, and the wait for an ACK.

What a leg needs of SIP however its call began and whatever it carries.
"""

from __future__ import annotations

from h323d.sip.acceptance import newAcceptance
from h323d.sip.agent import ALLOW, NOBODY, SDP, SUPPORTED, UserAgent
from h323d.sip.causes import reasonOf
from h323d.sip.dialog import Dialog, DialogState
from h323d.sip.digits import DIGIT_TYPES
from h323d.sip.flows import Flow
from h323d.sip.message import SIPRequest, SIPResponse
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.cause import Cause

__all__ = ["DialogEnd"]


class DialogEnd:
    """
    One end of a dialog.
    """

    def __init__(self, agent: UserAgent, flow: Flow | None) -> None:
        """
        @param flow: the way the peer was last heard; C{None} before that.
        """
        self._agent = agent
        self._flow = flow
        self._dialog: Dialog | None = None
        self._localTag = f"{agent.rng.getrandbits(48):012x}"
        self._peerAllows: frozenset[str] = frozenset()
        self._accepted: tuple[ServerTransaction, SIPResponse] | None = None
        self._acceptance = newAcceptance(self, agent.clock, agent.timers)

    @property
    def flow(self) -> Flow | None:
        return self._flow

    @property
    def localTag(self) -> str:
        return self._localTag

    def acknowledged(self, ack: SIPRequest) -> None:
        """
        The ACK of our last 2xx came.
        """

    def neverAcknowledged(self) -> None:
        """
        It did not come in 64*T1.
        """

    def ackArrived(self, ack: SIPRequest) -> None:
        """
        The ACK of our last 2xx; any other is too late.
        """
        if self._accepted is None or self._accepted[0].request.cseq.number != ack.cseq.number:
            return
        if ack.fromAddress.tag != self._accepted[0].request.fromAddress.tag:
            return
        self._accepted = None
        self._acceptance.ack()
        self.acknowledged(ack)

    def inviteAcknowledged(self, ack: SIPRequest) -> None:
        self.ackArrived(ack)

    def inviteUnacknowledged(self) -> None:
        pass

    # What the acceptance machine asks for.

    def repeatAcceptance(self) -> None:
        if self._accepted is not None:
            transaction, response = self._accepted
            self._agent.respond(transaction, response)

    def acceptanceLost(self) -> None:
        self._accepted = None
        self.neverAcknowledged()

    def forgetAcceptance(self) -> None:
        """
        Repeat no 2xx any more.
        """
        self._accepted = None
        self._acceptance.stop()

    def sendBye(self, cause: Cause) -> None:
        if self._dialog is None:
            return
        request = self._request("BYE")
        request = request.withHeaders(request.headers.adding("Reason", reasonOf(cause)))
        self._dialog.terminate()
        self._agent.send(request, NOBODY, self._flow)

    def _takes(self, method: str) -> bool:
        """
        Whether the peer takes a method; one that never told is believed to.
        """
        return not self._peerAllows or method in self._peerAllows

    @property
    def _proven(self) -> bool:
        """
        Whether the peer has shown that it is real.
        """
        return self._flow is not None and self._flow.credit.proven

    def _confirmed(self) -> bool:
        return self._dialog is not None and self._dialog.state is DialogState.CONFIRMED

    def _dialogOf(self, request: SIPRequest) -> Dialog | None:
        dialog = self._dialog
        if dialog is None or dialog.remoteTag != request.fromAddress.tag:
            return None
        return dialog

    def _heard(self, message: SIPRequest | SIPResponse) -> None:
        """
        Remember what the peer says that it understands.
        """
        if "Allow" in message.headers:
            self._peerAllows = message.headers.tokens("Allow")

    def _accept(self, transaction: ServerTransaction, body: bytes) -> None:
        """
        Answer with 200; that of an INVITE is repeated until its ACK comes.
        """
        response = self._withBody(transaction.request.response(200, None, self._localTag), body)
        headers = response.headers.extending(
            ("Contact", self._agent.contact(transaction.flow)),
            ("Allow", ALLOW),
            ("Supported", SUPPORTED),
        )
        response = response.withHeaders(headers)
        if transaction.request.method == "INVITE":
            transaction.observe(self)
            self._accepted = (transaction, response)
            self._acceptance.accept()
        self._agent.respond(transaction, response)

    def _respond(self, transaction: ServerTransaction, status: int) -> None:
        response = transaction.request.response(status, None, self._localTag)
        if status in (200, 405) and transaction.request.method != "BYE":
            response = response.withHeaders(response.headers.adding("Allow", ALLOW))
        elif status == 415:
            accepted = ", ".join((SDP, *DIGIT_TYPES))
            response = response.withHeaders(response.headers.adding("Accept", accepted))
        self._agent.respond(transaction, response)

    def _withBody(self, response: SIPResponse, body: bytes) -> SIPResponse:
        if not body:
            return response
        headers = response.headers.adding("Content-Type", SDP)
        return SIPResponse(response.status, response.reason, headers, body)

    def _request(self, method: str, body: bytes = b"", contentType: str = SDP) -> SIPRequest:
        assert self._dialog is not None
        request = self._dialog.request(method)
        headers = request.headers
        if method in ("INVITE", "UPDATE"):
            headers = headers.adding("Contact", self._agent.contact(self._flow))
            headers = headers.adding("Allow", ALLOW)
        if body:
            headers = headers.adding("Content-Type", contentType)
        return SIPRequest(method, request.uri, headers, body)
