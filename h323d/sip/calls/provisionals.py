"""
Our provisional responses to one INVITE, and the PRACKs of those that must arrive: RFC 3262, 3.

A response is sent so where the caller requires it, and where it allows it and the response has
a session description: sound before the answer needs a caller who is known to be real, as a
PRACK shows (L{h323d.sip.proof}), and one who has our answer.

L{h323d.sip.calls.reliability} says when something is sent again, or not yet.
"""

from __future__ import annotations

from typing import Protocol

from h323d.errors import DecodeError
from h323d.sip.agent import RELIABLE, UserAgent
from h323d.sip.calls.earlymedia import EARLY_MEDIA, SENDS_BOTH_WAYS, understands
from h323d.sip.calls.reliability import Provisional, newReliability
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.rack import RAck
from h323d.sip.transactions.running import ServerTransaction

__all__ = ["Provisionals", "ProvisionalsOwner"]

Rows = tuple[tuple[str, str], ...]


class ProvisionalsOwner(Protocol):
    """
    What L{Provisionals} need of whoever owns them.
    """

    def descriptionArrived(self, prack: SIPRequest) -> None:
        """The caller has the description that a provisional response had."""

    def prackOffers(self, prack: ServerTransaction) -> None:
        """A PRACK has an offer; answer it."""

    def acceptNow(self) -> None:
        """The 2xx may leave."""

    def provisionalLost(self) -> None:
        """A provisional response that must arrive did not."""


class Provisionals:
    """
    Those of one INVITE.

    @ivar allowed: whether the caller understands PRACK.
    """

    def __init__(
        self, owner: ProvisionalsOwner, agent: UserAgent, end: DialogEnd, invite: ServerTransaction
    ) -> None:
        headers = invite.request.headers
        self._required = RELIABLE in headers.tokens("Require")
        self.allowed = self._required or RELIABLE in headers.tokens("Supported")
        self._owner = owner
        self._agent = agent
        self._end = end
        self._invite = invite
        tells = agent.config.trusts(invite.flow.peer.host) and understands(invite.request)
        self._about: Rows = ((EARLY_MEDIA, SENDS_BOTH_WAYS),) if tells else ()
        self._rseq = agent.rng.randrange(1, 1 << 31)  # of the last; the first has the next
        self._awaited: RAck | None = None
        self._sent: SIPResponse | None = None
        self._reliability = newReliability(self, agent.clock, agent.timers)

    def provide(self, status: int, body: bytes) -> None:
        """
        Answer with 101 to 199.

        @param body: a session description; may be empty.
        """
        provisional = Provisional(status, body)
        if not (self._required or (self.allowed and body)):
            self._end.provide(self._invite, status, body, *(self._about if body else ()))
        elif body:
            self._reliability.describe(provisional)
        else:
            self._reliability.ring(provisional)

    @property
    def awaited(self) -> RAck | None:
        """
        What the PRACK says that has not come yet; C{None} if none is awaited.
        """
        return self._awaited

    @property
    def silent(self) -> bool:
        """
        Whether nothing may be said without a description: the first response that must arrive
        has our offer, if the INVITE has none (RFC 3261, 13.2.1).
        """
        return self._required and not self._invite.request.body

    def accept(self) -> None:
        """
        The INVITE is accepted; whether that may be said at once is told by C{acceptNow}.
        """
        self._reliability.accept()

    def stop(self) -> None:
        """
        A final response was sent, or the call is over.
        """
        self._reliability.stop()

    def arrived(self, prack: ServerTransaction) -> None:
        """
        A PRACK came.

        @raise DecodeError: it does not say of what, or not so that it can be read.
        """
        rack = prack.request.headers.first("RAck", RAck.parse)
        if rack is None:
            raise DecodeError("a PRACK without it", "RAck")
        if rack != self._awaited:
            self._end.respond(prack, 481)
            return
        self._awaited = None
        self._reliability.prack(prack)

    # What the machine asks for.

    def sendReliably(self, provisional: Provisional) -> None:
        self._rseq += 1
        self._awaited = RAck(self._rseq, self._invite.request.cseq)
        rows: Rows = (("Require", RELIABLE), ("RSeq", str(self._rseq)))
        if provisional.body:
            rows += self._about
        self._sent = self._end.provide(self._invite, provisional.status, provisional.body, *rows)

    def repeatProvisional(self) -> None:
        if self._sent is not None:
            self._agent.respond(self._invite, self._sent)

    def acknowledged(self, prack: ServerTransaction) -> None:
        if prack.request.body:
            self._owner.prackOffers(prack)
        else:
            self._end.respond(prack, 200)

    def agreed(self, prack: ServerTransaction) -> None:
        self._owner.descriptionArrived(prack.request)
        if self._invite.request.body:
            self.acknowledged(prack)
        else:  # what it has is no offer, but the answer to ours
            self._end.respond(prack, 200)

    def acceptNow(self) -> None:
        self._owner.acceptNow()

    def provisionalLost(self) -> None:
        self._owner.provisionalLost()
