"""
Fast connect: the C{fastStart} element of H.225.0 call signalling (H.323, 8.1.7).

The caller proposes channels for both directions at once, as encoded
C{OpenLogicalChannel}s in order of preference; the called side answers with
those that it takes, completed by its own addresses.  This module builds and
reads such lists; when they are sent, and what a refusal leads to, is the
call's business.  A list is read as far as it makes sense: what is not an
C{OpenLogicalChannel}, or is none for us, is skipped and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from h323d.asn1 import h245
from h323d.errors import DecodeError
from h323d.h323.calls.proposals import proposals
from h323d.h323.h245.bandwidth import bitRateOf
from h323d.h323.h245.capabilities.kinds import Kind, carried, readData, suits
from h323d.h323.h245.capabilities.table import KINDS, received
from h323d.h323.h245.messages import Fields
from h323d.h323.h245.parameters import (
    MediaAddresses,
    OfferedChannel,
    RefusedChannel,
    formatsByType,
    judgeChannel,
    mediaAddress,
    mediaAddressValue,
)
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import ReceiveFormat, TransmitFormat

__all__ = [
    "FastChannels",
    "FastConnection",
    "FastStartOffer",
    "answerFastStart",
    "offerFastStart",
    "proposedFormats",
    "readAnswer",
]

FIRST_NUMBER = 101  # of the channels that we send on
MAXIMUM_ELEMENTS = 128  # that are looked at
MAXIMUM_OCTETS = 4096  # of an element; real ones have about forty

Places = Mapping[Medium, MediaAddresses]

_FORWARD = "forwardLogicalChannelParameters"
_REVERSE = "reverseLogicalChannelParameters"


@dataclass(frozen=True, slots=True)
class FastStartOffer:
    """
    What we propose as the caller.

    @ivar profile: what the proposal is made of.
    @ivar elements: for the C{fastStart} of Setup, in order.
    @ivar receive: what may arrive as soon as the Setup is sent (H.323,
        8.1.7.1: before any answer), of each medium that we want to receive.
    """

    profile: MediaProfile
    elements: tuple[bytes, ...]
    receive: Mapping[Medium, ReceiveFormat]


@dataclass(frozen=True, slots=True)
class FastChannels:
    """
    What a fast start opened for one medium.

    @ivar transmit: what we may send, at once; C{None} if no such channel.
    @ivar receive: what the peer may send; C{None} if no such channel.
    @ivar transmitChannel: the number of the channel that we send on.
    @ivar receiveChannel: the number of the channel that the peer sends on.
    """

    medium: Medium
    transmit: TransmitFormat | None = None
    receive: ReceiveFormat | None = None
    transmitChannel: int | None = None
    receiveChannel: int | None = None

    @property
    def spoken(self) -> MediaFormat | None:
        """
        What we send, or else receive.
        """
        if self.transmit is not None:
            return self.transmit.format
        return None if self.receive is None else next(iter(self.receive.formats.values()))


@dataclass(frozen=True, slots=True)
class FastConnection:
    """
    What became of a fast start.

    @ivar elements: our answer, for the C{fastStart} of our first reply and the
        ones after it; empty where we were the caller.
    @ivar channels: what it opened, by medium; only those of which there is any.
    @ivar skipped: how many elements made no sense to us.
    @ivar fault: what was wrong with the first that could not be read at all.
    """

    elements: tuple[bytes, ...] = ()
    channels: tuple[FastChannels, ...] = ()
    skipped: int = field(default=0, compare=False)
    fault: DecodeError | None = field(default=None, compare=False)

    @property
    def accepted(self) -> bool:
        """
        Whether any channel is open; otherwise fast connect is refused, and the
        slow path follows (C{fastConnectRefused}).
        """
        return bool(self.channels)

    @property
    def bitRate(self) -> int:
        """
        Bit/s that its channels need, both directions together.
        """
        needed = 0
        for each in self.channels:
            needed += bitRateOf(() if each.transmit is None else (each.transmit.format,))
            needed += bitRateOf(() if each.receive is None else each.receive.formats.values())
        return needed

    def of(self, medium: Medium) -> FastChannels:
        """
        What it opened for C{medium}, if it did.
        """
        for each in self.channels:
            if each.medium is medium:
                return each
        return FastChannels(medium)


def offerFastStart(
    profile: MediaProfile, here: Places, kinds: Sequence[Kind] = KINDS
) -> FastStartOffer:
    """
    Propose all of a profile's formats, as the caller.

    @param profile: the formats, in order, and the directions wanted.
    @param here: where we receive; what has no place there is left out.
    @param kinds: the kinds of media that can be proposed.
    """
    elements: list[bytes] = []
    receive: dict[Medium, ReceiveFormat] = {}
    number = FIRST_NUMBER
    for kind, wanted in carried(profile, kinds):
        place = here.get(kind.medium)
        if place is None:
            continue
        proposed = proposals(kind, wanted, number, place.rtp.isIPv6)
        elements.extend(proposed.at(place))
        number += proposed.count
        if proposed.formats:
            receive[kind.medium] = received(proposed.formats, wanted)
    return FastStartOffer(profile, tuple(elements), receive)


def answerFastStart(
    elements: Sequence[bytes],
    profile: MediaProfile,
    here: Places,
    kinds: Sequence[Kind] = KINDS,
) -> FastConnection:
    """
    Choose from a caller's proposal, as the called side.

    @param elements: the C{fastStart} of the Setup, as received.
    @param profile: what we want, in order.
    @param here: where we receive; what has no place there is not chosen.
    @param kinds: the kinds of media that can be chosen.
    """
    proposals, skipped, fault = _readAll(elements, profile, kinds, weSendReverse=True)
    skipped += sum(p.reverse and p.rtp is None for p in proposals)
    answers: list[bytes] = []
    channels: list[FastChannels] = []
    for number, (kind, wanted) in enumerate(carried(profile, kinds), FIRST_NUMBER):
        place = here.get(kind.medium)
        if place is None:
            continue
        pair = _choosePair(wanted, [p for p in proposals if p.channel.kind is kind])
        answers.extend(_answers(pair, number, place))
        channels.append(_opened(wanted, pair, number))
    return FastConnection(tuple(answers), tuple(filter(_isOpen, channels)), skipped, fault)


def _answers(pair: _Pair, number: int, here: MediaAddresses) -> Iterator[bytes]:
    """
    @param number: that of the channel that we send on: we are the one that opens it.
    """
    sending, taking = pair
    if sending is not None:
        channel = _completed(sending.fields, _REVERSE, None, here.rtcp)
        channel["forwardLogicalChannelNumber"] = number
        yield _encode(channel)
    if taking is not None:
        yield _encode(_completed(taking.fields, _FORWARD, here.rtp, here.rtcp))


def proposedFormats(elements: Sequence[bytes]) -> tuple[MediaFormat, ...]:
    """
    What a caller can speak, in the order of its proposal, whatever of it we can.

    @param elements: the C{fastStart} of the Setup, as received.
    """
    formats: list[MediaFormat] = []
    for element in elements[:MAXIMUM_ELEMENTS]:
        try:
            fields = _decode(element)
        except DecodeError:
            continue
        dataType = fields[_REVERSE if _REVERSE in fields else _FORWARD]["dataType"]
        read = readData(dataType, KINDS)
        if read is not None:
            formats.append(read[1].format)
    return tuple(dict.fromkeys(formats))


def readAnswer(
    offer: FastStartOffer, elements: Sequence[bytes], kinds: Sequence[Kind] = KINDS
) -> FastConnection:
    """
    Read the called side's answer, as the caller.

    @param offer: what we proposed.
    @param elements: the C{fastStart} of the first reply that has one.
    @param kinds: the kinds of media that were proposed.
    """
    answers, skipped, fault = _readAll(elements, offer.profile, kinds, weSendReverse=False)
    skipped += sum(not a.reverse and a.rtp is None for a in answers)  # accepted, but not where to
    channels: list[FastChannels] = []
    for kind, wanted in carried(offer.profile, kinds):
        ours = [answer for answer in answers if answer.channel.kind is kind]
        send = [a for a in ours if not a.reverse and a.rtp] if wanted.direction.sends else []
        take = [a for a in ours if a.reverse] if wanted.direction.receives else []
        pair = (next(iter(send), None), next(iter(take), None))
        channels.append(_opened(wanted, pair, None))
    return FastConnection((), tuple(filter(_isOpen, channels)), skipped, fault)


def _opened(wanted: MediumProfile, pair: _Pair, number: int | None) -> FastChannels:
    """
    What a pair of channels comes to.

    @param number: that of the one that we send on; C{None} for what it has.
    """
    sending, taking = pair
    transmit = receive = None
    if sending is not None and sending.rtp is not None:
        ability = sending.channel.ability.within(wanted)
        transmit = ability.transmit(sending.channel.payloadType, sending.rtp, sending.rtcp)
    if taking is not None:
        receive = received(formatsByType(taking.channel), wanted)
    return FastChannels(
        wanted.medium,
        transmit,
        receive,
        None if sending is None else sending.number if number is None else number,
        None if taking is None else taking.number,
    )


def _isOpen(channels: FastChannels) -> bool:
    return channels.transmit is not None or channels.receive is not None


@dataclass(frozen=True, slots=True)
class _Proposal:
    """
    One element that makes sense.

    @ivar fields: the C{OpenLogicalChannel}.
    @ivar reverse: the called side sends on it.
    @ivar rtp: C{mediaChannel}, where it can be used.
    @ivar rtcp: C{mediaControlChannel}, likewise.
    """

    fields: Fields
    number: int
    reverse: bool
    channel: OfferedChannel
    rtp: TransportAddress | None
    rtcp: TransportAddress | None


_Pair = tuple[_Proposal | None, _Proposal | None]  # the one that we send on, and the other


def _readAll(
    elements: Sequence[bytes], profile: MediaProfile, kinds: Sequence[Kind], weSendReverse: bool
) -> tuple[list[_Proposal], int, DecodeError | None]:
    """
    @param weSendReverse: the channels with reverse parameters are ours to send
        on: we are the called side.

    @return: those that make sense to us, in order; how many do not; and what
        was wrong with the first that could not be read.
    """
    proposals: list[_Proposal] = []
    fault: DecodeError | None = None
    for element in elements[:MAXIMUM_ELEMENTS]:
        try:
            proposal = _read(element, profile, kinds, weSendReverse)
        except DecodeError as error:
            fault = fault or error
            continue
        if proposal is not None:
            proposals.append(proposal)
    return proposals, len(elements) - len(proposals), fault


def _read(
    element: bytes, profile: MediaProfile, kinds: Sequence[Kind], weSendReverse: bool
) -> _Proposal | None:
    """
    @return: C{None} for a channel that is not for us.

    @raise DecodeError: the element is none.
    """
    fields = _decode(element)
    reverse = _REVERSE in fields
    parameters = fields[_REVERSE if reverse else _FORWARD]
    multiplex = parameters.get("multiplexParameters", ("none", None))
    weSend = reverse is weSendReverse
    channel = judgeChannel(parameters["dataType"], multiplex, profile, kinds, weSend)
    if isinstance(channel, RefusedChannel):
        return None
    media = multiplex[1]
    return _Proposal(
        fields,
        fields["forwardLogicalChannelNumber"],
        reverse,
        channel,
        mediaAddress(media.get("mediaChannel")),
        mediaAddress(media.get("mediaControlChannel")),
    )


def _decode(element: bytes) -> Fields:
    if len(element) > MAXIMUM_OCTETS:
        raise DecodeError(f"longer than {MAXIMUM_OCTETS} octets", "fastStart")
    fields: Fields = h245.decode("OpenLogicalChannel", element)
    return fields


def _choosePair(profile: MediumProfile, proposals: list[_Proposal]) -> _Pair:
    """
    One for each direction, as the called side: both of the best format that goes both ways,
    because many callers cannot do otherwise; else the best of each.
    """
    send = [p for p in proposals if p.reverse and p.rtp] if profile.direction.sends else []
    take = [p for p in proposals if not p.reverse] if profile.direction.receives else []
    for wanted in profile.formats:
        sending, taking = _first(send, wanted), _first(take, wanted)
        if sending is not None and taking is not None:
            return sending, taking
    return _best(profile, send), _best(profile, take)


def _best(profile: MediumProfile, proposals: list[_Proposal]) -> _Proposal | None:
    for wanted in profile.formats:
        found = _first(proposals, wanted)
        if found is not None:
            return found
    return None


def _first(proposals: list[_Proposal], wanted: MediaFormat) -> _Proposal | None:
    for proposal in proposals:
        if suits(wanted, proposal.channel.ability.format):
            return proposal
    return None


def _completed(
    fields: Fields, half: str, rtp: TransportAddress | None, rtcp: TransportAddress
) -> Fields:
    """
    A proposal with our addresses in it.  Nothing else changes: callers look
    their proposal up by what it says.
    """
    kind, media = fields[half]["multiplexParameters"]
    media = {**media, "mediaControlChannel": mediaAddressValue(rtcp)}
    if rtp is not None:
        media["mediaChannel"] = mediaAddressValue(rtp)
    return {**fields, half: {**fields[half], "multiplexParameters": (kind, media)}}


def _encode(channel: Fields) -> bytes:
    return h245.encode("OpenLogicalChannel", channel)
