"""
Connections that are gone, with dialogs left that went by them.

A dialog does not end with its connection (RFC 3261, 12).  Whoever has opened that opens another
before long (RFC 5626, 4.5), and registers by it, or sends something in the dialog; what is to be
sent to them and cannot be, as nobody takes connections at their Contact, waits for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.silence import LOST
from h323d.call.timer import Timer
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.outbound import REG_ID, instanceOf
from h323d.sip.transactions.running import ClientUser
from h323d.values.proof import Proof, verified

__all__ = ["FlowHolder", "LostFlows", "LostFlowsOwner"]

MAX_AGENTS = 64  # user agents of one connection that are known again

_MOMENTARY = ("ACK", "INFO")  # what is of no use later

Agent = tuple[str, str, str]
"""
An address of record; an instance and the number of its way (RFC 5626), or a Contact and nothing.
"""


class FlowHolder(Protocol):
    """
    A dialog.

    @ivar flow: the way its peer was last heard.
    """

    @property
    def flow(self) -> Flow | None: ...

    def flowRegained(self, flow: Flow) -> None:
        """Its peer is reached by that one now."""


class LostFlowsOwner(Protocol):
    """
    The endpoint.
    """

    def reachedBy(self, flow: Flow) -> tuple[FlowHolder, ...]:
        """The dialogs that go by it."""

    def sendBy(self, request: SIPRequest, user: ClientUser, flow: Flow) -> None:
        """Send a request by that connection, and no other."""


class LostFlows:
    """
    Those of one endpoint.
    """

    def __init__(self, owner: LostFlowsOwner, clock: IReactorTime) -> None:
        self._owner = owner
        self._clock = clock
        self._agents: dict[Flow, dict[Agent, None]] = {}  # by which connections they registered
        self._flows: dict[Agent, Flow] = {}  # the last of each
        self._heirs: dict[Flow, Flow] = {}  # for when the other one of theirs ends
        self._waiting: dict[Flow, dict[_Waiting, None]] = {}  # those that may have to, too

    def close(self) -> None:
        """
        Nothing can be sent any more.
        """
        for each in tuple(self._everyWaiting()):
            each.stop()
        self._waiting.clear()

    # Who is reached by which.

    def registered(self, request: SIPRequest, flow: Flow, proofs: tuple[Proof, ...]) -> None:
        """
        A REGISTER was granted.  Where the same user agent registered by a connection that is gone,
        the dialogs that went by that go by this one.

        Who proves nothing is known again at the same host alone: or anybody could take over the
        dialogs of others, by what may be known of them.

        @param proofs: what its sender has proved.
        """
        isProven = any(each.identity for each in verified(proofs))
        for agent in _agentsOf(request):
            before = self._flows.get(agent)
            if before is not None and before is not flow:
                self._forget(agent, before)
                if isProven or before.peer.host == flow.peer.host:
                    self._succeed(before, flow)
            self._remember(agent, flow)

    def _succeed(self, lost: Flow, flow: Flow) -> None:
        if lost.usable:
            self._heirs[lost] = flow
            return
        for each in self._owner.reachedBy(lost):
            each.flowRegained(flow)
        self.regained(lost, flow)

    def closed(self, flow: Flow) -> None:
        """
        A connection is gone.
        """
        heir = self._heirs.pop(flow, None)
        if heir is not None and heir.usable:
            self._succeed(flow, heir)
        for each in [flow, *(one for one in self._agents if not one.usable)]:
            if not self._owner.reachedBy(each) and each not in self._waiting:
                for agent in tuple(self._agents.get(each, ())):
                    self._forget(agent, each)

    def _remember(self, agent: Agent, flow: Flow) -> None:
        agents = self._agents.setdefault(flow, {})
        if len(agents) < MAX_AGENTS:
            agents[agent] = None
            self._flows[agent] = flow

    def _forget(self, agent: Agent, flow: Flow) -> None:
        agents = self._agents[flow]
        del agents[agent], self._flows[agent]
        if not agents:
            del self._agents[flow]

    # What waits.

    def patient(self, request: SIPRequest, user: ClientUser, flow: Flow) -> ClientUser:
        """
        @param request: one that is about to be sent.
        @param user: who sends it.
        @param flow: by which its peer was last heard.

        @return: who is to be told what comes of it: C{user}, or somebody who waits for another
            connection first.
        """
        if not flow.reliable or request.toAddress.tag is None or request.method in _MOMENTARY:
            return user
        waiting = _Waiting(self, self._clock, request, user, flow)
        if not flow.usable:
            self.wait(waiting)
        return waiting

    def regained(self, lost: Flow, flow: Flow, callId: str = "") -> None:
        """
        The peer has opened another one.

        @param callId: of the dialog that goes by it; empty for all that went by the other one.
        """
        for each in tuple(self._waiting.get(lost, ()) if lost.reliable else ()):
            if callId in ("", each.request.callId):
                self.waitNoMore(each)
                each.goBy(flow)

    def wait(self, waiting: _Waiting) -> None:
        self._waiting.setdefault(waiting.flow, {})[waiting] = None

    def waitNoMore(self, waiting: _Waiting) -> None:
        others = self._waiting.get(waiting.flow, {})
        others.pop(waiting, None)
        if not others:
            self._waiting.pop(waiting.flow, None)

    def send(self, waiting: _Waiting) -> None:
        self._owner.sendBy(waiting.request, waiting, waiting.flow)

    def _everyWaiting(self) -> Iterator[_Waiting]:
        for each in self._waiting.values():
            yield from each


class _Waiting:
    """
    One request, and the connection that it is to go by.
    """

    def __init__(
        self,
        flows: LostFlows,
        clock: IReactorTime,
        request: SIPRequest,
        user: ClientUser,
        flow: Flow,
    ) -> None:
        self.request = request
        self.flow = flow
        self._flows = flows
        self._user = user
        self._isNew = False  # whether it was not tried by that one yet
        self._timer = Timer(clock)

    def stop(self) -> None:
        self._timer.stop()

    def goBy(self, flow: Flow) -> None:
        """
        That is the connection now.
        """
        self.flow, self._isNew = flow, True
        if self._timer.running:
            self._timer.stop()
            self._go()

    def _go(self) -> None:
        self._isNew = False
        self._flows.send(self)

    def _giveUp(self) -> None:
        self._flows.waitNoMore(self)
        self._user.requestFailed()

    # What the transaction reports.

    def responseReceived(self, response: SIPResponse) -> None:
        if response.isFinal:
            self._flows.waitNoMore(self)
        self._user.responseReceived(response)

    def requestTimedOut(self) -> None:
        self._flows.waitNoMore(self)
        self._user.requestTimedOut()

    def requestFailed(self) -> None:
        if self._isNew:
            self._go()
        elif self.flow.usable:
            self._user.requestFailed()
        else:
            self._flows.wait(self)
            self._timer.start(LOST, self._giveUp)


def _agentsOf(request: SIPRequest) -> Iterator[Agent]:
    """
    The user agents that are reached by the connection that a REGISTER came by; none of those that
    are behind a proxy, whose connection it is.
    """
    if request.hasWildcardContact or "Path" in request.headers:
        return
    for contact in request.contacts:
        seconds = contact.parameter("expires") or request.headers.get("Expires")
        if seconds is None or seconds.strip() != "0":
            yield _agentAt(request, contact)


def _agentAt(request: SIPRequest, contact: NameAddr) -> Agent:
    address, instance = str(request.toAddress.uri).lower(), instanceOf(contact)
    if instance:
        return address, instance, contact.parameter(REG_ID) or ""
    return address, str(contact.uri), ""
