"""
One trunk: where it is, whether it can take a call, and the calls that it has.  Where it has several
servers, calls go to those first that have not failed, and it has failed when all of them have.

What is known of it comes from checks (L{h323d.gatekeeper.trunks.checking}), and from the calls that
are sent there; whether that makes it up or down says L{h323d.gatekeeper.trunks.health}.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.legs import ILeg
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import TrunkDown, TrunkUp
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gatekeeper.trunks.health import newTrunkHealth
from h323d.gatekeeper.trunks.target import TrunkPlace, TrunkTarget
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


@dataclass(slots=True)
class _Sent:
    """
    A call that was sent to a server.

    @ivar target: which; C{None} for one that is not the trunk's any more.
    @ivar reached: whether anybody was reached by it.
    """

    target: TrunkTarget | None
    reached: bool = False


class Trunk:
    """
    One of them.

    @ivar config: what is in force.
    @ivar targets: its servers, best first as the DNS has them; none until its name is found.
    @ivar since: when it went down or came up last, or we began to use it, in seconds of the clock.
    @ivar reason: why it is down, or fails; empty if it does not.
    @ivar roundTrip: seconds that its last answer to a check took; C{None} before one.
    @ivar lastCause: why the last call there ended; C{None} before one.
    """

    _log = Logger()

    def __init__(self, config: TrunkConfig, clock: IReactorTime, events: EventBus) -> None:
        self._clock = clock
        self._events = events
        self._legs: dict[LegID, _Sent] = {}
        self.lastCause: Cause | None = None
        self.reconfigure(config)

    def reconfigure(self, config: TrunkConfig) -> None:
        """
        Be another from now on, with the calls that there are.
        """
        self.config = config
        self.targets: tuple[TrunkTarget, ...] = ()
        if config.literal is not None:
            self.located((TrunkPlace(config.literal, config.spoken),))
        self.since = self._clock.seconds()
        self.reason = ""
        self.roundTrip: float | None = None
        self._health = newTrunkHealth(self, config.failures, config.successes)

    @property
    def open(self) -> tuple[TrunkTarget, ...]:
        """
        The servers that want calls, those that have failed last.
        """
        now = self._clock.seconds()
        wanting = (each for each in self.targets if each.pausedUntil <= now)
        return tuple(sorted(wanting, key=lambda each: bool(each.reason)))

    @property
    def address(self) -> TransportAddress | None:
        """
        Where the next call would go; C{None} until its name is found.
        """
        best = self.open or self.targets
        return best[0].place.address if best else None

    def isAt(self, host: str) -> bool:
        """
        Whether one of its servers is.
        """
        return any(each.place.address.host == host for each in self.targets)

    def sharesHostWith(self, other: Trunk) -> bool:
        """
        Whether a server of its is where one of the other's is.
        """
        return any(self.isAt(each.place.address.host) for each in other.targets)

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
        if not self.targets:
            return Obstacle.NOWHERE
        if not self.open:
            return Obstacle.WAITING
        full = self.config.capacity and self.calls >= self.config.capacity
        return Obstacle.FULL if full else None

    # What calls by it meet with.

    def began(self, leg: ILeg, destination: TransportAddress | None) -> None:
        """
        A call is sent there.

        @param destination: to which of its servers.
        """
        there = (each for each in self.targets if each.place.address == destination)
        self._legs[leg.legId] = _Sent(next(there, None))

    def reached(self, leg: ILeg) -> None:
        """
        Somebody's telephone rings behind it, or is answered.
        """
        sent = self._legs.get(leg.legId)
        if sent is not None and not sent.reached:
            sent.reached = True
            self._succeeded(sent.target)

    def ended(self, leg: ILeg, cause: Cause) -> None:
        """
        A call that was sent there is over.
        """
        sent = self._legs.pop(leg.legId)
        self.lastCause = cause
        if leg.retryAfter and sent.target is not None:
            self.pause(sent.target, leg.retryAfter)
        if sent.reached:
            return
        silent = cause is Cause.NO_USER_RESPONDING and not leg.peerEnded
        if silent or cause in _FAILED:
            reason = "no answer to a call" if silent else f"a call: {cause.name}"
            if sent.target is not None:
                self.targetFailed(sent.target, reason)
            if all(each.reason for each in self.targets):
                self.failed(reason)
        elif leg.peerEnded:
            self._succeeded(sent.target)

    # What checks of it meet with.

    def located(self, places: Iterable[TrunkPlace]) -> None:
        """
        Its servers are found.  What is known of one that was there before stays known.
        """
        known = {each.place: each for each in self.targets}
        self.targets = tuple(known.get(each) or TrunkTarget(each) for each in dict.fromkeys(places))

    def answered(self, target: TrunkTarget, roundTrip: float) -> None:
        """
        A server of its answered a check.
        """
        target.roundTrip = self.roundTrip = roundTrip
        self._succeeded(target)

    def targetFailed(self, target: TrunkTarget, reason: str) -> None:
        """
        A server of its has failed; whether the trunk has is another question.
        """
        if len(self.targets) > 1 and not target.reason:
            self._log.warn(
                "trunk {trunk}: {place} fails: {reason}",
                trunk=self.name,
                place=str(target.place),
                reason=reason,
            )
        target.failed(reason)

    def _succeeded(self, target: TrunkTarget | None) -> None:
        if target is not None:
            if len(self.targets) > 1 and target.reason:
                place = str(target.place)
                self._log.info("trunk {trunk}: {place} is back", trunk=self.name, place=place)
            target.succeeded()
        self._health.succeeded()

    def revived(self) -> None:
        """
        Nobody checks it, so it is believed to be back.
        """
        for each in self.targets:
            each.succeeded()
        if self.isDown:
            self._health.succeeded()

    def failed(self, reason: str) -> None:
        """
        A check of all its servers, or a call, has failed.
        """
        self.reason = reason
        self._health.failed(reason)

    def pause(self, target: TrunkTarget, seconds: float) -> None:
        """
        A server wants no calls for so long (RFC 3261, 20.33).
        """
        target.pausedUntil = self._clock.seconds() + min(seconds, MAX_PAUSE)

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
