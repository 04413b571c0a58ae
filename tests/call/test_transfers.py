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
from tests.support.faketransfer import FakeTransferRequest

NAMES = (PartyAddress(AddressKind.DIALLED_DIGITS, "3000"),)
CAROL = FakeTransferRequest(Way("h323", None, NAMES))
THERE = FakeTransferRequest(Way("h323", TransportAddress("192.0.2.1", 1720), NAMES))


@pytest.fixture
def leg() -> FakeLeg:
    return FakeLeg("2000", FakePool())


def test_whoObeysLeavesTheCallAndMakesTheOther(leg: FakeLeg) -> None:
    transfers = Transfers()
    assert transfers.obey(leg, THERE)
    assert leg.done == [("hangup", Cause.REDIRECTION_TO_NEW_DESTINATION)]
    assert transfers.take() == THERE.way
    assert transfers.take() is None


def test_theOtherSideIsToldWhetherItIsObeyed(leg: FakeLeg) -> None:
    transfers = Transfers(1)
    first, second = FakeTransferRequest(CAROL.way), FakeTransferRequest(CAROL.way)
    transfers.obey(leg, first)
    transfers.obey(leg, second)
    assert (first.told, second.told) == (["accept"], ["fail FACILITY_REJECTED"])


def test_whileOneIsUnderWayAnotherIsIgnored(leg: FakeLeg) -> None:
    transfers = Transfers()
    transfers.obey(leg, CAROL)
    assert not transfers.obey(leg, THERE)
    assert len(leg.done) == 1
    assert transfers.take() == CAROL.way


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


def test_nobodyLeavesForWhomTheyCannotReach(leg: FakeLeg) -> None:
    assert not Transfers().obey(leg, CAROL, isReached=False)
    assert leg.done == []


def test_whoHangsUpMeanwhileCallsNobody(leg: FakeLeg) -> None:
    transfers = Transfers()
    transfers.obey(leg, CAROL)
    transfers.cancel()
    assert transfers.take() is None
