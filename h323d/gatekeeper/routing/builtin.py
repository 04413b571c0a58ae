"""
The policies that come with the house, made from the configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from h323d.gatekeeper.identity import Identity, ILocalNumbers
from h323d.gatekeeper.registrations import EndpointRegistry
from h323d.gatekeeper.routing.chain import ICalledPolicy
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.routing.explicit import CatchAll, ExplicitRoutes
from h323d.gatekeeper.routing.local import LocalNumbers, RegisteredEndpoints, SignalledAddress
from h323d.gatekeeper.routing.rewriting import NumberRewriting

__all__ = ["ChoosePolicies", "builtInOnly", "builtInPolicies"]

ChoosePolicies = Callable[[Mapping[str, ICalledPolicy]], Sequence[ICalledPolicy]]
"""
Given the built-in policies by name, says which ones are asked, in which order.
"""


def builtInPolicies(
    config: RoutingConfig,
    identity: Identity,
    numbers: ILocalNumbers,
    registry: EndpointRegistry,
) -> dict[str, ICalledPolicy]:
    """
    @param numbers: which names end in this server.

    @return: each policy, by its name.
    """
    policies: tuple[ICalledPolicy, ...] = (
        NumberRewriting(config.rewrites, config.domains),
        ExplicitRoutes(config.routes),
        LocalNumbers(numbers, identity.signalling),
        RegisteredEndpoints(registry),
        SignalledAddress(registry),
        CatchAll(config.catchAll),
    )
    return {policy.name: policy for policy in policies}


def builtInOnly(config: RoutingConfig) -> ChoosePolicies:
    """
    Choose as configured, without plug-ins.
    """
    return lambda builtIns: [builtIns[name] for name in config.policies]
