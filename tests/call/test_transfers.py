"""
Whether and where a call goes on that the other side transfers.
"""

from __future__ import annotations

import pytest

from h323d.call.transfers import Transfers
from h323d.call.ways import Way
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

NAMES = (PartyAddress(AddressKind.DIALLED_DIGITS, "3000"),)
CAROL = Way("h323", None, NAMES)
THERE = Way("h323", TransportAddress("192.0.2.1", 1720), NAMES)


@pytest.fixture
def leg() -> FakeLeg:
    return FakeLeg("2000", FakePool())


def test_whoObeysLeavesTheCallAndMakesTheOther(leg: FakeLeg) -> None:
    transfers = Transfers()
    assert transfers.obey(leg, THERE)
    assert leg.done == [("hangup", Cause.REDIRECTION_TO_NEW_DESTINATION)]
    assert transfers.take() == THERE
    assert transfers.take() is None


def test_whileOneIsUnderWayAnotherIsIgnored(leg: FakeLeg) -> None:
    transfers = Transfers()
    transfers.obey(leg, CAROL)
    assert not transfers.obey(leg, THERE)
    assert len(leg.done) == 1
    assert transfers.take() == CAROL


def test_oneCallIsTransferredAFewTimesOnly(leg: FakeLeg) -> None:
    transfers = Transfers(2)
    for _ in range(2):
        assert transfers.obey(leg, CAROL)
        transfers.take()
    assert not transfers.obey(leg, CAROL)
    transfers.begin()
    assert transfers.obey(leg, CAROL)


def test_zeroObeysNever(leg: FakeLeg) -> None:
    assert not Transfers(0).obey(leg, CAROL)
    assert leg.done == []


def test_whoHangsUpMeanwhileCallsNobody(leg: FakeLeg) -> None:
    transfers = Transfers()
    transfers.obey(leg, CAROL)
    transfers.cancel()
    assert transfers.take() is None
