"""
What all services of a server stand on: where it is, who keeps its doors, and what may be
encrypted and how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred

from h323d.call.advertising import Advertising
from h323d.call.dialrule import DialRule
from h323d.call.homes import Homes
from h323d.call.media import MediaNetworks
from h323d.call.parts import UNCHANGED, Change, Commit, Part, Together
from h323d.call.site import Site
from h323d.call.surroundings import Surroundings
from h323d.config.sections import Configuration
from h323d.gatekeeper.security.bans import Bans
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.security.defence import Acquaintance, Defence
from h323d.gatekeeper.security.defenceconfig import DefenceConfig
from h323d.gatekeeper.security.sources import Sources
from h323d.gatekeeper.security.turnedaway import TurnedAway
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.values.networks import Networks

__all__ = ["Ground"]

TrunkConfigs = tuple[TrunkConfig, ...]


class Ground(Part[Configuration]):
    """
    The first part of a server: it is there before, and after, all others.

    @ivar homes: our addresses.
    @ivar sources: who may talk to us at all, and how much each may have.
    @ivar defence: who of those who try doors is heard.
    @ivar site: all of them, for whatever listens.
    """

    def __init__(
        self,
        configuration: Configuration,
        world: Surroundings,
        acquaintances: Sequence[Acquaintance] = (),
    ) -> None:
        """
        @param acquaintances: know who is no stranger; looked for with each question.
        """
        security = configuration.security
        self._world = world
        self._security = security
        self._defending = configuration.defence
        self.homes = Homes(configuration.server.binds, world.routes)
        self._trunks = configuration.routing.trunks
        clock, turnedAway = world.clock, TurnedAway(world.clock, world.events)
        self.defence = Defence(
            _sparing(self._trunks, security, self._defending),
            acquaintances,
            clock,
            turnedAway,
            Bans(self._defending, clock, world.events),
        )
        self.sources = Sources(_knowing(self._trunks, security), clock, turnedAway, self.defence)
        self._dialRule = DialRule(self.homes, Networks(security.thirdParties))
        self.site = Site(self.homes, self._dialRule, self.sources, self.defence)
        self._advertised = configuration.server.advertisements
        self._advertising = Advertising(self.homes, world.names, world.clock)
        world.pool.reconfigure(_mediaNetworks(configuration))

    def start(self) -> None:
        """
        Look for the names that are advertised.
        """
        self._advertising.reconfigure(self._advertised)

    def prepare(self, configuration: Configuration) -> Commit:
        world = self._world
        return Together(
            (
                self._advertising.prepare(configuration.server.advertisements),
                Change(world.pool, _mediaNetworks(configuration)),
                *(each.prepare() for each in (world.secure, world.secureSIP) if each is not None),
                self._preparedRules(
                    configuration.security, configuration.routing.trunks, configuration.defence
                ),
            )
        )

    def _preparedRules(
        self, security: SecurityConfig, trunks: TrunkConfigs, defence: DefenceConfig
    ) -> Commit:
        rules = (security, trunks, defence)
        if rules == (self._security, self._trunks, self._defending):
            return UNCHANGED  # or all had all turns again
        return Together(
            (
                self.sources.prepare(_knowing(trunks, security)),
                self.defence.prepare(_sparing(trunks, security, defence)),
                Change(self._dialRule, Networks(security.thirdParties)),
                Change(self, rules),
            )
        )

    def reconfigure(self, rules: tuple[SecurityConfig, TrunkConfigs, DefenceConfig]) -> None:
        """
        These are in force from now on.
        """
        self._security, self._trunks, self._defending = rules

    def close(self) -> Deferred[None]:
        self._advertising.close()
        return super().close()

    # The world, as it is seen from behind each door.

    def bySIP(self, connections: int) -> Surroundings:
        """
        SIP, over UDP, TCP and TLS.

        @param connections: how many there may be at one time.
        """
        world, secure = self._world, self._world.secureSIP
        if secure is not None:
            listener = self.sources.listener("sip", secure.listener, connections)
            secure = replace(secure, listener=listener)
        return replace(
            world,
            datagrams=self.sources.sipDatagrams(world.datagrams),
            listener=self.sources.listener("sip", world.listener, connections),
            secureSIP=secure,
        )

    def byH225(self, connections: int) -> Surroundings:
        """
        Call signalling, over TCP and over TLS.

        @param connections: how many there may be at one time.
        """
        world, secure = self._world, self._world.secure
        if secure is not None:
            listener = self.sources.listener("h225", secure.listener, connections)
            secure = replace(secure, listener=listener)
        listener = self.sources.listener("h225", world.listener, connections)
        return replace(world, listener=listener, secure=secure)

    def byRAS(self) -> Surroundings:
        """
        RAS.
        """
        return replace(self._world, datagrams=self.sources.rasDatagrams(self._world.datagrams))


def _mediaNetworks(configuration: Configuration) -> MediaNetworks:
    return MediaNetworks(
        Networks(configuration.security.thirdParties),
        Networks(configuration.traversal.privateNetworks),
    )


def _knowing(trunks: TrunkConfigs, security: SecurityConfig) -> SecurityConfig:
    """
    Each trunk stands for many, too, where its address is known.
    """
    addresses = [each.literal for each in trunks]
    hosts = tuple(each.host for each in addresses if each is not None)
    return replace(security, trunks=(*security.trunks, *hosts))


def _sparing(
    trunks: TrunkConfigs, security: SecurityConfig, defence: DefenceConfig
) -> DefenceConfig:
    """
    None of these is a stranger.
    """
    return replace(defence, exempt=(*defence.exempt, *_knowing(trunks, security).trunks))
