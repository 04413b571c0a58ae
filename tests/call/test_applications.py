"""
Applications and what gates answer, as values.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import (
    CAUSES,
    PASSED,
    Admission,
    Application,
    Door,
    Purpose,
    Reason,
    Refusal,
    Texts,
    textsOf,
)
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause

ANNA = PartyAddress(AddressKind.H323_ID, "Anna 123-45-6789")
NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")
SOURCE = TransportAddress("10.0.0.1", 1719)


def test_everyDoorHasAPurpose() -> None:
    assert {door.name: door.purpose for door in Door} == {
        "RRQ": Purpose.REGISTRATION,
        "ARQ": Purpose.CALL,
        "BRQ": Purpose.BANDWIDTH,
        "URQ": Purpose.BELIEF,
        "DRQ": Purpose.BELIEF,
        "RAI": Purpose.BELIEF,
        "IRR": Purpose.BELIEF,
        "SETUP": Purpose.CALL,
        "OLC": Purpose.BANDWIDTH,
        "REGISTER": Purpose.REGISTRATION,
        "INVITE": Purpose.CALL,
        "REINVITE": Purpose.BANDWIDTH,
        "REFER": Purpose.BELIEF,
        "ANSWER": Purpose.ANSWER,
        "OPERATOR": Purpose.CALL,
        "ROOM": Purpose.SEAT,
    }


@pytest.mark.parametrize("reason", Reason)
def test_everyReasonHasACause(reason: Reason) -> None:
    assert Refusal.of(reason).cause is CAUSES[reason]


def test_aRefusalIsToldByItsDetailOrItsReason() -> None:
    assert Refusal(Cause.USER_BUSY, Reason.CAPACITY_EXCEEDED, "roomFull").word == "roomFull"
    assert Refusal.of(Reason.NOT_REGISTERED).word == "NOT_REGISTERED"


def test_theTextsOfACallerAreItsDisplayNameAndItsNamesThatAreNoAddresses() -> None:
    assert textsOf("Anna", (NUMBER, ANNA)) == Texts("Anna", ("Anna 123-45-6789",))


def test_admittedNamesTakeThePlaceOfTheCallersOwn() -> None:
    shown = Texts(names=("Anna [REDACTED:SSN]",)).among((NUMBER, ANNA))
    assert [each.value for each in shown] == ["1001", "Anna [REDACTED:SSN]"]


def test_anEmptyNameIsNotShown() -> None:
    assert Texts(names=("",)).among((ANNA, NUMBER)) == (NUMBER,)


def test_withoutNamesToShowTheyStayAsTheyAre() -> None:
    assert Texts("Anna").among((ANNA, NUMBER)) == (ANNA, NUMBER)


def test_whatAGateLeavesIsWhatTheNextOneJudges() -> None:
    application = Application(Door.ARQ, "h323", SOURCE, calling=(ANNA,), bandwidth=1_280_000)
    left = application.granted(Admission(Texts(names=("Anna",)), 640_000))
    assert (left.calling[0].value, left.texts.names, left.bandwidth) == ("Anna", ("Anna",), 640_000)
    assert application.granted(PASSED) is application
