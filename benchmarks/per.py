"""
What PER costs: microseconds of CPU to decode and to encode, beside pycrate's.

Run as C{python benchmarks/per.py [count]}.  Six messages as endpoints send them; the
figures are the best of several runs on one core, taken in turns, so that both sides
see the same machine.  Without pycrate its columns stay empty.  Nothing asserts them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from h323d.asn1 import h225, h245

RUNS = 15
_PROTOCOL = (0, 0, 8, 2250, 0, 7)
_TRANSPORT = ("ipAddress", {"ip": b"\x0a\x00\x00\x05", "port": 1720})
_RAS = ("ipAddress", {"ip": b"\x0a\x00\x00\x05", "port": 1719})
_VENDOR = {
    "vendor": {"t35CountryCode": 181, "t35Extension": 0, "manufacturerCode": 18},
    "productId": b"Equivalence endpoint",
    "versionId": b"1.24.2",
}
_TERMINAL = {"terminal": {}, "mc": False, "undefinedNode": False}
_GUID = {"guid": bytes(range(16))}
_ENDPOINT = "2847_h323d_1"


def _registrationRequest() -> Any:
    body = {
        "requestSeqNum": 4711,
        "protocolIdentifier": _PROTOCOL,
        "discoveryComplete": True,
        "callSignalAddress": [_TRANSPORT],
        "rasAddress": [_RAS],
        "terminalType": _TERMINAL,
        "terminalAlias": [("dialledDigits", "1001"), ("h323-ID", "alice")],
        "gatekeeperIdentifier": "h323d",
        "endpointVendor": _VENDOR,
        "timeToLive": 300,
        "keepAlive": False,
        "endpointIdentifier": _ENDPOINT,
        "willSupplyUUIEs": True,
        "maintainConnection": False,
    }
    return ("registrationRequest", body)


def _registrationConfirm() -> Any:
    body = {
        "requestSeqNum": 4711,
        "protocolIdentifier": _PROTOCOL,
        "callSignalAddress": [_TRANSPORT],
        "terminalAlias": [("dialledDigits", "1001"), ("h323-ID", "alice")],
        "gatekeeperIdentifier": "h323d",
        "endpointIdentifier": _ENDPOINT,
        "timeToLive": 300,
        "willRespondToIRR": False,
        "maintainConnection": False,
    }
    return ("registrationConfirm", body)


def _admissionRequest() -> Any:
    body = {
        "requestSeqNum": 4712,
        "callType": ("pointToPoint", None),
        "endpointIdentifier": _ENDPOINT,
        "destinationInfo": [("dialledDigits", "8001")],
        "srcInfo": [("dialledDigits", "1001"), ("h323-ID", "alice")],
        "srcCallSignalAddress": _TRANSPORT,
        "bandWidth": 1280,
        "callReferenceValue": 12345,
        "conferenceID": bytes(range(16)),
        "activeMC": False,
        "answerCall": False,
        "canMapAlias": True,
        "callIdentifier": _GUID,
        "gatekeeperIdentifier": "h323d",
        "willSupplyUUIEs": True,
    }
    return ("admissionRequest", body)


def _admissionConfirm() -> Any:
    body = {
        "requestSeqNum": 4712,
        "bandWidth": 1280,
        "callModel": ("direct", None),
        "destCallSignalAddress": _TRANSPORT,
        "irrFrequency": 120,
        "willRespondToIRR": False,
    }
    return ("admissionConfirm", body)


def _channel(number: int, audio: tuple[str, Any], forward: bool) -> bytes:
    """
    An OpenLogicalChannel as fast start has it.
    """
    address = ("unicastAddress", ("iPAddress", {"network": b"\x0a\0\0\5", "tsapIdentifier": 5000}))
    parameters: dict[str, Any] = {
        "sessionID": 1,
        "mediaGuaranteedDelivery": False,
        "mediaControlChannel": address,
    }
    media = {
        "dataType": ("audioData", audio),
        "multiplexParameters": ("h2250LogicalChannelParameters", parameters),
    }
    nothing = {"dataType": ("nullData", None), "multiplexParameters": ("none", None)}
    value = {
        "forwardLogicalChannelNumber": number,
        "forwardLogicalChannelParameters": media if forward else nothing,
    }
    if not forward:
        parameters["mediaChannel"] = address
        value["reverseLogicalChannelParameters"] = media
    return h245.encode("OpenLogicalChannel", value)


def _setup() -> Any:
    codecs = [("g711Ulaw64k", 20), ("g711Alaw64k", 20), ("g729", 2), ("g729AnnexA", 2)]
    body = {
        "protocolIdentifier": _PROTOCOL,
        "sourceAddress": [("dialledDigits", "1001"), ("h323-ID", "alice")],
        "sourceInfo": {"vendor": _VENDOR, "terminal": {}, "mc": False, "undefinedNode": False},
        "destinationAddress": [("dialledDigits", "8001")],
        "destCallSignalAddress": _TRANSPORT,
        "activeMC": False,
        "conferenceID": bytes(range(16)),
        "conferenceGoal": ("create", None),
        "callType": ("pointToPoint", None),
        "sourceCallSignalAddress": _TRANSPORT,
        "callIdentifier": _GUID,
        "fastStart": [
            _channel(number + 1, codec, forward)
            for number, codec in enumerate(codecs)
            for forward in (True, False)
        ],
        "mediaWaitForConnect": False,
        "canOverlapSend": False,
        "multipleCalls": False,
        "maintainConnection": False,
    }
    return {"h323-uu-pdu": {"h323-message-body": ("setup", body), "h245Tunnelling": True}}


def _terminalCapabilitySet() -> Any:
    audio = [
        ("g711Ulaw64k", 20),
        ("g711Alaw64k", 20),
        ("g729", 2),
        ("g729AnnexA", 2),
        ("g729wAnnexB", 2),
        ("g729AnnexAwAnnexB", 2),
        ("g7231", {"maxAl-sduAudioFrames": 1, "silenceSuppression": False}),
        ("gsmFullRate", {"audioUnitSize": 33, "comfortNoise": False, "scrambled": False}),
        ("g722-64k", 20),
        ("g728", 20),
    ]
    table = [
        {
            "capabilityTableEntryNumber": number,
            "capability": ("receiveAudioCapability", capability),
        }
        for number, capability in enumerate(audio, 1)
    ]
    inputs = ["basicString", "dtmf", "hookflash"]
    table += [
        {
            "capabilityTableEntryNumber": number,
            "capability": ("receiveUserInputCapability", (name, None)),
        }
        for number, name in enumerate(inputs, 11)
    ]
    media = {
        "centralizedControl": True,
        "distributedControl": False,
        "centralizedAudio": True,
        "distributedAudio": False,
        "centralizedVideo": False,
        "distributedVideo": False,
    }
    parameters = {
        "maximumAudioDelayJitter": 60,
        "receiveMultipointCapability": {
            "multicastCapability": False,
            "multiUniCastConference": False,
            "mediaDistributionCapability": [media],
        },
        "transmitMultipointCapability": {
            "multicastCapability": False,
            "multiUniCastConference": False,
            "mediaDistributionCapability": [media],
        },
        "receiveAndTransmitMultipointCapability": {
            "multicastCapability": False,
            "multiUniCastConference": False,
            "mediaDistributionCapability": [media],
        },
        "mcCapability": {"centralizedConferenceMC": False, "decentralizedConferenceMC": False},
        "rtcpVideoControlCapability": False,
        "mediaPacketizationCapability": {"h261aVideoPacketization": False},
        "logicalChannelSwitchingCapability": False,
        "t120DynamicPortCapability": False,
    }
    body = {
        "sequenceNumber": 1,
        "protocolIdentifier": (0, 0, 8, 245, 0, 15),
        "multiplexCapability": ("h2250Capability", parameters),
        "capabilityTable": table,
        "capabilityDescriptors": [
            {
                "capabilityDescriptorNumber": 0,
                "simultaneousCapabilities": [list(range(1, 11)), [11, 12, 13]],
            }
        ],
    }
    return ("request", ("terminalCapabilitySet", body))


MESSAGES: dict[str, tuple[Any, str, str, Any]] = {
    "RRQ": (h225, "H323_MESSAGES", "RasMessage", _registrationRequest()),
    "RCF": (h225, "H323_MESSAGES", "RasMessage", _registrationConfirm()),
    "ARQ": (h225, "H323_MESSAGES", "RasMessage", _admissionRequest()),
    "ACF": (h225, "H323_MESSAGES", "RasMessage", _admissionConfirm()),
    "Setup, 8 fastStart": (h225, "H323_MESSAGES", "H323-UserInformation", _setup()),
    "TCS, 13 capabilities": (
        h245,
        "MULTIMEDIA_SYSTEM_CONTROL",
        "MultimediaSystemControlMessage",
        _terminalCapabilitySet(),
    ),
}


def microseconds(work: Callable[[], object], count: int) -> float:
    """
    @return: CPU time of one call, from the time of C{count}.
    """
    before = time.process_time()
    for _ in range(count):
        work()
    return (time.process_time() - before) / count * 1e6


def _pycrate(module: str, typeName: str, data: bytes) -> tuple[Callable[[], object], ...] | None:
    """
    Pycrate's way to decode and to encode the same message.
    """
    try:
        from pycrate_asn1dir import H225, H245
    except ImportError:
        return None
    home = getattr(H245 if module == "MULTIMEDIA_SYSTEM_CONTROL" else H225, module)
    kind = getattr(home, typeName.replace("-", "_"))
    kind.from_aper(data)
    value = kind.get_val()

    def encode() -> None:
        kind.set_val(value)
        kind.to_aper()

    return (lambda: kind.from_aper(data)), encode


def importTime(module: str) -> float:
    """
    @return: milliseconds to import a module in a fresh interpreter, less what the
        interpreter takes, best of several.
    """
    program = (
        "import time; t = time.process_time();"
        f"import {module}; print((time.process_time() - t) * 1e3)"
    )
    command = [sys.executable, "-c", program]
    times = [
        float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        for _ in range(RUNS)
    ]
    return min(times)


def main(count: int) -> None:
    """
    Measure and print.
    """
    print("us of CPU: decode / encode                      h323d            pycrate")
    for name, (namespace, module, typeName, value) in MESSAGES.items():
        data = namespace.encode(typeName, value)
        work: list[Callable[[], object]] = [
            partial(namespace.decode, typeName, data),
            partial(namespace.encode, typeName, value),
            *(_pycrate(module, typeName, data) or ()),
        ]
        best = [float("inf")] * len(work)
        for _ in range(RUNS):
            for index, one in enumerate(work):
                repeat = count if index < 2 else max(count // 10, 1)
                best[index] = min(best[index], microseconds(one, repeat))
        columns = [f"{best[at]:6.1f} /{best[at + 1]:6.1f}" for at in range(0, len(best), 2)]
        print(f"{name:<24}{len(data):5d} octets    {'     '.join(columns)}")
    print(f"import of h225 and h245: {importTime('h323d.asn1.h225, h323d.asn1.h245'):.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
