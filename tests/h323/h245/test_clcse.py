"""
Asking the peer to close its channel (H.245, C.6).
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.h323.h245 import clcse
from h323d.h323.h245.clcse import T108, newIncomingCLCSE, newOutgoingCLCSE
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder


def _outgoing(owner: Any, clock: Clock) -> clcse.OutgoingCLCSE:
    return newOutgoingCLCSE(owner, clock, 101)


OUTGOING: Table = {
    "idle": {
        "closeRequest": "awaitingResponse: t108Expired in 30 s, sendRequestClose 101",
    },
    "awaitingResponse": {
        "abandon": "idle: stop t108Expired",
        "requestChannelCloseAck": "idle: stop t108Expired, closeConfirm 101",
        "requestChannelCloseReject": "idle: stop t108Expired, closeRejected 101 USER",
        "t108Expired": "idle: sendRequestCloseRelease 101, closeRejected 101 PROTOCOL",
    },
}


def test_theOutgoingTableIsThatOfC6() -> None:
    found = behaviourOf(clcse.OUTGOING, _outgoing, {}, {"awaitingResponse": ["closeRequest"]})
    assert found == OUTGOING


def _incoming(owner: Any, clock: Clock) -> clcse.IncomingCLCSE:
    return newIncomingCLCSE(owner, 101)


INCOMING: Table = {
    "idle": {
        "requestChannelClose": "awaitingResponse: closeIndication 101 normal",
    },
    "awaitingResponse": {
        "closeResponse": "idle: sendRequestCloseAck 101",
        "rejectRequest": "idle: sendRequestCloseReject 101",
        "requestChannelClose": "awaitingResponse: closeWithdrawn 101 PROTOCOL, closeIndication 101 normal",
        "requestChannelCloseRelease": "idle: closeWithdrawn 101 USER",
    },
}


def test_theIncomingTableIsThatOfC6() -> None:
    found = behaviourOf(
        clcse.INCOMING,
        _incoming,
        {"requestChannelClose": ("normal",)},
        {"awaitingResponse": [("requestChannelClose", "unknown")]},
    )
    assert found == INCOMING


def test_agreementIsConfirmed() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCLCSE(owner, clock, 101)
    machine.closeRequest()
    machine.closeRequest()  # once is enough
    machine.requestChannelCloseAck()
    assert owner.take() == [("sendRequestClose", 101), ("closeConfirm", 101)]
    assert clock.getDelayedCalls() == []


def test_refusalIsReported() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCLCSE(owner, clock, 101)
    machine.closeRequest()
    machine.requestChannelCloseReject()
    assert owner.take()[-1] == ("closeRejected", 101, RejectSource.USER)
    assert clock.getDelayedCalls() == []


def test_silenceIsGivenUpAfterT108() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCLCSE(owner, clock, 101)
    machine.closeRequest()
    owner.take()
    clock.advance(T108 - 0.001)
    assert owner.take() == []
    clock.advance(0.001)
    assert owner.take() == [
        ("sendRequestCloseRelease", 101),
        ("closeRejected", 101, RejectSource.PROTOCOL),
    ]


def test_anAbandonedRequestIsSilent() -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingCLCSE(owner, clock, 101)
    machine.closeRequest()
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_thePeerIsAnsweredEitherWay() -> None:
    owner = Recorder()
    machine = newIncomingCLCSE(owner, 101)
    machine.requestChannelClose("normal")
    machine.closeResponse()
    machine.requestChannelClose("normal")
    machine.rejectRequest()
    assert owner.take() == [
        ("closeIndication", 101, "normal"),
        ("sendRequestCloseAck", 101),
        ("closeIndication", 101, "normal"),
        ("sendRequestCloseReject", 101),
    ]


def test_aRepeatedOrWithdrawnRequestIsReported() -> None:
    owner = Recorder()
    machine = newIncomingCLCSE(owner, 101)
    machine.requestChannelClose("normal")
    machine.requestChannelClose("reopen")
    machine.requestChannelCloseRelease()
    assert owner.take() == [
        ("closeIndication", 101, "normal"),
        ("closeWithdrawn", 101, RejectSource.PROTOCOL),
        ("closeIndication", 101, "reopen"),
        ("closeWithdrawn", 101, RejectSource.USER),
    ]
    assert stateName(machine) == "idle"
