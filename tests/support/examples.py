"""
One message of each kind, as octets.
"""

from __future__ import annotations

from h323d.asn1 import h225, h245
from h323d.h323.signalling import q931
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message

__all__ = ["Q931", "RAS", "SIP", "TCS_ACK", "UUIE"]

TCS_ACK = h245.encode(
    "MultimediaSystemControlMessage",
    ("response", ("terminalCapabilitySetAck", {"sequenceNumber": 7})),
)
CONFIRM = {
    "requestSeqNum": 1,
    "protocolIdentifier": (0, 0, 8, 2250, 0, 5),
    "rasAddress": ("ipAddress", {"ip": bytes([10, 0, 0, 1]), "port": 1719}),
}
RAS = h225.encode("RasMessage", ("gatekeeperConfirm", CONFIRM))
PDU = {
    "h323-message-body": ("empty", None),
    "h245Tunnelling": True,
    "h245Control": [TCS_ACK, b"\xff"],
}
UUIE = h225.encode("H323-UserInformation", {"h323-uu-pdu": PDU})
ELEMENTS = (Element(IE.DISPLAY, b"anna"), Element(IE.USER_USER, b"\x05" + UUIE))
Q931 = q931.encode(Q931Message(5, False, MessageType.FACILITY, ELEMENTS))
SIP = (
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 2\r\n\r\nhi"
)
