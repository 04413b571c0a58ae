"""
The guard in a server: where its registry comes from, and who ends what another one does not admit.

A file that cannot be used changes nothing, whenever it is read: the registry before stays in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.lookups import IFiles
from h323d.call.parts import Change, Commit, Part, Together
from h323d.call.surroundings import Surroundings
from h323d.call.timer import Timer
from h323d.config.sections import Configuration
from h323d.errors import ConfigurationError
from h323d.gatekeeper.security.config import UserConfig
from h323d.gatekeeper.zone import Zone
from h323d.gateway.config import GatewayConfig
from h323d.guard.guard import Guard
from h323d.guard.keyfile import SigningKey, signingKeyIn
from h323d.guard.precedence import PrecedenceOwner
from h323d.guard.registry.document import MAX_OCTETS
from h323d.guard.registry.reading import parse
from h323d.guard.registry.registry import Registry
from h323d.guard.registry.users import digestUsers
from h323d.guard.roomtypes import RoomNames
from h323d.operation.command import OperatorError
from h323d.operation.operator import Operator
from h323d.server.assembly import zoneSettings
from h323d.server.policing import Policing, newPolicies
from h323d.server.remembering import Remembering
from h323d.values.ed25519 import Signing

__all__ = ["Guarded", "Guarding", "bridging", "newGuard", "withGuardians"]

_KEY = "guard.registry"
_OWN_KEY = "guard.key"

_log = Logger()


def newGuard(
    configuration: Configuration,
    world: Surroundings,
    rooms: RoomNames,
    owner: PrecedenceOwner,
) -> Guard | None:
    """
    @param rooms: knows which names are those of rooms.
    @param owner: ends the calls that give way to others.

    @return: C{None} where everybody may come.

    @raise ConfigurationError: the registry, the key, or a policy, cannot be used, or there is
        nobody to register with.
    """
    config = configuration.guard
    if not config.registry:
        return None
    if not (configuration.gatekeeper.enabled and configuration.h323.enabled):
        raise ConfigurationError(_KEY, "takes a gatekeeper, and it is switched off")
    registry, key = _read(world.files, config.registry), None
    if config.key:
        key = _readKey(world.files, config.key)
        _log.info("what guardians are answered by RAS is signed by {key}", key=str(key.public))
    _refuseOwn(registry, key)
    policies = newPolicies(config, world.events)
    return Guard(config, registry, world.clock, rooms, key, world.events, policies, owner)


def _readKey(files: IFiles, name: str) -> SigningKey:
    try:
        return signingKeyIn(files.read(name), name)
    except OSError as error:
        raise ConfigurationError(_OWN_KEY, f"{name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(_OWN_KEY, f"{name}: has no private key") from None


def _refuseOwn(registry: Registry, key: Signing | None) -> None:
    """
    What we sign must not count as a guardian's.
    """
    known = None if key is None else registry.byKey(key.public.raw)
    if known is not None:
        raise ConfigurationError(_OWN_KEY, f"is the key of {known[0].terminalId}, too")


def bridging(configuration: Configuration) -> GatewayConfig:
    """
    How calls go on from a server, of which a guard lets nothing be spoken but what it names.
    """
    gateway, guard = configuration.gateway, configuration.guard
    if gateway.audioFormats or not guard.registry:
        return gateway
    return replace(gateway, audioFormats=guard.bridgedFormats)


def withGuardians(configuration: Configuration, guard: Guard | None) -> Configuration:
    """
    A configuration whose users of SIP are the guardians, too.

    @raise ConfigurationError: one of them has the name of another user.
    """
    return configuration if guard is None else _with(configuration, guard.registry)


def _with(configuration: Configuration, registry: Registry) -> Configuration:
    more = tuple(
        UserConfig(each.name, each.names, each.sha256, each.md5) for each in digestUsers(registry)
    )
    security = configuration.security
    try:
        return replace(configuration, security=replace(security, users=(*security.users, *more)))
    except ValueError as error:
        raise ConfigurationError(_KEY, f"security.{error}") from None


def _read(files: IFiles, name: str) -> Registry:
    """
    @raise ConfigurationError: the file cannot be read, or something is wrong with it.
    """
    try:
        return _parsed(files.octets(name, MAX_OCTETS), name)
    except OSError as error:
        raise ConfigurationError(_KEY, f"{name}: {error.strerror}") from None


def _parsed(octets: bytes, name: str) -> Registry:
    try:
        return parse(octets.decode(), name)
    except UnicodeDecodeError:
        raise ConfigurationError(name, "is not in UTF-8") from None


@dataclass(frozen=True, slots=True)
class _Prepared:
    configuration: Configuration
    registry: Registry


class Guarded:
    """
    What is demanded of those who call (L{h323d.operation.vitals.Guarding}).

    @ivar mustKeep: whether calls are refused while the witness's log cannot be written.
    """

    def __init__(self, guard: Guard | None, mustKeep: bool) -> None:
        self._guard = guard
        self.mustKeep = mustKeep

    def bandwidths(self) -> Mapping[str, int]:
        """
        What the guardians have, of bit/s.
        """
        if self._guard is None:
            return {}
        held = self._guard.holdings.ledger.held
        return {each.terminalId: held(each.terminalId) for each in self._guard.registry}


class Guarding(Part[Configuration]):
    """
    The zone of a server with a guard, and the guard.
    """

    def __init__(
        self,
        configuration: Configuration,
        world: Surroundings,
        guard: Guard,
        zone: Zone,
        operator: Operator,
    ) -> None:
        """
        @param operator: ends calls.
        """
        self._configuration = configuration
        self._files = world.files
        self._defer = world.defer
        self._timer = Timer(world.clock)
        self._guard = guard
        self._zone = zone
        self._operator = operator
        self._policing = Policing(guard, world.events)
        self._remembering = Remembering(configuration.witness, world, guard)
        self._refused: bytes | None = b""  # what was last found wrong; None for no file

    def start(self) -> None:
        self._remembering.begin()
        self._zone.start()
        self._sweep(self._guard.registry)
        self._await()

    def prepare(self, configuration: Configuration) -> Commit:
        registry = _read(self._files, configuration.guard.registry)
        prepared = self._prepared(configuration, registry)
        return Together((prepared, self._policing.prepare(configuration.guard)))

    def _prepared(self, configuration: Configuration, registry: Registry) -> Commit:
        _refuseOwn(registry, self._guard.key)
        settings = zoneSettings(_with(configuration, registry), self._guard)
        return Together(
            (self._zone.prepare(settings), Change(self, _Prepared(configuration, registry)))
        )

    def reconfigure(self, prepared: _Prepared) -> None:
        """
        Go by another registry, and other limits.
        """
        before = self._guard.registry
        self._configuration = prepared.configuration
        self._guard.reconfigure(prepared.configuration.guard)
        lost = self._guard.use(prepared.registry)
        if before.generation != prepared.registry.generation:
            _log.info(
                "the registry of guardians is another: {count} entries, generation {generation}",
                count=len(prepared.registry),
                generation=prepared.registry.generation[:12],
            )
        self._sweep(before)
        for name in lost:
            self._end(name)

    def leave(self) -> None:
        self._timer.stop()
        self._zone.leave()

    def close(self) -> Deferred[None]:
        self._timer.stop()
        return self._zone.close()

    def _sweep(self, before: Registry) -> None:
        """
        End the registrations that the registry in force does not admit.
        """
        for each in self._zone.registrations():
            if not self._guard.mayStay(each.aliases, before):
                self._zone.unregister(each.endpointId)

    def _end(self, name: str) -> None:
        with suppress(OperatorError):  # it is over already
            self._operator.hangup(name)

    def _await(self) -> None:
        interval = self._configuration.guard.checkInterval
        if interval:
            self._timer.start(interval, self._look)

    def _look(self) -> None:
        """
        Has the file changed?
        """
        looked = self._defer(self._files.octets, self._configuration.guard.registry, MAX_OCTETS)
        looked.addCallback(self._found)
        looked.addErrback(self._notFound)

    def _found(self, octets: bytes) -> None:
        self._await()
        name = self._configuration.guard.registry
        if octets == self._refused:
            return
        try:
            registry = _parsed(octets, name)
            if registry.generation != self._guard.registry.generation:
                self._prepared(self._configuration, registry).commit()
            self._refused = b""
        except ConfigurationError as error:
            self._refused = octets
            _log.warn("the registry of guardians stays as it was: {error}", error=str(error))

    def _notFound(self, failure: Failure) -> None:
        self._await()
        if self._refused is not None:
            self._refused = None
            _log.warn(
                "the registry of guardians stays as it was: {reason}",
                reason=failure.getErrorMessage(),
            )
