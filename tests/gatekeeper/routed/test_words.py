"""
What of H.245 has words in it.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.routed.words import isWordless
from h323d.h323.h245.messages import Message, command, indication, request, response

ENCRYPTED = {"algorithmOID": (1, 2), "encrypted": b"x"}
H239 = ("standard", (0, 0, 8, 239, 2))


def generic(value: Any, identifier: Any = H239) -> dict[str, Any]:
    content = [{"parameterIdentifier": ("standard", 44), "parameterValue": value}]
    return {"messageIdentifier": identifier, "subMessageIdentifier": 3, "messageContent": content}


@pytest.mark.parametrize(
    "message",
    [
        indication("userInput", ("alphanumeric", "5")),
        indication("userInput", ("alphanumeric", "12#!")),
        indication("userInput", ("signal", {"signalType": "#", "duration": 100})),
        indication("userInput", ("signalUpdate", {"duration": 100})),
        indication("userInput", ("userInputSupportIndication", ("basicString", None))),
        request("genericRequest", generic(("unsignedMin", 1))),
        response("genericResponse", generic(("genericParameter", []))),
        request("conferenceRequest", ("terminalListRequest", None)),
        command("endSessionCommand", ("disconnect", None)),
        request("roundTripDelayRequest", {"sequenceNumber": 1}),
    ],
)
def test_keysAndNumbersAreNone(message: Message) -> None:
    assert isWordless(message)


@pytest.mark.parametrize(
    "message",
    [
        indication("userInput", ("alphanumeric", "Anna")),
        indication("userInput", ("nonStandard", {"nonStandardIdentifier": (), "data": b"x"})),
        indication("userInput", ("extendedAlphanumeric", {"alphanumeric": "5"})),
        indication("userInput", ("encryptedAlphanumeric", ENCRYPTED)),
        indication("userInput", ("signal", {"signalType": "5", "encryptedSignalType": b"x"})),
        request("nonStandard", {"nonStandardData": {"data": b"x"}}),
        indication("genericIndication", generic(("octetString", b"Anna"))),
        command("genericCommand", generic(("unsignedMin", 1), ("domainBased", "anna.example"))),
        response("conferenceResponse", ("terminalIDResponse", {"terminalID": b"Anna"})),
    ],
)
def test_whateverCanBeReadIs(message: Message) -> None:
    assert not isWordless(message)
