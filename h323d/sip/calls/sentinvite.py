"""
An INVITE of ours that is on its way, and the dialogs that its answers make: RFC 3261, 13.2.2.

A forked INVITE may be answered several times: each provisional response with a tag of its own
makes an early dialog, and each 2xx a L{Fork}.  Which of them is the call is for
L{h323d.sip.calls.callingsession} to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from h323d.call.applications import CallType
from h323d.call.ways import MAX_HOPS
from h323d.errors import DecodeError
from h323d.sip.agent import NOBODY, RELIABLE, UserAgent
from h323d.sip.calls.causes import reasonOf
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.dialogs.farewell import sendFarewell
from h323d.sip.dialogs.within import RequestWithin
from h323d.sip.digest.answering import MAX_ANSWERS
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.rack import RAck, parseRSeq
from h323d.sip.messages.uri import SIPURI
from h323d.values.cause import Cause
from h323d.values.diversion import Diversion
from h323d.values.referred import Referred

__all__ = ["CallTarget", "Fork", "Onward", "SentInvite", "SentInviteOwner"]

TRYING = 100  # which makes no dialog (12.1)
MAX_FORKS = 16  # early dialogs of one INVITE, and acknowledged ones


class Onward(Protocol):
    """
    The hops that an INVITE may take, one after the other.

    @ivar patience: seconds that the last one may say nothing; C{None} to leave that to the
        transaction.
    """

    @property
    def patience(self) -> float | None: ...

    def failed(self) -> None:
        """Nobody can be called by the last one."""

    def next(self) -> Flow | None:
        """The way to the next one, if there is any."""


@dataclass(frozen=True, slots=True)
class CallTarget:
    """
    Whom an INVITE goes to, and on whose behalf.

    @ivar uri: the Request-URI.
    @ivar recipient: what To says, where they may be known by another address.
    @ivar caller: what From says, without its tag.
    @ivar flow: the way there.
    @ivar hops: over how many servers the call may go (Max-Forwards).
    @ivar diversion: who has sent the call on; C{None} if nobody has.
    @ivar referred: what a transfer has said of it; C{None} if it comes of none.
    @ivar path: the proxies on the way, nearest first, where they are known (RFC 3327).
    @ivar asserted: who calls, as we answer for it to a peer that is trusted; C{None} to any other.
    @ivar onward: where else it may go; C{None} for nowhere.
    @ivar callType: as which the call is declared; C{None} if it is not.
    @ivar account: by which of ours with whoever is there (L{h323d.sip.digest.answering.Secrets}).
    """

    uri: SIPURI
    recipient: SIPURI
    caller: NameAddr
    flow: Flow
    hops: int = MAX_HOPS
    diversion: Diversion | None = None
    referred: Referred | None = None
    asserted: NameAddr | None = None
    path: tuple[str, ...] = ()
    onward: Onward | None = None
    account: str = ""
    callType: CallType | None = None


class SentInviteOwner(Protocol):
    """
    Who is told what comes of the INVITE.
    """

    def inviteProgressed(self, response: SIPResponse) -> None:
        """1xx came."""

    def inviteAccepted(self, fork: Fork) -> None:
        """A 2xx came; perhaps again, perhaps from another place."""

    def inviteRefused(self, response: SIPResponse) -> None:
        """300 to 699 came."""

    def inviteFailed(self, cause: Cause) -> None:
        """Nothing came, or it could not be sent."""

    def inviteMisanswered(self, response: SIPResponse, error: DecodeError) -> None:
        """A response came that makes no dialog, because a header field is malformed."""


class SentInvite:
    """
    One INVITE, from when it leaves.
    """

    def __init__(
        self,
        agent: UserAgent,
        end: DialogEnd,
        request: SIPRequest,
        owner: SentInviteOwner,
        isFirst: bool = True,
    ) -> None:
        """
        Send it.

        @param end: gets the early dialogs, and has the way there.
        @param isFirst: whether no other went before it in this session: its owner knows by itself
            when it may be cancelled.  Any other has to be answered before (9.1).
        """
        self._agent = agent
        self._end = end
        self._request = request
        self._owner = owner
        self._refused = False  # and so there is nothing to cancel
        self._answers = 0  # to challenges
        self._proceeding = isFirst  # what was sent last may be cancelled
        self._cancelled: Cause | None = None  # once that is so
        self._acks: dict[str | None, SIPRequest] = {}
        self._rseqs: dict[str | None, int] = {}  # the last that was acknowledged, by the tag
        self._acknowledged: SIPResponse | None = None  # the last by a PRACK
        self._transaction = agent.send(request, self, end.flow)

    def cancel(self, cause: Cause) -> None:
        if self._refused:
            return
        self._cancelled = cause
        if self._proceeding:
            self._agent.cancel(self._transaction, NOBODY, reasonOf(cause))

    def destroy(self) -> None:
        """
        Wait for nothing any more.
        """
        self._transaction.destroy()

    @property
    def request(self) -> SIPRequest:
        """
        As it was sent last.
        """
        return self._request

    @property
    def flow(self) -> Flow:
        """
        The way that it was sent last.
        """
        return self._transaction.flow

    def acknowledged(self, response: SIPResponse) -> Dialog | None:
        """
        @param response: the provisional response that came just now.

        @return: its early dialog, if a PRACK was sent for it.
        """
        tag = response.toAddress.tag
        return self._end.early.get(tag) if response is self._acknowledged else None

    # What the transaction reports.

    def responseReceived(self, response: SIPResponse) -> None:
        try:
            _ = (response.contacts, response.recordRoutes, response.toAddress)
            isNews = not response.isProvisional or self._progress(response)
        except DecodeError as error:
            self._owner.inviteMisanswered(response, error)
            return
        if not isNews or self._isAnswered(response):
            return
        self._end.heard(response)
        if response.isProvisional:
            self._owner.inviteProgressed(response)
        elif response.isSuccess:
            self._accept(response)
        else:
            self._refused = True
            self._owner.inviteRefused(response)

    def _accept(self, response: SIPResponse) -> None:
        if self._end.flow is not None:
            self._agent.answering.accepted(self._request, self._end.flow.peer)
        self._owner.inviteAccepted(Fork(self, response))

    def _isAnswered(self, response: SIPResponse) -> bool:
        """
        Whether a response was a challenge, and the INVITE has gone again with what it asks for.
        """
        if not self._proceeding:  # what has gone again is being worked on
            self._proceeding = True
            if self._cancelled is not None and response.isProvisional:
                self.cancel(self._cancelled)
        flow = self._end.flow
        if self._cancelled is not None or self._answers >= MAX_ANSWERS or flow is None:
            return False
        answering = self._agent.answering
        again = answering.answer(self._request, response, flow.peer, self._end.account)
        if again is None:
            return False
        self._answers += 1
        self._request = again
        self._proceeding = False
        self._transaction = self._agent.send(again, self, flow)
        return True

    def requestTimedOut(self) -> None:
        self._owner.inviteFailed(Cause.NO_USER_RESPONDING)

    def requestFailed(self) -> None:
        self._owner.inviteFailed(Cause.NETWORK_OUT_OF_ORDER)

    def _progress(self, response: SIPResponse) -> bool:
        """
        @return: whether the response is to be looked at: it is new, and in its turn.

        @raise DecodeError: its number is malformed.
        """
        tag, early = response.toAddress.tag, self._end.early
        if (
            tag is not None
            and response.status > TRYING
            and tag not in early
            and len(early) < MAX_FORKS
        ):
            early[tag] = Dialog.calling(self._request, response)
        rseq = _rseqOf(response)
        dialog = early.get(tag)
        if rseq is None or dialog is None:
            return True
        last = self._rseqs.get(tag)
        if last is not None and rseq != last + 1:  # again, or before its turn (RFC 3262, 4)
            return False
        self._rseqs[tag] = rseq
        self._acknowledged = response
        prack = self._end.request(dialog, "PRACK")
        rack = str(RAck(rseq, self._request.cseq))
        prack = prack.withHeaders(prack.headers.adding("RAck", rack))
        end = self._end
        RequestWithin(self._agent, dialog, prack, end.flow, NOBODY, end.account)
        return True

    # What a fork asks for.

    def acknowledge(self, response: SIPResponse) -> Dialog:
        tag = response.toAddress.tag
        dialog = self._end.early.pop(tag, None) or Dialog.calling(self._request, response)
        dialog.confirm(response)
        ack = dialog.request("ACK", self._request.cseq.number)
        for name in ("Authorization", "Proxy-Authorization"):  # as the INVITE has them (22.3)
            ack = ack.withHeaders(ack.headers.adding(name, *self._request.headers.lines(name)))
        self._acks[tag] = ack
        self._agent.sendAck(ack, self._end.flow)
        return dialog

    def decline(self, response: SIPResponse, cause: Cause) -> None:
        dialog = self.acknowledge(response)
        bye = dialog.request("BYE")
        bye = bye.withHeaders(bye.headers.adding("Reason", reasonOf(cause)))
        dialog.terminate()
        sendFarewell(self._agent, bye, self._end.flow, self._end.account)

    def answerAgain(self, response: SIPResponse) -> None:
        ack = self._acks.get(response.toAddress.tag)
        if ack is not None:
            self._agent.sendAck(ack, self._end.flow)
        elif len(self._acks) < MAX_FORKS:
            self.decline(response, Cause.NON_SELECTED_USER_CLEARING)


def _rseqOf(response: SIPResponse) -> int | None:
    """
    The number of a provisional response that is to be acknowledged; C{None} of any other.

    @raise DecodeError: it has none, or that is malformed.
    """
    if response.status == 100 or RELIABLE not in response.headers.tokens("Require"):
        return None
    rseq = response.headers.first("RSeq", parseRSeq)
    if rseq is None:
        raise DecodeError("a response to be acknowledged without it", "RSeq")
    return rseq


@dataclass(frozen=True, slots=True)
class Fork:
    """
    One 2xx to an INVITE of ours.

    @ivar invite: what it answers.
    """

    invite: SentInvite
    response: SIPResponse

    def acknowledge(self) -> Dialog:
        """
        Make its dialog, and send its ACK (13.2.2.4).
        """
        return self.invite.acknowledge(self.response)

    def decline(self, cause: Cause) -> None:
        """
        Acknowledge it, and end its dialog.
        """
        self.invite.decline(self.response, cause)

    def answerAgain(self) -> None:
        """
        It came after the call's: acknowledge it again, or decline it if it is another one.
        """
        self.invite.answerAgain(self.response)
