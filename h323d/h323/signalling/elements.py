"""
What stands inside the information elements of H.225.0 (Q.931, 4.5; H.225.0, 7.2.2).

Each element is a frozen value with C{encode()} and a C{decode} that raises L{DecodeError};
texts are read by L{decodeText}.  The framing around them is L{h323d.h323.signalling.q931}'s.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from h323d.errors import DecodeError

__all__ = [
    "PACKET_VIDEO",
    "SPEECH",
    "BearerCapability",
    "CallState",
    "CauseElement",
    "Location",
    "PartyNumber",
    "ProgressDescription",
    "ProgressIndicator",
    "Subaddress",
    "decodeOctet",
    "decodeText",
    "encodeDisplay",
    "encodeKeypad",
    "encodeOctet",
]

_EXTENSION = 0x80
MAXIMUM_DISPLAY = 82  # octets (Q.931, 4.5.16)
MAXIMUM_KEYPAD = 34  # octets (Q.931, 4.5.18)
MAXIMUM_NUMBER_DIGITS = 128
MAXIMUM_SUBADDRESS = 20  # octets (Q.931, 4.5.9)


class Location(enum.IntEnum):
    """
    Where a cause or a progress comes from (Q.850, 2.2.3).
    """

    USER = 0
    PRIVATE_NETWORK_LOCAL = 1
    PUBLIC_NETWORK_LOCAL = 2
    TRANSIT_NETWORK = 3
    PUBLIC_NETWORK_REMOTE = 4
    PRIVATE_NETWORK_REMOTE = 5
    INTERNATIONAL_NETWORK = 7
    BEYOND_INTERWORKING = 10


class ProgressDescription(enum.IntEnum):
    """
    What a progress indicator tells (Q.931, table 4-20).
    """

    NOT_END_TO_END_ISDN = 1
    DESTINATION_NOT_ISDN = 2
    ORIGIN_NOT_ISDN = 3
    RETURNED_TO_ISDN = 4
    SERVICE_CHANGE = 5
    IN_BAND_INFORMATION = 8


def _need(data: bytes, count: int, name: str) -> None:
    if len(data) < count:
        raise DecodeError(f"{len(data)} octets, not {count}", f"Q931.{name}", len(data))


def decodeOctet(contents: bytes, name: str) -> int:
    """
    The seven bits of an element that has but one octet: signal, notification indicator.

    @raise DecodeError: it is empty.
    """
    _need(contents, 1, name)
    return contents[0] & ~_EXTENSION


def encodeOctet(value: int) -> bytes:
    """
    The contents of a notification indicator or another element of one octet and seven bits.
    """
    return bytes([_EXTENSION | value])


def decodeText(contents: bytes) -> str:
    """
    The text of a display or keypad element, without the NUL at its end that many stacks
    send, and without other control characters.  What is no UTF-8 is Latin-1.
    """
    octets = contents.split(b"\0", 1)[0]
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    return "".join(character for character in text if character.isprintable())


def encodeDisplay(text: str) -> bytes:
    """
    The contents of a display element, in UTF-8, which Q.931 does not know, and which deployed
    equipment passes on; ends in NUL, as that expects.
    """
    octets = text.encode("utf-8", "replace")[: MAXIMUM_DISPLAY - 1]
    return octets.decode("utf-8", "ignore").encode() + b"\0"  # no half of a character


def encodeKeypad(digits: str) -> bytes:
    """
    The contents of a keypad facility element.
    """
    return digits.encode("ascii", "replace")[:MAXIMUM_KEYPAD]


@dataclass(frozen=True, slots=True)
class BearerCapability:
    """
    What kind of connection is asked for (H.225.0, 7.2.2.1).

    @ivar transferCapability: 0 speech, 8 unrestricted digital, 16 3.1 kHz audio, 24 video.
    @ivar transferMode: 0 circuit, 2 packet.
    @ivar transferRate: 0 packet mode, 16 64 kbit/s, 24 multirate, and others.
    @ivar rateMultiplier: with multirate, in units of 64 kbit/s.
    @ivar layer1: user information layer 1 protocol: 2 u-law, 3 A-law, 5 H.221; C{None} if
        it is not told.
    """

    transferCapability: int
    transferMode: int = 2
    transferRate: int = 0
    rateMultiplier: int | None = None
    layer1: int | None = 5

    def encode(self) -> bytes:
        out = bytearray()
        out.append(_EXTENSION | self.transferCapability)
        out.append(_EXTENSION | self.transferMode << 5 | self.transferRate)
        if self.rateMultiplier is not None:
            out.append(_EXTENSION | self.rateMultiplier)
        if self.layer1 is not None:
            out.append(_EXTENSION | 1 << 5 | self.layer1)
        return bytes(out)

    @classmethod
    def decode(cls, data: bytes) -> BearerCapability:
        """
        @raise DecodeError: shorter than its two mandatory octets.
        """
        _need(data, 2, "bearerCapability")
        rest = data[2:]
        multiplier = None
        rate = data[1] & 0x1F
        if rate == 0x18 and rest:
            multiplier, rest = rest[0] & 0x7F, rest[1:]
        layer1 = next((octet & 0x1F for octet in rest if octet >> 5 & 0x3 == 1), None)
        return cls(data[0] & 0x1F, data[1] >> 5 & 0x3, rate, multiplier, layer1)


SPEECH = BearerCapability(transferCapability=0, transferMode=2, transferRate=0)
PACKET_VIDEO = BearerCapability(transferCapability=8, transferMode=2, transferRate=0)


@dataclass(frozen=True, slots=True)
class CauseElement:
    """
    Why (Q.850, 2.1).

    @ivar value: the cause value, 7 bits.
    @ivar location: a L{Location} by its number.
    @ivar diagnostics: octets that a cause may add.
    """

    value: int
    location: int = Location.USER
    diagnostics: bytes = b""

    def encode(self) -> bytes:
        return bytes([_EXTENSION | self.location, _EXTENSION | self.value]) + self.diagnostics

    @classmethod
    def decode(cls, data: bytes) -> CauseElement:
        """
        @raise DecodeError: it ends before the value.
        """
        _need(data, 2, "cause")
        start = 1 if data[0] & _EXTENSION else 2  # octet 3a tells the recommendation
        _need(data, start + 1, "cause")
        return cls(data[start] & 0x7F, data[0] & 0x0F, bytes(data[start + 1 :]))


@dataclass(frozen=True, slots=True)
class CallState:
    """
    In which state of Q.931 a side is (Q.931, 4.5.7).
    """

    value: int

    def encode(self) -> bytes:
        return bytes([self.value & 0x3F])

    @classmethod
    def decode(cls, data: bytes) -> CallState:
        """
        @raise DecodeError: it is empty.
        """
        _need(data, 1, "callState")
        return cls(data[0] & 0x3F)


@dataclass(frozen=True, slots=True)
class ProgressIndicator:
    """
    What has happened on the way (Q.931, 4.5.23).
    """

    description: int
    location: int = Location.USER

    def encode(self) -> bytes:
        return bytes([_EXTENSION | self.location, _EXTENSION | self.description])

    @classmethod
    def decode(cls, data: bytes) -> ProgressIndicator:
        """
        @raise DecodeError: shorter than two octets.
        """
        _need(data, 2, "progressIndicator")
        return cls(data[1] & 0x7F, data[0] & 0x0F)


@dataclass(frozen=True, slots=True)
class PartyNumber:
    """
    A calling, called, connected or redirecting number (Q.931, 4.5.8 and 4.5.10).

    @ivar digits: IA5 characters.
    @ivar typeOfNumber: 0 unknown, 1 international, 2 national, 3 network specific,
        4 subscriber, 6 abbreviated.
    @ivar plan: 0 unknown, 1 E.164, 9 private.
    @ivar presentation: 0 allowed, 1 restricted, 2 not available; C{None} if octet 3a is
        not there.
    @ivar screening: 0 user, not screened; 1 user, passed; 2 user, failed; 3 network.
    @ivar reason: of redirection (octet 3b); redirecting numbers alone have it.
    """

    digits: str
    typeOfNumber: int = 0
    plan: int = 1
    presentation: int | None = None
    screening: int = 0
    reason: int | None = None

    @property
    def restricted(self) -> bool:
        return self.presentation == 1

    def encode(self) -> bytes:
        out = bytearray([self.typeOfNumber << 4 | self.plan])
        if self.presentation is not None or self.reason is not None:
            out.append((self.presentation or 0) << 5 | self.screening)
        if self.reason is not None:
            out.append(self.reason)
        out[-1] |= _EXTENSION
        return bytes(out) + self.digits.encode("ascii", "replace")

    @classmethod
    def decode(cls, data: bytes) -> PartyNumber:
        """
        @raise DecodeError: it is empty, its header does not end, or it is longer than any
            number.
        """
        _need(data, 1, "partyNumber")
        length = next((i + 1 for i, octet in enumerate(data) if octet & _EXTENSION), 0)
        if not length or length > 3:
            raise DecodeError("header does not end", "Q931.partyNumber", len(data))
        digits = decodeText(data[length:])
        if len(digits) > MAXIMUM_NUMBER_DIGITS:
            raise DecodeError("too many digits", "Q931.partyNumber", length)
        presentation = data[1] >> 5 & 0x3 if length > 1 else None
        return cls(
            digits=digits,
            typeOfNumber=data[0] >> 4 & 0x7,
            plan=data[0] & 0x0F,
            presentation=presentation,
            screening=data[1] & 0x3 if length > 1 else 0,
            reason=data[2] & 0x0F if length > 2 else None,
        )


@dataclass(frozen=True, slots=True)
class Subaddress:
    """
    A calling, called or connected subaddress (Q.931, 4.5.9 and 4.5.11).

    @ivar octets: the subaddress itself.
    @ivar kind: 0 NSAP, 2 user specified.
    @ivar odd: the last half octet is a filler (user specified, BCD).
    """

    octets: bytes
    kind: int = 0
    odd: bool = False

    def encode(self) -> bytes:
        return bytes([_EXTENSION | self.kind << 4 | (0x08 if self.odd else 0)]) + self.octets

    @classmethod
    def decode(cls, data: bytes) -> Subaddress:
        """
        @raise DecodeError: it is empty, or longer than any subaddress.
        """
        _need(data, 1, "subaddress")
        if len(data) > 1 + MAXIMUM_SUBADDRESS:
            raise DecodeError("too long", "Q931.subaddress", 1 + MAXIMUM_SUBADDRESS)
        return cls(bytes(data[1:]), data[0] >> 4 & 0x7, bool(data[0] & 0x08))
