"""
The C{m=} lines that we write, one for each medium.

The part of L{h323d.sip.sdp.negotiation} that knows where we receive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from h323d.sip.sdp.description import SLIDES, Attribute, Connection, MediaDescription
from h323d.sip.sdp.encrypting import Encrypting
from h323d.sip.sdp.payloads import formatAttributes
from h323d.sip.sdp.streams import REFUSED_PORT
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile

__all__ = ["LocalMedia", "LocalPort", "describe", "refusedLine"]

_NAMES = {Medium.AUDIO: "audio", Medium.VIDEO: "video", Medium.SLIDES: "video"}


@dataclass(frozen=True, slots=True)
class LocalPort:
    """
    Where we receive one medium.

    @ivar rtp: an address that the peer can reach, and the port.
    @ivar rtcp: C{None} if it is the next port.
    """

    rtp: TransportAddress
    rtcp: TransportAddress | None = None


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """
    What we can receive, and under which session.

    @ivar host: our address, a literal one; that of the ports, unless they say otherwise.
    @ivar sessionId: of our C{o=} line: a random number, the same for a whole call.
    @ivar ports: of the media that may be agreed on.
    @ivar user: who we are in our C{o=} line.
    @ivar encrypting: how media are encrypted; C{None} if they never are.
    """

    host: str
    sessionId: int
    ports: Mapping[Medium, LocalPort]
    user: str = "-"
    encrypting: Encrypting | None = None


def describe(
    protocol: str,
    formats: Mapping[int, MediaFormat],
    profile: MediumProfile,
    local: LocalMedia,
    direction: Direction,
    said: Sequence[Attribute] = (),
) -> MediaDescription:
    """
    @param formats: by payload type, in order of preference.
    @param profile: of the medium, for all that is not in the other arguments.
    @param said: what there is to say beside: of the keys with which it may be, or is, encrypted;
        of reports that we want.
    """
    attributes: list[Attribute] = formatAttributes(formats)
    if profile.medium is Medium.AUDIO:
        attributes.append(("ptime", str(profile.packetMs)))
        attributes.append(("maxptime", str(profile.maxPacketMs)))
    elif profile.medium is Medium.SLIDES:
        attributes.append(SLIDES)
    port = local.ports[profile.medium]
    rtp, rtcp = port.rtp, port.rtcp
    if rtcp is not None and rtcp != TransportAddress(rtp.host, rtp.port + 1):
        attributes.append(("rtcp", f"{rtcp.port} {Connection.to(rtcp.host)}"))
    attributes += said
    attributes.append((direction.value, None))
    return MediaDescription(
        _NAMES[profile.medium],
        rtp.port,
        protocol,
        tuple(map(str, formats)),
        None if rtp.host == local.host else Connection.to(rtp.host),
        tuple(attributes),
    )


def refusedLine(line: MediaDescription) -> MediaDescription:
    """
    A line that is not taken (RFC 3264, 6), or not gone on with (8.2).
    """
    return MediaDescription(line.media, REFUSED_PORT, line.protocol, line.formats)
