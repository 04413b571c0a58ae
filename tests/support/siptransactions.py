"""
What the tests of SIP client transactions share: an owner that remembers, and time that passes.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.sip.messages.message import SIPResponse

__all__ = ["ClientOwner", "run"]

STEP = 0.125  # seconds: an exact binary fraction that divides every RFC 3261 timer


class ClientOwner:
    """
    Remembers what a client transaction does.

    @ivar times: when the request was sent.
    @ivar acks: how many times an ACK was.
    @ivar statuses: of the responses handed up.
    @ivar said: other reports by name, in order.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.times: list[float] = []
        self.acks = 0
        self.statuses: list[int] = []
        self.said: list[str] = []

    def transmit(self) -> None:
        self.times.append(round(self.clock.seconds(), 1))

    def acknowledge(self, response: SIPResponse) -> None:
        self.acks += 1

    def received(self, response: SIPResponse) -> None:
        self.statuses.append(response.status)

    def timedOut(self) -> None:
        self.said.append("timedOut")

    def failed(self) -> None:
        self.said.append("failed")

    def ended(self) -> None:
        self.said.append("ended")


def run(clock: Clock, seconds: float) -> None:
    """
    Let time pass in steps, so that timers started by timers come when they are due.
    """
    for _ in range(round(seconds / STEP)):
        clock.advance(STEP)
