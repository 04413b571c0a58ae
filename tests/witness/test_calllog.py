"""
The lines that calls have in the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogEvent, formatEvent, globalLogPublisher

from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.sound import Sound
from h323d.witness.calllog import MAX_NAME, MAX_VAIN, PERIOD, CallLog
from h323d.witness.cdr import CallDetail, Outcome
from h323d.witness.config import LoggedCalls
from tests.support.cdr import detail


class Begun:
    """
    A call that has just begun.
    """

    def __init__(self, known: CallDetail) -> None:
        self.callId = known.callId or None
        self._known = known

    def detail(self) -> CallDetail:
        return self._known


class Scene:
    """
    A log, and what stands in it.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[str] = []
        self.log = CallLog(self.clock, LoggedCalls.OURS)

    def logged(self, event: LogEvent) -> None:
        self.lines.append(formatEvent(event))

    def begins(self, **more: Any) -> str:
        self.log.begun(Begun(detail(**more)))
        return self.lines[-1]

    def ends(self, **more: Any) -> str:
        self.log.over(detail(**more))
        return self.lines[-1]


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    globalLogPublisher.addObserver(scene.logged)  # type: ignore[arg-type]  # zope does not see that a method is callable
    yield scene
    globalLogPublisher.removeObserver(scene.logged)  # type: ignore[arg-type]  # likewise
    scene.log.close()
    assert scene.clock.getDelayedCalls() == []


def named(text: str) -> tuple[PartyAddress, ...]:
    return (PartyAddress(AddressKind.H323_ID, text),)


ELSEWHERE: dict[str, Any] = {
    "model": "proxied",
    "room": "",
    "calledPeer": TransportAddress("10.0.0.3", 1720),
}
DIRECT: dict[str, Any] = {**ELSEWHERE, "model": "direct", "callId": ""}
REFUSED: dict[str, Any] = {"outcome": Outcome.REFUSED, "reason": "noRoute", "calling": ()}


def test_whoCallsWhomAndWhere(scene: Scene) -> None:
    assert scene.begins() == (
        "call c1 begins: 1001 calls 80001 by H.323 from 10.0.0.2:1720, room 80001"
    )
    assert scene.begins(**ELSEWHERE, protocol="sip", calling=()) == (
        "call c1 begins: somebody calls 80001 by SIP from 10.0.0.2:1720, proxied to 10.0.0.3:1720"
    )
    assert scene.begins(model="thirdParty", room="", callingPeer=None) == (
        "call c1 begins: we call 80001 by H.323"
    )


def test_whyItEndedAndHowItSounded(scene: Scene) -> None:
    sound = Sound(3000, 12, 14, 0.0021, 0.004)
    assert scene.ends(encoding="PCMU/8000", sound=sound) == (
        "call c1 from 1001 to 80001 ended by the caller after 60.2 s: NORMAL_CALL_CLEARING; H.323, "
        "room 80001, PCMU/8000; 12 of 3012 packets lost, 14 frames made up, jitter 2.1 ms, "
        "0.4% of ours lost"
    )
    assert scene.ends(**ELSEWHERE, releasedBy="called", cause=Cause.USER_BUSY) == (
        "call c1 from 1001 to 80001 ended by the called side after 60.2 s: USER_BUSY; H.323, "
        "proxied to 10.0.0.3:1720"
    )


def test_whatCameToNothing(scene: Scene) -> None:
    assert scene.ends(**REFUSED) == (
        "call c1 from somebody at 10.0.0.2:1720 to 80001 was refused: noRoute; H.323"
    )
    assert scene.ends(outcome=Outcome.UNANSWERED, answered=None) == (
        "call c1 from 1001 at 10.0.0.2:1720 to 80001 was not answered; ended by the caller: "
        "NORMAL_CALL_CLEARING; H.323"
    )


def test_whatGoesOnWithoutUs(scene: Scene) -> None:
    assert scene.ends(outcome=Outcome.UNFINISHED, ended=None) == (
        "call c1 from 1001 to 80001 goes on as we leave; H.323, room 80001"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("B\u00fcro S\u00fcd", '"B\u00fcro S\u00fcd"'),
        ("80001 ended by us", '"80001 ended by us"'),
        ("somebody", '"somebody"'),
        ("x\nJan 01 forged\x1b]0;\x07", '"xJan 01 forged]0;"'),
        ('a" b', '"a b"'),
        ("\u202e\ud800", '""'),
        ("x" * 100, "x" * MAX_NAME + "..."),
    ],
)
def test_aNameIsPartOfTheLineAndNoMore(text: str, shown: str, scene: Scene) -> None:
    assert scene.begins(calling=named(text)) == (
        f"call c1 begins: {shown} calls 80001 by H.323 from 10.0.0.2:1720, room 80001"
    )


def test_strangersDoNotFillTheLog(scene: Scene) -> None:
    for _ in range(MAX_VAIN + 30):
        scene.ends(**REFUSED)
    assert len(scene.lines) == MAX_VAIN
    scene.clock.advance(PERIOD)
    assert scene.lines[MAX_VAIN:] == ["30 more calls were refused, or not answered, within 60 s"]
    scene.ends(**REFUSED)
    assert len(scene.lines) == MAX_VAIN + 2


def test_whatIsOnlyCountedIsToldWhenWeLeave(scene: Scene) -> None:
    for _ in range(MAX_VAIN + 1):
        scene.ends(**REFUSED)
    scene.log.close()
    assert scene.lines[-1] == "1 more calls were refused, or not answered, within 60 s"


@pytest.mark.parametrize(
    ("which", "ours", "direct"),
    [(LoggedCalls.NONE, 0, 0), (LoggedCalls.OURS, 2, 0), (LoggedCalls.ALL, 2, 2)],
)
def test_whichCallsHaveLines(which: LoggedCalls, ours: int, direct: int, scene: Scene) -> None:
    scene.log = CallLog(scene.clock, which)
    for more, lines in ({}, ours), (DIRECT, direct):
        scene.lines.clear()
        scene.log.begun(Begun(detail(**more)))
        scene.log.over(detail(**more))
        assert len(scene.lines) == lines


def test_thoseOfAServerThatDiedAreNotTold(scene: Scene) -> None:
    scene.log.over(detail(outcome=Outcome.LOST))
    assert scene.lines == []
