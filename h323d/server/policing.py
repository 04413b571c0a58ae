"""
Where the guard's policies come from: entry points, whose code is read again whenever the
configuration is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twisted.logger import Logger

from h323d.call.parts import Change, Commit
from h323d.events.bus import EventBus
from h323d.guard.config import GuardConfig
from h323d.guard.gates.opinions import IGuardPolicy
from h323d.guard.guard import Guard
from h323d.guard.policies import Policies
from h323d.plugins import GUARD, chooseAnew

__all__ = ["Policing", "newPolicies"]

_log = Logger()


def newPolicies(config: GuardConfig, events: EventBus) -> Policies:
    """
    Load what the configuration names.

    @raise ConfigurationError: something of it is unknown, cannot be loaded, or is no policy;
        what is in force is as it was.
    """
    if not config.policies and not config.shadow:
        return Policies({}, {}, events)
    made = chooseAnew((*config.policies, *config.shadow), GUARD, IGuardPolicy, "guard.policies")
    named = dict(zip((*config.policies, *config.shadow), made, strict=True))
    policies = Policies(_those(config.policies, named), _those(config.shadow, named), events)
    _log.info(
        "the guard's policies are loaded; in force: {policies}; tried out: {shadow}",
        policies=", ".join(config.policies) or "none",
        shadow=", ".join(config.shadow) or "none",
    )
    return policies


def _those(names: Iterable[str], made: dict[str, Any]) -> dict[str, Any]:
    return {name: made[name] for name in names}


class Policing:
    """
    Has a guard go by other policies.
    """

    def __init__(self, guard: Guard, events: EventBus) -> None:
        self._guard = guard
        self._events = events

    def prepare(self, config: GuardConfig) -> Commit:
        """
        Load them.

        @raise ConfigurationError: as L{newPolicies}.
        """
        return Change(self, newPolicies(config, self._events))

    def reconfigure(self, policies: Policies) -> None:
        """
        These are in force from now on, and those that were are forgotten.
        """
        self._guard.consult(policies)
