"""
What the legs of an endpoint share: the seam between a leg and its endpoint.
"""

from __future__ import annotations

import random
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialRule
from h323d.call.gates import Gates
from h323d.call.homes import Homes
from h323d.call.legs import ILeg
from h323d.call.media import IMediaPool
from h323d.errors import DecodeError
from h323d.sip.config import SIPConfig
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.digest.answering import Answering
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.rack import RAck
from h323d.sip.messages.uri import URI
from h323d.sip.proof import Unproven
from h323d.sip.transactions.running import ClientTransaction, ClientUser, ServerTransaction
from h323d.sip.transactions.timers import Timers
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID

__all__ = [
    "ALLOW",
    "CONTROL",
    "EXTENSIONS",
    "NOBODY",
    "NO_SUBSCRIPTION",
    "RELIABLE",
    "SDP",
    "SUPPORTED",
    "TIMER",
    "OUTBOUND",
    "PATH",
    "DialogUser",
    "UserAgent",
]

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, SUBSCRIBE"
SDP = "application/sdp"
CONTROL = "application/media_control+xml"  # RFC 5168
NO_SUBSCRIPTION = "norefersub"  # the option tag of RFC 4488
RELIABLE = "100rel"  # the option tag of RFC 3262
TIMER = "timer"  # the option tag of RFC 4028
REPLACING = "replaces"  # the option tag of RFC 3891
PATH = "path"  # of RFC 3327
OUTBOUND = "outbound"  # of RFC 5626
# All option tags: what nobody needs to ask us for.
EXTENSIONS = (TIMER, RELIABLE, REPLACING, NO_SUBSCRIPTION, PATH, OUTBOUND)
SUPPORTED = ", ".join(EXTENSIONS)


class DialogUser(Protocol):
    """
    Who takes the requests of a dialog: a leg.

    @ivar flow: the way its peer was last heard.
    @ivar callId: of its call, as facts have it.
    @ivar legId: likewise.
    """

    callId: CallID
    legId: LegID

    @property
    def flow(self) -> Flow | None: ...

    def requestArrived(self, transaction: ServerTransaction) -> None:
        """A request with our To tag, except ACK and CANCEL."""

    def ackArrived(self, ack: SIPRequest) -> None:
        """The ACK of a 2xx."""

    def flowLost(self) -> None:
        """Its flow is closed."""

    def flowRegained(self, flow: Flow) -> None:
        """Its peer is reached by that one now."""

    @property
    def replaceable(self) -> Replaces | None:
        """Its dialog, as an INVITE names it that is to have its place; C{None} if none can."""

    def replacedBy(self, replaces: Replaces) -> ILeg | int:
        """The leg, if an INVITE may have its place; or the status that says why not."""

    def ringingAt(self, replaces: Replaces) -> ILeg | None:
        """The leg, if it is a call of ours that rings there, and so may be picked up."""

    def hangup(self, cause: Cause) -> None:
        """End the call."""

    def close(self) -> None:
        """Free what it holds, at once, and tell nobody."""


class UserAgent(Protocol):
    """
    What a leg needs of the endpoint that it belongs to.
    """

    @property
    def clock(self) -> IReactorTime: ...
    @property
    def rng(self) -> random.Random: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def config(self) -> SIPConfig: ...
    @property
    def pool(self) -> IMediaPool: ...
    @property
    def homes(self) -> Homes: ...
    @property
    def unproven(self) -> Unproven: ...
    @property
    def gates(self) -> Gates: ...
    @property
    def dialRule(self) -> DialRule: ...
    @property
    def complaints(self) -> Complaints: ...
    @property
    def answering(self) -> Answering: ...

    def contact(self, flow: Flow | None, secure: bool = False, focus: str = "") -> str:
        """
        Our Contact, as a peer at the other end of C{flow} can use it.

        @param secure: whether it is for a call to, or by, a C{sips} URI.
        @param focus: the name of the conference that the peer talks with; empty if it is none.
        """

    def flowTo(self, hop: URI, domain: str = "") -> Flow | None:
        """A way to a peer outside any call, at a URI with a literal address; C{None} if what it
        says is not spoken here."""

    def send(self, request: SIPRequest, user: ClientUser, flow: Flow | None) -> ClientTransaction:
        """
        Send a request within a dialog.

        @param flow: by which the dialog's peer was last heard; where a
            connection is still open, or a name cannot be used, it is taken.  Where it is closed,
            and its peer cannot be connected to, a request waits for another
            (L{h323d.sip.lostflows}).
        """

    def sendAck(self, ack: SIPRequest, flow: Flow | None) -> None:
        """Send the ACK of a 2xx, or send it again; it has no transaction."""

    def cancel(self, invite: ClientTransaction, user: ClientUser, reason: str) -> None:
        """Send a CANCEL, with a Reason."""

    def respond(self, transaction: ServerTransaction, response: SIPResponse) -> None:
        """Send a response, with what all of ours have."""

    def enter(self, callId: str, localTag: str, user: DialogUser) -> None:
        """Requests with this Call-ID and To tag are the user's."""

    def replaced(self, replaces: Replaces) -> ILeg | int:
        """The leg whose place that is; or the status that says why none has to give it up."""

    def dialogOf(self, legId: LegID) -> Replaces | None:
        """The dialog of that leg, as an INVITE names it that is to have its place."""

    def forget(self, callId: str, localTag: str, awaited: RAck | None = None) -> None:
        """
        Such requests are nobody's any more.

        @param awaited: what a PRACK says that may come still.
        """

    def inviteDone(self, transaction: ServerTransaction) -> None:
        """A CANCEL of this INVITE is nobody's any more."""

    def trouble(self, legId: LegID, error: DecodeError, peer: TransportAddress) -> None:
        """Count what a peer sent within a call and should not have."""


class _Nobody:
    """
    Does not care what comes back.
    """

    def responseReceived(self, response: SIPResponse) -> None:
        pass

    def requestTimedOut(self) -> None:
        pass

    def requestFailed(self) -> None:
        pass


NOBODY: ClientUser = _Nobody()
