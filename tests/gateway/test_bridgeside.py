"""
One side of a bridge: its sound is in the mixer as long as it flows.
"""

from __future__ import annotations

from h323d.call.forwarding import Forwarding
from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.ways import Way
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakeMixer, FakePool
from tests.support.faketransfer import FakeTransferRequest


class Bridge:
    """
    A L{h323d.gateway.bridgeside.BridgeSideOwner} that writes down what it is told; and a mixer's observer.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def sideDialled(self, side: BridgeSide) -> None:
        self.told.append("dialled")

    def sideProceeds(self, side: BridgeSide, how: Proceeding) -> None:
        pass

    def sidePictureWanted(self, side: BridgeSide) -> None:
        self.told.append("picture")

    def sideStalls(self, side: BridgeSide) -> None:
        self.told.append("stalls")

    def sideRings(self, side: BridgeSide) -> None:
        self.told.append("rings")

    def sideRedirected(self, side: BridgeSide, way: Way) -> None:
        self.told.append(f"redirected by {way.protocol}")

    def sideAnswered(self, side: BridgeSide) -> None:
        self.told.append("answered")

    def sideHeard(self, side: BridgeSide, stream: Stream) -> None:
        self.told.append("heard")

    def sideChanged(self, side: BridgeSide) -> None:
        self.told.append("changed")

    def sideHeld(self, side: BridgeSide) -> None:
        self.told.append("held")

    def sideResumed(self, side: BridgeSide) -> None:
        self.told.append("resumed")

    def sideDigit(
        self, side: BridgeSide, digit: str, milliseconds: int, method: DigitMethod
    ) -> None:
        self.told.append(f"digit {digit} {milliseconds}")

    def sideAsks(self, side: BridgeSide, request: ITransferRequest) -> None:
        self.told.append(f"asks for {request.way.called[0]}")

    def sideReplaced(self, side: BridgeSide, by: ILeg) -> None:
        self.told.append("replaced")

    def sideGone(self, side: BridgeSide, cause: Cause) -> None:
        self.told.append(f"gone {cause.name}")


def made() -> tuple[Bridge, FakeLeg, FakeMixer, BridgeSide]:
    bridge, pool = Bridge(), FakePool()
    leg = FakeLeg("1002", pool)
    mixer = FakeMixer(None)  # type: ignore[arg-type]  # nobody is told of speakers
    side = BridgeSide(bridge, leg)
    side.enter(mixer)
    leg.observe(side)
    return bridge, leg, mixer, side


def test_itsSoundIsMixedFromTheFirstToTheLast() -> None:
    bridge, leg, mixer, side = made()
    leg.mediaReady()
    assert mixer.members == [leg.port]
    leg.mediaReady()  # negotiated anew
    assert mixer.members == [leg.port]
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert mixer.members == []
    assert (side.sound, side.port) == (SideSound.OVER, None)
    assert bridge.told == ["heard", "changed", "gone NORMAL_CALL_CLEARING"]


def test_whatItPlaysWhileItHoldsIsNotMixed() -> None:
    bridge, leg, mixer, side = made()
    leg.mediaReady()
    side.legMediaLost(leg, Medium.AUDIO)
    assert mixer.members == []
    side.legMediaLost(leg, Medium.AUDIO)
    leg.mediaReady()
    assert mixer.members == [leg.port]
    assert bridge.told == ["heard", "held", "resumed"]


def test_itsSoundIsNotMixedBeforeItIsLetIn() -> None:
    bridge, pool = Bridge(), FakePool()
    leg = FakeLeg("1002", pool)
    mixer = FakeMixer(None)  # type: ignore[arg-type]  # nobody is told of speakers
    side = BridgeSide(bridge, leg)
    leg.observe(side)
    leg.mediaReady()
    assert (side.sound, mixer.members) == (SideSound.FLOWING, [])
    side.enter(mixer)
    side.enter(mixer)
    assert mixer.members == [leg.port]


def test_whatWasNeverLetInLeavesNothingBehind() -> None:
    bridge, leg = Bridge(), FakeLeg("1002", FakePool())
    leg.observe(BridgeSide(bridge, leg))
    leg.mediaReady()
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert bridge.told == ["heard", "gone NORMAL_CALL_CLEARING"]


def test_whatItSpokeBeforeItHeldIsWhatItSpeaks() -> None:
    _, leg, _, side = made()
    leg.mediaReady()
    side.legMediaLost(leg, Medium.AUDIO)
    assert side.speaks == (G711_ULAW,)


def test_otherMediaAreNobodysToMix() -> None:
    bridge, leg, mixer, side = made()
    leg.mediaReady(Medium.VIDEO)
    side.legMediaLost(leg, Medium.VIDEO)
    assert (mixer.members, bridge.told) == ([], [])


def test_itIsToldThatItsPartyIsElsewhereAsLongAsItHasNotAnswered() -> None:
    bridge, leg, _, side = made()
    side.legTransferRequested(leg, Forwarding(Way("sip")))
    leg.answered()
    side.legTransferRequested(leg, Forwarding(Way("h323", None, leg.called)))
    assert bridge.told == ["redirected by sip", "answered", "asks for 1002"]


def test_whatHappensIsTold() -> None:
    bridge, leg, _, side = made()
    side.legDialled(leg)
    side.legAlerting(leg)
    assert not side.answered
    leg.answered()
    assert side.answered
    side.legDigit(leg, "5", 160, DigitMethod.RTP_EVENT)
    assert bridge.told == ["dialled", "rings", "answered", "digit 5 160"]


def test_beforeTheAnswerNobodyIsTransferred() -> None:
    _, leg, _, side = made()
    request = FakeTransferRequest(Way("sip", None, leg.called))
    side.legTransferRequested(leg, request)
    assert request.told == ["fail FACILITY_REJECTED"]


def test_whoseLegGoesOnElsewhereIsNotMixedHere() -> None:
    bridge, leg, mixer, side = made()
    side.enter(mixer)
    leg.mediaReady()
    side.depart()
    assert (mixer.members, side.port, side.sound) == ([], None, SideSound.OVER)
    assert bridge.told == ["heard"]
