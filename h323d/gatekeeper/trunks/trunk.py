"""
One trunk: where it is, whether it can take a call, and the calls that it has.

What is known of it comes from checks (L{h323d.gatekeeper.trunks.checking}), and from the calls that
are sent there; whether that makes it up or down says L{h323d.gatekeeper.trunks.health}.
"""

from __future__ import annotations

import enum

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.legs import ILeg
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import TrunkDown, TrunkUp
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gatekeeper.trunks.health import newTrunkHealth
from h323d.tracing import stateName
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID

__all__ = ["MAX_PAUSE", "Obstacle", "Trunk"]

MAX_PAUSE = 600.0  # seconds: who wants to be left alone for longer may say so again

_FAILED = frozenset(
    (
        Cause.DESTINATION_OUT_OF_ORDER,
        Cause.NETWORK_OUT_OF_ORDER,
        Cause.TEMPORARY_FAILURE,
        Cause.SWITCHING_EQUIPMENT_CONGESTION,
        Cause.RESOURCE_UNAVAILABLE,
        Cause.RECOVERY_ON_TIMER_EXPIRY,
    )
)
"""
The causes that speak of the trunk itself, and not of whom was called behind it.
"""


class Obstacle(enum.Enum):
    """
    Why no call can be sent to a trunk at present.
    """

    FULL = "full"
    WAITING = "wants no calls for now"
    NOWHERE = "its name is not found"

    @property
    def cause(self) -> Cause:
        """
        What a caller is told of it.
        """
        return _CAUSES[self]


_CAUSES = {
    Obstacle.FULL: Cause.NO_CIRCUIT_AVAILABLE,
    Obstacle.WAITING: Cause.SWITCHING_EQUIPMENT_CONGESTION,
    Obstacle.NOWHERE: Cause.NETWORK_OUT_OF_ORDER,
}


class Trunk:
    """
    One of them.

    @ivar config: what is in force.
    @ivar address: where it is; C{None} until its name is found.
    @ivar since: when it went down or came up last, or we began to use it, in seconds of the clock.
    @ivar reason: why it is down, or fails; empty if it does not.
    @ivar roundTrip: seconds that its last answer to a check took; C{None} before one.
    @ivar lastCause: why the last call there ended; C{None} before one.
    """

    _log = Logger()

    def __init__(self, config: TrunkConfig, clock: IReactorTime, events: EventBus) -> None:
        self._clock = clock
        self._events = events
        self._legs: dict[LegID, bool] = {}  # whether anybody was reached by it
        self.lastCause: Cause | None = None
        self.reconfigure(config)

    def reconfigure(self, config: TrunkConfig) -> None:
        """
        Be another from now on, with the calls that there are.
        """
        self.config = config
        self.address = config.literal
        self.since = self._clock.seconds()
        self.reason = ""
        self.roundTrip: float | None = None
        self._pausedUntil = self.since
        self._health = newTrunkHealth(self, config.failures, config.successes)

    @property
    def name(self) -> str:
        """
        What operators call it.
        """
        return self.config.name

    @property
    def state(self) -> str:
        """
        That of its health, for an operator to read.
        """
        return stateName(self._health)

    @property
    def isDown(self) -> bool:
        """
        Whether it is tried last.
        """
        return self.state == "down"

    @property
    def isInDoubt(self) -> bool:
        """
        Whether it is to be checked more often.
        """
        return self.state in ("failing", "down")

    @property
    def calls(self) -> int:
        """
        How many calls we have sent there that are not over.
        """
        return len(self._legs)

    @property
    def obstacle(self) -> Obstacle | None:
        """
        Why no call can be sent there; C{None} if one can.
        """
        if self.address is None:
            return Obstacle.NOWHERE
        if self._clock.seconds() < self._pausedUntil:
            return Obstacle.WAITING
        full = self.config.capacity and self.calls >= self.config.capacity
        return Obstacle.FULL if full else None

    # What calls by it meet with.

    def began(self, leg: ILeg) -> None:
        """
        A call is sent there.
        """
        self._legs[leg.legId] = False

    def reached(self, leg: ILeg) -> None:
        """
        Somebody's telephone rings behind it, or is answered.
        """
        if self._legs.get(leg.legId) is False:
            self._legs[leg.legId] = True
            self._health.succeeded()

    def ended(self, leg: ILeg, cause: Cause) -> None:
        """
        A call that was sent there is over.
        """
        reached = self._legs.pop(leg.legId)
        self.lastCause = cause
        if leg.retryAfter:
            self.pause(leg.retryAfter)
        if reached:
            return
        silent = cause is Cause.NO_USER_RESPONDING and not leg.peerEnded
        if silent or cause in _FAILED:
            self.failed("no answer to a call" if silent else f"a call: {cause.name}")
        elif leg.peerEnded:
            self._health.succeeded()

    # What checks of it meet with.

    def located(self, address: TransportAddress) -> None:
        """
        Its name is found.
        """
        self.address = address

    def answered(self, roundTrip: float) -> None:
        """
        It answered a check.
        """
        self.roundTrip = roundTrip
        self._health.succeeded()

    def revived(self) -> None:
        """
        Nobody checks it, so it is believed to be back.
        """
        if self.isDown:
            self._health.succeeded()

    def failed(self, reason: str) -> None:
        """
        A check, or a call, has failed.
        """
        self.reason = reason
        self._health.failed(reason)

    def pause(self, seconds: float) -> None:
        """
        It wants no calls for so long (RFC 3261, 20.33).
        """
        self._pausedUntil = self._clock.seconds() + min(seconds, MAX_PAUSE)

    # What its health reports.

    def wentDown(self, reason: str) -> None:
        self.since = now = self._clock.seconds()
        self._log.warn(
            "trunk {trunk} is down: {reason}", trunk=self.name, reason=reason, address=self.address
        )
        self._events.publish(TrunkDown(now, self.name, self.address, reason))

    def cameUp(self) -> None:
        now = self._clock.seconds()
        lasted, self.since, self.reason = now - self.since, now, ""
        self._log.info(
            "trunk {trunk} is up again, after {seconds:.0f} s", trunk=self.name, seconds=lasted
        )
        self._events.publish(TrunkUp(now, self.name, self.address, lasted))
