"""
Mode requests, as a session answers them.
"""

from __future__ import annotations

from h323d.h323.h245.messages import request
from tests.support.h245peers import (
    acknowledge,
    alone,
    mediaChannel,
)


def test_aModeThatWeCannotSendIsRefused() -> None:
    _clock, owner, session = alone()
    modes = [[{"type": ("audioMode", ("g728", None))}]]
    session.received(request("requestMode", {"sequenceNumber": 3, "requestedModes": modes}))
    assert owner.last("requestModeReject") == {
        "sequenceNumber": 3,
        "cause": ("modeUnavailable", None),
    }
    session.stop()


def test_aLessPreferredModeIsSentWhereTheFirstCannotBe() -> None:
    _clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    modes = [
        [{"type": ("audioMode", ("g728", None))}],
        [{"type": ("audioMode", ("g711Alaw64k", None))}],
    ]
    session.received(request("requestMode", {"sequenceNumber": 3, "requestedModes": modes}))
    assert owner.last("requestModeAck")["response"][0] == "willTransmitLessPreferredMode"
    assert owner.names()[-2:] == ["requestModeAck", "closeLogicalChannel"]
    session.stop()
