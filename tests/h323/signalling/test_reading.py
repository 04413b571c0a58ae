"""
What messages say, where they say it at all.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.signalling import messages, reading, uuie
from h323d.h323.signalling.addresses import aliasesFromParties, transportToValue
from h323d.h323.signalling.q931 import IE, Element, MessageType
from h323d.h323.signalling.uuie import Content
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause

THERE = TransportAddress("10.0.0.9", 1720)
BERT = PartyAddress(AddressKind.H323_ID, "bert")


class Guard:
    """
    Lets a peer name some places, or none.
    """

    def __init__(self, *allowed: str) -> None:
        self._allowed = allowed

    def mayNameControl(self, address: TransportAddress) -> bool:
        return "h245Address" in self._allowed

    def mayName(self, door: str, address: TransportAddress, field: str) -> bool:
        return field in self._allowed


def content(body: str, **fields: Any) -> Content:
    return Content(body, fields)


def test_aCauseThatCannotBeReadIsNone() -> None:
    assert reading.causeOfElement(b"") is None
    release = messages.release(Cause.USER_BUSY)
    assert reading.causeOfElement(release.contents(IE.CAUSE) or b"") is Cause.USER_BUSY


def test_theCauseElementIsBelievedBeforeTheReason() -> None:
    busy = messages.release(Cause.USER_BUSY)
    said = content("releaseComplete", reason=("calledPartyNotRegistered", None))
    assert reading.releaseCause(busy, said) is Cause.USER_BUSY
    silent = messages.make(MessageType.RELEASE_COMPLETE, None)
    assert reading.releaseCause(silent, said) is Cause.SUBSCRIBER_ABSENT


def test_aStateThatIsNotReportedIsWhatItIsTakenFor() -> None:
    silent = messages.make(MessageType.STATUS, None)
    assert reading.reportedState(silent, CallNumber.ACTIVE) == CallNumber.ACTIVE
    bad = messages.make(MessageType.STATUS, None, [Element(IE.CALL_STATE, b"")])
    assert reading.reportedState(bad, CallNumber.NULL) == CallNumber.NULL


def test_whatIsNotThereIsEmpty() -> None:
    silent = messages.make(MessageType.INFORMATION, None)
    assert (reading.keypadDigits(silent), reading.displayName(silent)) == ("", "")


PLACES = {"h245Address": transportToValue(THERE), "alternativeAddress": transportToValue(THERE)}


@pytest.mark.parametrize(
    "allowed",
    [(), ("h245Address",), ("alternativeAddress",), ("h245Address", "alternativeAddress")],
)
def test_placesThatAPeerMayNotNameAreTakenOut(allowed: tuple[str, ...]) -> None:
    said = content("facility", **PLACES, reason=("callForwarded", None))
    guard: Any = Guard(*allowed)
    believed = reading.believed(said, guard)
    assert {name for name in PLACES if name in believed.fields} == set(allowed)
    assert believed.reason == "callForwarded"


def test_whatNamesNoPlaceStaysAsItIs() -> None:
    guard: Any = Guard()
    assert reading.believed(uuie.NOTHING, guard) is uuie.NOTHING


@pytest.mark.parametrize("reason", ["callForwarded", "routeCallToGatekeeper", "routeCallToMC"])
def test_whoIsToBeCalledInsteadIsANameOrAPlaceOrBoth(reason: str) -> None:
    names = aliasesFromParties((BERT,))
    facility: Any = {"reason": (reason, None)}
    named = facility | {"alternativeAliasAddress": names}
    placed = facility | {"alternativeAddress": transportToValue(THERE)}
    assert reading.redirection(content("facility", **named)) == ((BERT,), None)
    assert reading.redirection(content("facility", **placed)) == ((), THERE)
    assert reading.redirection(content("facility", **facility)) is None


def test_otherReasonsSendNobodyElsewhere() -> None:
    said = content("facility", reason=("startH245", None), **PLACES)
    assert reading.redirection(said) is None
