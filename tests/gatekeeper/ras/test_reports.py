"""
What endpoints tell of their calls by themselves.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from h323d.gatekeeper.admission import AdmissionTable, CallAdmission
from h323d.gatekeeper.bandwidth import Bandwidth, Claim
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.ras.reports import MAX_CALLS, CallReports
from h323d.h323.ras.messages import Fields
from h323d.values.address import TransportAddress

ANNA = "0000000000000001"
HERE = TransportAddress("10.0.0.2", 1719)
THERE = TransportAddress("10.0.0.3", 1720)


class Books:
    """
    The admissions of one endpoint, and its reports.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        config = GatekeeperConfig()
        self.admissions = AdmissionTable(config, self.clock, EventBus(), Bandwidth(config))
        self.reports = CallReports(self.admissions, self.clock)

    def admitted(self, number: int) -> CallAdmission:
        call = number.to_bytes(16, "big")
        claim = Claim(call, ANNA, False)
        return self.admissions.admit(CallAdmission(claim, call, number, 1280, HERE, THERE))

    def told(self, number: int) -> None:
        info: Fields = {
            "callIdentifier": {"guid": number.to_bytes(16, "big")},
            "callReferenceValue": number,
            "originator": True,
            "bandWidth": 1280,
        }
        self.reports.told(ANNA, {"perCallInfo": [info]})


def test_whoToldLatelyNeedsNoQuestion() -> None:
    books = Books()
    admission = books.admitted(1)
    books.clock.advance(10)
    books.told(1)
    assert books.reports.heardSince(admission.claim, 9)
    assert not books.reports.heardSince(admission.claim, 10)


def test_aReportOfACallThatNobodyKnowsIsNotKept() -> None:
    books = Books()
    books.told(1)
    assert len(books.reports) == 0


def test_callsThatEndedAreForgottenThoughNobodyAsks() -> None:
    books = Books()
    lasting = books.admitted(1)
    books.told(1)
    for number in range(2, 4 * MAX_CALLS):
        admission = books.admitted(number)
        books.told(number)
        books.admissions.end(admission)
    assert len(books.reports) <= MAX_CALLS + 2
    assert books.reports.heardSince(lasting.claim, -1)
