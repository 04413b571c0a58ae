"""
What the peer's C{m=} line asks for, and the L{Stream} that follows from it.

The part of L{h323d.sip.sdp.negotiation} that knows addresses and directions, with both ways of
holding a call: by attribute, and by the address C{0.0.0.0} (RFC 3264, 8.4).
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace

from h323d.sip.messages.grammar import MAX_PORT
from h323d.sip.sdp.candidates import RTCP, RTP, hostCandidate
from h323d.sip.sdp.description import MediaDescription, SessionDescription
from h323d.sip.sdp.encrypting import ENCRYPTED
from h323d.sip.sdp.metrics import takesMetrics
from h323d.sip.sdp.payloads import conceding, fitPacketMs, formatsOf, isSpoken
from h323d.sip.sdp.selection import eventType
from h323d.values.address import TransportAddress, literalAddress
from h323d.values.media.digits import takesFlash
from h323d.values.media.direction import Direction
from h323d.values.media.encryption import KeyAgreement, StreamKeys
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat

__all__ = [
    "REFUSED_PORT",
    "Obstacle",
    "RemoteStream",
    "agreedStream",
    "isIPv6",
    "meet",
    "offeredStream",
    "remoteStream",
]

REFUSED_PORT = 0  # of a stream that is refused or over
_IN_THE_CLEAR = frozenset(["RTP/AVP", "RTP/AVPF"])
_PROTOCOLS = _IN_THE_CLEAR | ENCRYPTED
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Obstacle(enum.Enum):
    """
    Why a stream is not taken, in the order in which that is looked at.  Each has its warn-code
    (RFC 3261, 20.43).
    """

    MEDIA_TYPE = 304
    TRANSPORT_PROTOCOL = 302
    NETWORK_ADDRESS_FORMAT = 301
    ENCRYPTION = 399
    MEDIA_FORMAT = 305


@dataclass(frozen=True, slots=True)
class RemoteStream:
    """
    What the peer's C{m=} line asks for.

    @ivar rtp: C{None} for a hold by C{0.0.0.0}.
    @ivar takesMetrics: whether the peer wants VoIP metrics.
    """

    media: MediaDescription
    formats: Mapping[int, MediaFormat]
    direction: Direction
    rtp: TransportAddress | None
    rtcp: TransportAddress | None
    takesMetrics: bool = False


def remoteStream(description: SessionDescription, media: MediaDescription) -> RemoteStream | None:
    """
    @return: C{None} if the stream is refused, over, or of a kind we cannot take.
    """
    connection = description.connectionOf(media)
    if media.port == REFUSED_PORT or media.protocol.upper() not in _PROTOCOLS or not connection:
        return None
    address = _literal(connection.address)
    direction = description.directionOf(media)
    formats = formatsOf(media)
    if address is None:
        return None
    if address.is_unspecified:
        held = Direction.of(direction.sends, receives=False)
        return RemoteStream(media, formats, held, None, None)
    rtp = TransportAddress(str(address), media.port)
    if not rtp.isUnicast:
        return None
    metrics = takesMetrics(description, media)
    return RemoteStream(media, formats, direction, rtp, _rtcpAddress(media, address), metrics)


def offeredStream(
    description: SessionDescription,
    media: MediaDescription,
    ours: TransportAddress,
    mayEncrypt: bool,
) -> RemoteStream | Obstacle:
    """
    What an offer's C{m=} line asks for, or what keeps us from it whatever its formats are.

    @param ours: where we would receive.
    @param mayEncrypt: whether we have transports that are encrypted.
    """
    if media.port == REFUSED_PORT:
        return Obstacle.MEDIA_TYPE
    if media.protocol.upper() not in (_PROTOCOLS if mayEncrypt else _IN_THE_CLEAR):
        return Obstacle.TRANSPORT_PROTOCOL
    remote = remoteStream(description, media)
    if remote is None:
        return Obstacle.NETWORK_ADDRESS_FORMAT
    if remote.rtp is None or remote.rtp.isIPv6 == ours.isIPv6:
        return remote
    rtp, rtcp = (hostCandidate(media, each, ours.isIPv6) for each in (RTP, RTCP))
    return Obstacle.NETWORK_ADDRESS_FORMAT if rtp is None else replace(remote, rtp=rtp, rtcp=rtcp)


def _rtcpAddress(media: MediaDescription, address: _Address) -> TransportAddress | None:
    """
    @return: C{None} if there is no port for it, or its address is of another family.
    """
    port, text = media.rtcp or (media.port + 1, None)
    host = address if text is None else _literal(text)
    if not 0 < port <= MAX_PORT or host is None or host.version != address.version:
        return None
    rtcp = TransportAddress(str(host), port)
    return rtcp if rtcp.isUnicast else None


def _literal(text: str) -> _Address | None:
    """
    @return: C{None} for a name - they are not resolved - and for an address with a zone or
        a time to live.
    """
    try:
        return None if "%" in text else literalAddress(text)
    except ValueError:
        return None


def isIPv6(description: SessionDescription, media: MediaDescription) -> bool:
    connection = description.connectionOf(media)
    return connection is not None and ":" in connection.address


def meet(ours: Direction, remote: RemoteStream) -> Direction:
    """
    @return: what both want, from our side (RFC 3264, 6.1).
    """
    theirs = remote.direction.reversed
    return Direction.of(ours.sends and theirs.sends, ours.receives and theirs.receives)


def agreedStream(
    remote: RemoteStream,
    receive: Mapping[int, MediaFormat],
    transmit: Mapping[int, MediaFormat],
    profile: MediumProfile,
    direction: Direction,
    keys: StreamKeys | KeyAgreement | None = None,
) -> Stream:
    """
    @param receive: by our numbers.
    @param transmit: by the peer's numbers, the one to send first.
    @param keys: with which it is encrypted, or how they are agreed on; C{None} if it is not.
    """
    number, theirs = next((n, fmt) for n, fmt in transmit.items() if isSpoken(fmt))
    ours = next((own for own in profile.formats if own.sameOctets(theirs)), theirs)
    sending = None
    if direction.sends and remote.rtp is not None:
        events = eventType(transmit, theirs, profile)
        sending = TransmitFormat(
            conceding(replace(ours, parameters=theirs.parameters), ours),
            number,
            _packetMs(ours, remote.media, profile),
            remote.rtp,
            remote.rtcp,
            events,
            events is not None and takesFlash(",".join(n for n, _ in transmit[events].parameters)),
            remote.takesMetrics and profile.medium is Medium.AUDIO,
        )
    receiving = None
    if direction.receives:
        formats = {n: fmt for n, fmt in receive.items() if isSpoken(fmt)}
        receiving = ReceiveFormat(formats, eventType(receive, ours, profile))
    return Stream(sending, receiving, profile.medium, keys)


def _packetMs(fmt: MediaFormat, media: MediaDescription, profile: MediumProfile) -> int:
    if profile.medium is not Medium.AUDIO:
        return 0
    wishes = (profile.packetMs, media.packetMs, media.maxPacketMs)
    return fitPacketMs(fmt, min(wish for wish in wishes if wish))
