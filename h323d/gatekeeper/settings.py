"""
All configuration sections that a zone is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import RoutedConfig
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.security.answers import AnswerKey
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.security.users import KnownKeys
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.config import H323Config

__all__ = ["ZoneSettings"]


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """
    The sections, each as its own module explains it.

    @ivar keys: knows those by which a gate judges; C{None} if none does.
    @ivar answerKey: signs what guardians are answered; C{None} signs nothing.
    """

    gatekeeper: GatekeeperConfig = field(default_factory=GatekeeperConfig)
    routing: RoutingConfig = field(default_factory=RoutingConfig)
    security: SecurityConfig = field(default_factory=SecurityConfig)
    traversal: TraversalConfig = field(default_factory=TraversalConfig)
    routed: RoutedConfig = field(default_factory=RoutedConfig)
    h323: H323Config = field(default_factory=H323Config)
    keys: KnownKeys | None = None
    answerKey: AnswerKey | None = None
