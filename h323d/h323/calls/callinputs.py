"""
What the H.225.0 call machine takes in and gives out: its inputs, its owner, its timers.

The machine itself is L{h323d.h323.calls.call}.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from h323d.values.cause import Cause

__all__ = ["N322", "T304", "T322", "CallNumber", "CallTimers", "H225Call", "H225CallOwner"]

T301 = 180.0  # seconds that a called party may ring
T303 = 8.0  # seconds for a first answer to Setup: 4, once repeated (Q.931, table 9-2)
T304 = 30.0  # seconds for an answer to more digits
T310 = 120.0  # seconds from CallProceeding to Alerting or Connect
T322 = 4.0  # seconds for an answer to StatusInquiry
N322 = 3  # StatusInquiries before the call counts as lost


class CallNumber(enum.IntEnum):
    """
    The numbers of the call states, as Status tells them (Q.931, 4.5.7).
    """

    NULL = 0
    CALL_INITIATED = 1
    OVERLAP_SENDING = 2
    OUTGOING_PROCEEDING = 3
    CALL_DELIVERED = 4
    CALL_PRESENT = 6
    CALL_RECEIVED = 7
    INCOMING_PROCEEDING = 9
    ACTIVE = 10
    RELEASE_REQUEST = 19


@dataclass(frozen=True, slots=True)
class CallTimers:
    """
    How long to wait, in seconds.  T304 and T322 are not worth an option.

    @ivar t301: ringing.
    @ivar t303: first answer to Setup.
    @ivar t310: after CallProceeding.
    @ivar status: between two inquiries into an active call; 0 makes none.
    """

    t301: float = T301
    t303: float = T303
    t310: float = T310
    status: float = 0.0


class H225Wire(Protocol):
    """
    Where the machine sends messages that need nothing but to be sent.  None of these may raise.
    """

    def sendCallProceeding(self) -> None:
        """Send CallProceeding."""

    def sendReleaseComplete(self, cause: Cause) -> None:
        """Send ReleaseComplete."""

    def sendStatus(self, state: CallNumber, cause: Cause) -> None:
        """Send Status."""

    def sendStatusInquiry(self) -> None:
        """Send StatusInquiry."""


class H225CallOwner(Protocol):
    """
    What the machine needs of the leg that owns it.  The leg fills those messages with which
    media or H.245 may start; none of these may raise.
    """

    def sendSetup(self) -> None:
        """Send Setup."""

    def sendAlerting(self) -> None:
        """Send Alerting."""

    def sendProgress(self) -> None:
        """Send Progress, with the indicator that media is there."""

    def sendConnect(self) -> None:
        """Send Connect."""

    def endControl(self) -> None:
        """End H.245; the answer is the input C{controlEnded}."""

    def callProceeding(self) -> None:
        """The called side is working on it."""

    def callAlerting(self) -> None:
        """The called side rings."""

    def callConnected(self) -> None:
        """The called side answered."""

    def callReleased(self, cause: Cause, byPeer: bool) -> None:
        """
        The call is over.  Comes once; nothing follows.

        @param byPeer: the peer ended it, or its connection is gone.
        """


class H225Call(Protocol):
    """
    The inputs: our commands, the peer's messages, the timers.
    """

    def placeCall(self) -> None:
        """Send Setup: the connection is there."""

    def proceed(self) -> None:
        """Tell the caller that we are working on it."""

    def alert(self) -> None:
        """Tell the caller that it rings."""

    def earlyMedia(self) -> None:
        """
        Tell the caller that there is media before the answer: as we tell it that it rings,
        or else later.
        """

    def answer(self) -> None:
        """Accept the call."""

    def release(self, cause: Cause) -> None:
        """End the call at once."""

    def hangup(self, cause: Cause) -> None:
        """End the call, and H.245 first if the call is active."""

    def inquire(self) -> None:
        """Ask the peer in which state it is."""

    def controlEnded(self) -> None:
        """H.245 is over, whoever ended it."""

    def setupReceived(self) -> None:
        """Setup arrived."""

    def setupAcknowledgeReceived(self) -> None:
        """SetupAcknowledge arrived."""

    def callProceedingReceived(self) -> None:
        """CallProceeding arrived."""

    def alertingReceived(self) -> None:
        """Alerting arrived."""

    def progressReceived(self) -> None:
        """Progress arrived."""

    def connectReceived(self) -> None:
        """Connect arrived."""

    def releaseCompleteReceived(self, cause: Cause) -> None:
        """ReleaseComplete arrived."""

    def statusInquiryReceived(self) -> None:
        """StatusInquiry arrived."""

    def statusReceived(self) -> None:
        """Status arrived, telling a state other than null."""

    def statusNullReceived(self) -> None:
        """Status arrived, telling that the peer does not know the call."""

    def notUnderstood(self, cause: Cause) -> None:
        """A message arrived that cannot be acted on."""

    def connectionLost(self, cause: Cause) -> None:
        """The signalling connection is gone."""

    def timerExpired(self) -> None:
        """
        T301, T303, T304 or T310 ran out, of which one runs at a time; or an active call has to
        be inquired into.
        """

    def t322Expired(self) -> None:
        """Nobody answered our StatusInquiry."""

    def statusUnanswered(self) -> None:
        """Our own: N322 inquiries stayed without an answer."""
