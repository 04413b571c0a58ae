"""
Who takes subscriptions: RFC 6665, 4.2.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from h323d.call.shares import ShareRule, Shares
from h323d.errors import DecodeError
from h323d.sip.agent import UserAgent
from h323d.sip.calls.parties import inquiryOf
from h323d.sip.events.packages import EventPackage
from h323d.sip.events.subscription import Subscription, expiresOf
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.transactions.layer import RETRY_AFTER
from h323d.sip.transactions.running import ServerTransaction

__all__ = ["MAX_ACCEPTED", "MAX_SUBSCRIPTIONS", "Notifier"]

MAX_ACCEPTED = 16  # of the types in Accept are looked at
MAX_SUBSCRIPTIONS = 2000  # at a time


class Notifier:
    """
    The subscriptions of one endpoint.
    """

    def __init__(
        self,
        agent: UserAgent,
        packages: Sequence[EventPackage],
        rule: ShareRule,
        most: int = MAX_SUBSCRIPTIONS,
    ) -> None:
        """
        @param packages: the kinds of events that there are.
        @param rule: how many subscriptions may be of one source.
        @param most: how many there may be.
        """
        self._agent = agent
        self._packages = {each.name: each for each in packages}
        self._most = most
        self._shares = Shares(rule, "subscriptions")
        self._subscriptions: dict[tuple[str, str], Subscription] = {}
        self._sources: dict[Subscription, str] = {}

    def of(self, callId: str, localTag: str) -> Subscription | None:
        return self._subscriptions.get((callId, localTag))

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(self._subscriptions.values())

    def leave(self) -> None:
        """
        Tell all that they are told nothing any more.
        """
        for subscription in tuple(self._subscriptions.values()):
            subscription.leave()

    def close(self) -> None:
        for subscription in tuple(self._subscriptions.values()):
            subscription.close()

    def refusal(self, request: SIPRequest, host: str, tag: str) -> SIPResponse | None:
        """
        Why a SUBSCRIBE is not taken.

        @param host: where it comes from.
        @param tag: ours.

        @raise DecodeError: it does not say what of.
        """
        name = _eventOf(request)
        package = self._packages.get(name)
        if package is None:
            return _refuse(request, 489, tag, "Allow-Events", ", ".join(self._packages))
        accepted = request.headers.all("Accept")[:MAX_ACCEPTED]
        kinds = {each.partition(";")[0].strip().lower() for each in accepted}
        wanted = package.contentType
        if kinds and kinds.isdisjoint((wanted, f"{wanted.partition('/')[0]}/*", "*/*")):
            return _refuse(request, 406, tag, "Accept", wanted)
        expiresOf(request)
        isFull = len(self._subscriptions) >= self._most
        if isFull or not self._shares.mayTake(host, self._most):
            return _refuse(request, 503, tag, "Retry-After", str(RETRY_AFTER))
        return None

    def subscribed(self, transaction: ServerTransaction, tag: str) -> None:
        """
        A SUBSCRIBE came that is not refused.

        @param tag: ours.

        @raise DecodeError: a header field that matters is malformed.
        """
        request = transaction.request
        package = self._packages[_eventOf(request)]
        subscription = Subscription(self, self._agent, package, transaction, tag)
        source = transaction.flow.peer
        subscriber = inquiryOf(request, source, transaction.proofs)
        watch = package.watch(request.uri, subscriber, subscription)
        if isinstance(watch, int):
            self._agent.respond(transaction, request.response(watch, None, tag))
            return
        host = source.host
        self._subscriptions[subscription.callId, tag] = subscription
        self._sources[subscription] = host
        self._shares.take(host)
        subscription.begin(watch, transaction)

    def subscriptionOver(self, subscription: Subscription) -> None:
        host = self._sources.pop(subscription, None)
        if host is not None:
            del self._subscriptions[subscription.callId, subscription.localTag]
            self._shares.giveBack(host)


def _eventOf(request: SIPRequest) -> str:
    """
    @raise DecodeError: there is none.
    """
    name = (request.headers.get("Event") or "").partition(";")[0].strip().lower()
    if not name:
        raise DecodeError("what to subscribe to is not said", "Event")
    return name


def _refuse(request: SIPRequest, status: int, tag: str, name: str, value: str) -> SIPResponse:
    response = request.response(status, None, tag)
    return response.withHeaders(response.headers.adding(name, value))
