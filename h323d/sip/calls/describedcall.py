"""
What a leg tells of its call: who calls whom, by which names, and what they have shown.
"""

from __future__ import annotations

import random

from h323d.call.applications import Priority
from h323d.call.legs import LegDirection
from h323d.call.media import IMediaPort
from h323d.call.replacing import Replacement
from h323d.sip.calls.sentinvite import Fork
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.identifiers import CallID, LegID, newLegID
from h323d.values.media.profile import MediaProfile

__all__ = ["DescribedCall"]

NOWHERE = TransportAddress("0.0.0.0", 0)  # the peer of a call that is not sent yet


class DescribedCall:
    """
    As L{h323d.call.legs.ILeg} has it.

    @ivar accepted: the 2xx that is the call; of one that we make, once it is answered.
    """

    accepted: Fork

    protocol, vouched = "sip", False
    callIdentifier = conferenceId = ""
    peerEnded, refusedEverywhere, retryAfter, discord = False, False, 0, ""
    priority: Priority | None = None

    def __init__(
        self,
        rng: random.Random,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        called: tuple[PartyAddress, ...],
        displayName: str,
        begun: ServerTransaction | MediaProfile,
        replaces: Replacement | None,
    ) -> None:
        """
        @param begun: of a call that a peer made, its INVITE; of one that we make, what to offer.
        """
        self.legId: LegID = newLegID(rng)
        self.callId, self.calling, self.called = callId, calling, called
        self.displayName, self.replaces = displayName, replaces
        isTheirs = isinstance(begun, ServerTransaction)
        self.direction = LegDirection.INCOMING if isTheirs else LegDirection.OUTGOING
        self.peer = begun.flow.peer if isinstance(begun, ServerTransaction) else NOWHERE
        self.proofs = begun.proofs if isinstance(begun, ServerTransaction) else ()

    def introduce(self, calling: tuple[PartyAddress, ...], displayName: str) -> None:
        self.calling, self.displayName = calling, displayName

    def prioritize(self, priority: Priority) -> None:
        self.priority = priority

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        pass
