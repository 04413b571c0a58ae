"""
Mode requests (H.245, C.9).
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.h323.h245 import mrse
from h323d.h323.h245.mrse import T109, newIncomingMRSE, newOutgoingMRSE
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder

MOST = "willTransmitMostPreferredMode"


OUTGOING: Table = {
    "idle": {
        "transferRequest": "awaitingResponse: t109Expired in 30 s, sendRequestMode 1",
    },
    "awaitingResponse": {
        "abandon": "idle: stop t109Expired",
        "acknowledged": "idle: stop t109Expired, modeConfirm willTransmitMostPreferredMode",
        "refused": "idle: stop t109Expired, modeRejected USER",
        "requestModeAck": "idle: stop t109Expired, modeConfirm willTransmitMostPreferredMode",
        "requestModeReject": "idle: stop t109Expired, modeRejected USER",
        "t109Expired": "idle: sendRequestModeRelease, modeRejected PROTOCOL",
        "transferRequest": "awaitingResponse: t109Expired in 30 s, sendRequestMode 2",
    },
}


def test_theOutgoingTableIsThatOfC9() -> None:
    found = behaviourOf(
        mrse.OUTGOING,
        newOutgoingMRSE,
        {
            "requestModeAck": (1, "willTransmitMostPreferredMode"),
            "requestModeReject": (1,),
            "acknowledged": ("willTransmitMostPreferredMode",),
        },
        {"awaitingResponse": ["transferRequest"]},
    )
    assert found == OUTGOING


def _incoming(owner: Any, clock: Clock) -> mrse.IncomingMRSE:
    return newIncomingMRSE(owner)


INCOMING: Table = {
    "idle": {
        "requestMode": "awaitingResponse: modeIndication",
    },
    "awaitingResponse": {
        "rejectRequest": "idle: sendRequestModeReject 6 modeUnavailable",
        "requestMode": "awaitingResponse: modeWithdrawn PROTOCOL, modeIndication",
        "requestModeRelease": "idle: modeWithdrawn USER",
        "transferResponse": "idle: sendRequestModeAck 6 willTransmitMostPreferredMode",
    },
}


def test_theIncomingTableIsThatOfC9() -> None:
    found = behaviourOf(
        mrse.INCOMING,
        _incoming,
        {
            "requestMode": ({"sequenceNumber": 7},),
            "transferResponse": ("willTransmitMostPreferredMode",),
            "rejectRequest": ("modeUnavailable",),
        },
        {"awaitingResponse": [("requestMode", {"sequenceNumber": 6})]},
    )
    assert found == INCOMING


def test_agreementIsConfirmed() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingMRSE(owner, clock)
    machine.transferRequest()
    machine.requestModeAck(2, MOST)  # of another request
    machine.requestModeAck(1, MOST)
    assert owner.take() == [("sendRequestMode", 1), ("modeConfirm", MOST)]
    assert clock.getDelayedCalls() == []


def test_refusalIsReported() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingMRSE(owner, clock)
    machine.transferRequest()
    machine.requestModeReject(2)  # of another request
    machine.requestModeReject(1)
    assert owner.take()[1:] == [("modeRejected", RejectSource.USER)]
    assert clock.getDelayedCalls() == []


def test_silenceIsGivenUpAfterT109() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingMRSE(owner, clock)
    machine.transferRequest()
    owner.take()
    clock.advance(T109 - 0.001)
    assert owner.take() == []
    clock.advance(0.001)
    assert owner.take() == [
        ("sendRequestModeRelease",),
        ("modeRejected", RejectSource.PROTOCOL),
    ]
    assert stateName(machine) == "idle"


def test_aNewRequestReplacesTheOld() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingMRSE(owner, clock)
    machine.transferRequest()
    machine.transferRequest()
    machine.requestModeAck(1, MOST)
    assert stateName(machine) == "awaitingResponse"
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_thePeerIsAnsweredByItsNumber() -> None:
    owner = Recorder()
    machine = newIncomingMRSE(owner)
    first, second = {"sequenceNumber": 3}, {"sequenceNumber": 4}
    machine.requestMode(first)
    machine.transferResponse(MOST)
    machine.requestMode(second)
    machine.rejectRequest("modeUnavailable")
    assert owner.take() == [
        ("modeIndication", first),
        ("sendRequestModeAck", 3, MOST),
        ("modeIndication", second),
        ("sendRequestModeReject", 4, "modeUnavailable"),
    ]


def test_aRepeatedOrWithdrawnRequestIsReported() -> None:
    owner = Recorder()
    machine = newIncomingMRSE(owner)
    machine.requestMode({"sequenceNumber": 3})
    machine.requestMode({"sequenceNumber": 4})
    machine.requestModeRelease()
    assert [call for call in owner.take() if call[0] == "modeWithdrawn"] == [
        ("modeWithdrawn", RejectSource.PROTOCOL),
        ("modeWithdrawn", RejectSource.USER),
    ]
    assert stateName(machine) == "idle"
