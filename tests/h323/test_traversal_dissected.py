"""
tshark finds nothing malformed in what H.460.18 and H.460.19 add to messages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from h323d.h323.ras.messages import RASMessage, encodeRAS
from h323d.h323.signalling import uuie
from h323d.h323.signalling.features import feature, withFeature
from h323d.h323.signalling.traversal import (
    IncomingCall,
    incomingCallData,
    mediaFeature,
    replaceMediaFeature,
)
from h323d.values.address import TransportAddress
from tests.support import tshark
from tests.support.ras import grq, rrq

pytestmark = pytest.mark.skipif(not tshark.available(), reason="tshark is not installed")

CALL = uuie.CallIdentity(bytes(range(16)), bytes(16))


def connect() -> bytes:
    body, fields = uuie.connect(CALL, {"mc": False, "undefinedNode": False}, uuie.Start())
    changed: dict[str, Any] = dict(fields)
    replaceMediaFeature("connect", changed, mediaFeature(True, True))
    return uuie.write((body, changed), True)


def test_nothingIsMalformed(tmp_path: Path) -> None:
    incoming = IncomingCall(CALL.callIdentifier, TransportAddress("203.0.113.1", 1720))
    fields = {"requestSeqNum": 1, "serviceControl": [], "genericData": [incomingCallData(incoming)]}
    requests = [
        RASMessage(each.name, withFeature(each.fields, feature(18)))
        for each in (grq(1, "192.168.1.5"), rrq(2, "192.168.1.5"))
    ]
    messages = [RASMessage("serviceControlIndication", fields), *requests]
    packets = [tshark.rasPacket(encodeRAS(each), 40000) for each in messages]
    packets.append(
        tshark.signallingPacket(uuie.write(uuie.facility(CALL, "undefinedReason"), False), 40001)
    )
    packets.append(tshark.signallingPacket(connect(), 40002, messageType=0x07))
    assert tshark.complaints(packets, tmp_path / "traversal.pcap") == []
