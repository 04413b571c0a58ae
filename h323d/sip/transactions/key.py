"""
What tells transactions apart: RFC 3261, 17.1.3 and 17.2.3.
"""

from __future__ import annotations

import random
from typing import TypeAlias

from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.via import MAGIC_COOKIE

__all__ = ["Key", "MergeKey", "clientKey", "mergeKey", "newBranch", "serverKey"]

Key: TypeAlias = tuple[object, ...]
MergeKey: TypeAlias = tuple[str | None, str, int, str]


def newBranch(rng: random.Random) -> str:
    """
    A branch that names one transaction in the world (8.1.1.7).
    """
    return f"{MAGIC_COOKIE}{rng.getrandbits(64):016x}"


def serverKey(request: SIPRequest, method: str | None = None) -> Key:
    """
    The key of the server transaction that a request belongs to.

    An ACK has the key of its INVITE.  Peers of RFC 2543 put no cookie into their
    branch; their requests are told apart by all that the standard then was
    certain of, except the To tag, because an INVITE and its ACK differ in it.

    @param method: the method to look for instead: INVITE, for a CANCEL.
    """
    via = request.via
    branch = via.branch
    wanted = method or ("INVITE" if request.method == "ACK" else request.method)
    if branch is not None and branch.startswith(MAGIC_COOKIE):
        return (branch, via.host.lower(), via.port, wanted)
    return (
        via.transport,
        via.host.lower(),
        via.port,
        branch,
        str(request.uri),
        request.fromAddress.tag,
        request.callId,
        request.cseq.number,
        wanted,
    )


def clientKey(message: SIPRequest | SIPResponse) -> Key:
    """
    The key of the client transaction that a response, or our request, belongs to.
    """
    return (message.via.branch, message.cseq.method)


def mergeKey(request: SIPRequest) -> MergeKey:
    """
    What a request that reached us by two ways has in common (8.2.2.2).
    """
    return (request.fromAddress.tag, request.callId, request.cseq.number, request.method)
