"""
Where nobody goes before another.
"""

from __future__ import annotations

from zope.interface.verify import verifyObject

from h323d.call.precedence import EQUALS, IPrecedence, Seat
from h323d.values.identifiers import LegID


def test_amongEqualsNobodyGivesWay() -> None:
    verifyObject(IPrecedence, EQUALS)
    assert EQUALS.yielding(LegID("a"), 1, [Seat(LegID("b"))]) is None
