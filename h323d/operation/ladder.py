"""
The ladder of a call: what each message that went over the wire says, in a few words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from h323d.asn1 import h245
from h323d.call.wire import WireMessage, WireProtocol
from h323d.errors import DecodeError
from h323d.h323.ras.messages import RASMessage, decodeRAS, reasonOf
from h323d.h323.signalling import q931, tpkt, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.operation.views import View

__all__ = ["TracedView", "WireView", "tracedView", "whatIn", "wireView"]

UNREADABLE = "unreadable"

_CSEQ = re.compile(rb"^cseq[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_SDP = re.compile(rb"^(?:content-type|c)[ \t]*:[ \t]*application/sdp", re.I | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TracedView(View):
    """
    One message of a ladder.

    @ivar time: when it came or left, in UTC.
    @ivar source: the address that it left from.
    @ivar target: the address that it went to.
    @ivar protocol: C{SIP}, C{H.225.0}, C{H.245} or C{RAS}.
    @ivar what: what it says.
    """

    time: str
    source: str
    target: str
    protocol: str
    what: str


@dataclass(frozen=True, slots=True)
class WireView(View):
    """
    One message, as it went over the wire, but for its secrets.

    @ivar at: when, in seconds since 1970.
    @ivar octets: in hexadecimal.
    """

    at: float
    source: str
    target: str
    protocol: str
    transport: str
    octets: str


def tracedView(message: WireMessage) -> TracedView:
    moment = datetime.fromtimestamp(message.at, UTC)
    return TracedView(
        moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        str(message.source),
        str(message.target),
        message.protocol.value,
        whatIn(message),
    )


def wireView(message: WireMessage) -> WireView:
    return WireView(
        message.at,
        str(message.source),
        str(message.target),
        message.protocol.value,
        message.transport,
        message.octets.hex(),
    )


def whatIn(message: WireMessage) -> str:
    """
    What a message says: a method or a status with its CSeq; the name of a message, and of those
    that it carries.
    """
    try:
        return _READERS[message.protocol](message.octets)
    except DecodeError:
        return UNREADABLE


def _inSIP(octets: bytes) -> str:
    head = octets.partition(b"\r\n\r\n")[0]
    first = head.partition(b"\r\n")[0].decode("utf-8", "backslashreplace")
    found = _CSEQ.search(head)
    cseq = found[1].decode("utf-8", "backslashreplace").strip() if found else ""
    number, _, method = cseq.partition(" ")
    if first.startswith("SIP/2.0 "):
        said = f"{first.removeprefix('SIP/2.0 ')} ({number} {method.strip()})"
    else:
        said = f"{first.partition(' ')[0]} ({number})"
    return f"{said} + SDP" if _SDP.search(head) else said


def _inH225(octets: bytes) -> str:
    message = q931.decode(octets[tpkt.HEADER_LENGTH :])
    try:
        name = MessageType(message.messageType).name.title().replace("_", "")
    except ValueError:
        name = f"message 0x{message.messageType:02x}"
    within = list(_within(message.userUser)) if message.userUser else []
    return f"{name} ({', '.join(within)})" if within else name


def _within(userUser: bytes) -> Iterator[str]:
    """
    What a message of call signalling says beside its name.
    """
    content = uuie.read(userUser)
    if content.reason is not None:
        yield content.reason
    if content.start.fastStart:
        yield "fastStart"
    for octets in (*content.h245Control, *content.start.parallelH245Control):
        yield _nameIn(octets)


def _inH245(octets: bytes) -> str:
    return _nameIn(octets[tpkt.HEADER_LENGTH :])


def _nameIn(octets: bytes) -> str:
    try:
        _, (name, _) = h245.decode("MultimediaSystemControlMessage", octets)
    except DecodeError:
        return UNREADABLE
    return str(name)


def _inRAS(octets: bytes) -> str:
    message = decodeRAS(octets)
    said = [str(message.requestSeqNum), *_moreInRAS(message)]
    return f"{_RAS_NAMES.get(message.name, message.name)} ({', '.join(said)})"


def _moreInRAS(message: RASMessage) -> Iterator[str]:
    """
    What a RAS message says beside its name and number.
    """
    if message.fields.get("keepAlive"):
        yield "keepAlive"
    if "callModel" in message.fields:
        yield str(message.fields["callModel"][0])
    reason = reasonOf(message)
    if reason != message.name:
        yield reason


_RAS_NAMES = {
    "gatekeeperRequest": "GRQ",
    "gatekeeperConfirm": "GCF",
    "gatekeeperReject": "GRJ",
    "registrationRequest": "RRQ",
    "registrationConfirm": "RCF",
    "registrationReject": "RRJ",
    "unregistrationRequest": "URQ",
    "unregistrationConfirm": "UCF",
    "unregistrationReject": "URJ",
    "admissionRequest": "ARQ",
    "admissionConfirm": "ACF",
    "admissionReject": "ARJ",
    "bandwidthRequest": "BRQ",
    "bandwidthConfirm": "BCF",
    "bandwidthReject": "BRJ",
    "disengageRequest": "DRQ",
    "disengageConfirm": "DCF",
    "disengageReject": "DRJ",
    "locationRequest": "LRQ",
    "locationConfirm": "LCF",
    "locationReject": "LRJ",
    "infoRequest": "IRQ",
    "infoRequestResponse": "IRR",
    "infoRequestAck": "IACK",
    "infoRequestNak": "INAK",
    "resourcesAvailableIndicate": "RAI",
    "resourcesAvailableConfirm": "RAC",
    "serviceControlIndication": "SCI",
    "serviceControlResponse": "SCR",
    "requestInProgress": "RIP",
    "nonStandardMessage": "NSM",
    "unknownMessageResponse": "XRS",
}
"""
As H.323, 3.2 abbreviates the names of RAS messages.
"""

_READERS: dict[WireProtocol, Callable[[bytes], str]] = {
    WireProtocol.SIP: _inSIP,
    WireProtocol.H225: _inH225,
    WireProtocol.H245: _inH245,
    WireProtocol.RAS: _inRAS,
}
