"""
Asking the peer to close its channel (H.245, C.6).
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.h323.h245 import clcse
from h323d.h323.h245.clcse import T108, newIncomingCLCSE, newOutgoingCLCSE
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName, table
from tests.support.recorder import Recorder


def test_everyPairIsDeclared() -> None:
    assert None not in table(clcse._OUTGOING).values()
    assert None not in table(clcse._INCOMING).values()


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
