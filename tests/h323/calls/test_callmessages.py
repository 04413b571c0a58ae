"""
What arrives, and which input of the call machine it is.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.calls.callmessages import tell
from h323d.h323.signalling import messages
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.values.cause import Cause
from tests.support.recorder import Recorder

INPUTS = {
    MessageType.SETUP: [("setupReceived",)],
    MessageType.SETUP_ACKNOWLEDGE: [("setupAcknowledgeReceived",)],
    MessageType.CALL_PROCEEDING: [("callProceedingReceived",)],
    MessageType.ALERTING: [("alertingReceived",)],
    MessageType.PROGRESS: [("progressReceived",)],
    MessageType.CONNECT: [("connectReceived",)],
    MessageType.CONNECT_ACKNOWLEDGE: [],
    MessageType.FACILITY: [],
    MessageType.INFORMATION: [],
    MessageType.NOTIFY: [],
    MessageType.STATUS: [("statusReceived",)],
    MessageType.STATUS_INQUIRY: [("statusInquiryReceived",)],
}
NON_EXISTENT = ("notUnderstood", Cause.MESSAGE_TYPE_NON_EXISTENT)


def inputsOf(message: Q931Message) -> list[tuple[Any, ...]]:
    call: Any = Recorder()
    tell(call, message)
    return list(call.take())


def test_everyMessageIsOneInputOrNone() -> None:
    told = {each: inputsOf(messages.make(each, None)) for each in INPUTS}
    assert told == INPUTS
    assert set(MessageType) - INPUTS.keys() == {MessageType.RELEASE_COMPLETE}


def test_whatTheStandardDoesNotKnowIsNotUnderstood() -> None:
    assert inputsOf(Q931Message(0, False, 0x25)) == [NON_EXISTENT]


@pytest.mark.parametrize(
    ("state", "name"),
    [(CallNumber.NULL, "statusNullReceived"), (CallNumber.ACTIVE, "statusReceived")],
)
def test_aStatusOfNoCallEndsIt(state: CallNumber, name: str) -> None:
    status = messages.status(state, Cause.RESPONSE_TO_STATUS_ENQUIRY)
    assert inputsOf(status) == [(name,)]
