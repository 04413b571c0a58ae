"""
Whether the peer's H.245 is alive: round trips at intervals (ITU-T H.245, C.10).

It asks every minute, and again at once when no answer comes; whoever sends
anything at all meanwhile is alive, also without an answer.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.h245.messages import Fields, request, response
from h323d.h323.h245.owner import H245Failure, H245Owner
from h323d.h323.h245.rtdse import newRTDSE

__all__ = ["Liveness"]

INTERVAL = 60.0  # seconds between an answer and the next question
MAXIMUM_SILENCES = 3  # unanswered questions in a row, until the peer counts as dead


class Liveness:
    """
    Asks, answers, and counts.
    """

    def __init__(self, owner: H245Owner, clock: IReactorTime) -> None:
        self._owner = owner
        self._rtdse = newRTDSE(self, clock)
        self._interval = Timer(clock)
        self._silences = 0
        self._asking = False

    def start(self) -> None:
        """
        Ask at intervals from now on.
        """
        self._asking = True
        self._interval.start(INTERVAL, self.ask)

    def ask(self) -> None:
        """
        Ask now.
        """
        self._interval.stop()
        self._rtdse.transferRequest()

    def heard(self) -> None:
        """
        The peer sent something.
        """
        self._silences = 0

    def notUnderstood(self) -> None:
        """
        The peer does not know the question: ask no more.
        """
        self.stop()

    def stop(self) -> None:
        """
        Cancel every timer.
        """
        self._asking = False
        self._interval.stop()
        self._rtdse.abandon()

    def roundTripDelayRequest(self, fields: Fields) -> None:
        self._rtdse.roundTripDelayRequest(fields["sequenceNumber"])

    def roundTripDelayResponse(self, fields: Fields) -> None:
        self._rtdse.roundTripDelayResponse(fields["sequenceNumber"])

    # RTDSEOwner

    def sendRoundTripRequest(self, sequenceNumber: int) -> None:
        fields = {"sequenceNumber": sequenceNumber}
        self._owner.sendControl(request("roundTripDelayRequest", fields))

    def sendRoundTripResponse(self, sequenceNumber: int) -> None:
        fields = {"sequenceNumber": sequenceNumber}
        self._owner.sendControl(response("roundTripDelayResponse", fields))

    def roundTripConfirm(self, seconds: float) -> None:
        if self._asking:
            self._interval.start(INTERVAL, self.ask)
        self._owner.h245RoundTrip(seconds)

    def roundTripExpired(self) -> None:
        self._silences += 1
        if self._silences >= MAXIMUM_SILENCES:
            self._asking = False
            self._owner.h245Failed(H245Failure.PEER_SILENT)
        elif self._asking:
            self._rtdse.transferRequest()
