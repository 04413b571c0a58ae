"""
Requests of very many endpoints, for L{benchmarks.ras}.

Endpoint I{n} is called C{endpoint}I{n} and 100000 + I{n}, and has an address of
its own.
"""

from __future__ import annotations

from collections.abc import Callable

from h323d.asn1 import h225
from h323d.h323.signalling.addresses import transportToValue
from h323d.values.address import TransportAddress

__all__ = ["Asker", "hostOf", "number"]

OID = (0, 0, 8, 2250, 0, 4)
VENDOR = {
    "vendor": {"t35CountryCode": 9, "t35Extension": 0, "manufacturerCode": 61},
    "productId": b"benchmark",
    "versionId": b"1",
}
TERMINAL = {"vendor": VENDOR, "terminal": {}, "mc": False, "undefinedNode": False}
SEQUENCE_NUMBERS = 65535


def hostOf(endpoint: int, network: str = "127.64") -> str:
    """
    @param network: the first two octets of the first endpoint's address.
    """
    first, second = network.split(".")
    return f"{first}.{int(second) + endpoint // 62500}.{endpoint // 250 % 250}.{endpoint % 250 + 1}"


def number(endpoint: int) -> tuple[str, str]:
    """
    The number of an endpoint, as an alias.
    """
    return "dialledDigits", str(100000 + endpoint)


class Asker:
    """
    Makes requests, each with a C{requestSeqNum} and call identifiers of its own.
    """

    def __init__(self, host: Callable[[int], str], rasPort: int) -> None:
        """
        @param host: the address of an endpoint.
        @param rasPort: of every endpoint.
        """
        self._host = host
        self._rasPort = rasPort
        self._sequence = 0

    def first(self, endpoint: int) -> bytes:
        """
        A full RRQ of an endpoint without an identifier.
        """
        names = [("h323-ID", f"endpoint{endpoint}"), number(endpoint)]
        return self._registration(endpoint, terminalAlias=names)

    def keepAlive(self, endpoint: int, endpointId: str) -> bytes:
        return self._registration(endpoint, keepAlive=True, endpointIdentifier=endpointId)

    def call(self, endpoint: int, endpointId: str, called: int) -> tuple[bytes, bytes]:
        """
        The ARQ and the DRQ of a call.
        """
        self._next()
        common: dict[str, object] = {
            "endpointIdentifier": endpointId,
            "gatekeeperIdentifier": "h323d",
            "conferenceID": self._sequence.to_bytes(16, "big"),
            "callReferenceValue": self._sequence % 32000 + 1,
            "callIdentifier": {"guid": self._sequence.to_bytes(16, "little")},
        }
        arq = self._encode(
            "admissionRequest",
            callType=("pointToPoint", None),
            destinationInfo=[number(called)],
            srcInfo=[("h323-ID", f"endpoint{endpoint}"), number(endpoint)],
            bandWidth=1280,
            activeMC=False,
            answerCall=False,
            canMapAlias=True,
            willSupplyUUIEs=False,
            **common,
        )
        drq = self._encode(
            "disengageRequest",
            disengageReason=("normalDrop", None),
            answeredCall=False,
            **common,
        )
        return arq, drq

    def location(self, endpoint: int, called: int) -> bytes:
        """
        An LRQ of another gatekeeper, at the address of an endpoint.
        """
        return self._encode(
            "locationRequest",
            destinationInfo=[number(called)],
            replyAddress=transportToValue(self._ras(endpoint)),
        )

    def _registration(self, endpoint: int, **more: object) -> bytes:
        fields: dict[str, object] = {
            "protocolIdentifier": OID,
            "discoveryComplete": True,
            "callSignalAddress": [transportToValue(TransportAddress(self._host(endpoint), 1720))],
            "rasAddress": [transportToValue(self._ras(endpoint))],
            "terminalType": TERMINAL,
            "gatekeeperIdentifier": "h323d",
            "endpointVendor": VENDOR,
            "timeToLive": 300,
            "keepAlive": False,
            "willSupplyUUIEs": False,
            "maintainConnection": False,
        }
        return self._encode("registrationRequest", **(fields | more))

    def _ras(self, endpoint: int) -> TransportAddress:
        return TransportAddress(self._host(endpoint), self._rasPort)

    def _encode(self, name: str, **fields: object) -> bytes:
        sequence = self._next() % SEQUENCE_NUMBERS + 1
        return h225.encode("RasMessage", (name, {"requestSeqNum": sequence, **fields}))

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence
