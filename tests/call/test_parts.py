"""
What is prepared takes effect when it is committed, and not before.
"""

from __future__ import annotations

from h323d.call.parts import Change, Commit


class Part:
    """
    Goes by a number.
    """

    def __init__(self) -> None:
        self.number = 1

    def prepare(self, number: int) -> Commit:
        return Change(self, number)

    def reconfigure(self, number: int) -> None:
        self.number = number


def test_aChangeTakesEffectWhenItIsCommitted() -> None:
    part = Part()
    change = part.prepare(2)
    assert part.number == 1
    change.commit()
    assert part.number == 2
