"""
Trunks as an operator sees them.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.operation.trunkviews import TrunkView, trunkView
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool


def test_aTrunkIsShownAsItIs() -> None:
    clock = Clock()
    config = TrunkConfig(
        "carrier", "192.0.2.1", TrunkProtocol.H323, prefixes=("00", ""), capacity=2
    )
    trunk = Trunk(config, clock, EventBus())
    legs = [FakeLeg("1", FakePool()) for _ in range(2)]
    for each in legs:
        trunk.began(each)
    trunk.ended(legs[0], Cause.NORMAL_CALL_CLEARING)
    trunk.answered(0.0123)
    clock.advance(5.0)
    assert trunkView(trunk, clock.seconds()) == TrunkView(
        trunk="carrier",
        protocol="h323",
        address="192.0.2.1:1720",
        state="up",
        since=5.0,
        reason="",
        obstacle=None,
        roundTrip=0.012,
        calls=1,
        capacity=2,
        lastCause="NORMAL_CALL_CLEARING",
        prefixes=("00", "all"),
        priority=0,
        weight=1,
    )


def test_whatItFailsWithAndWhyItTakesNoCallsIsShownWhileItIsSo() -> None:
    clock = Clock()
    trunk = Trunk(TrunkConfig("carrier", "sip.example.com"), clock, EventBus())
    trunk.failed("its name is not found")
    view = trunkView(trunk, 0.0)
    assert (view.address, view.state, view.reason, view.obstacle) == (
        "sip.example.com",
        "failing",
        "its name is not found",
        "its name is not found",
    )
