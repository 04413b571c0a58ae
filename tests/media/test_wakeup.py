"""
Whoever obeys commands is woken once for all of a turn.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.media.wakeup import WakeUpCall


def test_oneCallIsEnoughForATurn() -> None:
    clock, woken = Clock(), list[str]()
    call = WakeUpCall(clock, lambda: woken.append("woken"))
    call.book()
    call.book()
    assert not woken
    clock.advance(0.0)
    assert woken == ["woken"]
    call.book()
    clock.advance(0.0)
    assert woken == ["woken", "woken"]


def test_whoIsWokenMayHaveThemselvesWokenAgain() -> None:
    clock, calls = Clock(), list[WakeUpCall]()
    woken: list[str] = []

    def wake() -> None:
        woken.append("woken")
        if len(woken) < 2:
            calls[0].book()

    calls.append(WakeUpCall(clock, wake))
    calls[0].book()
    clock.advance(0.0)
    assert len(woken) == 2
