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
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.config import GatewayConfig
from h323d.gateway.context import BridgeContext
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile
from tests.gateway.test_bridgeside import Bridge
from tests.support.fakeleg import FakeLeg, FakeOriginator
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
    rng, pool = random.Random(1), FakePool()
    originators = {protocol: FakeOriginator(protocol, pool) for protocol in ("sip", "h323")}
    originators["h323"].nameless.add("SILK")
    return BridgeContext(
        GatewayConfig(), Clock(), rng, EventBus(), pool, originators, Registered(name), Nobody()
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


ILBC = MediaFormat("iLBC")
SILK = MediaFormat("SILK", 16000)
OURS = {"PCMU", "PCMA"}


class Speaker(FakeLeg):
    """
    Says what it speaks.
    """

    def __init__(self, protocol: str, *formats: MediaFormat) -> None:
        super().__init__("1002", FakePool())
        self.protocol = protocol
        self.speaks = formats  # type: ignore[assignment]  # a fake leg says nothing of it


def side(leg: FakeLeg) -> BridgeSide:
    made = BridgeSide(Bridge(), leg)
    leg.observe(made)
    return made


def names(profile: MediumProfile) -> tuple[set[str], set[str]]:
    """
    Of what may be spoken, and of what of that is merely passed.
    """
    return {each.name for each in profile.formats}, {each.name for each in profile.passed}


@pytest.mark.parametrize(
    ("caller", "called", "formats", "passed"),
    [
        (Speaker("sip", ILBC, G711_ULAW), "sip", {*OURS, "iLBC"}, {"iLBC"}),
        (Speaker("sip", ILBC), "sip", {"iLBC"}, {"iLBC"}),
        (Speaker("sip", ILBC, G711_ULAW), "h323", {*OURS, "iLBC"}, {"iLBC"}),
        (Speaker("h323", ILBC, G711_ULAW), "sip", {*OURS, "iLBC"}, {"iLBC"}),
        (Speaker("sip", SILK, ILBC), "h323", {"iLBC"}, {"iLBC"}),
        (Speaker("sip", SILK), "h323", OURS, set()),
        (Speaker("sip", SILK), "sip", {"SILK"}, {"SILK"}),
    ],
)
def test_aCalledSideIsOfferedWhatMerelyPassesAndHasANameThere(
    caller: Speaker, called: str, formats: set[str], passed: set[str]
) -> None:
    offer = context("").offer(called, side(caller)).of(Medium.AUDIO)
    assert names(offer) == (formats, passed)


def test_whoIsAnsweredMayTurnToWhatCanBeCoded() -> None:
    called = side(Speaker("sip", ILBC))
    profile = context("").profile("sip", called).of(Medium.AUDIO)
    assert profile.formats[0] == ILBC
    assert names(profile) == ({*OURS, "iLBC"}, {"iLBC"})


def test_whoseOtherSideIsNotHeardIsToldNothingOfIt() -> None:
    assert names(context("").profile("sip").of(Medium.AUDIO)) == (OURS, set())


def test_twoOfWhomOneIsNotHeardAreJoined() -> None:
    assert context("").joined(side(Speaker("sip")), side(Speaker("sip")))
