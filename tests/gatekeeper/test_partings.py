"""
What becomes of a call that its endpoint says is over.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.gatekeeper.admission import CallAdmission
from h323d.gatekeeper.bandwidth import Claim
from h323d.gatekeeper.partings import GRACE, Partings
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

HERE = TransportAddress("10.0.0.2", 1719)
ADMISSION = CallAdmission(Claim(b"call", "e1", False), bytes(16), 7, 1280, HERE, HERE)


class Calls:
    """
    One call.
    """

    def __init__(self) -> None:
        self.isHere = True
        self.ended: list[Cause] = []

    def holds(self, admission: CallAdmission) -> bool:
        return self.isHere

    def endSide(self, admission: CallAdmission, cause: Cause) -> None:
        self.ended.append(cause)


def announced(cause: Cause | None = None, here: bool = True) -> tuple[Clock, Calls, Partings]:
    clock, calls = Clock(), Calls()
    calls.isHere = here
    partings = Partings(clock, calls)
    partings.announced(ADMISSION, cause)
    return clock, calls, partings


def test_itIsEndedAfterAMoment() -> None:
    clock, calls, _ = announced()
    clock.advance(GRACE - 0.1)
    assert calls.ended == []
    clock.advance(0.1)
    assert calls.ended == [Cause.NORMAL_CALL_CLEARING]


def test_withTheCauseThatWasTold() -> None:
    clock, calls, _ = announced(Cause.USER_BUSY)
    clock.advance(GRACE)
    assert calls.ended == [Cause.USER_BUSY]


def test_sayingItTwiceIsSayingItOnce() -> None:
    clock, calls, partings = announced()
    partings.announced(ADMISSION, None)
    clock.advance(GRACE)
    assert len(calls.ended) == 1


def test_oneThatIsNotHereIsLeftAlone() -> None:
    clock, _, _ = announced(here=False)
    assert clock.getDelayedCalls() == []


def test_soIsOneThatHasEndedMeanwhile() -> None:
    clock, calls, _ = announced()
    calls.isHere = False
    clock.advance(GRACE)
    assert calls.ended == []


def test_soIsOneThatWasAskedForAnew() -> None:
    clock, calls, partings = announced()
    partings.resumed(ADMISSION.claim)
    assert (calls.ended, clock.getDelayedCalls()) == ([], [])


def test_whenWeLeaveNothingWaits() -> None:
    clock, _, partings = announced()
    partings.close()
    assert clock.getDelayedCalls() == []
