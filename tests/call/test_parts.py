"""
What a server is made of: parts, and what they have prepared.
"""

from __future__ import annotations

from h323d.call.parts import UNCHANGED, Change, Part, Together


class Goes:
    """
    Goes by what it is told.
    """

    def __init__(self) -> None:
        self.by: list[str] = []

    def reconfigure(self, state: str) -> None:
        self.by.append(state)


def test_aChangeTakesEffectWhenItIsCommitted() -> None:
    goes = Goes()
    change = Change(goes, "new")
    assert goes.by == []
    change.commit()
    assert goes.by == ["new"]


def test_severalChangesTakeEffectInTheirOrder() -> None:
    goes = Goes()
    Together((Change(goes, "one"), UNCHANGED, Change(goes, "two"))).commit()
    assert goes.by == ["one", "two"]


def test_aPartThatHasNothingToDoLeavesItOut() -> None:
    part: Part[str] = Part()
    part.start()
    assert part.prepare("other") is UNCHANGED
    part.leave()
    assert part.close().called
