"""
One subscription: its dialog, what is sent there, and what is answered.

Whoever subscribes may have forged where they are.  So the first NOTIFY has no body (RFC 6665,
4.2.1.2) unless they are known to be real, and they are told all when they have answered it.
"""

from __future__ import annotations

from typing import Protocol

from h323d.sip.agent import UserAgent
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.events.packages import EventPackage, Watch
from h323d.sip.events.subscribing import newSubscribing
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.identifiers import LegID

__all__ = ["MAX_EXPIRES", "Subscription", "SubscriptionOwner", "expiresOf"]

MAX_EXPIRES = 3600  # seconds; the default, too
_GONE = (404, 405, 408, 410, 416, *range(480, 486), 489, 501, 604)  # RFC 6665, 4.2.2


class SubscriptionOwner(Protocol):
    """
    Who has them all.
    """

    def subscriptionOver(self, subscription: Subscription) -> None:
        """It is."""


class Subscription:
    """
    What one peer is told of one resource.

    @ivar flow: the way by which the peer was last heard.
    @ivar callId: that of its dialog.
    @ivar localTag: ours.
    """

    def __init__(
        self,
        owner: SubscriptionOwner,
        agent: UserAgent,
        package: EventPackage,
        transaction: ServerTransaction,
        localTag: str,
    ) -> None:
        """
        @param transaction: the SUBSCRIBE, which has been looked at.
        """
        request = transaction.request
        self.flow: Flow = transaction.flow
        self.callId, self.localTag = request.callId, localTag
        self._owner = owner
        self._agent = agent
        self._package = package
        self._event = request.headers.get("Event") or package.name
        self._dialog = Dialog.called(request, localTag, agent.rng.randrange(1, 1 << 16))
        self._dialog.confirm()
        self._ends = 0.0  # the clock's seconds
        self._watch: Watch | None = None
        self._owesAll = False  # whether they are to be told all with the next
        self._machine = newSubscribing(self, agent.clock, package.pause)

    def begin(self, watch: Watch, transaction: ServerTransaction) -> None:
        """
        Answer the SUBSCRIBE, and tell.

        @param watch: what is to be told.
        """
        self._watch = watch
        self._subscribed(transaction)

    def leave(self) -> None:
        """
        We tell nobody any more.
        """
        self._machine.leave()

    def close(self) -> None:
        """
        Nothing can be sent any more.
        """
        self._machine.close()

    def flowRegained(self, flow: Flow) -> None:
        """
        Its peer is reached by that one now.
        """
        self.flow = flow

    def changed(self) -> None:
        self._machine.changed()

    def dialogOf(self, legId: LegID) -> Replaces | None:
        return self._agent.dialogOf(legId)

    def requestArrived(self, transaction: ServerTransaction) -> None:
        """
        A request within its dialog.

        @raise DecodeError: a header field that matters is malformed.
        """
        request = transaction.request
        if request.fromAddress.tag != self._dialog.remoteTag:
            self._respond(transaction, 481)
        elif not self._dialog.takes(request):
            self._respond(transaction, 500)
        elif request.method != "SUBSCRIBE":
            self._respond(transaction, 405)
        else:
            self.flow = transaction.flow
            self._dialog.refresh(request)
            self._subscribed(transaction)

    def _subscribed(self, transaction: ServerTransaction) -> None:
        seconds = expiresOf(transaction.request)
        self._ends = self._agent.clock.seconds() + seconds
        response = transaction.request.response(200, None, self.localTag)
        headers = response.headers.extending(
            ("Expires", str(seconds)), ("Contact", self._agent.contact(transaction.flow))
        )
        self._agent.respond(transaction, response.withHeaders(headers))
        self._machine.subscribe(seconds)

    def _respond(self, transaction: ServerTransaction, status: int) -> None:
        response = transaction.request.response(status, None, self.localTag)
        self._agent.respond(transaction, response)

    # What the machine wants.

    def tellAll(self) -> None:
        self._owesAll = True
        self._tell(self._active)

    def tellNews(self) -> None:
        self._tell(self._active)

    def tellLast(self, reason: str) -> None:
        self._owesAll = True
        self._tell(f"terminated;reason={reason}")

    def _tell(self, state: str) -> None:
        if self._watch is None:
            return
        if not self.flow.credit.proven:
            self._notify(state, b"")
        elif self._owesAll:
            self._owesAll = False
            self._notify(state, self._watch.state())
        else:
            self._notify(state, self._watch.news())

    def over(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()
        self._dialog.terminate()
        self._owner.subscriptionOver(self)

    @property
    def _active(self) -> str:
        return f"active;expires={max(0, round(self._ends - self._agent.clock.seconds()))}"

    def _notify(self, state: str, body: bytes) -> None:
        request = self._dialog.request("NOTIFY")
        headers = request.headers.extending(
            ("Event", self._event),
            ("Subscription-State", state),
            ("Contact", self._agent.contact(self.flow)),
        )
        if body:
            headers = headers.adding("Content-Type", self._package.contentType)
        notify = SIPRequest("NOTIFY", request.uri, headers, body)
        self._agent.send(notify, self, self.flow)

    # What the peer says to that.

    def responseReceived(self, response: SIPResponse) -> None:
        if response.isProvisional:
            return
        self.flow.credit.prove()  # it has our branch, which only who has our NOTIFY knows
        if response.status in _GONE:
            self._machine.refused()
        elif self._owesAll:
            self._machine.changed()

    def requestTimedOut(self) -> None:
        self._machine.refused()

    def requestFailed(self) -> None:
        self._machine.refused()


def expiresOf(request: SIPRequest) -> int:
    """
    For how many seconds somebody may subscribe.

    @raise DecodeError: they do not say it so that it can be read.
    """
    wanted = request.seconds("Expires")
    return MAX_EXPIRES if wanted is None else min(wanted, MAX_EXPIRES)
