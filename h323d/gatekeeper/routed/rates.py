"""
How much media a C{DataType} announces (ITU-T H.245, B.3), as RAS counts bandwidth: in units
of 100 bit/s, sound and pictures without any headers (H.225.0, C{BandWidth}).

Data and control channels are not part of what a call may use (H.323, 8.4.1), so they
count nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from h323d.h323.h245.messages import Choice, Fields

__all__ = ["rateOf"]

GREATEST_RATE = (
    10_000_000  # units of 100 bit/s: 1 Gbit/s; who says more means that there is no limit
)

_SOUND = {
    "g711Alaw64k": 640,
    "g711Alaw56k": 560,
    "g711Ulaw64k": 640,
    "g711Ulaw56k": 560,
    "g722-64k": 640,
    "g722-56k": 560,
    "g722-48k": 480,
    "g7231": 63,  # of its two rates, the one that needs more
    "g7231AnnexCCapability": 63,
    "g728": 160,
    "g729": 80,
    "g729AnnexA": 80,
    "g729wAnnexB": 80,
    "g729AnnexAwAnnexB": 80,
    "g729Extensions": 118,  # with Annex E
    "gsmFullRate": 132,
    "gsmHalfRate": 56,
    "gsmEnhancedFullRate": 122,
    "audioTelephonyEvent": 0,
    "audioTone": 0,
}
"""What the codecs of a fixed rate need, by their alternative of C{AudioCapability}."""

_MPEG_SOUND = frozenset(("is11172AudioCapability", "is13818AudioCapability"))
_BY_THE_HUNDRED = frozenset(("h261VideoCapability", "h263VideoCapability"))
_BY_FOUR_HUNDRED = frozenset(("h262VideoCapability", "is11172VideoCapability"))
_NOT_COUNTED = frozenset(("nullData", "data", "h235Control", "encryptionData", "depFec", "fec"))


def rateOf(dataType: Choice) -> int | None:
    """
    The rate of a channel that carries this.

    @return: C{None} where it cannot be told.
    """
    kind, value = dataType
    if kind in _NOT_COUNTED:
        return 0
    match kind:
        case "audioData":
            return _ofSound(value)
        case "videoData":
            return _ofPictures(value)
        case "h235Media":
            return rateOf(value["mediaType"])
        case "multiplePayloadStream":  # one of them at a time
            return _greatest(rateOf(each["dataType"]) for each in value["elements"])
        case "redundancyEncoding":
            return _ofRedundancy(value)
        case _:
            return None


def _ofSound(capability: Choice) -> int | None:
    kind, value = capability
    if kind in _MPEG_SOUND:
        return int(value["bitRate"]) * 10  # that is in units of 1000 bit/s
    match kind:
        case "genericAudioCapability":
            return _told(value, "maxBitRate")
        case "vbd":
            return _ofSound(value["type"])
        case "extendedAudioCapability":
            return _greatest(map(_ofSound, value["audioCapability"]))
        case _:
            return _SOUND.get(kind)


def _ofPictures(capability: Choice) -> int | None:
    kind, value = capability
    if kind in _BY_THE_HUNDRED or kind == "genericVideoCapability":
        return _told(value, "maxBitRate")
    if kind in _BY_FOUR_HUNDRED:
        return _told(value, "videoBitRate", 4)
    if kind == "extendedVideoCapability":
        return _greatest(map(_ofPictures, value["videoCapability"]))
    return None


def _ofRedundancy(encoding: Fields) -> int | None:
    parts = encoding.get("rtpRedundancyEncoding")
    if parts is None or "primary" not in parts:
        return None
    rates = [rateOf(each["dataType"]) for each in (parts["primary"], *parts.get("secondary", ()))]
    known = [each for each in rates if each is not None]
    return sum(known) if len(known) == len(rates) else None


def _told(fields: Fields, name: str, unit: int = 1) -> int | None:
    """
    @param unit: what the field counts in, in units of 100 bit/s.
    """
    rate = int(fields.get(name, GREATEST_RATE)) * unit
    return rate if rate < GREATEST_RATE else None


def _greatest(rates: Iterable[int | None]) -> int | None:
    known = list(rates)
    return (
        None if None in known else max((each for each in known if each is not None), default=None)
    )
