"""
An endpoint's own RAS on a simulated network, and what it reports.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from h323d.h323.calls.admission import AdmissionRequest
from h323d.h323.ras.client import EndpointProfile, RASClient
from h323d.h323.signalling.addresses import partyFromText
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.address import PartyAddress, TransportAddress
from tests.support.fakemedia import FakePool
from tests.support.network import SimulatedHost
from tests.support.ras import GATEKEEPER
from tests.support.surroundings import surroundingsOf

__all__ = ["CALL", "Endpoint"]

CALL = AdmissionRequest(
    CallIdentity(b"c" * 16, b"f" * 16),
    5,
    False,
    (partyFromText("anna"),),
    (partyFromText("80001"),),
)


@dataclass
class Endpoint:
    """
    Anna's client, in a L{tests.support.zone.World}.

    @ivar profile: what is not as by default in her L{EndpointProfile}.
    @ivar reports: what the client told, as C{(what, details ...)}.
    """

    world: Any  # a World, or what has a clock and a network like it
    host: str = "10.0.0.2"
    profile: dict[str, Any] = field(default_factory=dict)
    reports: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        profile = EndpointProfile(
            TransportAddress(self.host, 1720), (partyFromText("anna"),), GATEKEEPER
        )
        self.client = RASClient(
            replace(profile, **self.profile),
            surroundingsOf(
                SimulatedHost(self.world.network, self.host),
                self.world.clock,
                random.Random(5),
                FakePool(),
            ),
            TransportAddress(self.host, 1719),
            self,
        )

    def rasRegistered(self, endpointIdentifier: str, aliases: tuple[PartyAddress, ...]) -> None:
        self.reports.append(("registered", *map(str, aliases)))

    def rasRegistrationLost(self, reason: str) -> None:
        self.reports.append(("lost", reason))

    def rasRegistrationFailed(self, reason: str, permanent: bool) -> None:
        self.reports.append(("failed", reason, permanent))

    def rasUnregistered(self) -> None:
        self.reports.append(("unregistered",))

    def rasCallDropped(self, request: AdmissionRequest) -> None:
        self.reports.append(("dropped", request))

    def registered(self) -> Endpoint:
        self.client.start()
        self.run(1)
        assert self.reports == [("registered", "anna")]
        self.reports.clear()
        return self

    def run(self, seconds: float) -> None:
        """
        Let time pass.
        """
        self.world.clock.pump([0.05] * round(seconds * 20))
