"""
Octets in, JSON out, or the place of the fault.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from h323d.asn1 import h225, h245
from h323d.cli.decode import KINDS, decodeHex
from h323d.errors import DecodeError
from h323d.h323 import q931, tpkt
from h323d.h323.q931 import IE, Element, MessageType, Q931Message

CAPTURED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdus.json"
KIND_OF = {"ras": "ras", "uuie": "h225", "h245": "h245"}

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
EXAMPLES = {
    "ras": ("ras", RAS),
    "h245": ("h245", TCS_ACK),
    "h245 in TPKT": ("h245", tpkt.encode(TCS_ACK)),
    "uuie": ("h225", UUIE),
    "q931": ("h225", Q931),
    "q931 in TPKT": ("h225", tpkt.encode(Q931)),
    "sip": ("sip", SIP),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_everyKindCanBeNamed(name: str) -> None:
    kind, data = EXAMPLES[name]
    view = decodeHex(data.hex(), kind, False)
    assert view["kind"] == kind
    assert json.loads(json.dumps(view)) == view
    assert "reencoded" not in view


@pytest.mark.parametrize("name", EXAMPLES)
def test_theKindIsGuessed(name: str) -> None:
    kind, data = EXAMPLES[name]
    assert decodeHex(data.hex(), None, False)["kind"] == kind


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "sip"])
def test_reencodingGivesTheOctetsThatWeWouldSend(name: str) -> None:
    kind, data = EXAMPLES[name]
    content = data[4:] if data[:2] == b"\x03\x00" else data
    assert decodeHex(data.hex(), kind, True)["reencoded"] == content.hex()


def test_aReencodedSIPMessageSaysTheSame() -> None:
    view = decodeHex(SIP.hex(), "sip", True)
    again = decodeHex(view.pop("reencoded"), "sip", False)
    assert (again["status"], again["body"]) == (200, "hi")
    assert {name for name, _ in again["headers"]} >= {name for name, _ in view["headers"]}


def test_aQ931MessageShowsItsElementsAndWhatIsTunnelled() -> None:
    view = decodeHex(tpkt.encode(Q931).hex(), "h225", False)
    assert (view["messageType"], view["callReference"]) == ("FACILITY", 5)
    assert view["elements"] == {"DISPLAY": b"anna".hex()}
    first, second = view["within"]
    assert first["in"] == "h245Control[0]"
    assert "terminalCapabilitySetAck" in json.dumps(first["message"])
    assert second["message"].startswith("undecodable: MultimediaSystemControlMessage")


def test_aSIPMessageShowsItsHeadersInTheirOrder() -> None:
    view = decodeHex(SIP.hex(), "sip", False)
    assert (view["status"], view["reason"], view["body"]) == (200, "OK", "hi")
    assert [name for name, _ in view["headers"]][:4] == ["Via", "From", "To", "Call-ID"]


@pytest.mark.parametrize("text", ["02:00", "02 00", "0200\n", "\t02\n00 "])
def test_spacesAndColonsArePassedOver(text: str) -> None:
    with pytest.raises(DecodeError, match="ends too early"):
        decodeHex(text, "ras", False)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("", None, "HEX: no octets"),
        (" \n", "ras", "HEX: no octets"),
        ("0x00", "ras", "HEX: not hexadecimal"),
        ("000", "ras", "HEX: not hexadecimal"),
        (RAS[:12].hex(), "ras", "RasMessage.gatekeeperConfirm"),
        (tpkt.encode(Q931)[:-1].hex(), "h225", "TPKT.length at octet 2: "),
        ("0300000308", "h225", "TPKT.length at octet 2: 3, but 5 octets are given"),
        (Q931[:3].hex(), "h225", "Q931"),
        ("08020005626cff31", "h225", "Q931"),
        (SIP[:40].hex(), "sip", "message at octet 40: the header fields do not end"),
    ],
)
def test_aFaultHasAPlace(text: str, kind: str | None, message: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decodeHex(text, kind, False)
    assert str(caught.value).startswith(message)


def test_whatIsNothingAtAllFailsAsEveryKind() -> None:
    with pytest.raises(DecodeError) as caught:
        decodeHex("ff" * 20, None, False)
    for kind in KINDS:
        assert f"as {kind}: " in str(caught.value)
    assert "\n" not in str(caught.value)


def captured() -> list[dict[str, Any]]:
    records = json.loads(CAPTURED.read_text()) if CAPTURED.exists() else []
    return [record for record in records if record["kind"] in KIND_OF]


@pytest.mark.skipif(not CAPTURED.exists(), reason="the captured PDUs are not beside this checkout")
def test_whatRealEquipmentSentIsDecoded() -> None:
    assert len(captured()) > 50
    for record in captured():
        view = decodeHex(record["hex"], KIND_OF[record["kind"]], True)
        assert bytes.fromhex(view["reencoded"])
        assert "undecodable" not in json.dumps(view)
