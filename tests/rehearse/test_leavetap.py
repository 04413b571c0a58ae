"""
Which messages confirm that a party leaves.
"""

from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.call.wire import IWireLog, WireMessage, WireProtocol
from h323d.h323.ras.messages import RASMessage, encodeRAS
from h323d.rehearse.leavetap import LeaveTap
from h323d.values.address import TransportAddress

HERE, THERE = TransportAddress("127.0.0.11", 5060), TransportAddress("127.0.0.1", 5060)
OK = b"SIP/2.0 200 OK\r\nVia: x\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n"
DCF = encodeRAS(RASMessage("disengageConfirm", {"requestSeqNum": 7}))
URQ = encodeRAS(RASMessage("unregistrationConfirm", {"requestSeqNum": 7}))


class Party:
    confirmed = 0

    def leaveConfirmed(self) -> None:
        self.confirmed += 1


@pytest.mark.parametrize(
    ("protocol", "octets", "sent", "confirmed"),
    [
        (WireProtocol.SIP, OK, False, 1),
        (WireProtocol.SIP, OK, True, 0),
        (WireProtocol.SIP, OK.replace(b"BYE", b"INVITE"), False, 0),
        (WireProtocol.SIP, OK.replace(b"200 OK", b"481 Gone"), False, 0),
        (WireProtocol.RAS, DCF, False, 1),
        (WireProtocol.RAS, URQ, False, 0),
        (WireProtocol.RAS, b"\xff" * 9, False, 0),
        (WireProtocol.H225, OK, False, 0),
    ],
)
def test_itIsTheAnswerToABYEOrADRQ(
    protocol: WireProtocol, octets: bytes, sent: bool, confirmed: int
) -> None:
    party = Party()
    message = WireMessage(0.0, protocol, "UDP", sent, HERE, THERE, octets)
    LeaveTap(party).seen("call", message)
    assert party.confirmed == confirmed


def test_itIsALogOfWires() -> None:
    verifyObject(IWireLog, LeaveTap(Party()))
