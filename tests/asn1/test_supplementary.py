"""
The small schemas: H.450 and H.460, against octets worked out by hand, and tshark.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from h323d.asn1 import (
    h225,
    h450_1,
    h450_2,
    h450_3,
    h450_4,
    h450_8,
    h450_11,
    h460_4,
    h460_18,
    h460_19,
)
from h323d.errors import DecodeError, EncodeError
from tests.support import tshark

_ALIAS = ("dialledDigits", "1234")
_ADDRESS = {"destinationAddress": [_ALIAS]}


def _service(*apdus: tuple[str, Any]) -> bytes:
    return h450_1.encode("H4501SupplementaryService", {"serviceApdu": ("rosApdus", list(apdus))})


def _invoke(code: int, argument: bytes) -> tuple[str, Any]:
    return ("invoke", {"invokeId": 1, "opcode": ("local", code), "argument": argument})


def test_anInvokeHasItsIdentifierInTwoOctetsAndNoLengthBeforeIt() -> None:
    # ext, two absent options, ext of the CHOICE; a count of one; invoke, without
    # linkedId, with argument; 2 octets; local; a length and 7; an open type.
    assert _service(_invoke(7, b"\xaa")) == bytes.fromhex(
        "00011000 0100 0107 01aa".replace(" ", "")
    )


def test_aResultHasItsIdentifierAsAnIntegerWithoutBounds() -> None:
    result = {"opcode": ("local", 103), "result": b"\xaa"}
    data = _service(("returnResult", {"invokeId": 1, "result": result}))
    assert data == bytes.fromhex("000160010100016701aa")


@pytest.mark.parametrize(
    "apdu",
    [
        ("invoke", {"invokeId": 65535, "linkedId": -1, "opcode": ("global", (1, 2, 3))}),
        ("returnError", {"invokeId": 300, "errcode": ("local", 1008), "parameter": b"\x00"}),
        ("reject", {"invokeId": 5, "problem": ("invoke", 1)}),
    ],
)
def test_everyOperationComesBack(apdu: tuple[str, Any]) -> None:
    value = h450_1.decode("H4501SupplementaryService", _service(apdu))
    assert value == {"serviceApdu": ("rosApdus", [apdu])}


def test_theEnvelopeNeedsAnOperation() -> None:
    with pytest.raises(EncodeError):
        _service()
    with pytest.raises(DecodeError):
        h450_1.decode("H4501SupplementaryService", b"\0\0")


def test_aDefaultIsNotSentAndComesBack() -> None:
    value = {"endDesignation": "primaryEnd", "redirectionNumber": _ADDRESS}
    short = h450_2.encode("CTCompleteArg", value)
    assert h450_2.decode("CTCompleteArg", short) == value | {"callStatus": "answered"}
    assert h450_2.encode("CTCompleteArg", value | {"callStatus": "answered"}) == short
    other = h450_2.encode("CTCompleteArg", value | {"callStatus": "alerting"})
    assert h450_2.decode("CTCompleteArg", other)["callStatus"] == "alerting"


def test_anEmptyCallIdentityIsPadded() -> None:
    value = {"callIdentity": "", "reroutingNumber": _ADDRESS}
    data = h450_2.encode("CTInitiateArg", value)
    assert data == bytes.fromhex("0000 01 0180 4567".replace(" ", ""))
    assert h450_2.decode("CTInitiateArg", data) == value


def test_anEmptyCallIdentityIsTakenWithoutPadding() -> None:
    # As PTLib writes it: the preamble of the address right behind the length.
    data = bytes.fromhex("0001 0180 4567".replace(" ", ""))
    assert h450_2.decode("CTInitiateArg", data) == {
        "callIdentity": "",
        "reroutingNumber": _ADDRESS,
    }


def test_aRemoteExtensionBehindAnUnpaddedCallIdentityIsSeen() -> None:
    value = {
        "callIdentity": "",
        "reroutingNumber": _ADDRESS | {"remoteExtensionAddress": ("h323-ID", "x")},
    }
    padded = h450_2.encode("CTInitiateArg", value)
    assert padded[0] == 0
    assert padded[1] == 0x40
    unpadded = bytes((padded[1] >> 5,)) + padded[2:]
    assert h450_2.decode("CTInitiateArg", unpadded) == value


def test_aCallIdentityOfDigitsIsTakenAsItIs() -> None:
    value = {"callIdentity": "4711", "reroutingNumber": _ADDRESS}
    assert h450_2.decode("CTInitiateArg", h450_2.encode("CTInitiateArg", value)) == value


def test_octetsThatAreNeitherAreRefused() -> None:
    with pytest.raises(DecodeError) as caught:
        h450_2.decode("CTInitiateArg", b"\x00\xff\xff")
    assert caught.value.path.startswith("CTInitiateArg.reroutingNumber")


def test_aNameIsInItsOctets() -> None:
    name = ("namePresentationAllowed", ("simpleName", b"Ann"))
    data = h450_8.encode("ARG-callingName", {"name": name})
    assert data.endswith(b"Ann")
    assert h450_8.decode("ARG-callingName", data) == {"name": name}


def test_aResultListHoldsTwentyNineAtMost() -> None:
    one = {
        "servedUserNr": _ADDRESS,
        "basicService": "allServices",
        "procedure": "cfu",
        "divertedToAddress": _ADDRESS,
        "remoteEnabled": True,
    }
    assert h450_3.decode("IntResultList", h450_3.encode("IntResultList", [one] * 29)) == [one] * 29
    assert h450_3.encode("IntResultList", []) == b"\0"
    with pytest.raises(EncodeError):
        h450_3.encode("IntResultList", [one] * 30)


def test_holdAndIntrusionCarryExtensionsOfTheManufacturer() -> None:
    extension = ("extension", {"extensionId": (1, 3, 12), "extensionArgument": b"\x05\x00"})
    hold = {"extensionArg": [extension]}
    assert h450_4.decode("RemoteHoldArg", h450_4.encode("RemoteHoldArg", hold)) == hold
    request = {"ciCapabilityLevel": 3, "argumentExtension": [extension]}
    assert h450_11.decode("CIRequestArg", h450_11.encode("CIRequestArg", request)) == request


def test_thePriorityOfACallIsOneOctet() -> None:
    data = h460_4.encode("CallPriorityInfo", {"priorityValue": ("high", None)})
    assert data == b"\x02"  # five bits of preamble, then the marker's and two of the choice
    assert h460_4.decode("CallPriorityInfo", data) == {"priorityValue": ("high", None)}


def test_anIncomingCallIsIndicatedWithAddressAndIdentifier() -> None:
    address = ("ipAddress", {"ip": b"\x0a\0\0\1", "port": 1720})
    value = {"callSignallingAddress": address, "callID": {"guid": bytes(range(16))}}
    data = h460_18.encode("IncomingCallIndication", value)
    assert data == bytes.fromhex("000a00000106b800") + bytes(range(16))
    assert h460_18.decode("IncomingCallIndication", data) == value


def test_theKeepAliveOfLocationRequestsIsATimeToLive() -> None:
    data = h460_18.encode("LRQKeepAliveData", {"lrqKeepAliveInterval": 30})
    assert data == bytes.fromhex("001d")


def test_traversalParametersComeBack() -> None:
    address = ("unicastAddress", ("iPAddress", {"network": b"\x0a\0\0\1", "tsapIdentifier": 3000}))
    value = {
        "multiplexedMediaChannel": address,
        "multiplexID": 0x01020304,
        "keepAlivePayloadType": 127,
        "keepAliveInterval": 19,
    }
    data = h460_19.encode("TraversalParameters", value)
    assert h460_19.decode("TraversalParameters", data) == value


@pytest.mark.skipif(not tshark.available(), reason="tshark is not installed")
def test_supplementaryServicesAreDissected(tmp_path: Path) -> None:
    transfer = {"callIdentity": "", "reroutingNumber": _ADDRESS}
    name = {"name": ("namePresentationAllowed", ("extendedName", "Ann"))}
    diversion = {"diversionCounter": 2, "diversionReason": "cfnr", "originalCalledNr": _ADDRESS}
    intrusion = {"ciCapabilityLevel": 2}
    services = [
        _service(_invoke(9, h450_2.encode("CTInitiateArg", transfer))),
        _service(_invoke(21, h450_3.encode("ARG-divertingLegInformation2", diversion))),
        _service(_invoke(101, h450_4.encode("HoldNotificArg", {}))),
        _service(_invoke(0, h450_8.encode("ARG-callingName", name))),
        _service(_invoke(43, h450_11.encode("CIRequestArg", intrusion))),
        _service(("reject", {"invokeId": 5, "problem": ("general", 1)})),
        _service(("returnError", {"invokeId": 300, "errcode": ("local", 1004)})),
    ]
    packets = []
    for number, service in enumerate(services):
        pdu = {
            "h323-message-body": ("empty", None),
            "h245Tunnelling": False,
            "h4501SupplementaryService": [service],
        }
        user = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
        packets.append(tshark.signallingPacket(user, 20000 + number))
    assert tshark.complaints(packets, tmp_path / "h450.pcap") == []
