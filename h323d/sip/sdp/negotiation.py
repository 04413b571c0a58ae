"""
Offer and answer of one audio stream: RFC 3264, as pure functions.

L{makeOffer} says what we would do; L{answerOffer} and L{applyAnswer} end in an
L{Agreement}, which holds both descriptions, so that the next round - hold, a new address,
a session refresh - can keep to what was said before, and the L{Stream} that the
media plane needs.  A leg negotiates with us alone; what the other leg can do has reached us
as the order of formats in the L{MediaProfile}.

Streams that we do not take are refused one by one with port 0: the number and order of the
C{m=} lines stay (6).  Video is refused here until there is a media plane for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from h323d.errors import RemoteProtocolError
from h323d.sip.messages.grammar import writeHost
from h323d.sip.sdp.description import (
    Attribute,
    Connection,
    MediaDescription,
    Origin,
    SessionDescription,
)
from h323d.sip.sdp.payloads import EVENT_NAME, formatAttributes, formatsOf, isEvent
from h323d.sip.sdp.selection import commonFormats, eventClock, matches, named, numbered
from h323d.sip.sdp.streams import (
    REFUSED_PORT,
    Obstacle,
    RemoteStream,
    audioStream,
    isIPv6,
    meet,
    offeredStream,
    remoteStream,
)
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import Stream

__all__ = [
    "Agreement",
    "LocalMedia",
    "NoCommonMedia",
    "answerOffer",
    "applyAnswer",
    "makeOffer",
]

_PROTOCOL = "RTP/AVP"
_UNSHOWABLE = re.compile(r"[^A-Za-z0-9.+_/-]")
_MAX_SHOWN = 32


class NoCommonMedia(RemoteProtocolError):
    """
    Nothing that both sides can do: 488 for an offer, the end of the call for an answer.

    @ivar obstacle: what it is that they cannot do together.
    """

    def __init__(self, obstacle: Obstacle, reason: str) -> None:
        """
        @param reason: made safe to show.
        """
        super().__init__(Cause.BEARER_CAPABILITY_NOT_IMPLEMENTED, reason)
        self.obstacle = obstacle

    def warning(self, host: str) -> str:
        """
        What a Warning header field says of it (RFC 3261, 20.43).

        @param host: who warns.
        """
        return f'{self.obstacle.value} {writeHost(host)} "{self.reason}"'


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """
    Where we receive, and under which session.

    @ivar rtp: an address that the peer can reach, and the port.
    @ivar sessionId: of our C{o=} line: a random number, the same for a whole call.
    @ivar rtcp: C{None} if it is the next port.
    @ivar user: who we are in our C{o=} line.
    """

    rtp: TransportAddress
    sessionId: int
    rtcp: TransportAddress | None = None
    user: str = "-"


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    The end of a round of offer and answer.

    @ivar local: our description; the answer to send, if the offer was theirs.
    @ivar remote: theirs.
    @ivar audio: what the media plane shall do; holds and closed streams leave parts out.
    @ivar audioIndex: which C{m=} line is the audio stream; C{None} if there is none.
    """

    local: SessionDescription
    remote: SessionDescription
    audio: Stream
    audioIndex: int | None


def makeOffer(
    profile: MediaProfile, local: LocalMedia, previous: Agreement | SessionDescription | None = None
) -> SessionDescription:
    """
    Say what we would do.

    @param previous: what was agreed before in this call, or what we offered before if
        nothing was agreed: its payload types and C{m=} lines stay (RFC 3264, 8).
    """
    before = previous.local if isinstance(previous, Agreement) else previous
    index = previous.audioIndex if isinstance(previous, Agreement) else None
    if index is None and before is not None:
        index = _firstAudio(before, evenRefused=True)
    known = formatsOf(before.media[index]) if before is not None and index is not None else {}
    sound = profile.of(Medium.AUDIO)
    wanted = list(sound.formats)
    if sound.telephoneEvents and wanted:
        wanted.append(MediaFormat(EVENT_NAME, eventClock(sound.formats)))
    formats = numbered(wanted, known)
    protocol = _PROTOCOL if before is None or index is None else before.media[index].protocol
    audio = _describe(protocol, formats, sound, local, sound.direction)
    media = [audio]
    if before is not None:
        media = [
            replace(old, port=REFUSED_PORT, portCount=1, attributes=()) for old in before.media
        ]
        if index is None:
            media.append(audio)
        else:
            media[index] = audio
    return _edition(media, local, before)


def answerOffer(
    offer: SessionDescription,
    profile: MediaProfile,
    local: LocalMedia,
    previous: Agreement | None = None,
) -> Agreement:
    """
    Answer the peer's offer (RFC 3264, 6).

    @param previous: what was agreed before in this call.

    @raise NoCommonMedia: there is no audio stream that we could take; what was agreed
        before stays.
    """
    sound = profile.of(Medium.AUDIO)
    chosen = _chooseStream(offer, sound, local, previous)
    media = [_refused(line) for line in offer.media]
    audio = Stream()
    index = None
    if chosen is not None:
        index, remote = chosen
        formats = commonFormats(remote.formats, sound)
        direction = meet(sound.direction, remote)
        media[index] = _describe(remote.media.protocol, formats, sound, local, direction)
        transmit = {number: remote.formats[number] for number in formats}
        audio = audioStream(remote, formats, transmit, sound, direction)
    answer = _edition(media, local, previous.local if previous else None)
    return Agreement(answer, offer, audio, index)


def applyAnswer(
    offer: SessionDescription, answer: SessionDescription, profile: MediaProfile
) -> Agreement:
    """
    Take the peer's answer to our offer (RFC 3264, 7).

    @param offer: ours, as it was sent.
    @param profile: the one it was made of.

    @raise NoCommonMedia: the answer refuses our audio stream, or says what we did not
        offer.
    """
    index = _firstAudio(offer)
    if index is None:
        return Agreement(offer, answer, Stream(), None)
    sound = profile.of(Medium.AUDIO)
    ours = formatsOf(offer.media[index])
    if len(answer.media) != len(offer.media):
        raise NoCommonMedia(Obstacle.MEDIA_TYPE, "the answer has other streams than the offer")
    remote = remoteStream(answer, answer.media[index])
    if remote is None or remote.media.media != "audio":
        raise NoCommonMedia(Obstacle.MEDIA_TYPE, "the answer refuses the stream")
    if remote.rtp is not None and remote.rtp.isIPv6 != isIPv6(offer, offer.media[index]):
        family = Obstacle.NETWORK_ADDRESS_FORMAT
        raise NoCommonMedia(family, "the answer is of another address family")
    # Their numbers for what we send, our numbers for what we receive: they may differ.
    theirs = {
        number: fmt
        for number, fmt in remote.formats.items()
        if any(matches(own, fmt) for own in ours.values())
    }
    if all(map(isEvent, theirs.values())):
        raise _noFormat(answer.media, sound)
    direction = meet(offer.directionOf(offer.media[index]), remote)
    receive = named(_answered(ours, theirs), sound)
    return Agreement(offer, answer, audioStream(remote, receive, theirs, sound, direction), index)


def _answered(
    ours: Mapping[int, MediaFormat], theirs: Mapping[int, MediaFormat]
) -> dict[int, MediaFormat]:
    """
    @return: what we offered and they took, in their order; and our events even if they took
        none, because some send them all the same.
    """
    formats = {
        number: fmt
        for taken in theirs.values()
        for number, fmt in ours.items()
        if matches(fmt, taken)
    }
    return formats | {number: fmt for number, fmt in ours.items() if isEvent(fmt)}


def _chooseStream(
    offer: SessionDescription, profile: MediumProfile, local: LocalMedia, previous: Agreement | None
) -> tuple[int, RemoteStream] | None:
    """
    Find the audio stream to take: the one we had, else the first that fits.

    @return: C{None} if the offer ends the stream that we had.
    """
    obstacles = {Obstacle.MEDIA_TYPE}
    order = sorted(
        range(len(offer.media)), key=lambda i: previous is None or i != previous.audioIndex
    )
    for index in order:
        found = offeredStream(offer, offer.media[index], local.rtp)
        if isinstance(found, Obstacle):
            obstacles.add(found)
            continue
        common = commonFormats(found.formats, profile)
        if not all(map(isEvent, common.values())):
            return index, found
        obstacles.add(Obstacle.MEDIA_FORMAT)
    ends = all(line.port == REFUSED_PORT for line in offer.media if line.media == "audio")
    if previous is not None and ends:
        return None
    raise _refusal([each for each in Obstacle if each in obstacles][-1], offer, local, profile)


def _describe(
    protocol: str,
    formats: Mapping[int, MediaFormat],
    profile: MediumProfile,
    local: LocalMedia,
    direction: Direction,
) -> MediaDescription:
    attributes: list[Attribute] = formatAttributes(formats)
    attributes.append(("ptime", str(profile.packetMs)))
    attributes.append(("maxptime", str(profile.maxPacketMs)))
    rtcp = local.rtcp
    if rtcp is not None and rtcp != TransportAddress(local.rtp.host, local.rtp.port + 1):
        attributes.append(("rtcp", f"{rtcp.port} {Connection.to(rtcp.host)}"))
    attributes.append((direction.value, None))
    return MediaDescription(
        "audio", local.rtp.port, protocol, tuple(map(str, formats)), attributes=tuple(attributes)
    )


def _refused(line: MediaDescription) -> MediaDescription:
    return MediaDescription(line.media, REFUSED_PORT, line.protocol, line.formats)


def _edition(
    media: Iterable[MediaDescription], local: LocalMedia, before: SessionDescription | None
) -> SessionDescription:
    """
    Write C{o=} and C{c=} above: the version grows if anything changed, and only then.
    """
    connection = Connection.to(local.rtp.host)
    if before is None:
        origin = Origin(local.sessionId, 0, connection, local.user)
        return SessionDescription(origin, tuple(media), connection)
    fresh = SessionDescription(before.origin, tuple(media), connection)
    return fresh if fresh == before else replace(fresh, origin=before.origin.next())


def _firstAudio(description: SessionDescription, evenRefused: bool = False) -> int | None:
    for index, line in enumerate(description.media):
        if line.media == "audio" and (evenRefused or line.port != REFUSED_PORT):
            return index
    return None


def _refusal(
    obstacle: Obstacle, offer: SessionDescription, local: LocalMedia, profile: MediumProfile
) -> NoCommonMedia:
    """
    @param obstacle: that of the stream which came furthest.
    """
    audio = [line for line in offer.media if line.media == "audio"]
    if obstacle is Obstacle.MEDIA_FORMAT:
        return _noFormat(audio, profile)
    if obstacle is Obstacle.NETWORK_ADDRESS_FORMAT:
        family = "IPv6" if local.rtp.isIPv6 else "IPv4"
        return NoCommonMedia(obstacle, f"no {family} unicast address for the audio")
    if obstacle is Obstacle.TRANSPORT_PROTOCOL:
        theirs = _shown(line.protocol for line in audio)
        return NoCommonMedia(obstacle, f"audio by {theirs}, and we have {_PROTOCOL} only")
    return NoCommonMedia(obstacle, "no audio is offered")


def _noFormat(media: Iterable[MediaDescription], profile: MediumProfile) -> NoCommonMedia:
    audio = (line for line in media if line.media == "audio")
    theirs = _shown(str(fmt) for line in audio for fmt in formatsOf(line).values())
    ours = " ".join(map(str, profile.formats))
    return NoCommonMedia(Obstacle.MEDIA_FORMAT, f"no common format; they have {theirs}, we {ours}")


def _shown(names: Iterable[str]) -> str:
    """
    @return: what a peer names, each once, safe to show.
    """
    safe = dict.fromkeys(_UNSHOWABLE.sub("?", name)[:_MAX_SHOWN] for name in names)
    return " ".join(tuple(safe)[:_MAX_SHOWN]) or "none"
