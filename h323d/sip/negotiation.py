"""
Offer and answer of one audio stream: RFC 3264, as pure functions.

L{makeOffer} says what we would do; L{answerOffer} and L{applyAnswer} end in an
L{Agreement}, which holds both descriptions, so that the next round - hold, a new address,
a session refresh - can keep to what was said before, and the L{AudioStream} that the
media plane needs.  A leg negotiates with us alone; what the other leg can do has reached us
as the order of formats in the L{MediaProfile}.

Streams that we do not take are refused one by one with port 0: the number and order of the
C{m=} lines stay (6).  Video is refused here until there is a media plane for it.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from h323d.errors import RemoteProtocolError
from h323d.sip.grammar import MAX_PORT
from h323d.sip.payloads import (
    EVENT_NAME,
    compatible,
    fitPacketMs,
    formatAttributes,
    formatsOf,
    isEvent,
    payloadTypeFor,
)
from h323d.sip.sdp import Attribute, Connection, MediaDescription, Origin, SessionDescription
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media import (
    AudioStream,
    Direction,
    MediaFormat,
    MediaProfile,
    ReceiveFormat,
    TransmitFormat,
)

__all__ = [
    "Agreement",
    "Change",
    "LocalMedia",
    "NoCommonMedia",
    "Preference",
    "answerOffer",
    "applyAnswer",
    "changesBetween",
    "makeOffer",
]

_PROTOCOLS = frozenset(["RTP/AVP", "RTP/AVPF"])
_HOLD_ADDRESSES = frozenset(["0.0.0.0", "::"])  # the hold of RFC 2543; RFC 3264, 8.4
_REFUSED_PORT = 0
_UNSHOWABLE = re.compile(r"[^A-Za-z0-9.+_/-]")
_MAX_SHOWN = 32


class Preference(enum.Enum):
    """
    Whose order of formats an answer follows.
    """

    OURS = "ours"
    THEIRS = "theirs"


class Change(enum.Flag):
    """
    What a further round of offer and answer changed.
    """

    NOTHING = 0
    ADDRESS = enum.auto()
    TRANSMIT_FORMAT = enum.auto()
    RECEIVE_FORMAT = enum.auto()
    DIRECTION = enum.auto()


class NoCommonMedia(RemoteProtocolError):
    """
    Nothing that both sides can do: 488 for an offer, the end of the call for an answer.

    @ivar offered: names of the peer's formats, made safe to show.
    @ivar ours: names of ours.
    """

    def __init__(self, reason: str, offered: tuple[str, ...], ours: tuple[str, ...]) -> None:
        words = f"{reason}; they have {' '.join(offered) or 'none'}, we {' '.join(ours)}"
        super().__init__(Cause.BEARER_CAPABILITY_NOT_IMPLEMENTED, words)
        self.offered = offered
        self.ours = ours


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """
    Where we receive, and under which session.

    @ivar rtp: an address that the peer can reach, and the port.
    @ivar sessionId: of our C{o=} line: a random number, the same for a whole call.
    @ivar rtcp: C{None} if it is the next port.
    """

    rtp: TransportAddress
    sessionId: int
    rtcp: TransportAddress | None = None


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
    audio: AudioStream
    audioIndex: int | None


@dataclass(frozen=True, slots=True)
class _Remote:
    """
    What the peer's C{m=} line asks for.

    @ivar rtp: C{None} for a hold by C{0.0.0.0}.
    """

    media: MediaDescription
    formats: Mapping[int, MediaFormat]
    direction: Direction
    rtp: TransportAddress | None
    rtcp: TransportAddress | None


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
    wanted = list(profile.audio)
    if profile.telephoneEvents and wanted:
        wanted.append(MediaFormat(EVENT_NAME, _eventClock(profile.audio)))
    formats = _numbered(wanted, known)
    audio = _describe("RTP/AVP", formats, profile, local, profile.direction)
    media = [audio]
    if before is not None:
        media = [
            replace(old, port=_REFUSED_PORT, portCount=1, attributes=()) for old in before.media
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
    preference: Preference = Preference.OURS,
) -> Agreement:
    """
    Answer the peer's offer (RFC 3264, 6).

    @param previous: what was agreed before in this call.

    @raise NoCommonMedia: there is no audio stream that we could take; what was agreed
        before stays.
    """
    chosen = _chooseStream(offer, profile, local, previous)
    media = [_refused(line) for line in offer.media]
    audio = AudioStream()
    index = None
    if chosen is not None:
        index, remote = chosen
        formats = _common(remote.formats, profile, preference)
        direction = _meet(profile.direction, remote)
        media[index] = _describe(remote.media.protocol, formats, profile, local, direction)
        transmit = {number: remote.formats[number] for number in formats}
        audio = _stream(remote, formats, transmit, profile, direction)
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
        return Agreement(offer, answer, AudioStream(), None)
    ours = formatsOf(offer.media[index])
    if len(answer.media) != len(offer.media):
        raise _noCommon("the answer has other streams than the offer", answer.media, profile)
    remote = _remote(answer, answer.media[index])
    if remote is None or remote.media.media != "audio":
        raise _noCommon("the answer refuses the stream", answer.media, profile)
    if remote.rtp is not None and remote.rtp.isIPv6 != _isIPv6(offer, offer.media[index]):
        raise _noCommon("the answer is of another address family", answer.media, profile)
    # Their numbers for what we send, our numbers for what we receive: they may differ.
    theirs = {
        number: fmt
        for number, fmt in remote.formats.items()
        if any(_matches(own, fmt) for own in ours.values())
    }
    if all(map(isEvent, theirs.values())):
        raise _noCommon("no common format", answer.media, profile)
    direction = _meet(offer.directionOf(offer.media[index]), remote)
    receive = _named(ours, profile)
    return Agreement(offer, answer, _stream(remote, receive, theirs, profile, direction), index)


def changesBetween(before: Agreement, after: Agreement) -> Change:
    """
    @return: what the media plane, or the other leg, has to follow.
    """
    old, new = before.audio, after.audio
    change = Change.NOTHING
    if old.direction is not new.direction:
        change |= Change.DIRECTION
    if old.receive != new.receive and old.receive and new.receive:
        change |= Change.RECEIVE_FORMAT
    if old.transmit and new.transmit:
        if (old.transmit.rtp, old.transmit.rtcp) != (new.transmit.rtp, new.transmit.rtcp):
            change |= Change.ADDRESS
        if replace(old.transmit, rtp=new.transmit.rtp, rtcp=new.transmit.rtcp) != new.transmit:
            change |= Change.TRANSMIT_FORMAT
    return change


def _chooseStream(
    offer: SessionDescription, profile: MediaProfile, local: LocalMedia, previous: Agreement | None
) -> tuple[int, _Remote] | None:
    """
    Find the audio stream to take: the one we had, else the first that fits.

    @return: C{None} if the offer ends the stream that we had.
    """
    order = sorted(
        range(len(offer.media)), key=lambda i: previous is None or i != previous.audioIndex
    )
    for index in order:
        remote = _remote(offer, offer.media[index])
        if remote is None or remote.media.media != "audio":
            continue
        if remote.rtp is not None and remote.rtp.isIPv6 != local.rtp.isIPv6:
            continue
        common = _common(remote.formats, profile, Preference.OURS)
        if not all(map(isEvent, common.values())):
            return index, remote
    ends = all(line.port == _REFUSED_PORT for line in offer.media if line.media == "audio")
    if previous is not None and ends:
        return None
    raise _noCommon("no common format or address", offer.media, profile)


def _remote(description: SessionDescription, media: MediaDescription) -> _Remote | None:
    """
    @return: C{None} if the stream is refused, over, or of a kind we cannot take.
    """
    connection = description.connectionOf(media)
    if media.port == _REFUSED_PORT or media.protocol.upper() not in _PROTOCOLS or not connection:
        return None
    direction = description.directionOf(media)
    if connection.address in _HOLD_ADDRESSES:
        held = Direction.of(direction.sends, receives=False)
        return _Remote(media, formatsOf(media), held, None, None)
    if not _isUnicast(connection.address):
        return None
    rtcp = None
    port, address = media.rtcp or (media.port + 1, None)
    if 0 < port <= MAX_PORT and (address is None or _isUnicast(address)):
        rtcp = TransportAddress(address or connection.address, port)
    rtp = TransportAddress(connection.address, media.port)
    return _Remote(media, formatsOf(media), direction, rtp, rtcp)


def _isUnicast(text: str) -> bool:
    """
    Whether packets for it reach one host, and no crowd.  Names are not resolved.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text and not (
        address.is_multicast or address.is_unspecified or text == "255.255.255.255"
    )


def _isIPv6(description: SessionDescription, media: MediaDescription) -> bool:
    connection = description.connectionOf(media)
    return connection is not None and ":" in connection.address


def _meet(ours: Direction, remote: _Remote) -> Direction:
    """
    @return: what both want, from our side (RFC 3264, 6.1).
    """
    theirs = remote.direction.reversed
    return Direction.of(ours.sends and theirs.sends, ours.receives and theirs.receives)


def _matches(ours: MediaFormat, theirs: MediaFormat) -> bool:
    if isEvent(ours):
        return ours.sameEncoding(theirs)
    return compatible(ours, theirs)


def _common(
    theirs: Mapping[int, MediaFormat], profile: MediaProfile, preference: Preference
) -> dict[int, MediaFormat]:
    """
    @return: our formats that the peer has too, by I{its} numbers, then its events.
    """
    pairs = []
    for number, fmt in theirs.items():
        rank = next((i for i, own in enumerate(profile.audio) if compatible(own, fmt)), None)
        if rank is not None:
            pairs.append((rank, number))
    if preference is Preference.OURS:
        pairs.sort(key=lambda pair: pair[0])
    formats = {number: profile.audio[rank] for rank, number in pairs}
    if formats:
        event = _eventType(theirs, next(iter(formats.values())), profile)
        if event is not None:
            formats[event] = theirs[event]
    return formats


def _eventType(
    formats: Mapping[int, MediaFormat], spoken: MediaFormat, profile: MediaProfile
) -> int | None:
    """
    @return: the events to go with a format: those of its own clock (RFC 4733, 2.1), else any.
    """
    events = [(number, fmt) for number, fmt in formats.items() if isEvent(fmt)]
    if not profile.telephoneEvents or not events:
        return None
    fitting = (number for number, fmt in events if fmt.clockRate == spoken.clockRate)
    return next(fitting, events[0][0])


def _eventClock(formats: Iterable[MediaFormat]) -> int:
    rates = [fmt.clockRate for fmt in formats]
    return 8000 if 8000 in rates else rates[0]


def _numbered(
    wanted: Iterable[MediaFormat], known: Mapping[int, MediaFormat]
) -> dict[int, MediaFormat]:
    """
    Give each format its payload type, the one it had if it had one.
    """
    formats: dict[int, MediaFormat] = {}
    for fmt in wanted:
        had = (n for n, old in known.items() if n not in formats and _matches(fmt, old))
        number = next(had, None)
        if number is None:
            # A number, once used, means the same for the whole call (RFC 3264, 8.3.2).
            number = payloadTypeFor(fmt, (*formats, *known))
        if number is not None:
            formats[number] = fmt
    return formats


def _named(formats: Mapping[int, MediaFormat], profile: MediaProfile) -> dict[int, MediaFormat]:
    """
    @return: the formats as the profile names them, parameters and all.
    """
    return {
        number: next((own for own in profile.audio if compatible(own, fmt)), fmt)
        for number, fmt in formats.items()
    }


def _stream(
    remote: _Remote,
    receive: Mapping[int, MediaFormat],
    transmit: Mapping[int, MediaFormat],
    profile: MediaProfile,
    direction: Direction,
) -> AudioStream:
    """
    @param receive: by our numbers.
    @param transmit: by the peer's numbers, the one to send first.
    """
    number, theirs = next((n, fmt) for n, fmt in transmit.items() if not isEvent(fmt))
    ours = next(own for own in profile.audio if compatible(own, theirs))
    sending = None
    if direction.sends and remote.rtp is not None:
        sending = TransmitFormat(
            replace(ours, parameters=theirs.parameters),
            number,
            _packetMs(ours, remote.media, profile),
            remote.rtp,
            remote.rtcp,
            _eventType(transmit, theirs, profile),
        )
    receiving = None
    if direction.receives:
        sounds = {n: fmt for n, fmt in receive.items() if not isEvent(fmt)}
        receiving = ReceiveFormat(sounds, _eventType(receive, ours, profile))
    return AudioStream(sending, receiving)


def _packetMs(fmt: MediaFormat, media: MediaDescription, profile: MediaProfile) -> int:
    wishes = (profile.packetMs, media.packetMs, media.maxPacketMs)
    return fitPacketMs(fmt, min(wish for wish in wishes if wish))


def _describe(
    protocol: str,
    formats: Mapping[int, MediaFormat],
    profile: MediaProfile,
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
    return MediaDescription(line.media, _REFUSED_PORT, line.protocol, line.formats)


def _edition(
    media: Iterable[MediaDescription], local: LocalMedia, before: SessionDescription | None
) -> SessionDescription:
    """
    Write C{o=} and C{c=} above: the version grows if anything changed, and only then.
    """
    connection = Connection.to(local.rtp.host)
    if before is None:
        return SessionDescription(Origin(local.sessionId, 0, connection), tuple(media), connection)
    fresh = SessionDescription(before.origin, tuple(media), connection)
    return fresh if fresh == before else replace(fresh, origin=before.origin.next())


def _firstAudio(description: SessionDescription, evenRefused: bool = False) -> int | None:
    for index, line in enumerate(description.media):
        if line.media == "audio" and (evenRefused or line.port != _REFUSED_PORT):
            return index
    return None


def _noCommon(
    reason: str, media: Iterable[MediaDescription], profile: MediaProfile
) -> NoCommonMedia:
    names = dict.fromkeys(
        _UNSHOWABLE.sub("?", str(fmt))[:_MAX_SHOWN]
        for line in media
        if line.media == "audio"
        for fmt in formatsOf(line).values()
    )
    return NoCommonMedia(reason, tuple(names)[:_MAX_SHOWN], tuple(map(str, profile.audio)))
