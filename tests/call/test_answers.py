"""
The answer to a call of ours, before the gates.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.answers import JudgedAnswer
from h323d.call.applications import (
    EVERYWHERE,
    PASSED,
    Admission,
    Application,
    Door,
    Reason,
    Refusal,
)
from h323d.call.gates import Gates
from h323d.call.legs import ILeg, ILegObserver, LegDirection
from h323d.call.media import IMediaPort
from h323d.call.observer import SilentObserver
from h323d.events.bus import EventBus
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease

REFUSED = Refusal.of(Reason.INVALID_SIGNATURE, "absent")
MEDIA: Any = object()  # a port, or a stream, that nobody looks at


@implementer(ILegObserver)
@dataclass
class Told(SilentObserver):
    """
    Who has us call, and what they heard.
    """

    said: list[str] = field(default_factory=list)

    def legAlerting(self, leg: ILeg) -> None:
        self.said.append("alerting")

    def legAnswered(self, leg: ILeg) -> None:
        self.said.append("answered")

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        self.said.append("media")

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self.said.append("lost")

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self.said.append(digit)

    def legPictureWanted(self, leg: ILeg) -> None:
        self.said.append("picture")

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        self.said.append("replaced")

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self.said.append(cause.name)


class Asked:
    """
    What a peer wants of a call, or who wants its place.
    """

    def __init__(self) -> None:
        self.refused: list[Cause] = []

    def fail(self, cause: Cause) -> None:
        self.refused.append(cause)

    def reject(self, cause: Cause) -> None:
        self.refused.append(cause)


class House:
    """
    A leg, whom it reports to, and a gate between them.
    """

    def __init__(
        self,
        answer: Any,
        doors: Collection[Door] = EVERYWHERE,
        direction: LegDirection = LegDirection.OUTGOING,
    ) -> None:
        self.direction = direction
        self.told = Told()
        self.hungUp: list[Cause] = []
        self.gate = FakeGate(answer, doors)
        self.clock = Clock()
        self.judged = JudgedAnswer(self, Gates(self.clock, EventBus(), (self.gate,)))
        self.observer: Any = self.judged.before(self.told)
        self.leg: Any = self

    def answerApplication(self) -> Application:
        return Application(Door.ANSWER, "sip", None, answering=True)

    def refuseAnswer(self, cause: Cause, reason: Reason) -> None:
        self.hungUp.append(cause)
        self.observer.legReleased(self.leg, cause)

    def answer(self) -> None:
        self.observer.legAnswered(self.leg)
        self.observer.legMediaReady(self.leg, MEDIA, MEDIA)


def test_itObservesALeg() -> None:
    verifyObject(ILegObserver, House(PASSED).judged)


@pytest.mark.parametrize(
    "house", [House(PASSED, (Door.INVITE,)), House(PASSED, direction=LegDirection.INCOMING)]
)
def test_whereNothingIsJudgedNothingStandsBetween(house: House) -> None:
    assert house.observer is house.told


def test_whatPassesIsTold() -> None:
    lease = Lease()
    house = House(Admission(leases=(lease,)))
    house.observer.legAlerting(house.leg)
    house.answer()
    house.answer()  # told again, and judged once
    assert house.told.said == ["alerting", "answered", "media", "media"]
    assert [each.door for each in house.gate.judged] == [Door.ANSWER]
    assert lease.ends == 0
    house.observer.legReleased(house.leg, Cause.NORMAL_CALL_CLEARING)
    assert lease.ends == 1


def test_whoIsRefusedIsHungUpOnAndNeverTold() -> None:
    house = House(REFUSED)
    house.observer.legAlerting(house.leg)
    house.answer()
    assert house.hungUp == [REFUSED.cause]
    assert house.told.said == ["alerting", REFUSED.cause.name]


def test_whatHappensMeanwhileIsToldAfterTheAnswer() -> None:
    verdict: Deferred[Any] = Deferred()
    house = House(verdict)
    house.answer()
    observer, leg, asked = house.observer, house.leg, Asked()
    observer.legDigit(leg, "5", 100, DigitMethod.RTP_EVENT)
    observer.legPictureWanted(leg)
    observer.legMediaLost(leg, Medium.AUDIO)
    observer.legTransferRequested(leg, asked)
    observer.legReplaced(leg, asked)
    assert house.told.said == []
    assert asked.refused == [Cause.FACILITY_REJECTED] * 2
    verdict.callback(PASSED)
    assert house.told.said == ["answered", "media", "5", "picture", "lost"]


def test_whatHappensMeanwhileIsForgottenIfTheAnswerIsRefused() -> None:
    verdict: Deferred[Any] = Deferred()
    house = House(verdict)
    house.answer()
    verdict.callback(REFUSED)
    house.observer.legDigit(house.leg, "5", 100, DigitMethod.RTP_EVENT)
    assert house.told.said == [REFUSED.cause.name]


@pytest.mark.parametrize("late", [REFUSED, PASSED])
def test_whoLeavesMeanwhileIsNotHungUpOn(late: Any) -> None:
    lease = Lease()
    verdict: Deferred[Any] = Deferred()
    house = House(verdict)
    house.answer()
    house.observer.legReleased(house.leg, Cause.USER_BUSY)
    verdict.callback(late if late is REFUSED else Admission(leases=(lease,)))
    assert (house.told.said, house.hungUp) == (["USER_BUSY"], [])
    assert lease.ends == int(late is PASSED)


@pytest.mark.parametrize("late", [REFUSED, PASSED])
def test_whoWantsToKnowWhetherItPassesGoesOnWhenThatIsDecided(late: Any) -> None:
    verdict: Deferred[Any] = Deferred()
    house = House(verdict)
    assert house.judged.undecided() is None
    house.answer()
    waiting = house.judged.undecided()
    assert waiting is not None
    told: list[list[str]] = []
    waiting.addCallback(lambda _: told.append(list(house.told.said)))
    assert told == []
    verdict.callback(late)
    assert told == [[REFUSED.cause.name] if late is REFUSED else ["answered", "media"]]
    assert house.judged.undecided() is None


def test_orWhenTheCallIsOver() -> None:
    house = House(Deferred())
    house.answer()
    waiting = house.judged.undecided()
    assert waiting is not None
    house.observer.legReleased(house.leg, Cause.USER_BUSY)
    assert waiting.called


def test_anotherObserverHearsTheRest() -> None:
    house, other = House(PASSED), Told()
    assert house.judged.before(other) is house.judged
    house.answer()
    assert (house.told.said, other.said) == ([], ["answered", "media"])
    house.observer.legReplaced(house.leg, Asked())
    assert other.said[-1] == "replaced"
