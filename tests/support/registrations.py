"""
A table of registrations alone, and endpoints to put into it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from twisted.internet.task import Clock

from h323d.call.shares import UNSHARED, ShareRule
from h323d.events.bus import EventBus, Fact
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.registry.registrations import EndpointKind, EndpointRegistry, Registration
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["Table", "endpoint", "name"]


class Table:
    """
    A registry, and all it tells.

    @ivar kept: what it told its store.
    """

    def __init__(self, rule: ShareRule = UNSHARED, **config: Any) -> None:
        """
        @param rule: how many one source may have.
        """
        self.clock = Clock()
        self.facts: list[Fact] = []
        self.gone: list[str] = []
        self.expired: list[str] = []
        events = self.events = EventBus()
        events.subscribe(Fact, self.facts.append)
        self.registry = EndpointRegistry(
            replace(GatekeeperConfig(), **config),
            self.clock,
            random.Random(3),
            events,
            self,
            self,
            rule,
        )
        self.kept: list[tuple[object, ...]] = []

    def endpointExpires(self, registration: Registration) -> None:
        self.expired.append(registration.endpointId)

    def endpointGone(self, registration: Registration) -> None:
        self.gone.append(registration.endpointId)

    def keep(self, registration: Registration, deadline: float) -> None:
        self.kept.append(("keep", registration, deadline))

    def prolong(self, endpointId: str, deadline: float) -> None:
        self.kept.append(("prolong", endpointId, deadline))

    def forget(self, endpointId: str) -> None:
        self.kept.append(("forget", endpointId))


def name(text: str) -> PartyAddress:
    return PartyAddress(AddressKind.H323_ID, text)


def endpoint(number: int, *names: str, **more: Any) -> Registration:
    host = f"10.1.{number // 250}.{number % 250 + 1}"
    fields: dict[str, Any] = {
        "endpointId": f"endpoint{number}",
        "protocol": "h323",
        "source": TransportAddress(host, 1719),
        "signalling": (TransportAddress(host, 1720),),
        "ras": (TransportAddress(host, 1719),),
        "aliases": tuple(name(each) for each in names),
        "kind": EndpointKind.TERMINAL,
        "timeToLive": 60,
    }
    return Registration(**(fields | more))
