"""
Who has entered too many wrong PINs.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.callers import ANY_NAME, CallerName, ICallerNames
from h323d.call.legs import IOffer
from h323d.conference.failures import HOUR, MAX_SOURCES, Failures, failingName
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool


def test_theyAreCountedForAnHour() -> None:
    clock = Clock()
    failures = Failures(clock)
    for _ in range(3):
        assert not failures.reach("anna", 3)
        failures.count("anna")
        clock.advance(60.0)
    assert failures.reach("anna", 3)
    assert not failures.reach("bert", 1)
    clock.advance(HOUR)
    assert not failures.reach("anna", 1)


def test_ofTooManyTheOneGoesThatHasBegunFirst() -> None:
    failures = Failures(Clock())
    for number in range(MAX_SOURCES + 1):
        failures.count(str(number))
    assert not failures.reach("0", 1)
    assert failures.reach("1", 1)
    assert failures.reach(str(MAX_SOURCES), 1)


@implementer(ICallerNames)
class Known:
    """
    One party is answered for.
    """

    def __init__(self, isOwn: bool) -> None:
        self._isOwn = isOwn

    def nameOf(self, offer: IOffer) -> CallerName:
        return CallerName(offer.calling, "", "party", isOwn=self._isOwn)


def called(name: str, host: str = "192.0.2.1") -> FakeLeg:
    leg = FakeLeg("80001", FakePool())
    leg.calling = (PartyAddress(AddressKind.DIALLED_DIGITS, name),)
    leg.peer = TransportAddress(host, 5060)
    return leg


def test_aStrangerIsTheHostWhateverItCallsItself() -> None:
    assert failingName(called("1"), ANY_NAME) == failingName(called("2"), ANY_NAME)
    assert failingName(called("1"), ANY_NAME) != failingName(called("1", "192.0.2.2"), ANY_NAME)


def test_whoIsRegisteredIsThatWhereverTheyAre() -> None:
    names = Known(isOwn=True)
    assert failingName(called("1"), names) == failingName(called("2", "192.0.2.2"), names)


def test_thoseWhomATrunkAnswersForAreThemselves() -> None:
    names = Known(isOwn=False)
    assert failingName(called("1"), names) != failingName(called("2"), names)


@pytest.mark.parametrize("name", ["1", "2"])
def test_soAreThoseWhomATrustedPeerAnswersFor(name: str) -> None:
    leg = called(name)
    leg.vouched = True
    assert failingName(leg, ANY_NAME) == f"192.0.2.1 {name}"
