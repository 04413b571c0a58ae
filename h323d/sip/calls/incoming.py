"""
The leg of a call that a peer makes.
"""

from __future__ import annotations

from h323d.call.replacing import Replacement
from h323d.sip.agent import UserAgent
from h323d.sip.calls.identity import callerOf
from h323d.sip.calls.leg import SIPLeg
from h323d.sip.calls.parties import partiesOf
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.identifiers import newCallID

__all__ = ["incomingLeg"]


def incomingLeg(
    agent: UserAgent, invite: ServerTransaction, replaces: Replacement | None = None
) -> SIPLeg:
    """
    @param invite: it has been checked.
    @param replaces: whose place it asks for.

    @raise DecodeError: a header field that is looked at is malformed.
    """
    request = invite.request
    caller = callerOf(request, agent.config.trusts(invite.flow.peer.host))
    leg = SIPLeg(
        agent,
        newCallID(agent.rng),
        caller.calling,
        partiesOf(request.uri),
        caller.displayName,
        invite,
        replaces,
    )
    leg.vouched = caller.vouched
    return leg
