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
from h323d.events.bus import EventBus
from h323d.gateway.config import GatewayConfig
from h323d.gateway.context import BridgeContext
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool


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


def test_eachCallHasNamesOfItsOwn() -> None:
    shared = context("")
    assert len({*shared.newIds(), *shared.newIds()}) == 4
