"""
PDUs of real equipment, from public captures: all decode, and come back as they were.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from h323d.asn1 import h225, h245

_FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdus.json"
_TYPES = {
    "ras": (h225, "RasMessage"),
    "uuie": (h225, "H323-UserInformation"),
    "h245": (h245, "MultimediaSystemControlMessage"),
    "olc": (h245, "OpenLogicalChannel"),
}

pytestmark = pytest.mark.skipif(not _FILE.exists(), reason="the captured PDUs are not here")


def _captured() -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(_FILE.read_text()) if _FILE.exists() else []
    return records


@pytest.mark.parametrize(
    "record", _captured(), ids=lambda record: f"{record['kind']}-{record['name']}"
)
def test_aCapturedPDUSurvivesReencoding(record: dict[str, Any]) -> None:
    namespace, typeName = _TYPES[record["kind"]]
    value = namespace.decode(typeName, bytes.fromhex(record["hex"]))
    assert namespace.decode(typeName, namespace.encode(typeName, value)) == value


def test_whatACurrentPeerSentComesBackOctetForOctet() -> None:
    same = 0
    for record in _captured():
        namespace, typeName = _TYPES[record["kind"]]
        data = bytes.fromhex(record["hex"])
        same += namespace.encode(typeName, namespace.decode(typeName, data)) == data
    assert same >= 55  # the others come from older editions, with shorter bitmaps


def test_aNamedMessageIsTheOneThatWasCaptured() -> None:
    for record in _captured():
        namespace, typeName = _TYPES[record["kind"]]
        value = namespace.decode(typeName, bytes.fromhex(record["hex"]))
        if record["kind"] == "ras" and record["name"]:
            assert value[0] == record["name"]
        if record["kind"] == "uuie" and record["name"]:
            assert value["h323-uu-pdu"]["h323-message-body"][0] == record["name"]
        if record["kind"] == "h245":
            assert f"{value[0]}.{value[1][0]}" == record["name"]
