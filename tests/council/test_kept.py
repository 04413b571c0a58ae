"""
What outlives the process of councils, as text.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from h323d.call.applications import CallType
from h323d.council.kept import Convening, KeptCouncil, NotCouncils, fromText, toText
from h323d.values.identifiers import RoomID

ANNA, BERT = "if://guardian/anna", "if://guardian/bert"
COUNCIL = KeptCouncil(
    Convening(RoomID("80001"), CallType.ESCALATE, "uid 7", 1_800_000_000.25, 1_800_014_400.25),
    (ANNA, BERT),
    (BERT,),
)
TOLD: dict[str, Any] = {
    "room": "80001",
    "type": "ESCALATE",
    "by": "uid 7",
    "convenedAt": 1_800_000_000.25,
    "until": 1_800_014_400.25,
    "guardians": [ANNA, BERT],
    "came": [BERT],
}


def test_whatIsWrittenIsRead() -> None:
    text = toText([COUNCIL])
    assert json.loads(text) == {"councils": [TOLD]}
    assert fromText(text) == ([COUNCIL], [])


def test_aMemberThatALaterProgramHasAddedIsIgnored() -> None:
    text = json.dumps({"councils": [TOLD | {"more": 1}], "version": 2})
    assert fromText(text) == ([COUNCIL], [])


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"room": 80001}, "room: is no text"),
        ({"type": "NONE"}, "type: NONE is no type of calls"),
        ({"by": None}, "by: is no text"),
        ({"convenedAt": "now"}, "convenedAt: is no number of seconds"),
        ({"until": True}, "until: is no number of seconds"),
        ({"until": float("nan")}, "until: is no number of seconds"),
        ({"guardians": ANNA}, "guardians: is no list of names"),
        ({"came": [1]}, "came: is no list of names"),
    ],
)
def test_oneThatCannotBeReadLeavesTheOthers(changed: dict[str, Any], fault: str) -> None:
    text = json.dumps({"councils": [TOLD | changed, TOLD]})
    assert fromText(text) == ([COUNCIL], [f"council 1: {fault}"])


def test_aRoomHasOneCouncil() -> None:
    text = json.dumps({"councils": [TOLD, TOLD, 7]})
    faults = ["council 2: room: is that of another", "council 3: is no object"]
    assert fromText(text) == ([COUNCIL], faults)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{\n "councils": [,', "line 2, column 15: "),
        ("", "line 1, column 1: "),
        ("[]", "it has no list of councils"),
        ('{"councils": {}}', "it has no list of councils"),
        ("[" * 100_000, "it is nested too deeply"),
    ],
)
def test_whatIsNoSuchDocumentSaysWhere(text: str, place: str) -> None:
    with pytest.raises(NotCouncils, match=f"^{place}"):
        fromText(text)
