"""
Logical channels for media, as C{OpenLogicalChannel} and its acknowledgement
describe them (ITU-T H.245, B.3).

Pure translation and judgement; the entities that exchange these messages are
L{h323d.h323.h245.lcse}, and fast start carries them without any.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from h323d.h323.h245.capabilities.kinds import Ability, Kind, readData, suits
from h323d.h323.h245.messages import Choice, Fields
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile

__all__ = [
    "MediaAddresses",
    "OfferedChannel",
    "RefusedChannel",
    "ackParameters",
    "forwardChannel",
    "formatsByType",
    "judgeChannel",
    "mediaAddress",
    "mediaAddressValue",
    "multiplexParameters",
    "readAck",
    "reverseChannel",
    "unreadable",
]

FIRST_DYNAMIC = 96  # RFC 3551, 6
ASK_MASTER = 0  # sessionID by which a slave leaves the choice to the master

_UNKNOWN = frozenset({"nonStandard", "h235Control"})


def mediaAddress(value: Choice | None) -> TransportAddress | None:
    """
    Read an H.245 C{TransportAddress} that media could be sent to.

    @return: C{None} for anything but a unicast IP address and port: nobody may
        aim our media at a multicast group, a broadcast address, or nowhere.
    """
    if value is None or value[0] != "unicastAddress":
        return None
    kind, fields = value[1]
    if kind not in ("iPAddress", "iP6Address"):
        return None
    host = ipaddress.ip_address(fields["network"])
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped is not None:
        host = host.ipv4_mapped
    address = TransportAddress(str(host), fields["tsapIdentifier"])
    return address if address.isUnicast else None


def mediaAddressValue(address: TransportAddress) -> Choice:
    """
    Make an H.245 C{TransportAddress}.
    """
    kind = "iP6Address" if address.isIPv6 else "iPAddress"
    return ("unicastAddress", (kind, {"network": address.packed, "tsapIdentifier": address.port}))


def multiplexParameters(
    session: int,
    rtcp: TransportAddress | None,
    rtp: TransportAddress | None = None,
    payloadType: int = 0,
) -> Choice:
    """
    Make C{multiplexParameters}.

    @param session: C{sessionID}.
    @param rtcp: goes into C{mediaControlChannel}.
    @param rtp: goes into C{mediaChannel}, which only a receiver can name.
    @param payloadType: goes into C{dynamicRTPPayloadType}, if it is not static.
    """
    fields: Fields = {
        "sessionID": session,
        "mediaGuaranteedDelivery": False,
        "mediaControlGuaranteedDelivery": False,
        "silenceSuppression": False,
    }
    if rtp is not None:
        fields["mediaChannel"] = mediaAddressValue(rtp)
    if rtcp is not None:
        fields["mediaControlChannel"] = mediaAddressValue(rtcp)
    if payloadType >= FIRST_DYNAMIC:
        fields["dynamicRTPPayloadType"] = payloadType
    return ("h2250LogicalChannelParameters", fields)


def forwardChannel(number: int, kind: Kind, ability: Ability, rtcp: TransportAddress) -> Fields:
    """
    The C{OpenLogicalChannel} of a channel that we send on.  It names our RTCP
    address alone: where the media goes is the receiver's to say.
    """
    return {
        "forwardLogicalChannelNumber": number,
        "forwardLogicalChannelParameters": {
            "dataType": (kind.dataType, ability.capability()),
            "multiplexParameters": multiplexParameters(
                kind.session, rtcp, payloadType=ability.payloadType
            ),
        },
    }


def reverseChannel(
    number: int, kind: Kind, ability: Ability, rtp: TransportAddress, rtcp: TransportAddress
) -> Fields:
    """
    The C{OpenLogicalChannel} by which a fast start proposes that the called
    side sends: nothing forward, and where to send to in the reverse parameters.
    """
    return {
        "forwardLogicalChannelNumber": number,
        "forwardLogicalChannelParameters": {
            "dataType": ("nullData", None),
            "multiplexParameters": ("none", None),
        },
        "reverseLogicalChannelParameters": {
            "dataType": (kind.dataType, ability.capability()),
            "multiplexParameters": multiplexParameters(
                kind.session, rtcp, rtp, ability.payloadType
            ),
        },
    }


@dataclass(frozen=True, slots=True)
class MediaAddresses:
    """
    Where we receive one medium, and RTCP about it.
    """

    rtp: TransportAddress
    rtcp: TransportAddress


@dataclass(frozen=True, slots=True)
class OfferedChannel:
    """
    A channel that we can take.

    @ivar kind: what kind of medium it is for.
    @ivar ability: what flows in it.
    @ivar dynamicType: the RTP payload type that the sender chose, if it did.
    """

    kind: Kind
    ability: Ability
    dynamicType: int | None = None

    @property
    def payloadType(self) -> int:
        """
        The RTP payload type to send to it with.
        """
        return self.ability.payloadType if self.dynamicType is None else self.dynamicType


@dataclass(frozen=True, slots=True)
class RefusedChannel:
    """
    A channel that we cannot take.

    @ivar cause: as in C{OpenLogicalChannelReject}.
    """

    cause: str


def formatsByType(channel: OfferedChannel) -> dict[int, MediaFormat]:
    """
    Under which RTP payload types a channel's medium may come.  The static one
    counts beside a dynamic one: senders that name another do not all use it.
    """
    ability = channel.ability
    types = {channel.payloadType}
    if ability.payloadType < FIRST_DYNAMIC:
        types.add(ability.payloadType)
    return dict.fromkeys(sorted(types), ability.format)


def judgeChannel(
    dataType: Choice,
    parameters: Choice,
    profile: MediaProfile,
    kinds: Sequence[Kind],
    weSend: bool = False,
) -> OfferedChannel | RefusedChannel:
    """
    Whether a channel that the peer wants to open suits us.

    @param dataType: the C{DataType}.
    @param parameters: the C{multiplexParameters}.
    @param profile: what we want.
    @param kinds: the kinds of media that we know.
    @param weSend: in a fast start, the channel may be for us to send on; then
        how much comes at once is the peer's bound, and not ours to judge.
    """
    read = readData(dataType, kinds)
    if read is None:
        return unreadable(dataType)
    kind, ability = read
    wanted = profile.of(kind.medium)
    if not any(suits(each, ability.format) for each in wanted.formats):
        return RefusedChannel("dataTypeNotSupported")
    if not weSend and not ability.fits(wanted):
        return RefusedChannel("dataTypeNotSupported")
    if parameters[0] != "h2250LogicalChannelParameters":
        return RefusedChannel("unspecified")
    media = parameters[1]
    if media["sessionID"] not in (kind.session, ASK_MASTER):
        return RefusedChannel("invalidSessionID")
    for name in ("mediaChannel", "mediaControlChannel"):
        if name in media and media[name][0] == "multicastAddress":
            return RefusedChannel("multicastChannelNotAllowed")
    return OfferedChannel(kind, ability, media.get("dynamicRTPPayloadType"))


def unreadable(dataType: Choice) -> RefusedChannel:
    """
    How a channel is refused whose C{DataType} we cannot read.
    """
    unknown = dataType[0] in _UNKNOWN or dataType[0].startswith("_ext_")
    return RefusedChannel("unknownDataType" if unknown else "dataTypeNotSupported")


def ackParameters(
    number: int, session: int, rtp: TransportAddress, rtcp: TransportAddress
) -> Fields:
    """
    The C{OpenLogicalChannelAck} for the peer's channel: where we receive.

    @param session: C{sessionID}.
    """
    return {
        "forwardLogicalChannelNumber": number,
        "forwardMultiplexAckParameters": (
            "h2250LogicalChannelAckParameters",
            {
                "sessionID": session,
                "mediaChannel": mediaAddressValue(rtp),
                "mediaControlChannel": mediaAddressValue(rtcp),
                "flowControlToZero": False,
            },
        ),
    }


def readAck(
    ack: Fields,
) -> tuple[TransportAddress | None, TransportAddress | None, int | None]:
    """
    What an C{OpenLogicalChannelAck} says: where our media goes, where our RTCP
    goes, and the RTP payload type to use, each C{None} if it does not (usably) say.
    """
    kind, media = ack.get("forwardMultiplexAckParameters", ("", None))
    if kind != "h2250LogicalChannelAckParameters":
        return None, None, None
    return (
        mediaAddress(media.get("mediaChannel")),
        mediaAddress(media.get("mediaControlChannel")),
        media.get("dynamicRTPPayloadType"),
    )
