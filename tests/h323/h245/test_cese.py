"""
Capability exchange (H.245, C.3).
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.h323.h245 import cese
from h323d.h323.h245.cese import T101, newIncomingCESE, newOutgoingCESE
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder

OUTGOING: Table = {
    "idle": {
        "transferRequest": "awaitingResponse: t101Expired in 30 s, sendCapabilitySet 1",
    },
    "awaitingResponse": {
        "abandon": "idle: stop t101Expired",
        "acknowledged": "idle: stop t101Expired, transferConfirm",
        "refused": "idle: stop t101Expired, transferRejected USER",
        "t101Expired": "idle: sendCapabilitySetRelease, transferRejected PROTOCOL",
        "terminalCapabilitySetAck": "idle: stop t101Expired, transferConfirm",
        "terminalCapabilitySetReject": "idle: stop t101Expired, transferRejected USER",
        "transferRequest": "awaitingResponse: t101Expired in 30 s, sendCapabilitySet 2",
    },
}


def test_theOutgoingTableIsThatOfC3() -> None:
    found = behaviourOf(
        cese.OUTGOING,
        newOutgoingCESE,
        {"terminalCapabilitySetAck": (1,), "terminalCapabilitySetReject": (1,)},
        {"awaitingResponse": ["transferRequest"]},
    )
    assert found == OUTGOING


def _incoming(owner: Any, clock: Clock) -> cese.IncomingCESE:
    return newIncomingCESE(owner)


INCOMING: Table = {
    "idle": {
        "terminalCapabilitySet": "awaitingResponse: transferIndication",
    },
    "awaitingResponse": {
        "rejectRequest": "idle: sendCapabilitySetReject 6",
        "terminalCapabilitySet": "awaitingResponse: transferWithdrawn PROTOCOL, transferIndication",
        "terminalCapabilitySetRelease": "idle: transferWithdrawn USER",
        "transferResponse": "idle: sendCapabilitySetAck 6",
    },
}


def test_theIncomingTableIsThatOfC3() -> None:
    found = behaviourOf(
        cese.INCOMING,
        _incoming,
        {
            "terminalCapabilitySet": ({"sequenceNumber": 7},),
            "rejectRequest": (("unspecified", None),),
        },
        {"awaitingResponse": [("terminalCapabilitySet", {"sequenceNumber": 6})]},
    )
    assert found == INCOMING


def test_anAcknowledgedSetIsConfirmed() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCESE(owner, clock)
    machine.transferRequest()
    machine.terminalCapabilitySetAck(1)
    assert owner.take() == [("sendCapabilitySet", 1), ("transferConfirm",)]
    assert clock.getDelayedCalls() == []


def test_anAcknowledgementOfAnotherSetCountsForNothing() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCESE(owner, clock)
    machine.transferRequest()
    machine.terminalCapabilitySetAck(7)
    machine.terminalCapabilitySetReject(7)
    assert stateName(machine) == "awaitingResponse"


def test_aRejectedSetIsReported() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCESE(owner, clock)
    machine.transferRequest()
    machine.terminalCapabilitySetReject(1)
    assert owner.take()[-1] == ("transferRejected", RejectSource.USER)
    assert clock.getDelayedCalls() == []


def test_silenceIsGivenUpAfterT101() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCESE(owner, clock)
    machine.transferRequest()
    clock.advance(T101 - 0.001)
    assert owner.take() == [("sendCapabilitySet", 1)]
    clock.advance(0.001)
    assert owner.take() == [
        ("sendCapabilitySetRelease",),
        ("transferRejected", RejectSource.PROTOCOL),
    ]
    assert clock.getDelayedCalls() == []


def test_aNewerSetOvertakesTheOlder() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCESE(owner, clock)
    machine.transferRequest()
    clock.advance(T101 - 1)
    machine.transferRequest()
    machine.terminalCapabilitySetAck(1)
    clock.advance(T101 - 1)
    assert owner.take() == [("sendCapabilitySet", 1), ("sendCapabilitySet", 2)]
    machine.terminalCapabilitySetAck(2)
    assert owner.take() == [("transferConfirm",)]


def test_sequenceNumbersReturnToZero() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCESE(owner, clock)
    for _ in range(256):
        machine.transferRequest()
    assert owner.take()[-1] == ("sendCapabilitySet", 0)
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_anIncomingSetIsIndicatedAndAcknowledgedByItsNumber() -> None:
    owner = Recorder()
    machine = newIncomingCESE(owner)
    machine.terminalCapabilitySet({"sequenceNumber": 9})
    machine.transferResponse()
    assert owner.take() == [
        ("transferIndication", {"sequenceNumber": 9}),
        ("sendCapabilitySetAck", 9),
    ]


def test_anIncomingSetCanBeRefused() -> None:
    owner = Recorder()
    machine = newIncomingCESE(owner)
    machine.terminalCapabilitySet({"sequenceNumber": 9})
    machine.rejectRequest(("unspecified", None))
    assert owner.take()[-1] == ("sendCapabilitySetReject", 9, ("unspecified", None))


def test_aNewerIncomingSetIsTheOneAnswered() -> None:
    owner = Recorder()
    machine = newIncomingCESE(owner)
    machine.terminalCapabilitySet({"sequenceNumber": 1})
    machine.terminalCapabilitySet({"sequenceNumber": 2})
    machine.transferResponse()
    assert owner.take() == [
        ("transferIndication", {"sequenceNumber": 1}),
        ("transferWithdrawn", RejectSource.PROTOCOL),
        ("transferIndication", {"sequenceNumber": 2}),
        ("sendCapabilitySetAck", 2),
    ]


def test_aWithdrawnSetIsNotAnswered() -> None:
    owner = Recorder()
    machine = newIncomingCESE(owner)
    machine.terminalCapabilitySet({"sequenceNumber": 1})
    machine.terminalCapabilitySetRelease()
    machine.transferResponse()
    assert owner.take()[1:] == [("transferWithdrawn", RejectSource.USER)]
