"""
One gatekeeper that we are registered with: how that fares, and which names are ours there.

The registration itself is an endpoint's (L{h323d.h323.ras.client}).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Protocol

from twisted.logger import Logger

from h323d.call.homes import Homes
from h323d.call.surroundings import Surroundings
from h323d.events.gatekeeper import ParentLost, ParentRefused, ParentRegistered
from h323d.gatekeeper.parents.config import ParentConfig
from h323d.h323.calls.admission import AdmissionRequest
from h323d.h323.ras.calls import ClientCalls
from h323d.h323.ras.client import RASClient
from h323d.h323.ras.profile import EndpointProfile
from h323d.h323.ras.registration import PERSISTENT
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["Parent", "ParentOwner", "ParentState"]


class ParentState(enum.Enum):
    """
    How a registration fares.
    """

    SEEKING = "seeking"
    REGISTERED = "registered"
    FAILED = "failed"
    LEAVING = "leaving"


class ParentOwner(Protocol):
    """
    Whom a parent reports to.
    """

    def parentLeft(self, parent: Parent) -> None:
        """We are not registered there any more, as we wanted."""

    def parentDropped(self, parent: Parent, request: AdmissionRequest) -> None:
        """It ends a call (DRQ)."""


class Parent:
    """
    One of them.  Once it is made, its port is bound.

    @ivar state: how the registration fares.
    @ivar since: since when, in seconds of the clock.
    @ivar aliases: our names there, as it has confirmed them.
    @ivar lastRefusal: why it refused us last; empty if it never did.
    """

    _log = Logger()

    def __init__(
        self,
        config: ParentConfig,
        password: str,
        world: Surroundings,
        homes: Homes,
        signallingPort: int,
        owner: ParentOwner,
    ) -> None:
        """
        @param homes: our addresses.
        @param signallingPort: where we take calls, at each of them.

        @raise h323d.errors.ResourceUnavailable: the port cannot be bound.
        """
        self.config = config
        self.password = password
        self.aliases: tuple[PartyAddress, ...] = ()
        self.lastRefusal = ""
        self._clock = world.clock
        self._events = world.events
        self._owner = owner
        self._enter(ParentState.SEEKING)
        home = homes.towards(config.ras.host)
        profile = EndpointProfile(
            TransportAddress(home.told, signallingPort),
            tuple(map(partyFromText, config.aliases)),
            config.ras,
            config.gatekeeperIdentifier,
            config.discover,
            config.terminalType.value,
            config.timeToLive,
            password=password,
            prefixes=config.supportedPrefixes,
            capacity=config.capacity,
            rasHost=home.told,
            patience=PERSISTENT,
        )
        self._client = RASClient(profile, world, TransportAddress(home.bind, config.rasPort), self)

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def calls(self) -> ClientCalls:
        """
        The calls that it has admitted.
        """
        return self._client.calls

    @property
    def isRegistered(self) -> bool:
        return self.state is ParentState.REGISTERED

    @property
    def gatekeeper(self) -> TransportAddress | None:
        """
        Where we are registered, which may be with an alternate; C{None} while we are not.
        """
        here = self._client.here
        return None if here is None else here.ras

    @property
    def gatekeeperIdentifier(self) -> str:
        """
        As it calls itself; empty as long as it has not.
        """
        return self._client.gatekeeperIdentifier or ""

    @property
    def endpointIdentifier(self) -> str:
        """
        As it calls us; empty while we are not registered.
        """
        return self._client.endpointIdentifier or ""

    def isAt(self, host: str) -> bool:
        """
        Whether what comes from a host comes from it.
        """
        here = self.gatekeeper
        return here is not None and here.host == host

    def sends(self, names: Iterable[PartyAddress]) -> bool:
        """
        Whether calls to these names are for us there.
        """
        known = {alias.value for alias in self.aliases}
        prefixes = self.config.supportedPrefixes
        return any(each.value in known or each.number.startswith(prefixes) for each in names)

    def start(self) -> None:
        """
        Register, and stay registered.
        """
        self._client.start()

    def leave(self) -> None:
        """
        End the registration; C{parentLeft} follows.
        """
        self._enter(ParentState.LEAVING)
        self._client.stop()

    def close(self) -> None:
        """
        Free the port; nobody is told.
        """
        self._client.close()

    def _enter(self, state: ParentState) -> None:
        self.state, self.since = state, self._clock.seconds()

    # What the client reports.

    def rasRegistered(self, endpointIdentifier: str, aliases: tuple[PartyAddress, ...]) -> None:
        self._enter(ParentState.REGISTERED)
        self.aliases = aliases
        there = self.gatekeeper
        assert there is not None  # where we have just been registered
        self._log.info("registered with {parent}, at {there}", parent=self.name, there=str(there))
        self._events.publish(
            ParentRegistered(
                self._clock.seconds(),
                self.name,
                there,
                self.gatekeeperIdentifier,
                endpointIdentifier,
                aliases,
            )
        )

    def rasRegistrationLost(self, reason: str) -> None:
        self._enter(ParentState.SEEKING)
        self._log.warn(
            "not registered with {parent} any more: {reason}", parent=self.name, reason=reason
        )
        self._events.publish(ParentLost(self._clock.seconds(), self.name, reason))

    def rasRegistrationFailed(self, reason: str, permanent: bool) -> None:
        self._enter(ParentState.FAILED)
        if reason != self.lastRefusal:
            self._log.warn(
                "not registered with {parent}: {reason}", parent=self.name, reason=reason
            )
        self.lastRefusal = reason
        self._events.publish(ParentRefused(self._clock.seconds(), self.name, reason))

    def rasUnregistered(self) -> None:
        self._events.publish(ParentLost(self._clock.seconds(), self.name, "request"))
        self._owner.parentLeft(self)

    def rasCallDropped(self, request: AdmissionRequest) -> None:
        self._owner.parentDropped(self, request)
