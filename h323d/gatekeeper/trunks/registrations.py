"""
The trunks that we register with, so that they know where to call us.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.lookups import HostRecord, INames
from h323d.call.parts import Change, Commit, Part
from h323d.call.surroundings import Surroundings
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import TrunkRegistered, TrunkUnregistered, TrunkUp
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gatekeeper.trunks.probes import hopTo, sipURI
from h323d.gatekeeper.trunks.registering import newRegistering
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.registering import Registrant
from h323d.values.address import TransportAddress

__all__ = ["Registrants", "SIPRegistrants", "TrunkRegistration", "TrunkRegistrations"]


class Registrants(Protocol):
    """
    Who sends REGISTER.
    """

    def of(self, config: TrunkConfig) -> Registrant:
        """What registers with a trunk."""


@dataclass(frozen=True, slots=True)
class _Account:
    """
    What we have with a trunk (L{h323d.sip.digest.answering.Secrets}), though it is configured no
    more when we leave it.
    """

    config: TrunkConfig

    def secretAt(
        self, peer: TransportAddress, realm: str, algorithm: Algorithm
    ) -> tuple[str, str] | None:
        return self.config.secretFor(realm, algorithm)


@dataclass(frozen=True, slots=True)
class SIPRegistrants:
    """
    Registers by SIP.
    """

    endpoint: SIPEndpoint

    def of(self, config: TrunkConfig) -> Registrant:
        return Registrant(self.endpoint, sipURI(config), config.user, _Account(config))


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
        registrant: Registrant,
        names: INames,
        clock: IReactorTime,
        events: EventBus,
        owner: RegistrationOwner,
    ) -> None:
        self.config = config
        self.until: float | None = None
        self.reason = ""
        self._registrant = registrant
        self._names = names
        self._clock = clock
        self._events = events
        self._owner = owner
        self._there: TransportAddress | None = None  # where the last REGISTER went
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

    def located(self, attempt: _Attempt, address: TransportAddress | None) -> None:
        """
        The DNS has answered; without a record, the address of before is as good as any.
        """
        if attempt is not self._attempt:
            return
        self._there = address or self._there
        if self._there is None:
            attempt.unreachable("its name is not found")
        else:
            self._registrant.register(hopTo(self.config, self._there), attempt)

    def granted(self, attempt: _Attempt, seconds: int) -> None:
        if attempt is self._attempt:
            self._machine.granted(seconds)

    def refused(self, attempt: _Attempt, reason: str, retryAfter: float) -> None:
        if attempt is self._attempt:
            self._machine.refused(reason, retryAfter)

    def unreachable(self, attempt: _Attempt, reason: str) -> None:
        if attempt is self._attempt:
            self._machine.unreachable(reason)

    # What the machine wants.

    def sendRegister(self) -> None:
        attempt = self._attempt = _Attempt(self)
        literal = self.config.literal
        if literal is None:
            host, _ = self.config.place
            self._names.hosts(host).addCallbacks(attempt.located, attempt.notLocated)
        else:
            self.located(attempt, literal)

    def sendUnregister(self) -> None:
        attempt = self._attempt = _Attempt(self)
        if self._there is None:
            attempt.unreachable("it was never asked")
        else:
            self._registrant.unregister(hopTo(self.config, self._there), attempt)

    def isRegistered(self, seconds: int) -> None:
        now = self._clock.seconds()
        before, self.until, self.reason = self.until, now + seconds, ""
        if before is not None:
            return
        there = self._there
        assert there is not None  # it has answered
        self._log.info(
            "registered with trunk {trunk}, at {there}, for {seconds} s",
            trunk=self.config.name,
            there=str(there),
            seconds=seconds,
        )
        self._events.publish(TrunkRegistered(now, self.config.name, there, seconds))

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
        self._registrant.forget()
        if self.until is not None:
            self.until = None
            self._tellUnregistered("request")
        self._owner.registrationOver(self)

    def _tellUnregistered(self, reason: str) -> None:
        self._events.publish(TrunkUnregistered(self._clock.seconds(), self.config.name, reason))


@dataclass(frozen=True, slots=True, eq=False)
class _Attempt:
    """
    A REGISTER, and the look-up before it (L{RegisterAsker}).
    """

    registration: TrunkRegistration

    def located(self, records: tuple[HostRecord, ...]) -> None:
        _, port = self.registration.config.place
        address = TransportAddress(records[0].address, port) if records else None
        self.registration.located(self, address)

    def notLocated(self, failure: Failure) -> None:
        self.registration.located(self, None)

    def granted(self, seconds: int) -> None:
        self.registration.granted(self, seconds)

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self.registration.refused(self, reason, retryAfter)

    def unreachable(self, reason: str) -> None:
        self.registration.unreachable(self, reason)


class TrunkRegistrations(Part[RoutingConfig]):
    """
    All of them.
    """

    def __init__(
        self,
        trunks: Iterable[Trunk],
        registrants: Registrants,
        world: Surroundings,
    ) -> None:
        """
        @param trunks: those of the zone, as they are configured at any time.
        """
        self._trunks = trunks
        self._registrants = registrants
        self._names, self._clock, self._events = world.names, world.clock, world.events
        self._registrations: dict[str, TrunkRegistration] = {}
        self._leaving: dict[TrunkRegistration, None] = {}
        world.events.subscribe(TrunkUp, self._cameUp)

    def __iter__(self) -> Iterator[TrunkRegistration]:
        return iter(tuple(self._registrations.values()))

    def of(self, trunk: str) -> TrunkRegistration | None:
        """
        The one with a trunk of this name, if we want to be registered there.
        """
        return self._registrations.get(trunk)

    @property
    def areLeaving(self) -> bool:
        """
        Whether a server has yet to hear that we are gone.
        """
        return bool(self._leaving)

    # The life of a part.

    def start(self) -> None:
        for trunk in self._trunks:
            if trunk.config.register and trunk.name not in self._registrations:
                made = self._registrations[trunk.name] = self._made(trunk.config)
                made.start()

    def _made(self, config: TrunkConfig) -> TrunkRegistration:
        registrant = self._registrants.of(config)
        return TrunkRegistration(config, registrant, self._names, self._clock, self._events, self)

    def prepare(self, config: RoutingConfig) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: RoutingConfig) -> None:
        """
        Leave those that are not wanted any more, or not so, and register with others.
        """
        wanted = {each.name: each for each in config.trunks if each.register}
        for each in self:
            now = wanted.get(each.config.name)
            if now is None or not each.suits(now):
                self._leave(each)
        self.start()

    def leave(self) -> None:
        for each in self:
            self._leave(each)

    def close(self) -> Deferred[None]:
        for each in (*self, *self._leaving):
            each.close()
        self._registrations.clear()
        return succeed(None)

    def registrationOver(self, registration: TrunkRegistration) -> None:
        self._leaving.pop(registration, None)

    def _cameUp(self, fact: TrunkUp) -> None:
        known = self.of(fact.trunk)
        if known is not None:
            known.revived()

    def _leave(self, registration: TrunkRegistration) -> None:
        del self._registrations[registration.config.name]
        self._leaving[registration] = None
        registration.leave()


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
