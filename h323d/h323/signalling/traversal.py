"""
What H.460.18 and H.460.19 put into messages, so that calls pass NATs and firewalls.

B{Signalling} (feature 18).  An endpoint that registers with the feature cannot be connected to.
For a call to it, its gatekeeper sends a C{serviceControlIndication} with the call's identifier
and an address; the endpoint connects there, and its first message is a Facility with that
identifier.

B{Media} (feature 19).  The endpoint opens the way of the media to us by sending first: packets
of C{keepAlivePayloadType}, every C{keepAliveInterval}, to the C{keepAliveChannel}.  Channels can
share one pair of ports on either side; each packet then begins with a number.

This module reads and writes; who does what with it is L{h323d.gatekeeper.traversal}'s business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from h323d.asn1 import h460_18, h460_19
from h323d.errors import DecodeError
from h323d.h323.h245.parameters import mediaAddress, mediaAddressValue
from h323d.h323.signalling.addresses import transportFromValue, transportToValue
from h323d.h323.signalling.features import Fields, feature, parametersOf, rawParameter
from h323d.values.address import TransportAddress

__all__ = [
    "MEDIA_TRAVERSAL",
    "SIGNALLING_TRAVERSAL",
    "IncomingCall",
    "MediaTraversal",
    "correlatedCall",
    "incomingCallData",
    "mediaFeature",
    "multiplexes",
    "readIncomingCall",
    "readMediaTraversal",
    "replaceMediaFeature",
    "withMediaTraversal",
    "withoutMediaTraversal",
]

SIGNALLING_TRAVERSAL = 18
MEDIA_TRAVERSAL = 19

_INCOMING_CALL = 1  # parameter of feature 18: IncomingCallIndication
_MULTIPLEXED = 1  # parameter of feature 19: its sender can send multiplexed media
_SERVER = 2  # parameter of feature 19: its sender is a traversal server
_MEDIA_IDENTIFIER = ("standard", MEDIA_TRAVERSAL)
_MEDIA_OID = (0, 0, 8, 460, 19, 0, 1)
_TRAVERSAL_PARAMETERS = 1
_SIGNALLING_OID = (0, 0, 8, 460, 18, 0, 1)
_CORRELATION = 1  # parameter of the H.245 indication: the call identifier


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """
    A call that waits for an endpoint behind a NAT.

    @ivar call: the call identifier, 16 octets.
    @ivar signalling: where the endpoint is to connect.
    """

    call: bytes
    signalling: TransportAddress


def incomingCallData(incoming: IncomingCall) -> Fields:
    """
    The C{genericData} of a C{serviceControlIndication} (H.460.18, 8.2.2).
    """
    value = {
        "callSignallingAddress": transportToValue(incoming.signalling),
        "callID": {"guid": incoming.call},
    }
    octets = bytes(h460_18.encode("IncomingCallIndication", value))
    return feature(SIGNALLING_TRAVERSAL, [rawParameter(_INCOMING_CALL, octets)])


def readIncomingCall(fields: Mapping[str, Any]) -> IncomingCall | None:
    """
    The same, as the endpoint reads it.

    @return: C{None} if the message indicates no call, or none that can be read.
    """
    parameters = parametersOf(fields, SIGNALLING_TRAVERSAL) or {}
    try:
        value = h460_18.decode("IncomingCallIndication", parameters.get(_INCOMING_CALL, b""))
    except DecodeError:
        return None
    address = transportFromValue(value["callSignallingAddress"])
    return None if address is None else IncomingCall(value["callID"]["guid"], address)


def mediaFeature(multiplexed: bool, server: bool) -> Fields:
    """
    Feature 19 in a Setup or its answers.

    @param multiplexed: we can send multiplexed media.
    @param server: we are the traversal server.
    """
    numbers = [_MULTIPLEXED] * multiplexed + [_SERVER] * server
    return feature(MEDIA_TRAVERSAL, [rawParameter(number) for number in numbers])


def multiplexes(fields: Mapping[str, Any]) -> bool:
    """
    Whether the sender of a Setup or its answer can send multiplexed media.
    """
    return _MULTIPLEXED in (parametersOf(fields, MEDIA_TRAVERSAL) or {})


def replaceMediaFeature(body: str, fields: Fields, ours: Fields | None) -> None:
    """
    Put our own feature 19 into a Setup or its answer, in place of what was there.

    @param body: which message it is.
    @param fields: its fields; changed in place.
    @param ours: what L{mediaFeature} makes; C{None} to take out what is there.
    """
    holder = fields if body == "setup" else dict(fields.get("featureSet", {}))
    for name in ("neededFeatures", "desiredFeatures", "supportedFeatures"):
        kept = [each for each in holder.pop(name, ()) if each["id"] != _MEDIA_IDENTIFIER]
        if name == "supportedFeatures" and ours is not None:
            kept.append(ours)
        if kept:
            holder[name] = kept
    if body != "setup" and (holder or ours is not None):
        holder.setdefault("replacementFeatureSet", False)
        fields["featureSet"] = holder


@dataclass(frozen=True, slots=True)
class MediaTraversal:
    """
    C{TraversalParameters}, as they stand in an OpenLogicalChannel and its acknowledgement.

    @ivar rtp: where shared ports receive RTP.
    @ivar rtcp: where they receive RTCP.
    @ivar multiplexID: what each packet to them begins with.
    @ivar keepAliveChannel: where the endpoint sends what keeps its way open.
    @ivar keepAlivePayloadType: of what it sends for that.
    @ivar keepAliveInterval: how often, seconds.
    """

    rtp: TransportAddress | None = None
    rtcp: TransportAddress | None = None
    multiplexID: int | None = None
    keepAliveChannel: TransportAddress | None = None
    keepAlivePayloadType: int | None = None
    keepAliveInterval: int | None = None


_ADDRESSES = {
    "multiplexedMediaChannel": "rtp",
    "multiplexedMediaControlChannel": "rtcp",
    "keepAliveChannel": "keepAliveChannel",
}
_NUMBERS = ("multiplexID", "keepAlivePayloadType", "keepAliveInterval")


def withMediaTraversal(fields: Fields, traversal: MediaTraversal) -> Fields:
    """
    An OpenLogicalChannel or its acknowledgement with these parameters, in place of any that
    it has.
    """
    value: Fields = {}
    for name, attribute in _ADDRESSES.items():
        if (address := getattr(traversal, attribute)) is not None:
            value[name] = mediaAddressValue(address)
    for name in _NUMBERS:
        if (number := getattr(traversal, name)) is not None:
            value[name] = number
    octets = bytes(h460_19.encode("TraversalParameters", value))
    kept = withoutMediaTraversal(fields)["genericInformation"]
    information = {
        "messageIdentifier": ("standard", _MEDIA_OID),
        "messageContent": [
            {
                "parameterIdentifier": ("standard", _TRAVERSAL_PARAMETERS),
                "parameterValue": ("octetString", octets),
            }
        ],
    }
    return {**fields, "genericInformation": [*kept, information]}


def withoutMediaTraversal(fields: Fields) -> Fields:
    """
    The same without such parameters; its C{genericInformation} may be empty.
    """
    kept = [each for each in _informationIn(fields) if not _isMediaTraversal(each)]
    return {**fields, "genericInformation": kept}


def readMediaTraversal(fields: Mapping[str, Any]) -> MediaTraversal | None:
    """
    @param fields: an OpenLogicalChannel or its acknowledgement.

    @return: C{None} if it has no such parameters, or none that can be read.
    """
    for information in filter(_isMediaTraversal, _informationIn(fields)):
        octets = _octetsIn(information, _TRAVERSAL_PARAMETERS)
        if octets is not None:
            try:
                value = h460_19.decode("TraversalParameters", octets)
            except DecodeError:
                return None
            told: Fields = {name: value.get(name) for name in _NUMBERS}
            for each, name in _ADDRESSES.items():
                told[name] = mediaAddress(value.get(each))
            return MediaTraversal(**told)
    return None


def _informationIn(fields: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return tuple(fields.get("genericInformation", ()))


def _isMediaTraversal(information: Mapping[str, Any]) -> bool:
    return bool(information["messageIdentifier"] == ("standard", _MEDIA_OID))


def _octetsIn(message: Mapping[str, Any], number: int) -> bytes | None:
    """
    A parameter of an H.245 C{GenericMessage} that is an octet string.
    """
    for parameter in message.get("messageContent", ()):
        kind, value = parameter.get("parameterValue", ("", b""))
        if parameter["parameterIdentifier"] == ("standard", number) and kind == "octetString":
            return bytes(value)
    return None


def correlatedCall(indication: tuple[str, Any]) -> bytes | None:
    """
    The call that an endpoint behind a NAT names first on an H.245 connection it has opened
    (H.460.18, 8.3).

    @param indication: an H.245 C{IndicationMessage}.

    @return: its identifier; C{None} if this is another indication.
    """
    name, fields = indication
    if name != "genericIndication" or fields["messageIdentifier"] != ("standard", _SIGNALLING_OID):
        return None
    return _octetsIn(fields, _CORRELATION)
