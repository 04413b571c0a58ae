"""
The routing of a zone, put together from its configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from h323d.call.surroundings import Surroundings
from h323d.gatekeeper.identity import Identity, ILocalNumbers
from h323d.gatekeeper.registrations import EndpointRegistry
from h323d.gatekeeper.routing.chain import ICalledPolicy, RoutingChain
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.routing.domains import Domains, DomainServers
from h323d.gatekeeper.routing.e164 import ENUM
from h323d.gatekeeper.routing.explicit import CatchAll, ExplicitRoutes
from h323d.gatekeeper.routing.gateways import GatewayPrefixes
from h323d.gatekeeper.routing.http import HTTPQuestion
from h323d.gatekeeper.routing.inquiries import Asker, Inquiries
from h323d.gatekeeper.routing.local import LocalNumbers, RegisteredEndpoints, SignalledAddress
from h323d.gatekeeper.routing.neighbours import Neighbourhood, Neighbours
from h323d.gatekeeper.routing.rewriting import NumberRewriting

__all__ = ["ChoosePolicies", "Routing"]

ChoosePolicies = Callable[[Mapping[str, ICalledPolicy]], Sequence[ICalledPolicy]]
"""
Given the built-in policies by name, says which ones are asked, in which order.
"""


class Routing:
    """
    Who is asked where a call goes.

    @ivar chain: the policies.
    @ivar neighbourhood: the neighbours.
    @ivar inquiries: the questions to other gatekeepers.
    """

    def __init__(
        self,
        config: RoutingConfig,
        world: Surroundings,
        identity: Identity,
        numbers: ILocalNumbers,
        registry: EndpointRegistry,
        asker: Asker,
        choosePolicies: ChoosePolicies | None = None,
    ) -> None:
        """
        @param numbers: which names end in this server.
        @param asker: sends the questions to other gatekeepers.
        @param choosePolicies: without it, the configuration can only name what
            is built in.
        """
        self.neighbourhood = Neighbourhood(config.neighbours)
        self.inquiries = Inquiries(identity, asker, world.clock, world.events)
        domains = Domains(world.names, self.inquiries, identity, world.clock, world.rng)
        policies: tuple[ICalledPolicy, ...] = (
            NumberRewriting(config.rewrites, config.domains),
            ExplicitRoutes(config.routes),
            LocalNumbers(numbers, identity.signalling),
            RegisteredEndpoints(registry),
            GatewayPrefixes(registry),
            HTTPQuestion(world.web, world.clock, config),
            Neighbours(self.neighbourhood, self.inquiries, config.hopCount),
            DomainServers(domains, config.hopCount),
            ENUM(
                world.names,
                domains,
                world.clock,
                config.enumZones,
                config.enumPrefix,
                config.hopCount,
            ),
            SignalledAddress(registry),
            CatchAll(config.catchAll),
        )
        builtIns = {policy.name: policy for policy in policies}
        if choosePolicies is None:
            self.chain = RoutingChain([builtIns[name] for name in config.policies])
        else:
            self.chain = RoutingChain(choosePolicies(builtIns))

    def close(self) -> None:
        """
        Ask nobody any more.
        """
        self.inquiries.close()
