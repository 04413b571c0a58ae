"""
Our registration with one trunk: the servers that REGISTER goes to, one after the other, until one
takes it; its refreshes go to the same (RFC 3263, 4; RFC 5626).
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.lookups import LookupFailed
from h323d.call.timer import Timer
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import TrunkRegistered, TrunkUnregistered
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gatekeeper.trunks.probes import hopTo
from h323d.gatekeeper.trunks.registering import newRegistering
from h323d.gatekeeper.trunks.target import TrunkPlace
from h323d.sip.registering import Registrant

__all__ = ["PATIENCE", "Registrants", "RegistrationOwner", "TrunkRegistration"]

PATIENCE = 4.0  # seconds that one server may say nothing while there is another


class Registrants(Protocol):
    """
    Who sends REGISTER.
    """

    def of(self, config: TrunkConfig) -> Registrant:
        """What registers with a trunk."""

    def locate(self, config: TrunkConfig) -> Deferred[tuple[TrunkPlace, ...]]:
        """Its servers, best first; fails with L{LookupFailed}."""


class RegistrationOwner(Protocol):
    """
    Who has them.
    """

    def registrationOver(self, registration: TrunkRegistration) -> None:
        """One is, as we wanted."""


class TrunkRegistration:
    """
    Our registration with one trunk.

    @ivar config: of the trunk, as we register with it.
    @ivar until: when it ends unless it is lengthened, in seconds of the clock; C{None} while we
        are not registered.
    @ivar reason: why we are not; empty as long as we have not heard.
    """

    _log = Logger()

    def __init__(
        self,
        config: TrunkConfig,
        registrants: Registrants,
        clock: IReactorTime,
        events: EventBus,
        owner: RegistrationOwner,
    ) -> None:
        self.config = config
        self.until: float | None = None
        self.reason = ""
        self._registrants = registrants
        self._registrant = registrants.of(config)
        self._clock = clock
        self._events = events
        self._owner = owner
        self._there: TrunkPlace | None = None  # where the last REGISTER went
        self._home: TrunkPlace | None = None  # where we were registered last
        self._failed: dict[TrunkPlace, None] = {}  # they come after the others
        self._patience = Timer(clock)
        self._attempt: _Attempt | None = None
        self._machine = newRegistering(self, clock)

    def suits(self, config: TrunkConfig) -> bool:
        """
        Whether it is what is wanted with a trunk that is configured so.
        """
        return _account(config) == _account(self.config)

    def start(self) -> None:
        self._machine.start()

    def revived(self) -> None:
        """
        The trunk was down, and is up again.
        """
        self._machine.revived()

    def leave(self) -> None:
        """
        Un-register; the owner hears when that is done.
        """
        self._machine.leave()

    def close(self) -> None:
        """
        Stop, without a word to the trunk.
        """
        self._machine.close()

    # What becomes of an attempt.

    def located(self, attempt: _Attempt, places: tuple[TrunkPlace, ...], reason: str) -> None:
        """
        The DNS has answered; without a place, that of before is as good as any.
        """
        if attempt is not self._attempt:
            return
        known = places or ((self._there,) if self._there is not None else ())
        self._failed = {each: None for each in self._failed if each in known}
        untried = [each for each in known if each not in attempt.tried]
        attempt.left = sorted(untried, key=self._failed.__contains__)
        if attempt.left:
            self._sendTo(attempt.left.pop(0), attempt)
        else:
            self._machine.unreachable(reason)

    def granted(self, attempt: _Attempt, seconds: int) -> None:
        if self._isOver(attempt):
            self._machine.granted(seconds)

    def refused(self, attempt: _Attempt, reason: str, retryAfter: float) -> None:
        if self._isOver(attempt):
            self._machine.refused(reason, retryAfter)

    def unable(self, attempt: _Attempt, reason: str, retryAfter: float) -> None:
        """
        One server has no time: another may have.
        """
        if self._isOver(attempt) and not self._goesOn(attempt, reason):
            self._machine.refused(reason, retryAfter)

    def unreachable(self, attempt: _Attempt, reason: str) -> None:
        if self._isOver(attempt) and not self._goesOn(attempt, reason):
            self._machine.unreachable(reason)

    def lost(self, attempt: _Attempt) -> None:
        """
        The connection is gone: register by another.
        """
        if attempt is self._attempt:
            self._machine.revived()

    def _isOver(self, attempt: _Attempt) -> bool:
        """
        Whether it is this one that has come to something.
        """
        if attempt is not self._attempt:
            return False
        self._patience.stop()
        return True

    def _goesOn(self, attempt: _Attempt, reason: str) -> bool:
        """
        Try the next server.

        @return: whether there is one, or may be.
        """
        if self._there is not None:
            self._failed[self._there] = None
        if attempt.left:
            self._sendTo(attempt.left.pop(0), attempt)
            return True
        if not attempt.looks:
            return False
        self._look(attempt, reason)
        return True

    def _sendTo(self, place: TrunkPlace, attempt: _Attempt) -> None:
        self._there = place
        attempt.tried.append(place)
        if attempt.left:
            self._patience.start(PATIENCE, attempt.unreachable, "no answer")
        self._registrant.register(hopTo(place), attempt)

    def _look(self, attempt: _Attempt, reason: str) -> None:
        attempt.looks, attempt.reason = False, reason
        looking = self._registrants.locate(self.config)
        looking.addCallbacks(attempt.located, attempt.notLocated)

    def died(self, failure: Failure) -> None:
        """
        A look-up has met with a fault of our own.
        """
        self._log.failure("a trunk's name was not looked up", failure=failure)

    # What the machine wants.

    def sendRegister(self) -> None:
        attempt = self._attempt = _Attempt(self)
        if self.until is not None and self._home is not None:
            self._sendTo(self._home, attempt)  # it knows us, and others need not (RFC 3263, 4)
        else:
            self._look(attempt, "")

    def sendUnregister(self) -> None:
        self._patience.stop()
        attempt = self._attempt = _Attempt(self)
        attempt.looks = False
        if self._there is None:
            attempt.unreachable("it was never asked")
        else:
            self._registrant.unregister(hopTo(self._there), attempt)

    def isRegistered(self, seconds: int) -> None:
        now = self._clock.seconds()
        before, self.until, self.reason = self.until, now + seconds, ""
        there, home = self._there, self._home
        assert there is not None  # it has answered
        self._home = there
        self._failed.pop(there, None)
        if before is not None and there == home:
            return
        self._log.info(
            "registered with trunk {trunk}, at {there}, for {seconds} s",
            trunk=self.config.name,
            there=str(there),
            seconds=seconds,
        )
        self._events.publish(TrunkRegistered(now, self.config.name, there.address, seconds))

    def isNotRegistered(self, reason: str) -> None:
        hasChanged = self.until is not None or reason != self.reason
        self.until, self.reason = None, reason
        if hasChanged:
            self._log.warn(
                "not registered with trunk {trunk}: {reason}",
                trunk=self.config.name,
                reason=reason,
            )
            self._tellUnregistered(reason)

    def isOver(self) -> None:
        self._attempt = None
        self._patience.stop()
        self._registrant.forget()
        if self.until is not None:
            self.until = None
            self._tellUnregistered("request")
        self._owner.registrationOver(self)

    def _tellUnregistered(self, reason: str) -> None:
        self._events.publish(TrunkUnregistered(self._clock.seconds(), self.config.name, reason))


class _Attempt:
    """
    A REGISTER to one server after the other, and the look-up for them
    (L{h323d.sip.registering.RegisterAsker}).

    @ivar tried: the servers that it went to.
    @ivar left: those that come next.
    @ivar looks: whether others are looked for where these fail.
    @ivar reason: why the last of them has failed.
    """

    def __init__(self, registration: TrunkRegistration) -> None:
        self.registration = registration
        self.tried: list[TrunkPlace] = []
        self.left: list[TrunkPlace] = []
        self.looks = True
        self.reason = ""

    def located(self, places: tuple[TrunkPlace, ...]) -> None:
        self.registration.located(self, places, self.reason)

    def notLocated(self, failure: Failure) -> None:
        if failure.check(LookupFailed) is None:
            self.registration.died(failure)
        self.registration.located(self, (), self.reason or failure.getErrorMessage())

    def granted(self, seconds: int) -> None:
        self.registration.granted(self, seconds)

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self.registration.refused(self, reason, retryAfter)

    def unable(self, reason: str, retryAfter: float = 0.0) -> None:
        self.registration.unable(self, reason, retryAfter)

    def unreachable(self, reason: str) -> None:
        self.registration.unreachable(self, reason)

    def lost(self) -> None:
        self.registration.lost(self)


def _account(config: TrunkConfig) -> tuple[object, ...]:
    """
    What a registration depends on.
    """
    return (
        config.address,
        config.transport,
        config.user,
        config.realm,
        config.sha256,
        config.md5,
    )
