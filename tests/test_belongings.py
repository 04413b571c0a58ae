"""
What a process has open, and a process that is forked must not have.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from h323d.belongings import Belongings, Everybodys, closeBelongings


class BelongingsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.closed: list[str] = []
        self.all = Everybodys()

    def closeOne(self) -> None:
        self.closed.append("one")

    def closeNone(self) -> None:
        raise OSError("full")

    def test_allThatIsOpenIsClosed(self) -> None:
        kept = Belongings(self.closeOne, self.all), Belongings(self.closeOne, self.all)
        closeBelongings(self.all)
        assert len(self.closed) == len(kept)

    def test_whoeverIsGoneHasNothingOpen(self) -> None:
        Belongings(self.closeOne, self.all)
        closeBelongings(self.all)
        assert self.closed == []

    def test_whoeverCannotCloseHoldsUpNobody(self) -> None:
        kept = Belongings(self.closeNone, self.all), Belongings(self.closeOne, self.all)
        closeBelongings(self.all)
        assert self.closed == ["one"]
        assert len(self.flushLoggedErrors(OSError)) == 1
        del kept
