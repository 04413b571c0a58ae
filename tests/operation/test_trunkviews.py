"""
Trunks as an operator sees them.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.call.lookups import NoNames
from h323d.events.bus import EventBus
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol
from h323d.gatekeeper.trunks.probes import SIPPlaces
from h323d.gatekeeper.trunks.registration import TrunkRegistration
from h323d.gatekeeper.trunks.registrations import SIPRegistrants
from h323d.gatekeeper.trunks.target import TrunkPlace
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.operation.trunkviews import TrunkView, trunkView
from h323d.sip.locating import Locator
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.sippeers import SIPWorld


def test_aTrunkIsShownAsItIs() -> None:
    clock = Clock()
    config = TrunkConfig(
        "carrier", "192.0.2.1", TrunkProtocol.H323, prefixes=("00", ""), capacity=2
    )
    trunk = Trunk(config, clock, EventBus())
    legs = [FakeLeg("1", FakePool()) for _ in range(2)]
    for each in legs:
        trunk.began(each, trunk.address)
    trunk.ended(legs[0], Cause.NORMAL_CALL_CLEARING)
    trunk.answered(trunk.targets[0], 0.0123)
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


def test_ofSeveralServersEachIsShownWithHowItIs() -> None:
    trunk = Trunk(TrunkConfig("carrier", "sip.example.com"), Clock(), EventBus())
    places = [TrunkPlace(TransportAddress(f"192.0.2.{each}", 5060), "udp") for each in (1, 2, 3)]
    trunk.located(places)
    first, second, _ = trunk.targets
    trunk.targetFailed(first, "no answer")
    trunk.answered(second, 0.01)
    view = trunkView(trunk, 0.0)
    assert view.address == "192.0.2.2:5060"
    assert view.targets == (
        "192.0.2.1:5060 udp failing: no answer",
        "192.0.2.2:5060 udp up",
        "192.0.2.3:5060 udp not tried yet",
    )
    trunk.located(places[:1])
    assert trunkView(trunk, 0.0).targets == ()


def registration(clock: Clock) -> TrunkRegistration:
    config = TrunkConfig("carrier", "192.0.2.1", user="us", realm="r", md5=32 * "f")
    endpoint = SIPWorld().peer("10.0.0.1").endpoint
    registrants = SIPRegistrants(endpoint, SIPPlaces(Locator(endpoint, NoNames())))
    return TrunkRegistration(config, registrants, clock, EventBus(), Owner())


class Owner:
    """
    Whose registration does not leave.
    """

    def registrationOver(self, registration: TrunkRegistration) -> None:
        raise AssertionError


def shown(ours: TrunkRegistration | None, clock: Clock) -> tuple[str | None, float | None]:
    trunk = Trunk(TrunkConfig("carrier", "192.0.2.1"), clock, EventBus())
    view = trunkView(trunk, clock.seconds(), ours)
    return view.registration, view.expires


def test_whetherWeAreRegisteredThereAndForHowLongIsShown() -> None:
    clock = Clock()
    ours = registration(clock)
    assert shown(None, clock) == (None, None)
    assert shown(ours, clock) == ("not registered yet", None)
    ours.isNotRegistered("403 Forbidden")
    assert shown(ours, clock) == ("not registered: 403 Forbidden", None)
    ours.start()
    ours.isRegistered(60)
    clock.advance(10)
    assert shown(ours, clock) == ("registered", 50.0)
