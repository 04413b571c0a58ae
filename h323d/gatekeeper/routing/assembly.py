"""
The routing of a zone, put together from its configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from h323d.call.parts import Change, Commit
from h323d.gatekeeper.context import ZoneContext
from h323d.gatekeeper.routing.chain import ICalledPolicy, RoutingChain
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.routing.domains import Domains, DomainServers
from h323d.gatekeeper.routing.e164 import ENUM
from h323d.gatekeeper.routing.explicit import CatchAll, ExplicitRoutes
from h323d.gatekeeper.routing.gateways import GatewayPrefixes
from h323d.gatekeeper.routing.http import HTTPQuestion
from h323d.gatekeeper.routing.inquiries import Asker, Inquiries
from h323d.gatekeeper.routing.local import LocalNumbers, RegisteredEndpoints, SignalledAddress
from h323d.gatekeeper.routing.neighbours import Neighbourhood, Neighbours, readSecrets
from h323d.gatekeeper.routing.parents import KnownParent, ParentGatekeepers
from h323d.gatekeeper.routing.rewriting import NumberRewriting
from h323d.gatekeeper.routing.trunks import TrunkRoutes
from h323d.gatekeeper.security.passwords import Secret

__all__ = ["ChoosePolicies", "Routing"]

ChoosePolicies = Callable[[Sequence[str], Mapping[str, ICalledPolicy]], Sequence[ICalledPolicy]]
"""
Given the configured names, and the built-in policies by name, finds the policies.
"""


@dataclass(frozen=True, slots=True)
class _Routes:
    """
    Who is asked, by one configuration.

    @ivar secrets: the passwords of neighbours by their names, as they were read.
    """

    config: RoutingConfig
    secrets: Mapping[str, Secret]
    neighbourhood: Neighbourhood
    policies: Sequence[ICalledPolicy]


class Routing:
    """
    Who is asked where a call goes.

    @ivar chain: the policies.
    @ivar inquiries: the questions to other gatekeepers.
    """

    def __init__(
        self,
        config: RoutingConfig,
        context: ZoneContext,
        asker: Asker,
        parents: Iterable[KnownParent],
        choosePolicies: ChoosePolicies | None = None,
    ) -> None:
        """
        @param asker: sends the questions to other gatekeepers.
        @param parents: those that we are registered with, as often as they are asked for.
        @param choosePolicies: without it, the configuration can only name what
            is built in.

        @raise h323d.errors.ConfigurationError: a policy that is named, or a
            neighbour's password, cannot be used.
        """
        world = context.world
        self._context = context
        self._parents = parents
        self._choose = choosePolicies or _builtInOnly
        self.inquiries = Inquiries(context.identity, asker, world.clock, world.events)
        self._routes = self._routesOf(config, self._secretsOf(config))
        self.chain = RoutingChain(self._routes.policies)

    @property
    def config(self) -> RoutingConfig:
        """
        What is in force.
        """
        return self._routes.config

    @property
    def neighbourhood(self) -> Neighbourhood:
        """
        The neighbours.
        """
        return self._routes.neighbourhood

    def prepare(self, config: RoutingConfig) -> Commit:
        """
        Have other routes ready, and the passwords of neighbours as they are
        in their files now.

        @raise h323d.errors.ConfigurationError: a policy that is named, or a
            neighbour's password, cannot be used.
        """
        secrets, now = self._secretsOf(config), self._routes
        if config == now.config and secrets == now.secrets:
            return Change(self, now)  # with all answers that it remembers
        return Change(self, self._routesOf(config, secrets))

    def reconfigure(self, routes: _Routes) -> None:
        """
        Go by other routes, for who asks from now on.
        """
        self._routes = routes
        self.chain.use(routes.policies)

    def close(self) -> None:
        """
        Ask nobody any more.
        """
        self.inquiries.close()

    def _secretsOf(self, config: RoutingConfig) -> Mapping[str, Secret]:
        return readSecrets(
            config.neighbours, self._context.identity.identifier, self._context.world.files
        )

    def _routesOf(self, config: RoutingConfig, secrets: Mapping[str, Secret]) -> _Routes:
        neighbourhood = Neighbourhood(config.neighbours, secrets)
        return _Routes(config, secrets, neighbourhood, self._policies(config, neighbourhood))

    def _policies(
        self, config: RoutingConfig, neighbourhood: Neighbourhood
    ) -> Sequence[ICalledPolicy]:
        context, hops = self._context, config.hopCount
        world, identity, registry = context.world, context.identity, context.tables.registry
        domains = Domains(
            world.names, self.inquiries, identity, context.site.dialRule, world.clock, world.rng
        )
        zones, prefix = config.enumZones, config.enumPrefix
        policies: tuple[ICalledPolicy, ...] = (
            NumberRewriting(config.rewrites, config.domains),
            ExplicitRoutes(config.routes),
            LocalNumbers(context.numbers, identity.signalling),
            RegisteredEndpoints(registry, identity.signalling),
            GatewayPrefixes(registry),
            HTTPQuestion(world.web, world.clock, config),
            Neighbours(neighbourhood, self.inquiries, hops),
            DomainServers(domains, hops),
            ENUM(world.names, domains, world.clock, zones, prefix, hops),
            TrunkRoutes(context.trunks, identity.signalling, world.clock, world.rng),
            SignalledAddress(registry),
            ParentGatekeepers(self._parents, context.tables.sent, identity.signalling),
            CatchAll(config.catchAll),
        )
        return self._choose(config.policies, {policy.name: policy for policy in policies})


def _builtInOnly(
    names: Sequence[str], builtIns: Mapping[str, ICalledPolicy]
) -> Sequence[ICalledPolicy]:
    return [builtIns[name] for name in names]
