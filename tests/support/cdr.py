"""
A call detail record, for those who write them.
"""

from __future__ import annotations

from typing import Any

from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.witness.cdr import CallDetail, Outcome

__all__ = ["EVIL", "EVIL_NAME", "detail"]

START = 1_700_000_000.0
EVIL = 'a\nJan 01 forged \x1b]0;x\x07 ",=1+1," \ud800 \u2028 %s ${x} \'); DROP TABLE cdr; --'
EVIL_NAME = (PartyAddress(AddressKind.H323_ID, EVIL),)
"""
A name that tries everything with whoever reads a record.
"""


def detail(**more: Any) -> CallDetail:
    """
    The record of a call like any other.
    """
    fields: dict[str, Any] = {
        "callId": "c1",
        "callIdentifier": "0a" * 16,
        "conferenceId": "0c" * 16,
        "protocol": "h323",
        "model": "conference",
        "outcome": Outcome.ANSWERED,
        "offered": START,
        "answered": START + 1.5,
        "ended": START + 61.75,
        "calling": (PartyAddress(AddressKind.DIALLED_DIGITS, "1001"),),
        "called": (PartyAddress(AddressKind.DIALLED_DIGITS, "80001"),),
        "callingPeer": TransportAddress("10.0.0.2", 1720),
        "calledPeer": None,
        "callingEndpoint": "a",
        "calledEndpoint": "",
        "room": "80001",
        "cause": Cause.NORMAL_CALL_CLEARING,
        "releasedBy": "calling",
        "reason": "",
        "bandwidth": 1280,
        "admissions": 1,
    }
    return CallDetail(**(fields | more))
