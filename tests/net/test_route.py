"""
What the system knows of its networks.
"""

from __future__ import annotations

from zope.interface.verify import verifyObject

from h323d.call.homes import IRoutes
from h323d.net.route import Routes


def test_itKeepsItsInterface() -> None:
    assert verifyObject(IRoutes, Routes())


def test_theWayToTheLoopbackLeavesFromIt() -> None:
    assert Routes().source("127.0.0.9") == "127.0.0.1"
    assert Routes().source("::1") in ("::1", "")  # where the machine has no IPv6, there is no way


def test_thereIsNoWayToWhatIsNoAddress() -> None:
    assert Routes().source("example.com.invalid") == ""
    assert not Routes().isOurs("example.com.invalid")


def test_theLoopbackIsOursAndDocumentationIsNot() -> None:
    assert Routes().isOurs("127.0.0.9")
    assert not Routes().isOurs("192.0.2.1")
