"""
The Q.931 message as H.225.0 uses it: header, and a list of information elements (H.225.0, 7).

A message is read into elements whose contents are still octets (L{h323d.h323.signalling.elements}
reads those), and written back octet by octet as it was read.  Elements of any codeset and
of unknown meaning are kept.  The user-user element, which carries the H.323 part, has a
length of two octets here (H.225.0, 7.2.2.31).
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from h323d.errors import DecodeError, EncodeError

__all__ = ["IE", "Element", "MessageType", "Q931Message", "decode", "encode", "notUnderstood"]

PROTOCOL_DISCRIMINATOR = 0x08
USER_USER_DISCRIMINATOR = 0x05  # ASN.1: X.208 and X.209 (H.225.0, 7.2.2.31)

MAXIMUM_ELEMENTS = 128
"""More than any message has use for; a longer list is an attack."""


class MessageType(enum.IntEnum):
    """
    The messages that H.225.0, table 4, names, and those of Q.931 that it forbids but that
    must be told apart.
    """

    ALERTING = 0x01
    CALL_PROCEEDING = 0x02
    PROGRESS = 0x03
    SETUP = 0x05
    CONNECT = 0x07
    SETUP_ACKNOWLEDGE = 0x0D
    CONNECT_ACKNOWLEDGE = 0x0F
    RELEASE_COMPLETE = 0x5A
    FACILITY = 0x62
    NOTIFY = 0x6E
    STATUS_INQUIRY = 0x75
    INFORMATION = 0x7B
    STATUS = 0x7D


class IE(enum.IntEnum):
    """
    Information elements of codeset 0 (Q.931, table 4-3).  Those from 0x80 are single octets.
    """

    BEARER_CAPABILITY = 0x04
    CAUSE = 0x08
    CALL_IDENTITY = 0x10
    CALL_STATE = 0x14
    CHANNEL_IDENTIFICATION = 0x18
    FACILITY = 0x1C
    PROGRESS_INDICATOR = 0x1E
    NETWORK_SPECIFIC_FACILITIES = 0x20
    NOTIFICATION_INDICATOR = 0x27
    DISPLAY = 0x28
    DATE_TIME = 0x29
    KEYPAD_FACILITY = 0x2C
    SIGNAL = 0x34
    CONNECTED_NUMBER = 0x4C
    CONNECTED_SUBADDRESS = 0x4D
    CALLING_PARTY_NUMBER = 0x6C
    CALLING_PARTY_SUBADDRESS = 0x6D
    CALLED_PARTY_NUMBER = 0x70
    CALLED_PARTY_SUBADDRESS = 0x71
    REDIRECTING_NUMBER = 0x74
    TRANSIT_NETWORK_SELECTION = 0x78
    LOW_LAYER_COMPATIBILITY = 0x7C
    HIGH_LAYER_COMPATIBILITY = 0x7D
    USER_USER = 0x7E
    SENDING_COMPLETE = 0xA1


_SINGLE_OCTET = 0x80
_SHIFT = 0x90
_SHIFT_MASK = 0xF0
_NON_LOCKING = 0x08
_CODESET_MASK = 0x07
_COMPREHENSION_REQUIRED_MASK = 0xF0
_KNOWN = frozenset(int(identifier) for identifier in IE)


@dataclass(frozen=True, slots=True)
class Element:
    """
    One information element.

    @ivar identifier: its first octet; of a single-octet element the whole octet, with its
        contents in it.
    @ivar contents: what follows the length; empty for a single octet.
    @ivar codeset: which table C{identifier} belongs to.  Of a shift element, the codeset
        in force before it.
    """

    identifier: int
    contents: bytes = b""
    codeset: int = 0

    @property
    def isShift(self) -> bool:
        return self.identifier & _SHIFT_MASK == _SHIFT


@dataclass(frozen=True, slots=True)
class Q931Message:
    """
    One message.

    @ivar callReference: 15 bits; 0 is the global call reference.
    @ivar toOriginator: the call reference flag: TRUE when sent by the side that did not
        choose the call reference.
    @ivar messageType: a L{MessageType}, or the number of one that we do not know.
    @ivar elements: in the order in which they stand, shifts included.
    @ivar referenceLength: octets that the call reference takes; two in H.225.0.
    @ivar octets: the message as it was received; empty for one of our own.
    """

    callReference: int
    toOriginator: bool
    messageType: int
    elements: tuple[Element, ...] = ()
    referenceLength: int = 2
    octets: bytes = field(default=b"", compare=False, repr=False)

    def contents(self, identifier: int) -> bytes | None:
        """
        The contents of the first element of codeset 0 with that identifier (Q.931, 5.8.6.2:
        what is repeated is ignored).
        """
        for element in self.elements:
            if element.identifier == identifier and element.codeset == 0:
                return element.contents
        return None

    @property
    def userUser(self) -> bytes | None:
        """
        The encoded C{H323-UserInformation}; C{None} if there is none.

        @return: empty if the element does not begin with the discriminator of ASN.1.
        """
        contents = self.contents(IE.USER_USER)
        if contents is None:
            return None
        return contents[1:] if contents[:1] == bytes([USER_USER_DISCRIMINATOR]) else b""


def decode(data: bytes) -> Q931Message:
    """
    Read one message.

    @raise DecodeError: another protocol, a call reference of an impossible length, an
        element that runs over the end, or more than L{MAXIMUM_ELEMENTS} of them.
    """
    if len(data) < 3:
        raise DecodeError("shorter than a header", "Q931", len(data))
    if data[0] != PROTOCOL_DISCRIMINATOR:
        raise DecodeError(f"protocol {data[0]}, not 8", "Q931.protocolDiscriminator", 0)
    length = data[1]
    if length > 2:
        raise DecodeError(f"call reference of {length} octets", "Q931.callReference", 1)
    start = 2 + length
    if start >= len(data):
        raise DecodeError("ends before the message type", "Q931.messageType", len(data))
    reference, flag = _decodeReference(data[2:start])
    return Q931Message(
        callReference=reference,
        toOriginator=flag,
        messageType=data[start],
        elements=_decodeElements(data, start + 1),
        referenceLength=length,
        octets=bytes(data),
    )


def _decodeReference(octets: bytes) -> tuple[int, bool]:
    if not octets:
        return 0, False
    flag = 1 << (8 * len(octets) - 1)
    value = int.from_bytes(octets, "big")
    return value & ~flag, bool(value & flag)


def _decodeElements(data: bytes, offset: int) -> tuple[Element, ...]:
    elements: list[Element] = []
    locked = active = 0
    while offset < len(data):
        if len(elements) >= MAXIMUM_ELEMENTS:
            raise DecodeError("too many information elements", "Q931.elements", offset)
        identifier = data[offset]
        if identifier & _SINGLE_OCTET:
            elements.append(Element(identifier, b"", active))
            offset += 1
            active, locked = _afterSingle(identifier, locked)
            continue
        contents, offset = _decodeContents(data, offset, active)
        elements.append(Element(identifier, contents, active))
        active = locked
    return tuple(elements)


def _afterSingle(identifier: int, locked: int) -> tuple[int, int]:
    """
    The codeset of the next element and the locked one, after a single octet.
    """
    if identifier & _SHIFT_MASK != _SHIFT:
        return locked, locked
    codeset = identifier & _CODESET_MASK
    return (codeset, locked) if identifier & _NON_LOCKING else (codeset, codeset)


def _decodeContents(data: bytes, offset: int, codeset: int) -> tuple[bytes, int]:
    identifier = data[offset]
    width = 2 if identifier == IE.USER_USER and codeset == 0 else 1
    start = offset + 1 + width
    end = start + int.from_bytes(data[offset + 1 : start], "big")
    if start > len(data) or end > len(data):
        raise DecodeError("element runs over the end", f"Q931.elements[0x{identifier:02x}]", offset)
    return bytes(data[start:end]), end


def encode(message: Q931Message) -> bytes:
    """
    Write one message.  An element whose codeset is not in force gets a shift before it.

    @raise EncodeError: a field does not fit; our own mistake.
    """
    width = message.referenceLength
    if width not in (0, 1, 2) or message.callReference >> max(0, 8 * width - 1):
        raise EncodeError(f"{message.callReference} does not fit", "Q931.callReference")
    reference = message.callReference
    if width and message.toOriginator:
        reference |= 1 << (8 * width - 1)
    header = struct.pack("!BB", PROTOCOL_DISCRIMINATOR, width) + reference.to_bytes(width, "big")
    return header + bytes([message.messageType]) + _encodeElements(message.elements)


def _encodeElements(elements: Iterable[Element]) -> bytes:
    out = bytearray()
    locked = active = 0
    for element in elements:
        if element.codeset != active and not element.isShift:
            out.append(_SHIFT | _NON_LOCKING | element.codeset)
        if element.identifier & _SINGLE_OCTET:
            out.append(element.identifier)
            active, locked = _afterSingle(element.identifier, locked)
            continue
        out += _encodeElement(element)
        active = locked
    return bytes(out)


def _encodeElement(element: Element) -> bytes:
    width = 2 if element.identifier == IE.USER_USER and element.codeset == 0 else 1
    if len(element.contents) >> (8 * width):
        raise EncodeError("contents too long", f"Q931.elements[0x{element.identifier:02x}]")
    return (
        bytes([element.identifier])
        + len(element.contents).to_bytes(width, "big")
        + element.contents
    )


def notUnderstood(message: Q931Message) -> tuple[int, ...]:
    """
    The identifiers of elements that we do not know and that must be understood for the
    message to be acted on (Q.931, 4.5.1 note 5 and 5.8.7.1: high half octet 0).
    """
    return tuple(
        element.identifier
        for element in message.elements
        if element.codeset == 0
        and not element.identifier & _COMPREHENSION_REQUIRED_MASK
        and element.identifier not in _KNOWN
    )
