"""
What is secret in call signalling.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h245
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.masking import masked, maskedControl
from h323d.h323.signalling.q931 import IE, Q931Message
from h323d.h323.signalling.uuie import CallIdentity

CALL = CallIdentity(bytes(16), bytes(16))
KIND = "MultimediaSystemControlMessage"
TOKEN = {"tokenOID": (0, 0, 8, 235, 0, 2, 1), "password": "secret"}


def control(form: str, value: Any) -> bytes:  # Any: of the ASN.1 value model
    return h245.encode(KIND, ("indication", ("userInput", (form, value))))


def read(message: Q931Message) -> Any:
    assert message.userUser is not None
    return uuie.read(message.userUser)


@pytest.mark.parametrize(
    ("form", "value", "left"),
    [
        ("alphanumeric", "1234", "****"),
        ("signal", {"signalType": "5", "duration": 160}, {"signalType": "*", "duration": 160}),
        ("extendedAlphanumeric", {"alphanumeric": "12"}, {"alphanumeric": "**"}),
    ],
)
def test_digitsOfH245AreMasked(form: str, value: Any, left: Any) -> None:
    said = h245.decode(KIND, maskedControl(control(form, value)))
    assert said == ("indication", ("userInput", (form, left)))


def test_otherControlIsAsItWas() -> None:
    octets = h245.encode(KIND, ("command", ("endSessionCommand", ("disconnect", None))))
    assert maskedControl(octets) == octets


def test_userInputThatCannotBeReadIsNotKept() -> None:
    assert h245.decode(KIND, maskedControl(b"\x6d1234"))[0] == "indication"
    assert b"1234" not in maskedControl(b"\x6d1234")


def test_digitsInTheTunnelAreMasked() -> None:
    userUser = uuie.write(uuie.EMPTY, True, [control("alphanumeric", "1234")])
    message = messages.facility(userUser)
    (left,) = read(masked(message, uuie.read(userUser))).h245Control
    assert left == control("alphanumeric", "****")


def test_theKeypadElementIsMasked() -> None:
    userUser = uuie.write(uuie.plain("information", CALL), True)
    left = masked(messages.keypad("1234", userUser), uuie.read(userUser))
    assert left.contents(IE.KEYPAD_FACILITY) == b"****"
    assert read(left).callIdentifier == CALL.callIdentifier


def test_tokensAreLeftOut() -> None:
    body, fields = uuie.plain("information", CALL)
    userUser = uuie.write((body, {**fields, "tokens": [TOKEN]}), True)
    left = read(masked(messages.facility(userUser), uuie.read(userUser)))
    assert "tokens" not in left.fields
    assert left.callIdentifier == CALL.callIdentifier


def test_whatCannotBeReadIsNotKept() -> None:
    left = masked(messages.facility(b"\xff secret"), uuie.NOTHING)
    assert left.userUser == b""


def test_aMessageWithoutSecretsIsTheSame() -> None:
    userUser = uuie.write(uuie.plain("information", CALL), True)
    message = messages.facility(userUser)
    assert masked(message, uuie.read(userUser)) is message


KEY = b"a key, encrypted"
SYNC = {
    "synchFlag": 7,
    "h235Key": KEY,
    "escrowentry": [{"escrowID": (1, 2), "escrowValue": (5, 3)}],
}
LEFT = {"synchFlag": 7, "h235Key": b"*" * len(KEY)}
CHANNEL = {
    "forwardLogicalChannelNumber": 1,
    "forwardLogicalChannelParameters": {
        "dataType": ("nullData", None),
        "multiplexParameters": ("none", None),
    },
}
COMMAND = {"logicalChannelNumber": 1}


def withKey(sync: Any) -> list[Any]:
    """
    Every message that can carry one.
    """
    opened = {"forwardLogicalChannelNumber": 1, "encryptionSync": sync}
    update = ("encryptionUpdateCommand", {"encryptionSync": sync})
    return [
        ("request", ("openLogicalChannel", CHANNEL | {"encryptionSync": sync})),
        ("response", ("openLogicalChannelAck", opened)),
        ("command", ("miscellaneousCommand", COMMAND | {"type": ("encryptionUpdate", sync)})),
        (
            "command",
            (
                "miscellaneousCommand",
                COMMAND | {"type": update, "direction": ("masterToSlave", None)},
            ),
        ),
    ]


@pytest.mark.parametrize(("message", "left"), list(zip(withKey(SYNC), withKey(LEFT), strict=True)))
def test_keysOfMediaAreMasked(message: Any, left: Any) -> None:
    octets = h245.encode(KIND, message)
    assert KEY in octets
    assert h245.decode(KIND, maskedControl(octets)) == left


def test_aChannelWithoutAKeyIsAsItWas() -> None:
    octets = h245.encode(KIND, ("request", ("openLogicalChannel", CHANNEL)))
    assert maskedControl(octets) == octets


@pytest.mark.parametrize("message", withKey(SYNC))
def test_whatMayHaveAKeyAndCannotBeReadIsNotKept(message: Any) -> None:
    octets = h245.encode(KIND, message)[:-2]
    assert maskedControl(octets) == octets[:1]


def test_keysInFastStartAreMasked() -> None:
    proposals = [
        h245.encode("OpenLogicalChannel", CHANNEL | {"encryptionSync": SYNC}),
        h245.encode("OpenLogicalChannel", CHANNEL),
    ]
    body, fields = uuie.plain("information", CALL)
    userUser = uuie.write((body, {**fields, "fastStart": proposals}), True)
    left = read(masked(messages.facility(userUser), uuie.read(userUser))).fields["fastStart"]
    assert h245.decode("OpenLogicalChannel", left[0])["encryptionSync"] == LEFT
    assert left[1] == proposals[1]
