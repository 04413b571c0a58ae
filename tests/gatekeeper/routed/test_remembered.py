"""
What an ARQ was told, until the Setup comes.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.gatekeeper.registry.registrations import EndpointKind, Registration
from h323d.gatekeeper.routed import remembered
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routed.remembered import LIFETIME, AdmittedRoutes, RouteMemory
from h323d.gatekeeper.routing.chain import FoundWay
from h323d.values.address import TransportAddress

HERE = TransportAddress("10.0.0.2", 1719)
CALLER = Registration(
    "e1", "h323", HERE, (TransportAddress("10.0.0.2", 1720),), (), (), EndpointKind.TERMINAL, 60
)
ROUTES = AdmittedRoutes(
    CALLER, CallModel.ROUTED, (FoundWay("h323", TransportAddress("10.0.0.3", 1720)),)
)


def test_whatWasAdmittedIsRecalledOnce() -> None:
    memory = RouteMemory(Clock())
    memory.remember(b"call", ROUTES)
    assert memory.recall(b"call", "10.0.0.2") is ROUTES
    assert memory.recall(b"call", "10.0.0.2") is None


def test_nobodyElseMayUseAnAdmission() -> None:
    memory = RouteMemory(Clock())
    memory.remember(b"call", ROUTES)
    assert memory.recall(b"call", "10.0.0.66") is None
    assert memory.recall(b"call", "10.0.0.2") is ROUTES


def test_anAdmissionExpires() -> None:
    clock = Clock()
    memory = RouteMemory(clock)
    memory.remember(b"call", ROUTES)
    clock.advance(LIFETIME + 1)
    assert memory.recall(b"call", "10.0.0.2") is None


def test_whatHasExpiredIsForgottenWithTheNext() -> None:
    clock = Clock()
    memory = RouteMemory(clock)
    memory.remember(b"one", ROUTES)
    memory.remember(b"two", ROUTES)
    clock.advance(LIFETIME + 1)
    memory.remember(b"three", ROUTES)
    assert len(memory) == 1


def test_thereIsAnEndToWhatIsRemembered() -> None:
    memory = RouteMemory(Clock())
    for number in range(remembered.MAXIMUM + 5):
        memory.remember(number.to_bytes(4), ROUTES)
    assert len(memory) == remembered.MAXIMUM
    assert memory.recall((4).to_bytes(4), "10.0.0.2") is None
    assert memory.recall((5).to_bytes(4), "10.0.0.2") is ROUTES
