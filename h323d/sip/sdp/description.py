"""
Session descriptions: SDP, RFC 8866.

L{parse} and L{write} between octets and L{SessionDescription}.  Attributes stay in their
order, known or not; what they mean is asked by properties.  The parser takes what deployed
phones send: line feeds alone, no C{t=}, no C{s=}, lines of kinds that nobody knows.  What
a description is an offer or an answer to is L{h323d.sip.sdp.negotiation}'s matter, payload
types are L{h323d.sip.sdp.payloads}'.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from h323d.errors import DecodeError, EncodeError
from h323d.sip.messages.grammar import MAX_PORT
from h323d.values.media.direction import Direction
from h323d.values.media.medium import Medium

__all__ = [
    "MAX_ATTRIBUTES",
    "MAX_FORMATS",
    "MAX_LINE_LENGTH",
    "MAX_MEDIA",
    "MAX_OCTETS",
    "SLIDES",
    "Attribute",
    "Connection",
    "MediaDescription",
    "Origin",
    "SessionDescription",
    "attributeOf",
    "attributesOf",
    "directionOf",
    "parse",
    "write",
]

MAX_OCTETS = 65536
MAX_LINE_LENGTH = 4096  # characters
MAX_MEDIA = 64  # m= lines
MAX_ATTRIBUTES = 1024  # in the whole description
MAX_FORMATS = 128  # in an m= line: as many as there are RTP payload types
_READ = 8  # descriptions that were read last

_BAD_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_NOT_IN_WORD = re.compile(r"[\x00-\x20\x7f]+")
_MEDIA = re.compile(r"([^\s/]+)\s+([0-9]{1,5})(?:/([0-9]{1,3}))?\s+(\S+)(.*)")
_CONNECTION = re.compile(r"(\S+)\s+(\S+)\s+(\S+)\s*")
_ORIGIN = re.compile(r"(\S+)\s+([0-9]{1,20})\s+([0-9]{1,20})\s+\S+\s+(\S+)\s+(\S+)\s*")
_BANDWIDTH = re.compile(r"([^\s:]+):\s*([0-9]{1,12})\s*")
_RTCP = re.compile(r"([0-9]{1,5})(?:\s+IN\s+(IP[46])\s+(\S+))?\s*")
_KINDS = "vosiuepcbtrzkam"  # in the order that a description has them (9)
_KEPT = frozenset("iueprzk")
_DIRECTIONS = frozenset(direction.value for direction in Direction)

Attribute = tuple[str, str | None]
"""
Name and value; C{None} for an attribute that is a flag.
"""

SLIDES: Attribute = ("content", "slides")
"""
What a video stream says that carries a presentation (RFC 4796).
"""


@dataclass(frozen=True, slots=True)
class Connection:
    """
    Where media go: the C{c=} line.

    @ivar address: a literal address or a name; a multicast address with its C{/ttl}.
    @ivar addressType: C{"IP4"} or C{"IP6"}, or whatever came.
    """

    address: str
    addressType: str = "IP4"
    networkType: str = "IN"

    @classmethod
    def to(cls, host: str) -> Connection:
        """
        @param host: a literal address.
        """
        return cls(host, "IP6" if ":" in host else "IP4")

    def __str__(self) -> str:
        return f"{self.networkType} {self.addressType} {self.address}"


@dataclass(frozen=True, slots=True)
class Origin:
    """
    Whose description it is, and which edition: the C{o=} line.

    @ivar sessionId: stays through a session.
    @ivar version: one more with each change (RFC 3264, 8).
    @ivar username: without white space.
    """

    sessionId: int
    version: int
    connection: Connection
    username: str = "-"

    @staticmethod
    def nameOf(user: str) -> str:
        """
        @return: as much of a name as C{username} can say.
        """
        return _NOT_IN_WORD.sub("_", user) or "-"

    def next(self) -> Origin:
        """
        @return: the origin of the next edition.
        """
        return replace(self, version=self.version + 1)

    def __str__(self) -> str:
        return f"{self.username} {self.sessionId} {self.version} {self.connection}"


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """
    One C{m=} line and the lines under it.

    @ivar media: C{"audio"}, C{"video"}, ...
    @ivar port: 0 for a stream that is refused or over.
    @ivar protocol: C{"RTP/AVP"}.
    @ivar formats: payload types as text, or what else the protocol has.
    @ivar connection: C{None} to use the session's.
    @ivar bandwidths: modifier and kbit/s, or bit/s for C{TIAS}.
    @ivar others: lines that mean nothing here, with their letter.
    """

    media: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    connection: Connection | None = None
    attributes: tuple[Attribute, ...] = field(default=(), repr=False)  # there may be keys in them
    bandwidths: tuple[tuple[str, int], ...] = ()
    portCount: int = 1
    others: tuple[tuple[str, str], ...] = ()

    def attribute(self, name: str) -> str | None:
        """
        @return: the first value, C{""} for a flag, C{None} if it is absent.
        """
        return attributeOf(self.attributes, name)

    @property
    def medium(self) -> Medium | None:
        """
        Which medium of a call this is; C{None} for what is none.
        """
        if self.media == "audio":
            return Medium.AUDIO
        if self.media != "video":
            return None
        return Medium.SLIDES if SLIDES in self.attributes else Medium.VIDEO

    @property
    def packetMs(self) -> int | None:
        """
        C{ptime}: milliseconds that the other side would like in a packet.
        """
        return _milliseconds(self.attribute("ptime"))

    @property
    def maxPacketMs(self) -> int | None:
        """
        C{maxptime}: the most it can take.
        """
        return _milliseconds(self.attribute("maxptime"))

    @property
    def rtcp(self) -> tuple[int, str | None] | None:
        """
        Port and address of C{a=rtcp} (RFC 3605); C{None} if absent or malformed.
        """
        found = _RTCP.fullmatch(self.attribute("rtcp") or "")
        if found is None or int(found[1]) > MAX_PORT:
            return None
        return int(found[1]), found[3]


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """
    @ivar times: the C{t=} lines; calls have C{"0 0"}.
    @ivar others: lines that mean nothing here, with their letter.
    """

    origin: Origin
    media: tuple[MediaDescription, ...] = ()
    connection: Connection | None = None
    attributes: tuple[Attribute, ...] = ()
    bandwidths: tuple[tuple[str, int], ...] = ()
    name: str = "-"
    times: tuple[str, ...] = ("0 0",)
    others: tuple[tuple[str, str], ...] = ()

    def connectionOf(self, media: MediaDescription) -> Connection | None:
        return media.connection or self.connection

    def directionOf(self, media: MediaDescription) -> Direction:
        """
        @return: the direction as the description's author sees it (RFC 8866, 6.7).
        """
        return directionOf(media.attributes) or directionOf(self.attributes) or Direction.SENDRECV


def attributeOf(attributes: Iterable[Attribute], name: str) -> str | None:
    """
    @return: the first value, C{""} for a flag, C{None} if it is absent.
    """
    for key, value in attributes:
        if key == name:
            return value or ""
    return None


def attributesOf(attributes: Iterable[Attribute], name: str) -> list[str]:
    """
    @return: every value of this name.
    """
    return [value or "" for key, value in attributes if key == name]


def directionOf(attributes: Iterable[Attribute]) -> Direction | None:
    """
    @return: what the last direction attribute says; C{None} if there is none.
    """
    names = [name for name, _ in attributes if name in _DIRECTIONS]
    return Direction(names[-1]) if names else None


def _milliseconds(text: str | None) -> int | None:
    whole = (text or "").strip().partition(".")[0]
    if not (whole.isascii() and whole.isdigit()) or len(whole) > 5:
        return None
    return int(whole) or None


class _Section:
    """
    The lines of the session or of one medium, as they are collected.
    """

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.attributes: list[Attribute] = []
        self.bandwidths: list[tuple[str, int]] = []
        self.others: list[tuple[str, str]] = []

    def add(self, kind: str, value: str) -> None:
        if kind == "a":
            name, colon, rest = value.partition(":")
            self.attributes.append((name.strip(), rest if colon else None))
        elif kind == "c":
            self.connection = _parseConnection(value)
        elif kind == "b":
            found = _BANDWIDTH.fullmatch(value)
            if found is not None:  # a malformed limit limits nothing
                self.bandwidths.append((found[1], int(found[2])))
        elif kind in _KEPT:
            self.others.append((kind, value))

    def sortedOthers(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(self.others, key=lambda line: _KINDS.index(line[0])))


def _parseConnection(value: str) -> Connection:
    found = _CONNECTION.fullmatch(value)
    if found is None:
        raise DecodeError("malformed", "SDP c=")
    return Connection(found[3], found[2].upper(), found[1].upper())


def _parseOrigin(value: str) -> Origin:
    found = _ORIGIN.fullmatch(value)
    if found is None:
        raise DecodeError("malformed", "SDP o=")
    username, sessionId, version, addressType, address = found.groups()
    return Origin(int(sessionId), int(version), Connection(address, addressType.upper()), username)


def _parseMediaLine(value: str) -> MediaDescription:
    found = _MEDIA.fullmatch(value)
    if found is None or int(found[2]) > MAX_PORT:
        raise DecodeError("malformed", "SDP m=")
    formats = tuple(found[5].split())
    if len(formats) > MAX_FORMATS:
        raise DecodeError("too many formats", "SDP m=")
    return MediaDescription(
        found[1].lower(), int(found[2]), found[4], formats, portCount=int(found[3] or 1)
    )


def _lines(data: bytes) -> list[tuple[str, str]]:
    if len(data) > MAX_OCTETS:
        raise DecodeError("too many octets", "SDP", MAX_OCTETS)
    text = data.decode("utf-8", "surrogateescape")
    bad = _BAD_CHARACTER.search(text)
    if bad is not None:
        raise DecodeError("a control character", "SDP", bad.start())
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.strip():
            continue
        if len(line) > MAX_LINE_LENGTH:
            raise DecodeError("a line too long", "SDP")
        if line[1:2] != "=":
            raise DecodeError("not a line of SDP", "SDP")
        lines.append((line[0], line[2:]))
    return lines


@functools.lru_cache(_READ)
def parse(data: bytes) -> SessionDescription:
    """
    What is offered is read where a request is screened, and again where it is answered, so that
    what was read lately is at hand.

    @raise DecodeError: not a session description, or too large a one.
    """
    lines = _lines(data)
    if not lines or lines[0][0] != "v" or lines[0][1].strip() != "0":
        raise DecodeError("does not begin with v=0", "SDP")
    session = section = _Section()
    heads: list[tuple[MediaDescription, _Section]] = []
    attributes = 0
    origin = None
    name = "-"
    times = []
    for kind, value in lines[1:]:
        if kind == "m":
            section = _Section()
            heads.append((_parseMediaLine(value), section))
        elif kind == "o" and section is session:
            origin = _parseOrigin(value)
        elif kind == "s" and section is session:
            name = value
        elif kind == "t" and section is session:
            times.append(value)
        else:
            attributes += kind == "a"
            section.add(kind, value)
        if len(heads) > MAX_MEDIA or attributes > MAX_ATTRIBUTES:
            raise DecodeError("too many media or attributes", "SDP")
    if origin is None:
        raise DecodeError("missing", "SDP o=")
    return SessionDescription(
        origin,
        tuple(_completed(head, lines) for head, lines in heads),
        session.connection,
        tuple(session.attributes),
        tuple(session.bandwidths),
        name,
        tuple(times) or ("0 0",),
        session.sortedOthers(),
    )


def _completed(head: MediaDescription, section: _Section) -> MediaDescription:
    return replace(
        head,
        connection=section.connection,
        attributes=tuple(section.attributes),
        bandwidths=tuple(section.bandwidths),
        others=section.sortedOthers(),
    )


def write(description: SessionDescription) -> bytes:
    """
    @raise EncodeError: a text holds a line end or another control character.
    """
    lines = ["v=0", f"o={description.origin}", f"s={description.name}"]
    lines += _othersOf(description.others, "iuep")
    lines += _limits(description.connection, description.bandwidths)
    lines += [f"t={time}" for time in description.times]
    lines += _othersOf(description.others, "rzk")
    lines += _attributes(description.attributes)
    for media in description.media:
        lines += _writeMedia(media)
    for line in lines:
        if "\n" in line or _BAD_CHARACTER.search(line):
            raise EncodeError("a control character", f"SDP {line[:2]}")
    return "\r\n".join((*lines, "")).encode("utf-8", "surrogateescape")


def _writeMedia(media: MediaDescription) -> list[str]:
    count = f"/{media.portCount}" if media.portCount != 1 else ""
    return [
        " ".join((f"m={media.media}", f"{media.port}{count}", media.protocol, *media.formats)),
        *_othersOf(media.others, "iueprz"),
        *_limits(media.connection, media.bandwidths),
        *_othersOf(media.others, "k"),
        *_attributes(media.attributes),
    ]


def _othersOf(others: Iterable[tuple[str, str]], kinds: str) -> list[str]:
    return [f"{kind}={value}" for kind, value in others if kind in kinds]


def _limits(connection: Connection | None, bandwidths: Iterable[tuple[str, int]]) -> list[str]:
    lines = [] if connection is None else [f"c={connection}"]
    return lines + [f"b={modifier}:{value}" for modifier, value in bandwidths]


def _attributes(attributes: Iterable[Attribute]) -> list[str]:
    return [f"a={name}" if value is None else f"a={name}:{value}" for name, value in attributes]
