from __future__ import annotations

from twisted.internet.task import Clock

from h323d.gatekeeper.registry.expiry import PAUSE, PORTION, Expiry
from tests.support.memory import heldBy


def make() -> tuple[Clock, list[str], Expiry[str]]:
    clock = Clock()
    clock.advance(1000.0)
    told: list[str] = []
    return clock, told, Expiry(clock, told.append)


def test_aKeyIsToldOfAfterItsDeadlineAndNotBefore() -> None:
    clock, told, expiry = make()
    expiry.set("a", 1010.5)
    clock.advance(10.5)
    assert told == []
    clock.advance(0.5)
    assert told == ["a"]
    assert len(expiry) == 0
    assert clock.getDelayedCalls() == []


def test_aKeyThatIsMovedIsToldOfAtItsLastDeadline() -> None:
    clock, told, expiry = make()
    expiry.set("a", 1010)
    expiry.set("a", 1030)
    clock.pump([1.0] * 29)
    assert told == []
    clock.advance(1)
    assert told == ["a"]


def test_anEarlierDeadlineIsNotMissedForALaterOne() -> None:
    clock, told, expiry = make()
    expiry.set("late", 1100)
    expiry.set("early", 1005)
    clock.advance(5)
    assert told == ["early"]
    clock.advance(95)
    assert told == ["early", "late"]


def test_aKeyThatIsRemovedIsNotToldOf() -> None:
    clock, told, expiry = make()
    expiry.set("a", 1005)
    expiry.set("b", 1006)
    expiry.remove("a")
    clock.pump([1.0] * 10)
    assert told == ["b"]


def test_thereIsOneTimerForAllKeysAndNoneForNone() -> None:
    clock, _told, expiry = make()
    for number in range(500):
        expiry.set(str(number), 1000 + number)
    assert len(clock.getDelayedCalls()) == 1
    for number in range(500):
        expiry.remove(str(number))
    assert clock.getDelayedCalls() == []


def test_aListenerMaySetAndRemoveOtherKeys() -> None:
    clock = Clock()
    told: list[str] = []

    def expired(key: str) -> None:
        told.append(key)
        expiry.remove("b")
        if key == "a":
            expiry.set("again", clock.seconds() + 5)

    expiry: Expiry[str] = Expiry(clock, expired)
    expiry.set("a", 5)
    expiry.set("b", 5)
    clock.advance(5)
    assert told == ["a"]
    clock.advance(5)
    assert told == ["a", "again"]
    assert clock.getDelayedCalls() == []


def test_veryManyAreToldOfAPortionAtATime() -> None:
    clock, told, expiry = make()
    for number in range(2 * PORTION + 1):
        expiry.set(str(number), 1005)
    portions = []
    for seconds in (5.0, PAUSE, PAUSE):
        before = len(told)
        clock.advance(seconds)
        portions.append(len(told) - before)
    assert portions == [PORTION, PORTION, 1]
    assert clock.getDelayedCalls() == []


def test_aKeyThatWaitsForItsPortionCanStillBeMoved() -> None:
    clock, told, expiry = make()
    for number in range(PORTION + 1):
        expiry.set(str(number), 1005)
    clock.advance(5)
    last = str(PORTION)
    expiry.set(last, 1030)
    clock.advance(10)
    assert last not in told
    clock.advance(15)
    assert told[-1] == last
    assert clock.getDelayedCalls() == []


def test_endlessMovesLeaveNothingBehind() -> None:
    _clock, _told, expiry = make()
    for step in range(7):
        expiry.set("a", 1000 + 300 + step % 7)
    few = heldBy(expiry)
    for step in range(2000):
        expiry.set("a", 1000 + 300 + step % 7)
    assert heldBy(expiry) == few
