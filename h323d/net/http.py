"""
Questions by HTTP, by C{treq}.

Implements L{h323d.call.lookups.IWeb}.
"""

from __future__ import annotations

from typing import Any

from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, HTTPConnectionPool, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent
from zope.interface import implementer

from h323d.call.lookups import IWeb, LookupFailed
from h323d.errors import UnexpectedStatus

__all__ = ["Web", "newAgent"]

CONNECTIONS = 8  # to one server, kept open
OK = 200
_HEADERS = Headers({"Content-Type": ["application/json"], "Accept": ["application/json"]})


def newAgent(reactor: Any) -> IAgent:
    """
    What makes connections, and keeps some open.

    @param reactor: Any: one of several interfaces at once.
    """
    pool = HTTPConnectionPool(reactor)
    pool.maxPersistentPerHost = CONNECTIONS
    agent: IAgent = Agent(reactor, pool=pool)
    return agent


@implementer(IWeb)
class Web:
    """
    Asks by POST.  Redirections are not followed, and no cookies are kept: one
    URL is configured, and that is asked.
    """

    def __init__(self, agent: IAgent, clock: IReactorTime) -> None:
        self._client = HTTPClient(agent)
        self._clock = clock

    def post(self, url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
        asking = Deferred.fromCoroutine(self._post(url, body, limit))
        asking.addTimeout(timeout, self._clock)
        return asking.addErrback(_failed)

    async def _post(self, url: str, body: bytes, limit: int) -> bytes:
        response = await self._client.post(
            url,
            data=body,
            headers=_HEADERS,
            allow_redirects=False,
            unbuffered=True,
        )
        received = _Body(limit)
        response.deliverBody(received)
        whole = await received.whole
        if response.code != OK:
            status = UnexpectedStatus(response.code, whole)
            raise LookupFailed(str(status)) from status
        return whole


class _Body(Protocol):
    """
    Puts a body together, up to a limit, for as long as somebody wants it.

    @ivar whole: fires with it.
    """

    def __init__(self, limit: int) -> None:
        self.whole: Deferred[bytes] = Deferred(self._leave)
        self._left = limit
        self._parts: list[bytes] = []

    def dataReceived(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left >= 0:
            self._parts.append(data)
        elif not self.whole.called:
            self.whole.errback(LookupFailed("the answer is too long"))
            self._leave(self.whole)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.whole.called:
            return
        if reason.check(ResponseDone, PotentialDataLoss):  # the latter: no length was told
            self.whole.callback(b"".join(self._parts))
        else:
            self.whole.errback(reason)

    def _leave(self, unwanted: Deferred[bytes]) -> None:
        if self.transport is not None:
            self.transport.loseConnection()


def _failed(failure: Failure) -> Failure:
    """
    A fence: what can go wrong on the way to a web server is not ours to name.
    """
    if failure.check(LookupFailed):
        return failure
    return Failure(LookupFailed(failure.getErrorMessage() or "no answer"))
