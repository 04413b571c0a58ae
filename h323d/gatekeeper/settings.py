"""
All configuration sections that a zone is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.securityconfig import SecurityConfig

__all__ = ["ZoneSettings"]


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """
    The sections, each as its own module explains it.
    """

    gatekeeper: GatekeeperConfig = field(default_factory=GatekeeperConfig)
    routing: RoutingConfig = field(default_factory=RoutingConfig)
    security: SecurityConfig = field(default_factory=SecurityConfig)
