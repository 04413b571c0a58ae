"""
The next hops of an INVITE of ours, tried one after the other: RFC 3263, 4.3.

A hop that refuses the connection, has no time (503), or says nothing makes way for the next one.
"""

from __future__ import annotations

from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.flows import Flow
from h323d.sip.locating import Locator
from h323d.sip.messages.uri import SIPURI

__all__ = ["NextHops"]

PATIENCE = 8  # times T1 that the silence of one hop lasts while there is another


class NextHops:
    """
    Those of one call.
    """

    def __init__(
        self, endpoint: SIPEndpoint, locator: Locator, hops: tuple[SIPURI, ...], domain: str
    ) -> None:
        """
        @param locator: remembers those that fail.
        @param hops: at least one, with literal addresses, best first.
        @param domain: that whoever is there has to speak for, over TLS; empty for none.
        """
        self._endpoint = endpoint
        self._locator = locator
        self._left = list(hops)
        self._tried: SIPURI | None = None
        self._domain = domain
        self._isAlone = len(hops) == 1
        self._deadline = endpoint.clock.seconds() + endpoint.timers.transaction

    def next(self) -> Flow | None:
        """
        Go on.

        @return: the way to the next hop; C{None} if none is left, or no time.
        """
        while self._left and self._rest > 0:
            self._tried = self._left.pop(0)
            flow = self._endpoint.flowTo(self._tried, self._domain)
            if flow is not None:
                return flow
        return None

    def failed(self) -> None:
        """
        Nobody can be called by the last one.
        """
        if self._tried is not None:
            self._locator.avoid(self._tried)

    @property
    def patience(self) -> float | None:
        """
        Seconds that the last one may say nothing; C{None} to leave that to the transaction.
        """
        if self._isAlone:
            return None
        return min(PATIENCE * self._endpoint.timers.T1, self._rest) if self._left else self._rest

    @property
    def _rest(self) -> float:
        return self._deadline - self._endpoint.clock.seconds()
