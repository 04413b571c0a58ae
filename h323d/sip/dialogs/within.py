"""
A request of ours within a dialog that goes on (RFC 3261, 12.2.1), sent again where the peer, or a
proxy before it, asks who we are (22.2, 22.3).

It is the dialog that counts our requests: one that goes again has the dialog's next number, or the
request after it would have the same.
"""

from __future__ import annotations

from h323d.sip.agent import UserAgent
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.digest.answering import MAX_ANSWERS
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.transactions.running import ClientUser

__all__ = ["RequestWithin"]


class RequestWithin:
    """
    One request, from when it leaves.

    @ivar request: as it was sent last.
    """

    def __init__(
        self,
        agent: UserAgent,
        dialog: Dialog,
        request: SIPRequest,
        flow: Flow | None,
        user: ClientUser,
        account: str = "",
    ) -> None:
        """
        Send it.

        @param flow: by which the peer was last heard.
        @param user: is told what comes of it, and nothing of challenges that were answered.
        @param account: that answers these (L{h323d.sip.digest.answering.Secrets}).
        """
        self.request = request
        self._agent = agent
        self._dialog = dialog
        self._flow = flow
        self._user = user
        self._account = account
        self._answers = 0  # to challenges
        self._isWanted = True
        self._transaction = agent.send(request, self, flow)

    def destroy(self) -> None:
        """
        Nobody waits for what comes of it any more.
        """
        self._isWanted = False
        self._transaction.destroy()

    # What the transaction reports.

    def responseReceived(self, response: SIPResponse) -> None:
        if not self._isAnswered(response):
            self._user.responseReceived(response)

    def requestTimedOut(self) -> None:
        self._user.requestTimedOut()

    def requestFailed(self) -> None:
        self._user.requestFailed()

    def _isAnswered(self, response: SIPResponse) -> bool:
        """
        Whether a response was a challenge, and the request has gone again with what it asks for.
        """
        if self._flow is None or not self._isWanted or self._answers >= MAX_ANSWERS:
            return False
        peer = self._flow.peer
        again = self._agent.answering.answer(self.request, response, peer, self._account)
        if again is None:
            return False
        self._answers += 1
        self._dialog.localCSeq += 1
        cseq = f"{self._dialog.localCSeq} {again.method}"
        self.request = again.withHeaders(again.headers.replacing("CSeq", cseq))
        self._transaction = self._agent.send(self.request, self, self._flow)
        return True
