"""
What happens to a bridged call: the inputs of L{h323d.gateway.bridging}.
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.legs import ILeg, ITransferRequest
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.successor import Successor
from h323d.values.cause import Cause

__all__ = ["Bridging"]


class Bridging(Protocol):
    """
    The inputs.
    """

    def fetch(self) -> None:
        """The caller is being called itself."""

    def begin(self) -> None:
        """The called party is to be called."""

    def join(self) -> None:
        """The called party is in another call, and comes over."""

    def calledRings(self) -> None:
        """It is told, at one place at least."""

    def calledSpeaks(self) -> None:
        """It has media for us, and has not answered: early media (RFC 3960, H.323 8.1.7)."""

    def calledAnswers(self) -> None:
        """It has answered at one place."""

    def calledRedirects(self) -> None:
        """A leg to it is over before an answer, and it is to be called elsewhere."""

    def noneAnswers(self) -> None:
        """All the legs to it are over before an answer."""

    def noneLeft(self, cause: Cause) -> None:
        """Our own: there is no other way."""

    def noneLeftToHear(self) -> None:
        """Our own: there is no other way, and the caller is to hear that before we let go."""

    def calledGone(self, cause: Cause) -> None:
        """The leg that was answered is over."""

    def callerAnswered(self) -> None:
        """The caller knows that it is answered; or it has answered us."""

    def callerGone(self, cause: Cause) -> None:
        """The caller's leg is over."""

    def transferAsked(self, side: BridgeSide, request: ITransferRequest) -> None:
        """A side wants somebody else to be called in its place."""

    def transferFailed(self) -> None:
        """That has come to nothing."""

    def transferred(self) -> None:
        """The other side has gone on, and needs this one no more."""

    def referrerGone(self, cause: Cause) -> None:
        """The side that asked has hung up."""

    def replaceAsked(self, side: BridgeSide, leg: ILeg) -> None:
        """Somebody is to have the place of a side."""

    def successorAnswered(self, successor: Successor) -> None:
        """They may have it: they are real."""

    def clear(self, cause: Cause) -> None:
        """The call is not to go on."""

    def timerExpired(self) -> None:
        """Nobody has answered."""

    def rankTimerExpired(self) -> None:
        """None of those has answered who are called at present."""
