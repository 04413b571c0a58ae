"""
The requests of the peer within the dialog of a call (RFC 3261, 12.2.2): each goes to the part of
the leg that answers it.
"""

from __future__ import annotations

from typing import Protocol

from h323d.sip.agent import CONTROL, UserAgent
from h323d.sip.calls.causes import reasonCause, reasonsOf
from h323d.sip.calls.legdigits import LegDigits
from h323d.sip.calls.mediacontrol import LegPictures
from h323d.sip.calls.modification import SessionModification
from h323d.sip.calls.referral import Referrals
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.screening import capabilities
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.cause import Cause

__all__ = ["Requests", "RequestsOwner"]


class RequestsOwner(Protocol):
    """
    What L{Requests} need of the leg that they are part of.
    """

    @property
    def over(self) -> bool:
        """Whether the call ended."""

    def reached(self, transaction: ServerTransaction) -> None:
        """The peer has sent a request that it may send."""

    def endedByPeer(self, cause: Cause) -> None:
        """The peer has hung up."""

    def prackArrived(self, transaction: ServerTransaction) -> None:
        """The peer has acknowledged a provisional response."""


class Requests:
    """
    Whoever answers what comes.
    """

    def __init__(
        self,
        owner: RequestsOwner,
        agent: UserAgent,
        end: DialogEnd,
        modification: SessionModification,
        digits: LegDigits,
        pictures: LegPictures,
        referrals: Referrals,
    ) -> None:
        self._owner = owner
        self._agent = agent
        self._end = end
        self._modification = modification
        self._digits = digits
        self._pictures = pictures
        self._referrals = referrals

    def arrived(self, transaction: ServerTransaction) -> None:
        """
        Answer one.

        @raise h323d.errors.DecodeError: a header field that matters is malformed.
        """
        request = transaction.request
        dialog = self._end.dialogOf(request)
        if dialog is None:
            self._end.respond(transaction, 481)
        elif not dialog.takes(request):
            self._end.respond(transaction, 500)
        else:
            self._owner.reached(transaction)
            self._within(transaction, dialog)

    def _within(self, transaction: ServerTransaction, dialog: Dialog) -> None:
        request = transaction.request
        if request.method == "BYE":
            self._end.respond(transaction, 200)
            cause = reasonCause(reasonsOf(request)) or Cause.NORMAL_CALL_CLEARING
            self._owner.endedByPeer(cause)
        elif self._owner.over:
            self._end.respond(transaction, 481)
        elif request.method in ("INVITE", "UPDATE"):
            self._modification.requested(transaction, dialog)
        elif request.method == "PRACK":
            self._owner.prackArrived(transaction)
        elif request.method == "INFO":
            isControl = request.contentType == CONTROL
            (self._pictures if isControl else self._digits).informed(transaction)
        elif request.method == "REFER":
            self._referrals.requested(transaction)
        elif request.method == "OPTIONS":
            self._agent.respond(transaction, capabilities(request, self._end.localTag))
        else:  # nobody subscribes to anything within a call
            status = {"NOTIFY": 481, "SUBSCRIBE": 489}.get(request.method, 405)
            self._end.respond(transaction, status)
