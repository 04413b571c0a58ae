"""
One logical channel that the peer sends on, with its entities.

It is opened and closed by its L{IncomingLCSE<h323d.h323.h245.lcse.IncomingLCSE>}; the peer is
asked to close it by an L{OutgoingCLCSE<h323d.h323.h245.clcse.OutgoingCLCSE>}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.clcse import newOutgoingCLCSE
from h323d.h323.h245.lcse import newIncomingLCSE
from h323d.h323.h245.messages import Fields, Message, indication, request, response
from h323d.h323.h245.owner import H245Owner
from h323d.h323.h245.parameters import RefusedChannel
from h323d.h323.h245.source import RejectSource
from h323d.values.media.formats import MediaFormat

__all__ = ["IncomingChannel", "IncomingUser", "Judgement", "openRefused"]

Judgement = Mapping[int, MediaFormat] | RefusedChannel
"""
What may come in a channel, by payload type; or why it is not taken.
"""


class IncomingUser(Protocol):
    """
    Whoever receives what comes in a channel.
    """

    def judge(self, channel: Fields) -> Judgement | Deferred[Judgement]:
        """
        Ask whether to take a channel.

        @param channel: an C{OpenLogicalChannel}.

        @return: the Deferred never fails.
        """

    def acknowledgement(self, number: int) -> Fields:
        """Ask what to answer for it, if it is taken."""

    def channelChanged(self) -> None:
        """It is open, as was said."""

    def forget(self, number: int) -> None:
        """It is not taken, as was said late."""


class IncomingChannel:
    """
    One of them.

    @ivar formats: what may come in it, by payload type; none unless it is open.
    @ivar lcse: by which the peer opens and closes it.
    @ivar clcse: by which we ask the peer to close it.
    """

    def __init__(
        self,
        user: IncomingUser,
        owner: H245Owner,
        clock: IReactorTime,
        number: int,
        adopted: Mapping[int, MediaFormat] | None = None,
    ) -> None:
        """
        @param owner: sends what its entities say.
        @param clock: runs their timers.
        @param number: C{forwardLogicalChannelNumber}.
        @param adopted: what comes in it, if it was opened already, by fast connect.
        """
        self._user = user
        self._owner = owner
        self._judgement: Deferred[Judgement] | None = None
        self.formats: Mapping[int, MediaFormat] = adopted or {}
        self.lcse = newIncomingLCSE(self, number, adopted is not None)
        self.clcse = newOutgoingCLCSE(self, clock, number)

    @property
    def isJudged(self) -> bool:
        """
        Whether it is not said yet if it is taken.
        """
        return self._judgement is not None

    def abandon(self) -> None:
        """
        It is gone: whatever is still to be said of it is not heard.
        """
        self._judgement = None
        self.clcse.abandon()

    # IncomingLCSEOwner

    def establishIndication(self, number: int, channel: Fields) -> None:
        verdict = self._user.judge(channel)
        if isinstance(verdict, Deferred):
            self._judgement = verdict
            verdict.addCallback(self._judgedLater, verdict, number)
        else:
            self._judged(verdict)

    def _judgedLater(self, verdict: Judgement, judgement: Deferred[Judgement], number: int) -> None:
        if self._judgement is not judgement:
            return
        self._judgement = None
        self._judged(verdict)
        if not self.formats:
            self._user.forget(number)

    def _judged(self, verdict: Judgement) -> None:
        if isinstance(verdict, RefusedChannel):
            self.lcse.releaseRequest(verdict.cause)
        else:
            self.formats = verdict
            self.lcse.establishResponse()

    def releaseIndicationIncoming(self, number: int) -> None:
        self._judgement = None
        self.formats = {}

    def sendOpenAck(self, number: int) -> None:
        fields = self._user.acknowledgement(number)
        self._owner.sendControl(response("openLogicalChannelAck", fields))
        self._user.channelChanged()

    def sendOpenReject(self, number: int, cause: str) -> None:
        self._owner.sendControl(openRefused(number, cause))

    def sendCloseAck(self, number: int) -> None:
        self._owner.sendControl(closeAcknowledged(number))

    # OutgoingCLCSEOwner

    def sendRequestClose(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number, "reason": ("reopen", None)}
        self._owner.sendControl(request("requestChannelClose", fields))

    def sendRequestCloseRelease(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number}
        self._owner.sendControl(indication("requestChannelCloseRelease", fields))

    def closeConfirm(self, number: int) -> None:
        """The peer's C{closeLogicalChannel} follows."""

    def closeRejected(self, number: int, source: RejectSource) -> None:
        """It goes on sending what it sent; we can decode it still."""


def openRefused(number: int, cause: str) -> Message:
    """
    The C{OpenLogicalChannelReject} for what is not taken.
    """
    fields = {"forwardLogicalChannelNumber": number, "cause": (cause, None)}
    return response("openLogicalChannelReject", fields)


def closeAcknowledged(number: int) -> Message:
    """
    The C{CloseLogicalChannelAck} for what is closed, or was never open.
    """
    return response("closeLogicalChannelAck", {"forwardLogicalChannelNumber": number})
