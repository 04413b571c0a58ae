"""
A defence as a server has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twisted.internet.interfaces import IReactorTime

from h323d.events.bus import EventBus
from h323d.gatekeeper.security.bans import Bans
from h323d.gatekeeper.security.defence import Defence
from h323d.gatekeeper.security.defenceconfig import DefenceConfig
from h323d.gatekeeper.security.turnedaway import TurnedAway

__all__ = ["Known", "newDefence"]


@dataclass
class Known:
    """
    Knows some hosts.
    """

    hosts: set[str] = field(default_factory=set)

    def knows(self, host: str) -> bool:
        return host in self.hosts


def newDefence(
    clock: IReactorTime, events: EventBus, known: Known | None = None, **keys: Any
) -> Defence:
    """
    @param keys: of its configuration.
    """
    config = DefenceConfig(**keys)
    return Defence(
        config,
        (known or Known(),),
        clock,
        TurnedAway(clock, events),
        Bans(config, clock, events),
    )
