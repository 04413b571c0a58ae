"""
Causes and status codes.
"""

from __future__ import annotations

import pytest

from h323d.sip.calls.causes import (
    cancelCause,
    causeOf,
    proceedingOf,
    provisionalOf,
    reasonCause,
    reasonOf,
    retryAfterOf,
    statusOf,
)
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPResponse
from h323d.values.cause import Cause
from h323d.values.proceeding import Proceeding


@pytest.mark.parametrize("status", [100, 181, 182, 183])
def test_whatBecomesOfACallHasAStatus(status: int) -> None:
    how = proceedingOf(status)
    assert (how is Proceeding.UNDER_WAY) is (status in (100, 183))
    assert provisionalOf(how) == (183 if how is Proceeding.UNDER_WAY else status)


@pytest.mark.parametrize(
    ("cause", "status"),
    [(1, 404), (3, 404), (17, 486), (18, 408), (19, 480), (21, 403), (22, 410), (27, 502),
     (28, 484), (29, 501), (31, 480), (34, 503), (41, 503), (47, 503), (57, 403), (58, 503),
     (63, 501), (65, 488), (79, 501), (88, 488), (102, 504), (111, 500), (127, 500)],
)  # fmt: skip
def test_aCauseHasItsStatus(cause: int, status: int) -> None:
    assert statusOf(Cause(cause)) == status


@pytest.mark.parametrize(
    ("status", "cause"),
    [(400, 41), (401, 21), (404, 1), (405, 63), (408, 102), (410, 22), (415, 79), (480, 18),
     (482, 25), (484, 28), (486, 17), (488, 88), (500, 41), (502, 38), (504, 102), (600, 17),
     (603, 21), (302, 23), (499, 31), (599, 41), (699, 31)],
)  # fmt: skip
def test_aStatusHasItsCause(status: int, cause: int) -> None:
    assert causeOf(status) == Cause(cause)


def test_everyCauseIsRefusedWithAFinalFailure() -> None:
    assert all(400 <= statusOf(cause) < 700 for cause in Cause)


def test_aWarningSaysThatThereIsNotBandwidthEnough() -> None:
    lines = ['399 a "b"', '370 h323d "Insufficient bandwidth"']
    assert causeOf(488, (), lines) is causeOf(606, (), lines) is Cause.NO_CIRCUIT_AVAILABLE
    assert causeOf(486, (), lines) is Cause.USER_BUSY
    assert causeOf(488, ["Q.850;cause=17"], lines) is Cause.USER_BUSY
    assert causeOf(488, (), lines[:1]) is Cause.INCOMPATIBLE_DESTINATION


def test_aReasonIsBelievedBeforeTheStatus() -> None:
    assert causeOf(480, ["Q.850;cause=17"]) is Cause.USER_BUSY


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Q.850;cause=16", 16),
        ('q.850 ; text="a;cause=3" ; cause=34', 34),
        ('SIP;cause=200;text="x", Q.850;cause=38', 38),
        ("Q.850;cause=126", 127),
        ("SIP;cause=486", 17),
        ('sip ;text="Busy"; cause=600', 17),
        ("SIP;cause=486, Q.850;cause=21", 21),
        ('preemption ;cause=2 ;text="Reserved Resources Preempted"', 8),
        ("Preemption;cause=5, SIP;cause=486", 8),
        ("preemption;cause=1, Q.850;cause=16", 16),
    ],
)
def test_aReasonIsReadAsPeersWriteIt(text: str, cause: int) -> None:
    assert reasonCause([text]) == Cause(cause)


@pytest.mark.parametrize(
    "text",
    [
        "SIP;cause=200",
        "SIP;cause=700",
        "X;cause=17",
        "Q.850",
        "Q.850;cause=",
        "Q.850;cause=0",
        "Q.850;cause=999",
        "preemption;cause=0",
        "preemption;cause=6",
        "",
    ],
)
def test_aReasonWithoutACauseSaysNothing(text: str) -> None:
    assert reasonCause([text]) is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('SIP;cause=200;text="Call completed elsewhere"', 26),
        ("SIP;cause=200, Q.850;cause=16", 16),
        ("SIP;cause=600", 17),
        ("", 16),
    ],
)
def test_aCancelSaysThatSomebodyElseHasTheCallOrWhy(text: str, cause: int) -> None:
    assert cancelCause([text]) == Cause(cause)


def test_thatSomebodyElseHasTheCallIsSaidAsPhonesOfSIPKnowIt() -> None:
    said = reasonOf(Cause.NON_SELECTED_USER_CLEARING)
    assert said.startswith('SIP;cause=200;text="Call completed elsewhere"')


def test_thatACallGivesWayToAGraverOneIsSaidByAProtocolOfItsOwn() -> None:
    said = reasonOf(Cause.PREEMPTION)
    assert said == 'preemption;cause=1;text="UA Preemption", Q.850;cause=8'


def test_whatWeWriteWeRead() -> None:
    assert all(reasonCause([reasonOf(cause)]) is cause for cause in Cause)


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (503, "20", 20),
        (503, "18000;duration=3600", 18000),
        (503, "120 (I am in a meeting)", 120),
        (503, "soon", 0),
        (486, "20", 0),  # it is the user who wants to be left alone
    ],
)
def test_aServerThatIsUnavailableSaysForHowLong(status: int, value: str, seconds: int) -> None:
    headers = Headers([("Retry-After", value)])
    assert retryAfterOf(SIPResponse(status, "", headers)) == seconds
    assert retryAfterOf(SIPResponse(status, "", Headers())) == 0
