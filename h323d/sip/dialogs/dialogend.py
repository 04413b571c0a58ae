"""
Our end of one dialog: requests that go out in it, answers, and the wait for an ACK.

What a leg needs of SIP however its call began and whatever it carries.
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.applications import Refusal
from h323d.call.homes import Home
from h323d.errors import DecodeError
from h323d.sip.agent import ALLOW, CONTROL, SDP, SUPPORTED, UserAgent
from h323d.sip.calls.acceptance import newAcceptance
from h323d.sip.calls.causes import reasonOf
from h323d.sip.calls.digits import DIGIT_TYPES
from h323d.sip.dialogs.dialog import Dialog, DialogState
from h323d.sip.dialogs.farewell import sendFarewell
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.uri import isSecure
from h323d.sip.reasons import explained, statusOfReason
from h323d.sip.sdp.capabilities import capabilitiesOf
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.cause import Cause
from h323d.values.media.discord import NONE, Discord

__all__ = ["DialogEnd", "DialogEndOwner"]

_DESCRIBED = (488, 606)  # statuses that say so (RFC 3261, 21.4.26 and 21.6.4)


class DialogEndOwner(Protocol):
    """
    What a L{DialogEnd} needs of the leg that it is part of.
    """

    def acknowledged(self, ack: SIPRequest) -> None:
        """The ACK of our last 2xx came."""

    def neverAcknowledged(self) -> None:
        """It did not come in 64*T1."""


class DialogEnd:
    """
    One end of a dialog.

    @ivar flow: the way the peer was last heard; C{None} before that.
    @ivar localTag: ours.
    @ivar dialog: C{None} before a call of ours is answered.
    @ivar focus: the name of the conference that the peer talks with; empty if it is none.
    @ivar account: by which of ours with the peer it is (L{h323d.sip.digest.answering.Secrets}).
    @ivar refused: why the peer may not talk with us, by the name of the reason; empty if it may.
    @ivar early: the dialogs that provisional answers to a call of ours made, by the peers' tags.
    @ivar settled: of those, the one whose peer has answered our offer for good (RFC 3262, 5).
    """

    def __init__(self, agent: UserAgent, owner: DialogEndOwner, flow: Flow | None) -> None:
        self.flow = flow
        self.localTag = f"{agent.rng.getrandbits(48):012x}"
        self.dialog: Dialog | None = None
        self.focus = ""
        self.account = ""
        self.refused = ""
        self.early: dict[str | None, Dialog] = {}
        self.settled: Dialog | None = None
        self._agent = agent
        self._owner = owner
        self._peerAllows: frozenset[str] = frozenset()
        self._accepted: tuple[ServerTransaction, SIPResponse] | None = None
        self._acceptance = newAcceptance(self, agent.clock, agent.timers)

    @property
    def home(self) -> Home:
        """
        Our address, as the peer knows it.
        """
        return self._agent.homes.main if self.flow is None else self.flow.home

    @property
    def proven(self) -> bool:
        """
        Whether the peer has shown that it is real.
        """
        return self.flow is not None and self.flow.credit.proven

    @property
    def confirmed(self) -> Dialog | None:
        """
        The dialog, while requests may be sent in it.
        """
        dialog = self.dialog
        return dialog if dialog and dialog.state is DialogState.CONFIRMED else None

    @property
    def negotiable(self) -> Dialog | None:
        """
        The dialog in which another offer may be made once that of the INVITE is answered.
        """
        return self.dialog or self.settled

    def dialogOf(self, request: SIPRequest) -> Dialog | None:
        """
        The dialog that a request of the peer is in.
        """
        tag = request.fromAddress.tag
        if self.dialog is None:
            return self.early.get(tag)
        return self.dialog if self.dialog.remoteTag == tag else None

    def named(self, callId: str) -> Replaces | None:
        """
        The dialog, as an INVITE names it that is to have its place; of several early ones, the
        first.
        """
        dialog = self.dialog or next(iter(self.early.values()), None)
        tag = None if dialog is None else dialog.remoteTag
        return None if tag is None else Replaces(callId, self.localTag, tag)

    def forgetEarly(self, remoteTag: str | None) -> None:
        """
        One of several places that have been called has refused (RFC 6228).
        """
        gone = self.early.pop(remoteTag, None)
        if gone is not None and gone is self.settled:
            self.settled = None

    def refusalOf(self, replaces: Replaces) -> int | None:
        """
        Why the dialog keeps its place (RFC 3891, 3).

        @return: a status; C{None} if it can be replaced.
        """
        dialog = self.dialog
        if dialog is None or dialog.remoteTag != replaces.remoteTag:
            return 481
        if dialog.state is DialogState.CONFIRMED:
            return 486 if replaces.earlyOnly else None
        return 603 if dialog.state is DialogState.TERMINATED else 481

    def prove(self) -> None:
        """
        The peer has used our tag, which it can only have from us.
        """
        if self.flow is not None:
            self.flow.credit.prove()

    def heard(self, message: SIPRequest | SIPResponse) -> None:
        """
        Remember what the peer says that it understands.
        """
        if "Allow" in message.headers:
            self._peerAllows = message.headers.tokens("Allow")

    def takes(self, method: str) -> bool:
        """
        Whether the peer takes a method; one that never told is believed to.
        """
        return not self._peerAllows or self.names(method)

    def names(self, method: str) -> bool:
        """
        Whether the peer told that it takes a method.
        """
        return method in self._peerAllows

    def close(self) -> None:
        """
        The call is over, and no ACK is awaited any more.
        """
        self._accepted = None
        self._acceptance.stop()
        if self.dialog is not None:
            self.dialog.terminate()

    # The ACK of a 2xx.

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
        self._owner.acknowledged(ack)

    def inviteAcknowledged(self, ack: SIPRequest) -> None:
        self.ackArrived(ack)

    def inviteUnacknowledged(self) -> None:
        pass

    def repeatAcceptance(self) -> None:
        if self._accepted is not None:
            transaction, response = self._accepted
            self._agent.respond(transaction, response)

    def acceptanceLost(self) -> None:
        self._accepted = None
        self._owner.neverAcknowledged()

    # Requests of ours.

    def request(
        self, dialog: Dialog, method: str, body: bytes = b"", contentType: str = SDP
    ) -> SIPRequest:
        """
        Begin a request within C{dialog}.
        """
        request = dialog.request(method)
        headers = request.headers
        if method in ("INVITE", "UPDATE"):
            headers = headers.extending(
                ("Contact", self._agent.contact(self.flow, isSecure(request.uri), self.focus)),
                ("Allow", ALLOW),
                ("Supported", SUPPORTED),
            )
        if body:
            headers = headers.adding("Content-Type", contentType)
        return SIPRequest(method, request.uri, headers, body)

    def sendBye(self, cause: Cause) -> None:
        if self.dialog is None:
            return
        request = self.request(self.dialog, "BYE")
        text = f';text="{self.refused}"' if self.refused else ""
        request = request.withHeaders(request.headers.adding("Reason", reasonOf(cause) + text))
        self.dialog.terminate()
        sendFarewell(self._agent, request, self.flow, self.account)

    # Answers of ours.

    def provide(
        self, transaction: ServerTransaction, status: int, body: bytes, *rows: tuple[str, str]
    ) -> SIPResponse:
        """
        Answer an INVITE with a 1xx that belongs to the dialog: any but 100.

        @param rows: header fields that it has beside the usual.

        @return: what was sent.
        """
        response = _withBody(transaction.request.response(status, None, self.localTag), body)
        contact = self._contactFor(transaction)
        response = response.withHeaders(response.headers.extending(("Contact", contact), *rows))
        self._agent.respond(transaction, response)
        return response

    def accept(self, transaction: ServerTransaction, body: bytes, *rows: tuple[str, str]) -> None:
        """
        Answer with 200; that of an INVITE is repeated until its ACK comes.

        @param rows: header fields that it has beside the usual.
        """
        response = _withBody(transaction.request.response(200, None, self.localTag), body)
        headers = response.headers.extending(
            ("Contact", self._contactFor(transaction)),
            ("Allow", ALLOW),
            ("Supported", SUPPORTED),
            *rows,
        )
        signed = self._agent.answering.signedAnswer
        response = signed(transaction.request, response.withHeaders(headers))
        if transaction.request.method == "INVITE":
            transaction.observe(self)
            self._accepted = (transaction, response)
            self._acceptance.accept()
        self._agent.respond(transaction, response)

    def _contactFor(self, transaction: ServerTransaction) -> str:
        secure = isSecure(transaction.request.uri)
        return self._agent.contact(transaction.flow, secure, self.focus)

    def respond(self, transaction: ServerTransaction, status: int) -> None:
        """
        Answer without a body.
        """
        response = transaction.request.response(status, None, self.localTag)
        if status in (200, 405) and transaction.request.method != "BYE":
            response = response.withHeaders(response.headers.adding("Allow", ALLOW))
        elif status == 415:
            accepted = ", ".join((SDP, *DIGIT_TYPES, CONTROL))
            response = response.withHeaders(response.headers.adding("Accept", accepted))
        self._agent.respond(transaction, response)

    def refuse(
        self,
        transaction: ServerTransaction,
        status: int,
        *said: tuple[str, str],
        instead: Discord = NONE,
    ) -> None:
        """
        Answer with header fields that say more than the status.

        @param instead: what there would have been, for answers that have a place for it
            (RFC 3261, 21.4.26).
        """
        body = self._capabilities(instead) if status in _DESCRIBED else b""
        response = _withBody(transaction.request.response(status, None, self.localTag), body)
        response = response.withHeaders(response.headers.extending(*said))
        self._agent.respond(transaction, response)

    def refuseFor(self, transaction: ServerTransaction, refusal: Refusal) -> None:
        """
        Answer what a gate has refused in the dialog.
        """
        status = statusOfReason(refusal.reason)
        instead = Discord(bandwidth=refusal.bandwidth)
        self.refuse(transaction, status, *explained(status, refusal.reason), instead=instead)

    def _capabilities(self, discord: Discord) -> bytes:
        if not discord.formats and discord.bandwidth is None:
            return b""
        return capabilitiesOf(discord, self.home.told, self._agent.rng.getrandbits(32))

    def refuseOffer(
        self, transaction: ServerTransaction, error: NoCommonMedia | DecodeError
    ) -> None:
        """
        Answer an offer that has nothing for us, and say what was missing.
        """
        if isinstance(error, NoCommonMedia):
            warning = error.warning(self.home.told)
            instead = Discord(formats=error.formats)
            self.refuse(transaction, 488, ("Warning", warning), instead=instead)
        else:
            response = transaction.request.response(400, None, self.localTag)
            self._agent.respond(transaction, response)


def _withBody(response: SIPResponse, body: bytes) -> SIPResponse:
    if not body:
        return response
    headers = response.headers.adding("Content-Type", SDP)
    return SIPResponse(response.status, response.reason, headers, body)
