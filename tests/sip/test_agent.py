"""
What a user agent is called with where nobody cares.
"""

from __future__ import annotations

from h323d.sip.agent import ALLOW, NOBODY
from h323d.sip.messages.message import SIPResponse
from h323d.sip.screening import ALLOWED


def test_whatIsToldIsWhatIsTaken() -> None:
    assert ", ".join(ALLOWED) == ALLOW
    assert {"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS"} < set(ALLOWED)  # RFC 3261, 8.2.1


def test_nobodyTakesWhatComesWithoutRaising() -> None:
    NOBODY.responseReceived(SIPResponse(200, ""))
    NOBODY.requestTimedOut()
    NOBODY.requestFailed()
