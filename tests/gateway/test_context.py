"""
Who is in a bridge, and what is made there.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.callers import CallerName, ICallerNames
from h323d.call.legs import ILeg, IOffer, LegDirection
from h323d.call.ways import Way
from h323d.events.bus import EventBus
from h323d.gateway.config import GatewayConfig
from h323d.gateway.context import BridgeContext
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

PLACE = TransportAddress("10.0.0.2", 5060)


@implementer(ICallerNames)
@dataclass
class Registered:
    """
    Knows one name.
    """

    name: str

    def nameOf(self, offer: IOffer) -> CallerName:
        known = self.name in map(str, offer.calling)
        return CallerName(offer.calling, "", "endpoint" if known else "")


class Nobody:
    """
    A L{h323d.gateway.context.CallTaker}.
    """

    def legOffered(self, leg: ILeg) -> None:
        raise AssertionError("nobody is offered")


def context(name: str) -> BridgeContext:
    rng = random.Random(1)
    return BridgeContext(
        GatewayConfig(), Clock(), rng, EventBus(), FakePool(), {}, Registered(name), Nobody()
    )


@pytest.mark.parametrize(
    ("direction", "name", "party"),
    [
        (LegDirection.INCOMING, "1001", "endpoint"),  # who calls is registered
        (LegDirection.INCOMING, "1002", ""),
        (LegDirection.OUTGOING, "1002", "endpoint"),  # who is called is
        (LegDirection.OUTGOING, "1001", ""),
    ],
)
def test_whoIsAtTheOtherEndIsKnownByItsName(direction: LegDirection, name: str, party: str) -> None:
    leg = FakeLeg("1002", FakePool())
    leg.direction = direction
    assert context(name).partyOf(leg) == party


@pytest.mark.parametrize(
    ("destination", "name", "known"),
    [(PLACE, "1002", True), (PLACE, "1003", False), (None, "1002", False)],
)
def test_aWayIsKnownByWhoRegisteredAtItsEnd(
    destination: TransportAddress | None, name: str, known: bool
) -> None:
    called = (PartyAddress(AddressKind.DIALLED_DIGITS, name),)
    assert context("1002").knows(Way("sip", destination, called)) is known


def test_eachCallHasNamesOfItsOwn() -> None:
    shared = context("")
    assert len({*shared.newIds(), *shared.newIds()}) == 4
