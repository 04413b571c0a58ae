"""
Offer and answer, medium by medium: RFC 3264, as pure functions.

L{makeOffer} says what we would do; L{answerOffer} and L{applyAnswer} end in an
L{Agreement}, which holds both descriptions, so that the next round - hold, a new address,
a session refresh - can keep to what was said before, and a L{Stream} for each C{m=} line that
the media plane needs.  A leg negotiates with us alone; what the other leg can do has reached us
as the order of formats in the L{MediaProfile}.

Streams that we do not take are refused one by one with port 0: the number and order of the
C{m=} lines stay (6).  So is every medium that the profile does not name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from h323d.sip.sdp.description import (
    Connection,
    MediaDescription,
    Origin,
    SessionDescription,
)
from h323d.sip.sdp.encrypting import (
    Accepted,
    Before,
    acceptedOf,
    isSecure,
    keysAnswered,
    mustEncrypt,
    offeredOf,
    protocolFor,
)
from h323d.sip.sdp.lines import LocalMedia, describe, refusedLine
from h323d.sip.sdp.metrics import WANTED
from h323d.sip.sdp.payloads import (
    COMFORT_NOISE,
    EVENT_NAME,
    formatsOf,
    isEvent,
    pausesWithNoise,
)
from h323d.sip.sdp.refusal import NoCommonMedia, noFormat, refusal
from h323d.sip.sdp.selection import (
    commonFormats,
    eventClock,
    isAnySpoken,
    matches,
    named,
    numbered,
)
from h323d.sip.sdp.streams import (
    REFUSED_PORT,
    Obstacle,
    RemoteStream,
    agreedStream,
    isIPv6,
    meet,
    offeredStream,
    remoteStream,
)
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import Stream

__all__ = [
    "Agreement",
    "answerOffer",
    "applyAnswer",
    "makeOffer",
]


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    The end of a round of offer and answer.

    @ivar local: our description; the answer to send, if the offer was theirs.
    @ivar remote: theirs.
    @ivar streams: what the media plane shall do, for each C{m=} line; holds leave directions
        out.  C{None} for a line that is refused or over.
    """

    local: SessionDescription
    remote: SessionDescription
    streams: tuple[Stream | None, ...]

    def of(self, medium: Medium) -> Stream:
        """
        The stream of a medium: one that flows nowhere, if there is none.
        """
        index = self.indexOf(medium)
        found = None if index is None else self.streams[index]
        return found or Stream(medium=medium)

    @property
    def isEncrypted(self) -> bool:
        """
        Whether all streams are.
        """
        return all(each is None or each.keys is not None for each in self.streams)

    def before(self, index: int) -> Before:
        """
        What the next round has to know of a line's encryption.
        """
        stream = self.streams[index]
        return Before(self.local.media[index], None if stream is None else stream.keys)

    def indexOf(self, medium: Medium) -> int | None:
        """
        Which C{m=} line is that of a medium; C{None} if none is, that is not refused or over.
        """
        for index, stream in enumerate(self.streams):
            if stream is not None and stream.medium is medium:
                return index
        return None


class _Chosen(NamedTuple):
    """
    The line of an offer that is taken.

    @ivar place: which it is.
    @ivar formats: what of it we have too.
    @ivar encrypted: what our answer says of its encryption, and the keys; C{None} for none.
    """

    place: int
    remote: RemoteStream
    formats: dict[int, MediaFormat]
    encrypted: Accepted | None


def makeOffer(
    profile: MediaProfile, local: LocalMedia, previous: Agreement | SessionDescription | None = None
) -> SessionDescription:
    """
    Say what we would do, of each medium that there is a port for.

    @param previous: what was agreed before in this call, or what we offered before if
        nothing was agreed: its payload types and C{m=} lines stay (RFC 3264, 8).
    """
    before = previous.local if isinstance(previous, Agreement) else previous
    lines = [] if before is None else [refusedLine(line) for line in before.media]
    for wanted in profile.media:
        if wanted.medium not in local.ports:
            continue
        index = _placeOf(wanted.medium, previous)
        if before is None or index is None:
            lines.append(_offeredLine(wanted, local, None))
        else:
            lines[index] = _offeredLine(wanted, local, before.media[index])
    return _edition(lines, local, before)


def _placeOf(medium: Medium, previous: Agreement | SessionDescription | None) -> int | None:
    """
    @return: the C{m=} line that a medium has, or had; C{None} if it needs a new one.
    """
    if previous is None:
        return None
    if isinstance(previous, Agreement):
        index = previous.indexOf(medium)
        if index is not None:
            return index
        previous = previous.local
    indices = (index for index, line in enumerate(previous.media) if line.medium is medium)
    return next(indices, None)


def _offeredLine(
    wanted: MediumProfile, local: LocalMedia, old: MediaDescription | None
) -> MediaDescription:
    """
    @param old: what we said on this line before.
    """
    keys = offeredOf(local.encrypting, old)
    known = {} if old is None else formatsOf(old)
    protocol = protocolFor(local.encrypting) if old is None else old.protocol
    formats = list(wanted.formats)
    if any(map(pausesWithNoise, formats)):
        formats.append(COMFORT_NOISE)
    if wanted.telephoneEvents and formats:
        formats.append(MediaFormat(EVENT_NAME, eventClock(formats)))
    said = [*keys, WANTED] if wanted.medium is Medium.AUDIO else keys
    return describe(protocol, numbered(formats, known), wanted, local, wanted.direction, said)


def answerOffer(
    offer: SessionDescription,
    profile: MediaProfile,
    local: LocalMedia,
    previous: Agreement | None = None,
) -> Agreement:
    """
    Answer the peer's offer (RFC 3264, 6): of each medium one stream at most.

    @param previous: what was agreed before in this call.

    @raise NoCommonMedia: there is no stream that we could take; what was agreed before stays.
        It tells of the first medium of the profile.
    """
    lines = [refusedLine(line) for line in offer.media]
    streams: list[Stream | None] = [None] * len(lines)
    obstacles: list[tuple[Obstacle, MediumProfile]] = []
    for wanted in profile.media:
        chosen = _chooseLine(offer, wanted, local, previous)
        if isinstance(chosen, Obstacle):
            obstacles.append((chosen, wanted))
            continue
        index, remote, formats, encrypted = chosen
        direction = meet(wanted.direction, remote)
        transmit = {number: remote.formats[number] for number in formats}
        protocol = remote.media.protocol
        said, keys = ([], None) if encrypted is None else encrypted
        if remote.takesMetrics and wanted.medium is Medium.AUDIO:
            said = [*said, WANTED]
        lines[index] = describe(protocol, formats, wanted, local, direction, said)
        streams[index] = agreedStream(remote, formats, transmit, wanted, direction, keys)
    ends = previous is not None and not _asks(offer, profile)
    if len(obstacles) == len(profile.media) and not ends:
        raise refusal(*obstacles[0], offer, local)
    answer = _edition(lines, local, previous.local if previous else None)
    return Agreement(answer, offer, tuple(streams))


def _asks(offer: SessionDescription, profile: MediaProfile) -> bool:
    """
    Whether an offer has any stream that a profile is about, and does not end them all.
    """
    media = {wanted.medium for wanted in profile.media}
    return any(line.medium in media and line.port != REFUSED_PORT for line in offer.media)


def applyAnswer(
    offer: SessionDescription, answer: SessionDescription, profile: MediaProfile
) -> Agreement:
    """
    Take the peer's answer to our offer (RFC 3264, 7).

    @param offer: ours, as it was sent.
    @param profile: the one it was made of.

    @raise NoCommonMedia: the answer refuses all our streams, or says what we did not offer.
        It tells of the first of them.
    """
    offered = [index for index, line in enumerate(offer.media) if line.port != REFUSED_PORT]
    if offered and len(answer.media) != len(offer.media):
        raise NoCommonMedia(Obstacle.MEDIA_TYPE, "the answer has other streams than the offer")
    streams: list[Stream | None] = [None] * len(offer.media)
    failures: list[NoCommonMedia] = []
    for index in offered:
        try:
            streams[index] = _answeredStream(offer, answer, index, profile)
        except NoCommonMedia as error:
            failures.append(error)
    if failures and len(failures) == len(offered):
        raise failures[0]
    return Agreement(offer, answer, tuple(streams))


def _answeredStream(
    offer: SessionDescription, answer: SessionDescription, index: int, profile: MediaProfile
) -> Stream:
    """
    @raise NoCommonMedia: the answer refuses this stream, or says what we did not offer.
    """
    line = offer.media[index]
    wanted = profile.of(line.medium or Medium.AUDIO)
    ours = formatsOf(line)
    remote = remoteStream(answer, answer.media[index])
    if remote is None or remote.media.media != line.media:
        raise NoCommonMedia(Obstacle.MEDIA_TYPE, "the answer refuses the stream")
    if remote.rtp is not None and remote.rtp.isIPv6 != isIPv6(offer, line):
        family = Obstacle.NETWORK_ADDRESS_FORMAT
        raise NoCommonMedia(family, "the answer is of another address family")
    # Their numbers for what we send, our numbers for what we receive: they may differ.
    theirs = {
        number: fmt
        for number, fmt in remote.formats.items()
        if any(matches(own, fmt) for own in ours.values())
    }
    if not isAnySpoken(theirs.values()):
        raise noFormat([remote.media], wanted)
    keys = keysAnswered(line, answer, remote.media)
    if isSecure(line.protocol) != isSecure(remote.media.protocol):
        raise NoCommonMedia(Obstacle.TRANSPORT_PROTOCOL, "the answer is by another transport")
    if keys is None and isSecure(line.protocol):
        raise NoCommonMedia(Obstacle.ENCRYPTION, "the answer has no key of ours")
    direction = meet(offer.directionOf(line), remote)
    receive = named(_answered(ours, theirs), wanted)
    return agreedStream(remote, receive, theirs, wanted, direction, keys)


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


def _chooseLine(
    offer: SessionDescription, wanted: MediumProfile, local: LocalMedia, previous: Agreement | None
) -> _Chosen | Obstacle:
    """
    Find the C{m=} line of a medium to take: the one we had, else the first that fits.

    @return: where there is none, what keeps us from that which came furthest.
    """
    obstacles = {Obstacle.MEDIA_TYPE}
    indices = [i for i, line in enumerate(offer.media) if line.medium is wanted.medium]
    had = None if previous is None else previous.indexOf(wanted.medium)
    port = local.ports.get(wanted.medium)
    for index in sorted(indices, key=lambda i: i != had):
        if port is None:
            break
        line = offer.media[index]
        found = offeredStream(offer, line, port.rtp, local.encrypting is not None)
        if isinstance(found, Obstacle):
            obstacles.add(found)
            continue
        before = None if previous is None or index != had else previous.before(index)
        place = found.rtp if meet(wanted.direction, found).sends else None
        encrypted = acceptedOf(offer, line, local.encrypting, before, place)
        if encrypted is None and mustEncrypt(line, local.encrypting):
            obstacles.add(Obstacle.ENCRYPTION)
            continue
        common = commonFormats(found.formats, wanted)
        if isAnySpoken(common.values()):
            return _Chosen(index, found, common, encrypted)
        obstacles.add(Obstacle.MEDIA_FORMAT)
    return [each for each in Obstacle if each in obstacles][-1]


def _edition(
    media: Iterable[MediaDescription], local: LocalMedia, before: SessionDescription | None
) -> SessionDescription:
    """
    Write C{o=} and C{c=} above: the version grows if anything changed, and only then.
    """
    connection = Connection.to(local.host)
    if before is None:
        origin = Origin(local.sessionId, 0, connection, local.user)
        return SessionDescription(origin, tuple(media), connection)
    fresh = SessionDescription(before.origin, tuple(media), connection)
    return fresh if fresh == before else replace(fresh, origin=before.origin.next())
