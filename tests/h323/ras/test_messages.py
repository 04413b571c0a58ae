from __future__ import annotations

import json
from pathlib import Path

import pytest

from h323d.errors import DecodeError
from h323d.h323.ras.messages import (
    PROTOCOL_IDENTIFIER,
    RASMessage,
    callKey,
    decodeRAS,
    encodeRAS,
    identifierIn,
    isRequest,
    protocolVersion,
    reasonOf,
    rejection,
)
from tests.support.ras import CALL, CONFERENCE, arq, drq, grq, rrq

CAPTURED = Path(__file__).parents[4] / "shared" / "data" / "pdus.json"


def captured() -> list[tuple[str, bytes]]:
    if not CAPTURED.exists():
        return []
    pdus = json.loads(CAPTURED.read_text())
    return [(each["name"], bytes.fromhex(each["hex"])) for each in pdus if each["kind"] == "ras"]


@pytest.mark.skipif(not CAPTURED.exists(), reason="the captured PDUs are not beside this checkout")
def test_capturedMessagesAreReadByTheirNames() -> None:
    read = [(name, decodeRAS(data)) for name, data in captured()]
    assert len(read) == 13
    assert all(message.name == name for name, message in read if name)
    assert read[0][1].name == "gatekeeperRequest"
    assert all(decodeRAS(encodeRAS(message)) == message for _, message in read)


@pytest.mark.skipif(not CAPTURED.exists(), reason="the captured PDUs are not beside this checkout")
def test_aCapturedIdentifierLosesItsNULs() -> None:
    (request,) = [decodeRAS(data) for name, data in captured() if name == "admissionRequest"]
    assert len(request.fields["endpointIdentifier"]) == 100
    assert identifierIn(request.fields, "endpointIdentifier") == "474a74c8:274"


def test_aMessageWithoutASequenceNumberIsNone() -> None:
    with pytest.raises(DecodeError):
        decodeRAS(b"\xfe\x02\x00\x00")  # an alternative newer than the schema
    sequence = RASMessage("admissionConfirmSequence", [])  # type: ignore[arg-type]  # as schema has it
    with pytest.raises(DecodeError):
        decodeRAS(encodeRAS(sequence))


def test_aRejectNamesTheRequestAndTheReason() -> None:
    reject = rejection(rrq(77, "10.0.0.2"), "duplicateAlias", [("h323-ID", "anna")])
    assert reject.name == "registrationReject"
    assert reject.requestSeqNum == 77
    assert reasonOf(reject) == "duplicateAlias"
    assert reasonOf(RASMessage("unknownMessageResponse", {"requestSeqNum": 1})) == (
        "unknownMessageResponse"
    )


def test_theReasonOfANakIsFound() -> None:
    nak = {"requestSeqNum": 1, "nakReason": ("notRegistered", None)}
    assert reasonOf(RASMessage("infoRequestNak", nak)) == "notRegistered"


def test_requestsAndTheirAnswersAreTold() -> None:
    request = grq(1, "10.0.0.2")
    confirm = RASMessage("gatekeeperConfirm", {"requestSeqNum": 1})
    other = RASMessage("registrationConfirm", {"requestSeqNum": 1})
    unknown = RASMessage("unknownMessageResponse", {"requestSeqNum": 1})
    assert isRequest(request)
    assert not isRequest(confirm)
    assert request.answeredBy(confirm)
    assert request.answeredBy(unknown)
    assert not request.answeredBy(other)


def test_theVersionIsTheLastArc() -> None:
    assert protocolVersion(PROTOCOL_IDENTIFIER) == 7
    assert protocolVersion((0, 0, 8, 2250, 0, 4)) == 4
    assert protocolVersion((0, 0, 8, 245, 0, 4)) == 0
    assert protocolVersion(()) == 0


def test_aCallIsNamedByItsIdentifierOrElseByItsConference() -> None:
    assert callKey(arq(1, "x").fields) == CALL
    none = {"guid": bytes(16)}
    asked = callKey(arq(1, "x", callIdentifier=none).fields)
    assert asked == CONFERENCE + b"\x00\x07"
    assert callKey(drq(2, "x", callIdentifier=none).fields) == asked
    # The called side's reference has the flag in its highest bit.
    assert callKey(drq(2, "x", callIdentifier=none, callReferenceValue=0x8007).fields) == asked
