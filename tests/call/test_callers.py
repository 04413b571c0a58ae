"""
Which names are a caller's for certain, and where nobody is known.
"""

from __future__ import annotations

from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.applications import Admission, Priority
from h323d.call.callers import (
    ANY_NAME,
    CallerName,
    ICallerNames,
    identitiesOf,
    introduce,
)
from h323d.call.legs import IOffer
from h323d.values.ed25519 import SCHEME
from h323d.values.proof import Proof
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool


def test_callersAreWhoTheySay() -> None:
    leg = FakeLeg("80001", FakePool())
    leg.displayName = "Anna"
    assert verifyObject(ICallerNames, ANY_NAME)
    assert ANY_NAME.nameOf(leg) == CallerName(leg.calling, "Anna")


@implementer(ICallerNames)
class Registered:
    """
    Everybody is.
    """

    def nameOf(self, offer: IOffer) -> CallerName:
        return CallerName(offer.calling, "", "endpoint", isOwn=True)


def test_whatACallerCallsItselfIsNotItsForCertain() -> None:
    leg = FakeLeg("80001", FakePool())
    leg.displayName = "Anna"
    assert identitiesOf(leg, ANY_NAME) == ()


def test_whatItHasRegisteredIs() -> None:
    assert identitiesOf(FakeLeg("80001", FakePool()), Registered()) == ("1001",)


def test_soIsWhatATrustedPeerAnswersFor() -> None:
    leg = FakeLeg("80001", FakePool())
    assert identitiesOf(leg, ANY_NAME, vouched=True) == ("1001",)


def test_andWhoseSecretItHasShownToKnow() -> None:
    leg = FakeLeg("80001", FakePool())
    leg.proofs = (Proof("digest", "anna", 0),)
    assert identitiesOf(leg, ANY_NAME) == ("anna",)


def test_butNotWhatASignatureSaysThatNobodyHasVerified() -> None:
    leg = FakeLeg("80001", FakePool())
    leg.proofs = (Proof(SCHEME, "anna", 0, signature=b"anything"),)
    assert identitiesOf(leg, ANY_NAME) == ()


def test_aLegGoesBeforeOthersIfAGateSaysSo() -> None:
    leg = FakeLeg("80001", FakePool())
    introduce(leg, Admission())
    assert leg.done == []
    introduce(leg, Admission(priority=Priority.HIGH))
    assert leg.done == [("prioritize", Priority.HIGH)]
