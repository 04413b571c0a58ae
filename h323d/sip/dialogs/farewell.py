"""
The last request of a dialog: BYE (RFC 3261, 15.1.1), of which nobody needs to hear what became,
but which a proxy may want to know who sends.
"""

from __future__ import annotations

from h323d.sip.agent import NOBODY, UserAgent
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse

__all__ = ["sendFarewell"]


def sendFarewell(agent: UserAgent, bye: SIPRequest, flow: Flow | None, account: str = "") -> None:
    """
    Send a BYE, and once more with what is asked for, if something is.

    @param flow: by which the peer was last heard.
    """
    agent.send(bye, NOBODY if flow is None else _Farewell(agent, bye, flow, account), flow)


class _Farewell:
    """
    A BYE that waits for its answer.
    """

    def __init__(self, agent: UserAgent, bye: SIPRequest, flow: Flow, account: str) -> None:
        self._agent = agent
        self._bye = bye
        self._flow = flow
        self._account = account

    def responseReceived(self, response: SIPResponse) -> None:
        again = self._agent.answering.answer(self._bye, response, self._flow.peer, self._account)
        if again is not None:
            self._agent.send(again, NOBODY, self._flow)

    def requestTimedOut(self) -> None:
        pass

    def requestFailed(self) -> None:
        pass
