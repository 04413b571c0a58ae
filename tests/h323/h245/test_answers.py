"""
Answers to what nobody here fulfils.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h245
from h323d.h323.h245.answers import answerTo
from h323d.h323.h245.capabilities.table import KINDS
from h323d.h323.h245.messages import Message, command, indication, request, response
from tests.support.h245peers import PROFILE

LABEL = {"mcuNumber": 1, "terminalNumber": 2}
NON_STANDARD = {
    "nonStandardData": {"nonStandardIdentifier": ("object", (1, 2, 3)), "data": b"\x01"}
}


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("makeMeChair", None), ("makeMeChairResponse", ("deniedChairToken", None))),
        (("dropTerminal", LABEL), ("terminalDropReject", None)),
        (
            ("sendThisSource", LABEL),
            ("sendThisSourceResponse", ("deniedSendThisSource", None)),
        ),
        (
            ("makeTerminalBroadcaster", LABEL),
            ("makeTerminalBroadcasterResponse", ("deniedMakeTerminalBroadcaster", None)),
        ),
        (
            ("broadcastMyLogicalChannel", 5),
            ("broadcastMyLogicalChannelResponse", ("deniedBroadcastMyLogicalChannel", None)),
        ),
    ],
)
def test_aConferenceRequestIsDeniedInItsOwnForm(asked: Any, answer: Any) -> None:
    message = answerTo(request("conferenceRequest", asked), PROFILE, KINDS)
    assert message == response("conferenceResponse", answer)
    h245.encode("MultimediaSystemControlMessage", message)


def test_aMaintenanceLoopIsRefused() -> None:
    asked = request("maintenanceLoopRequest", {"type": ("systemLoop", None)})
    assert answerTo(asked, PROFILE, KINDS) == response(
        "maintenanceLoopReject",
        {"type": ("systemLoop", None), "cause": ("canNotPerformLoop", None)},
    )


def test_theCommunicationModeIsTold() -> None:
    message = answerTo(request("communicationModeRequest", {}), PROFILE, KINDS)
    assert message is not None
    _kind, [entry] = message[1][1]
    assert entry["dataType"] == ("audioData", ("g711Ulaw64k", 20))
    h245.encode("MultimediaSystemControlMessage", message)


@pytest.mark.parametrize(
    "message",
    [
        request("nonStandard", NON_STANDARD),
        request("conferenceRequest", ("terminalListRequest", None)),
        request("_ext_30", b"\x01\x02"),
        response("_ext_30", b"\x01\x02"),
        command("nonStandard", NON_STANDARD),
        command("encryptionCommand", ("encryptionAlgorithmID", {
            "h233AlgorithmIdentifier": 1,
            "associatedAlgorithm": NON_STANDARD["nonStandardData"],
        })),
    ],
)  # fmt: skip
def test_whatIsNotUnderstoodGoesBack(message: Message) -> None:
    answer = answerTo(message, PROFILE, KINDS)
    assert answer == indication("functionNotUnderstood", message)
    data = h245.encode("MultimediaSystemControlMessage", answer)
    assert h245.decode("MultimediaSystemControlMessage", data) == answer


@pytest.mark.parametrize(
    "message",
    [
        request("conferenceRequest", ("cancelMakeMeChair", None)),
        response("conferenceResponse", ("videoCommandReject", None)),
        command("flowControlCommand", {
            "scope": ("wholeMultiplex", None), "restriction": ("noRestriction", None),
        }),
        command("conferenceCommand", ("dropConference", None)),
        indication("nonStandard", NON_STANDARD),
        indication("_ext_30", b"\x01"),
        indication("functionNotUnderstood", request("nonStandard", NON_STANDARD)),
    ],
)  # fmt: skip
def test_whatNeedsNoAnswerGetsNone(message: Message) -> None:
    assert answerTo(message, PROFILE, KINDS) is None
