"""
Whether and where a call goes on that the other side transfers.
"""

from __future__ import annotations

import pytest

from h323d.call.transfers import Transfers
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

CAROL = PartyAddress(AddressKind.DIALLED_DIGITS, "3000")
THERE = TransportAddress("192.0.2.1", 1720)


@pytest.fixture
def leg() -> FakeLeg:
    return FakeLeg("2000", FakePool())


def test_whoObeysLeavesTheCallAndMakesTheOther(leg: FakeLeg) -> None:
    transfers = Transfers()
    assert transfers.obey(leg, CAROL, THERE)
    assert leg.done == [("hangup", Cause.REDIRECTION_TO_NEW_DESTINATION)]
    assert transfers.take() == (CAROL, THERE)
    assert transfers.take() is None


def test_whileOneIsUnderWayAnotherIsIgnored(leg: FakeLeg) -> None:
    transfers = Transfers()
    transfers.obey(leg, CAROL, None)
    assert not transfers.obey(leg, CAROL, THERE)
    assert len(leg.done) == 1
    assert transfers.take() == (CAROL, None)


def test_oneCallIsTransferredAFewTimesOnly(leg: FakeLeg) -> None:
    transfers = Transfers(2)
    for _ in range(2):
        assert transfers.obey(leg, CAROL, None)
        transfers.take()
    assert not transfers.obey(leg, CAROL, None)
    transfers.begin()
    assert transfers.obey(leg, CAROL, None)


def test_zeroObeysNever(leg: FakeLeg) -> None:
    assert not Transfers(0).obey(leg, CAROL, None)
    assert leg.done == []


def test_whoHangsUpMeanwhileCallsNobody(leg: FakeLeg) -> None:
    transfers = Transfers()
    transfers.obey(leg, CAROL, None)
    transfers.cancel()
    assert transfers.take() is None
