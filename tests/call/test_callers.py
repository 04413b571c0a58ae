"""
Where nobody is known.
"""

from __future__ import annotations

from zope.interface.verify import verifyObject

from h323d.call.callers import ANY_NAME, CallerName, ICallerNames
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool


def test_callersAreWhoTheySay() -> None:
    leg = FakeLeg("80001", FakePool())
    leg.displayName = "Anna"
    assert verifyObject(ICallerNames, ANY_NAME)
    assert ANY_NAME.nameOf(leg) == CallerName(leg.calling, "Anna")
