"""
What the messages of a peer are to the call machine.
"""

from __future__ import annotations

from h323d.h323.calls.callinputs import CallNumber, H225Call
from h323d.h323.signalling import reading
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.values.cause import Cause

__all__ = ["tell"]


def tell(call: H225Call, message: Q931Message) -> None:
    """
    Tell the call machine what has arrived.

    @param message: not a ReleaseComplete, whose cause is for who knows H.225.0.
    """
    match message.messageType:
        case MessageType.SETUP:
            call.setupReceived()
        case MessageType.SETUP_ACKNOWLEDGE:
            call.setupAcknowledgeReceived()
        case MessageType.CALL_PROCEEDING:
            call.callProceedingReceived()
        case MessageType.ALERTING:
            call.alertingReceived()
        case MessageType.PROGRESS:
            call.progressReceived()
        case MessageType.CONNECT:
            call.connectReceived()
        case MessageType.STATUS_INQUIRY:
            call.statusInquiryReceived()
        case MessageType.STATUS:
            _status(call, message)
        case MessageType.INFORMATION | MessageType.FACILITY:
            pass  # what they carry is not the machine's matter
        case MessageType.NOTIFY | MessageType.CONNECT_ACKNOWLEDGE:
            pass
        case _:
            call.notUnderstood(Cause.MESSAGE_TYPE_NON_EXISTENT)


def _status(call: H225Call, message: Q931Message) -> None:
    if reading.reportedState(message, CallNumber.ACTIVE) == CallNumber.NULL:
        call.statusNullReceived()
    else:
        call.statusReceived()
