"""
Bidirectional channels are refused, each with the reason that fits.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245.bidirectional import BidirectionalChannels
from tests.support.recorder import Recorder


def opened(kind: str) -> tuple[Clock, list[Any]]:
    clock, owner = Clock(), Recorder()
    channels: Any = BidirectionalChannels(owner, clock)
    fields = {
        "forwardLogicalChannelNumber": 7,
        "forwardLogicalChannelParameters": {"dataType": (kind, {})},
        "reverseLogicalChannelParameters": {},
    }
    channels.openLogicalChannel(fields)
    return clock, owner.take()


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("audioData", "unsuitableReverseParameters"),
        ("videoData", "dataTypeNotSupported"),
        ("data", "dataTypeNotSupported"),
        ("encryptionData", "unknownDataType"),
    ],
)
def test_whoOpensOneIsToldWhyNot(kind: str, cause: str) -> None:
    clock, told = opened(kind)
    reject = {"forwardLogicalChannelNumber": 7, "cause": (cause, None)}
    assert told == [("sendControl", ("response", ("openLogicalChannelReject", reject)))]
    assert clock.getDelayedCalls() == []
