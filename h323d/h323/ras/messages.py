"""
RAS messages as values, and the few fields that every one of them has
(ITU-T H.225.0, 7.6 to 7.18).

A L{RASMessage} is the name of its C{RasMessage} alternative and a dictionary
with the standard's field names.  This module knows which answers belong to
which request, and how an identifier tells a protocol version.  It keeps no
state and no time: that is C{transactions}.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from h323d.asn1 import h225
from h323d.errors import DecodeError
from h323d.h323.signalling.addresses import transportFromValue
from h323d.values.address import TransportAddress

__all__ = [
    "ANSWERS",
    "Fields",
    "PROTOCOL_IDENTIFIER",
    "PROTOCOL_VERSION",
    "RASMessage",
    "callIdentifierIn",
    "callKey",
    "decodeRAS",
    "encodeRAS",
    "identifierIn",
    "isRequest",
    "protocolVersion",
    "reasonOf",
    "rejection",
    "usableAddresses",
]

Fields = dict[str, Any]  # Any: whatever the schema says of the field

PROTOCOL_VERSION = 7
MAX_ADDRESSES = 16  # signalling or RAS addresses of one endpoint that count
_H225_ARC = (0, 0, 8, 2250, 0)
PROTOCOL_IDENTIFIER = (*_H225_ARC, PROTOCOL_VERSION)

ANSWERS: dict[str, tuple[str, str]] = {
    "gatekeeperRequest": ("gatekeeperConfirm", "gatekeeperReject"),
    "registrationRequest": ("registrationConfirm", "registrationReject"),
    "unregistrationRequest": ("unregistrationConfirm", "unregistrationReject"),
    "admissionRequest": ("admissionConfirm", "admissionReject"),
    "bandwidthRequest": ("bandwidthConfirm", "bandwidthReject"),
    "disengageRequest": ("disengageConfirm", "disengageReject"),
    "locationRequest": ("locationConfirm", "locationReject"),
    "infoRequest": ("infoRequestResponse", "infoRequestResponse"),
    "infoRequestResponse": ("infoRequestAck", "infoRequestNak"),
    "resourcesAvailableIndicate": ("resourcesAvailableConfirm", "resourcesAvailableConfirm"),
    "serviceControlIndication": ("serviceControlResponse", "serviceControlResponse"),
}
"""
The confirm and the reject of each request.  C{infoRequestResponse} is both:
the answer to an IRQ, and a request when it asks to be acknowledged.
"""


@dataclass(frozen=True, slots=True)
class RASMessage:
    """
    One RAS message.

    @ivar name: the C{RasMessage} alternative, as in C{"registrationRequest"}.
    @ivar fields: its value; not to be changed after it was made.
    """

    name: str
    fields: Fields

    @property
    def requestSeqNum(self) -> int:
        return int(self.fields["requestSeqNum"])

    def answeredBy(self, other: RASMessage) -> bool:
        """
        Whether C{other} is of a kind that ends this request.
        """
        return other.name in ANSWERS.get(self.name, ()) or other.name == "unknownMessageResponse"


_REQUESTS = frozenset(ANSWERS) | {"nonStandardMessage"}


def isRequest(message: RASMessage) -> bool:
    """
    Whether somebody may expect an answer to it.
    """
    return message.name in _REQUESTS


def decodeRAS(data: bytes) -> RASMessage:
    """
    @param data: one datagram.

    @raise DecodeError: it is no RAS message, or one of an alternative that
        is newer than our schema.
    """
    name, fields = h225.decode("RasMessage", data)
    if not isinstance(fields, dict) or "requestSeqNum" not in fields:
        raise DecodeError("a message of an unknown kind", "RasMessage", 0)
    return RASMessage(name, fields)


def encodeRAS(message: RASMessage) -> bytes:
    """
    @raise h323d.errors.EncodeError: a field is not what its schema allows.
    """
    return h225.encode("RasMessage", (message.name, message.fields))


def rejection(request: RASMessage, reason: str, value: object = None, **more: object) -> RASMessage:
    """
    The reject of a request that has one.

    @param reason: an alternative of that reject's reason.
    @param value: what that alternative holds.
    @param more: further fields.
    """
    name = ANSWERS[request.name][1]
    fields: Fields = {"requestSeqNum": request.requestSeqNum, _reasonField(name): (reason, value)}
    fields.update(more)
    return RASMessage(name, fields)


def reasonOf(message: RASMessage) -> str:
    """
    The reason that a reject gives, or the name of a message without one.
    """
    reason = message.fields.get(_reasonField(message.name))
    return str(reason[0]) if reason else message.name


def _reasonField(name: str) -> str:
    return "nakReason" if name == "infoRequestNak" else "rejectReason"


def protocolVersion(identifier: tuple[int, ...]) -> int:
    """
    The version of H.225.0 that a peer claims.

    @param identifier: a C{protocolIdentifier}.

    @return: 0 if it is none of H.225.0's; real equipment sends such.
    """
    if len(identifier) == 6 and identifier[:5] == _H225_ARC:
        return identifier[5]
    return 0


def identifierIn(fields: Fields, name: str) -> str | None:
    """
    An C{endpointIdentifier} or C{gatekeeperIdentifier}, without the NULs that
    some equipment fills it up with.

    @return: C{None} if the message has none.
    """
    text: str | None = fields.get(name)
    return None if text is None else text.rstrip("\0")


def usableAddresses(values: Iterable[tuple[str, Any]]) -> tuple[TransportAddress, ...]:
    """
    Those transport addresses that somebody can be reached at, without
    repetitions, as many as count.
    """
    usable: dict[TransportAddress, None] = {}
    for value in values:
        address = transportFromValue(value)
        if address is not None and address.isUnicast:
            usable[address] = None
            if len(usable) == MAX_ADDRESSES:
                break
    return tuple(usable)


_NO_GUID = bytes(16)


def callIdentifierIn(fields: Fields) -> bytes:
    """
    The C{callIdentifier}, 16 octets; empty if the message has none.
    """
    identifier = fields.get("callIdentifier")
    if identifier is None or identifier["guid"] == _NO_GUID:
        return b""
    return bytes(identifier["guid"])


def callKey(fields: Fields) -> bytes:
    """
    What names the call that a message speaks of: its C{callIdentifier}, or
    for a peer that sends none, the C{conferenceID} and C{callReferenceValue}.
    """
    identifier = callIdentifierIn(fields)
    if identifier:
        return identifier
    reference = int(fields.get("callReferenceValue", 0)) & 0x7FFF
    return bytes(fields.get("conferenceID", _NO_GUID)) + reference.to_bytes(2, "big")
