"""
RAS by hand: requests as endpoints send them, and a peer without any state.
"""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from h323d.call.transport import IDatagramUser
from h323d.h323.ras.messages import Fields, RASMessage, decodeRAS, encodeRAS
from h323d.h323.signalling.addresses import transportToValue
from h323d.net.datagram import Datagrams
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost, SimulatedNetwork

__all__ = [
    "Peer",
    "arq",
    "brq",
    "drq",
    "gateway",
    "grq",
    "irr",
    "lrq",
    "nsm",
    "rai",
    "rrq",
    "sci",
    "urq",
]

H225_V4 = (0, 0, 8, 2250, 0, 4)
GATEKEEPER = TransportAddress("10.0.0.1", 1719)
VENDOR = {"vendor": {"t35CountryCode": 181, "t35Extension": 0, "manufacturerCode": 18}}
TERMINAL = {"terminal": {}, "mc": False, "undefinedNode": False}
CALL = bytes(range(16))
CONFERENCE = bytes(range(16, 32))

Value = tuple[str, Any]


def at(host: str, port: int) -> Value:
    return transportToValue(TransportAddress(host, port))


def gateway(*prefixes: str) -> Fields:
    """
    An C{EndpointType} that serves numbers with these prefixes.
    """
    supported = [{"prefix": ("dialledDigits", each)} for each in prefixes]
    protocol = [("voice", {"supportedPrefixes": supported})]
    return {"gateway": {"protocol": protocol}, "mc": False, "undefinedNode": False}


def grq(seq: int, host: str, **more: Any) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": seq,
        "protocolIdentifier": H225_V4,
        "rasAddress": at(host, 1719),
        "endpointType": TERMINAL,
    }
    return RASMessage("gatekeeperRequest", fields | more)


def rrq(seq: int, host: str, *aliases: Value, **more: Any) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": seq,
        "protocolIdentifier": H225_V4,
        "discoveryComplete": False,
        "callSignalAddress": [at(host, 1720)],
        "rasAddress": [at(host, 1719)],
        "terminalType": TERMINAL,
        "endpointVendor": VENDOR,
        "keepAlive": False,
        "willSupplyUUIEs": False,
        "maintainConnection": False,
    }
    if aliases:
        fields["terminalAlias"] = list(aliases)
    return RASMessage("registrationRequest", fields | more)


def keepAlive(seq: int, host: str, endpointId: str, **more: Any) -> RASMessage:
    return rrq(seq, host, keepAlive=True, endpointIdentifier=endpointId, **more)


def urq(seq: int, host: str, **more: Any) -> RASMessage:
    fields: Fields = {"requestSeqNum": seq, "callSignalAddress": [at(host, 1720)]}
    return RASMessage("unregistrationRequest", fields | more)


def arq(seq: int, endpointId: str, *called: Value, **more: Any) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": seq,
        "callType": ("pointToPoint", None),
        "endpointIdentifier": endpointId,
        "srcInfo": [("h323-ID", "somebody")],
        "bandWidth": 1280,
        "callReferenceValue": 7,
        "conferenceID": CONFERENCE,
        "activeMC": False,
        "answerCall": False,
        "canMapAlias": True,
        "callIdentifier": {"guid": CALL},
        "willSupplyUUIEs": False,
    }
    if called:
        fields["destinationInfo"] = list(called)
    return RASMessage("admissionRequest", fields | more)


def brq(seq: int, endpointId: str, bandWidth: int, **more: Any) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": seq,
        "endpointIdentifier": endpointId,
        "conferenceID": CONFERENCE,
        "callReferenceValue": 7,
        "bandWidth": bandWidth,
        "callIdentifier": {"guid": CALL},
        "answeredCall": False,
    }
    return RASMessage("bandwidthRequest", fields | more)


def drq(seq: int, endpointId: str, **more: Any) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": seq,
        "endpointIdentifier": endpointId,
        "conferenceID": CONFERENCE,
        "callReferenceValue": 7,
        "disengageReason": ("normalDrop", None),
        "callIdentifier": {"guid": CALL},
        "answeredCall": False,
    }
    return RASMessage("disengageRequest", fields | more)


def lrq(seq: int, host: str, *called: Value, **more: Any) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": seq,
        "destinationInfo": list(called),
        "replyAddress": at(host, 1719),
    }
    return RASMessage("locationRequest", fields | more)


def irr(seq: int, host: str, endpointId: str, **more: Any) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": seq,
        "endpointType": TERMINAL,
        "endpointIdentifier": endpointId,
        "rasAddress": at(host, 1719),
        "callSignalAddress": [at(host, 1720)],
        "needResponse": True,
        "unsolicited": True,
    }
    return RASMessage("infoRequestResponse", fields | more)


def rai(seq: int, endpointId: str, almostOutOfResources: bool) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": seq,
        "protocolIdentifier": H225_V4,
        "endpointIdentifier": endpointId,
        "protocols": [],
        "almostOutOfResources": almostOutOfResources,
    }
    return RASMessage("resourcesAvailableIndicate", fields)


def sci(seq: int, *reasons: str) -> RASMessage:
    sessions = [{"sessionId": 1, "reason": (reason, None)} for reason in reasons]
    return RASMessage(
        "serviceControlIndication", {"requestSeqNum": seq, "serviceControl": sessions}
    )


def nsm(seq: int) -> RASMessage:
    identifier = ("h221NonStandard", VENDOR["vendor"])
    data = {"nonStandardIdentifier": identifier, "data": b"hello"}
    return RASMessage("nonStandardMessage", {"requestSeqNum": seq, "nonStandardData": data})


@implementer(IDatagramUser)
class Peer:
    """
    A RAS port at one address that answers nothing by itself.

    @ivar received: C{(octets, source)} in the order of arrival.
    """

    def __init__(
        self,
        network: SimulatedNetwork,
        host: str,
        port: int = 1719,
        peer: TransportAddress = GATEKEEPER,
    ) -> None:
        self.network = network
        self.host = host
        self.peer = peer
        self.received: list[tuple[bytes, TransportAddress]] = []
        reactor = SimulatedHost(network, host)
        self.port = Datagrams(reactor).bind(TransportAddress(host, port), self)

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.received.append((data, source))

    def send(self, message: RASMessage, to: TransportAddress | None = None) -> None:
        self.port.send(encodeRAS(message), to or self.peer)

    def ask(self, message: RASMessage) -> RASMessage:
        """
        Send, let a tenth of a second pass, and read the one answer.
        """
        self.received.clear()
        self.send(message)
        self.network.clock.advance(0)
        for _ in range(4):
            self.network.clock.advance(0.025)
        ((data, _),) = self.received
        return decodeRAS(data)

    def messages(self) -> list[RASMessage]:
        return [decodeRAS(data) for data, _ in self.received]
