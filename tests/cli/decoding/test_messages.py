"""
The octets of a message in, JSON out, or the place of the fault.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from h323d.cli.decoding.messages import KINDS, viewOf
from h323d.errors import DecodeError
from h323d.h323.signalling import tpkt
from tests.support.examples import Q931, RAS, SIP, TCS_ACK, UUIE

CAPTURED = Path(__file__).resolve().parents[4] / "shared" / "data" / "pdus.json"
KIND_OF = {"ras": "ras", "uuie": "h225", "h245": "h245"}

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
    view = viewOf(kind, data, False)
    assert view["kind"] == kind
    assert json.loads(json.dumps(view)) == view
    assert "reencoded" not in view


@pytest.mark.parametrize("name", EXAMPLES)
def test_theKindIsGuessed(name: str) -> None:
    kind, data = EXAMPLES[name]
    assert viewOf(None, data, False)["kind"] == kind


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "sip"])
def test_reencodingGivesTheOctetsThatWeWouldSend(name: str) -> None:
    kind, data = EXAMPLES[name]
    content = data[4:] if data[:2] == b"\x03\x00" else data
    assert viewOf(kind, data, True)["reencoded"] == content.hex()


def test_aReencodedSIPMessageSaysTheSame() -> None:
    view = viewOf("sip", SIP, True)
    again = viewOf("sip", bytes.fromhex(view.pop("reencoded")), False)
    assert (again["status"], again["body"]) == (200, "hi")
    assert {name for name, _ in again["headers"]} >= {name for name, _ in view["headers"]}


def test_aQ931MessageShowsItsElementsAndWhatIsTunnelled() -> None:
    view = viewOf("h225", tpkt.encode(Q931), False)
    assert (view["messageType"], view["callReference"]) == ("FACILITY", 5)
    assert view["elements"] == {"DISPLAY": b"anna".hex()}
    first, second = view["within"]
    assert first["in"] == "h245Control[0]"
    assert "terminalCapabilitySetAck" in json.dumps(first["message"])
    assert second["message"].startswith("undecodable: MultimediaSystemControlMessage")


def test_aSIPMessageShowsItsHeadersInTheirOrder() -> None:
    view = viewOf("sip", SIP, False)
    assert (view["status"], view["reason"], view["body"]) == (200, "OK", "hi")
    assert [name for name, _ in view["headers"]][:4] == ["Via", "From", "To", "Call-ID"]


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (RAS[:12], "ras", "RasMessage.gatekeeperConfirm"),
        (tpkt.encode(Q931)[:-1], "h225", "TPKT.length at octet 2: "),
        (bytes.fromhex("0300000308"), "h225", "TPKT.length at octet 2: 3, but 5 octets are given"),
        (Q931[:3], "h225", "Q931"),
        (bytes.fromhex("08020005626cff31"), "h225", "Q931"),
        (SIP[:40], "sip", "message at octet 40: the header fields do not end"),
    ],
)
def test_aFaultHasAPlace(data: bytes, kind: str | None, message: str) -> None:
    with pytest.raises(DecodeError) as caught:
        viewOf(kind, data, False)
    assert str(caught.value).startswith(message)


def test_whatIsNothingAtAllFailsAsEveryKind() -> None:
    with pytest.raises(DecodeError) as caught:
        viewOf(None, b"\xff" * 20, False)
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
        view = viewOf(KIND_OF[record["kind"]], bytes.fromhex(record["hex"]), True)
        assert bytes.fromhex(view["reencoded"])
        assert "undecodable" not in json.dumps(view)
