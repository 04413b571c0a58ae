"""
What is asked before a channel of a routed call, and what becomes of it.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.asn1 import h245
from h323d.gatekeeper.routed.channeldoor import (
    MAXIMUM_WAITING,
    ChannelDoor,
    ControlWay,
    answeredWithin,
    proposedIn,
)
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.gatekeeper.routed.usage import MAXIMUM_CHANNELS, ChannelUsage, Usage
from h323d.h323.calls.faststart import offerFastStart
from h323d.h323.h245.messages import Message
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.h245peers import openChannel, soundAt

ULAW = ("audioData", ("g711Ulaw64k", 20))
PRIVATE = {"nonStandardIdentifier": ("object", (1, 2, 3)), "data": b"x"}
UNKNOWN = ("audioData", ("nonStandard", PRIVATE))
RTP = TransportAddress("10.0.0.2", 5000)


class Scene:
    """
    A door, its judge and its passage; and the way by which a side says something.

    @ivar answers: what the judge says, in order.
    @ivar asked: what it was asked for.
    @ivar admitted: what went on that had to wait.
    @ivar refused: why the side itself was told no.
    """

    def __init__(self, *answers: str | Deferred[str]) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []
        self.admitted: list[bytes] = []
        self.refused: list[str] = []
        self.usage = ChannelUsage(self, True)
        self.door = ChannelDoor(self, self.usage, self)

    def says(self, which: int, message: Message, octets: bytes = b"") -> bool:
        if self.door.keeps(which, octets, self):
            return False
        passes = self.door.admits(which, message, octets, self)
        if passes:
            self.usage.heard(which, message)
        return passes

    def refusal(self, bandwidth: int) -> str | Deferred[str]:
        self.asked.append(bandwidth)
        return self.answers.pop(0)

    def usageChanged(self, usage: Usage) -> None:
        """What is open is looked at where it is asked for."""

    def channelAdmitted(self, which: int, message: Message, octets: bytes, way: ControlWay) -> None:
        self.admitted.append(octets)

    def translateControl(self, which: int, octets: bytes, way: ControlWay) -> bytes | None:
        return None if self.door.keeps(which, octets, way) else octets

    def goOn(self, octets: bytes) -> None:
        self.admitted.append(octets)

    def answer(self, octets: bytes) -> None:
        fields: dict[str, Any] = h245.decode("MultimediaSystemControlMessage", octets)[1][1]
        self.refused.append(fields["cause"][0])


def opened(dataType: Any = ULAW, number: int = 7, session: int = 1) -> Message:
    return openChannel(dataType, number, session)


def test_allChannelsThatThereWouldBeAreAskedFor() -> None:
    scene = Scene("", "")
    assert scene.says(CALLER, opened())
    assert scene.says(CALLED, opened())
    assert scene.asked == [64_000, 128_000]


def test_aChannelThatMayNotBeIsRefusedAndCountsNothing() -> None:
    scene = Scene("insufficientBandwidth", "")
    assert not scene.says(CALLER, opened())
    assert scene.refused == ["insufficientBandwidth"]
    assert scene.says(CALLED, opened())
    assert scene.asked == [64_000, 64_000]


def test_whatNobodyKnowsTheRateOfIsNoTypeOfOurs() -> None:
    scene = Scene()
    assert not scene.says(CALLER, opened(UNKNOWN))
    assert scene.refused == ["dataTypeNotSupported"]


def test_moreChannelsThanAreKeptInMindMayNotBe() -> None:
    scene = Scene(*[""] * MAXIMUM_CHANNELS)
    for number in range(1, MAXIMUM_CHANNELS + 1):
        scene.says(CALLER, opened(number=number))
    assert not scene.says(CALLER, opened(number=1000))
    assert scene.refused == ["insufficientBandwidth"]


@pytest.mark.parametrize(("refusal", "admitted"), [("", [b"olc", b"next"]), ("no", [b"next"])])
def test_whatFollowsWaitsUntilItIsDecided(refusal: str, admitted: list[bytes]) -> None:
    verdict: Deferred[str] = Deferred()
    scene = Scene(verdict)
    assert not scene.says(CALLER, opened(), b"olc")
    assert not scene.says(CALLER, ("indication", ("dummy", None)), b"next")
    assert scene.admitted == []
    verdict.callback(refusal and "unspecified")
    assert scene.admitted == admitted
    assert scene.refused == (["unspecified"] if refusal else [])


def test_noMoreThan64MessagesWait() -> None:
    verdict: Deferred[str] = Deferred()
    scene = Scene(verdict)
    scene.says(CALLER, opened(), b"olc")
    for _ in range(MAXIMUM_WAITING + 1):
        assert scene.door.keeps(CALLER, b"next", scene)
    verdict.callback("")
    assert len(scene.admitted) == 1 + MAXIMUM_WAITING


def test_nothingGoesOnInACallThatIsOver() -> None:
    verdict: Deferred[str] = Deferred()
    scene = Scene(verdict)
    scene.says(CALLER, opened(), b"olc")
    scene.door.close()
    verdict.callback("")
    assert (scene.admitted, scene.refused) == ([], [])


def test_theMostThatMayBeChosenOfAProposalIsWhatItNeeds() -> None:
    offer = offerFastStart(MediaProfile.audio((G711_ULAW, G711_ALAW)), soundAt(RTP, RTP)).elements
    assert proposedIn(offer) == (offer, 128_000)


def test_whatCannotBeReadIsNotProposed() -> None:
    (offer, *_) = offerFastStart(MediaProfile.audio((G711_ULAW,)), soundAt(RTP, RTP)).elements
    assert proposedIn((b"\xff", offer)) == ((offer,), 64_000)


def test_anAnswerOfWhichNobodyKnowsTheRateIsTooMuch() -> None:
    (channel,) = opened(UNKNOWN)[1][1:]
    assert not answeredWithin([channel], 1_000_000)
