"""
What a peer can do, and what we can, as H.245 capabilities (ITU-T H.245, B.2).

Translates between the neutral formats of L{h323d.values.media} and
C{AudioCapability}, and between a profile and a C{TerminalCapabilitySet}.  It
does not exchange them; that is the CESE's.  What it does not know, it skips.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile

__all__ = [
    "TELEPHONE_EVENT_TYPE",
    "AudioAbility",
    "CapabilityTable",
    "RemoteCapabilities",
    "abilitiesOf",
    "audioCapability",
    "capabilitySet",
    "chooseAbility",
    "emptyCapabilitySet",
    "payloadTypeOf",
    "readAudioCapability",
    "suits",
]

H245_VERSION = (0, 0, 8, 245, 0, 16)  # protocolIdentifier of H.245 (05/2011)
TELEPHONE_EVENT_TYPE = 101  # the dynamic payload type under which we take RFC 4733 events
TELEPHONE_EVENTS = "0-15"  # the sixteen keys (RFC 4733, 3.2)
MAXIMUM_ENTRIES = 256  # of a capability table that we remember
SHORTEST_PACKET = 10  # milliseconds; less is not worth its headers
_MAXIMUM_FRAMES = 256  # of the schema's frame counts
_JITTER = 60  # milliseconds of maximumAudioDelayJitter that we say we cause

Fields = dict[str, Any]  # Any: an ASN.1 value
Choice = tuple[str, Any]  # Any: an ASN.1 value


@dataclass(frozen=True, slots=True)
class _Coding:
    """
    How C{AudioCapability} names a format.

    @ivar frameMs: milliseconds in one of the frames that it counts.
    @ivar payloadType: static RTP payload type (RFC 3551, table 4).
    """

    format: MediaFormat
    frameMs: int
    payloadType: int


_ANNEX_B = (("annexb", "yes"),)
_NO_ANNEX_B = (("annexb", "no"),)
_G729 = MediaFormat("G729", parameters=_NO_ANNEX_B)
_G729B = MediaFormat("G729", parameters=_ANNEX_B)

# A frame of the codecs that have none, G.711 and G.722, is a millisecond: so all
# peers seen count.
_CODINGS = {
    "g711Ulaw64k": _Coding(MediaFormat("PCMU"), 1, 0),
    "g711Alaw64k": _Coding(MediaFormat("PCMA"), 1, 8),
    "g722-64k": _Coding(MediaFormat("G722"), 1, 9),
    "g729AnnexA": _Coding(_G729, 10, 18),
    "g729": _Coding(_G729, 10, 18),
    "g729AnnexAwAnnexB": _Coding(_G729B, 10, 18),
    "g729wAnnexB": _Coding(_G729B, 10, 18),
    "g7231": _Coding(MediaFormat("G723"), 30, 4),
    "gsmFullRate": _Coding(MediaFormat("GSM"), 20, 3),
}
_GSM_FRAME = 33  # octets (RFC 3551, 4.5.8)


@dataclass(frozen=True, slots=True)
class AudioAbility:
    """
    One way of sending or receiving sound.

    @ivar format: the neutral format.
    @ivar packetMs: the longest packet, in milliseconds of sound.
    @ivar coding: the alternative of C{AudioCapability} that names it.
    @ivar symmetric: usable only if both directions use it
        (C{receiveAndTransmitAudioCapability}).
    @ivar silenceSuppression: as C{g7231} or C{gsmFullRate} say it.
    """

    format: MediaFormat
    packetMs: int
    coding: str
    symmetric: bool = False
    silenceSuppression: bool = False

    def within(self, packetMs: int) -> AudioAbility:
        """
        The same with packets no longer than C{packetMs}, in whole frames and
        tens of milliseconds; one of them, where the peer wants even less.
        """
        frameMs = max(_CODINGS[self.coding].frameMs, SHORTEST_PACKET)
        return replace(self, packetMs=max(1, min(packetMs, self.packetMs) // frameMs) * frameMs)


def readAudioCapability(value: Choice, symmetric: bool = False) -> AudioAbility | None:
    """
    Read an C{AudioCapability}.

    @return: C{None} for what we do not know.
    """
    name, count = value
    coding = _CODINGS.get(name)
    if coding is None:
        return None
    silence = False
    if name == "g7231":
        count, silence = count["maxAl-sduAudioFrames"], count["silenceSuppression"]
    elif name == "gsmFullRate":
        count, silence = count["audioUnitSize"] // _GSM_FRAME, count["comfortNoise"]
        if count == 0:
            return None
    return AudioAbility(coding.format, count * coding.frameMs, name, symmetric, silence)


def audioCapability(ability: AudioAbility) -> Choice:
    """
    Make an C{AudioCapability}.
    """
    frames = max(1, min(_MAXIMUM_FRAMES, ability.packetMs // _CODINGS[ability.coding].frameMs))
    if ability.coding == "g7231":
        return (
            "g7231",
            {"maxAl-sduAudioFrames": frames, "silenceSuppression": ability.silenceSuppression},
        )
    if ability.coding == "gsmFullRate":
        return (
            "gsmFullRate",
            {
                "audioUnitSize": min(_MAXIMUM_FRAMES // _GSM_FRAME, frames) * _GSM_FRAME,
                "comfortNoise": ability.silenceSuppression,
                "scrambled": False,
            },
        )
    return (ability.coding, frames)


def payloadTypeOf(ability: AudioAbility) -> int:
    """
    The RTP payload type of a format that H.245 can name; all of them are static.
    """
    return _CODINGS[ability.coding].payloadType


def suits(wanted: MediaFormat, offered: MediaFormat) -> bool:
    """
    Whether C{offered} can be used where C{wanted} is asked for.  Silence frames
    (G.729 Annex B) are taken unless they are ruled out.
    """
    return wanted.sameEncoding(offered) and not (
        ("annexb", "no") in wanted.parameters and ("annexb", "yes") in offered.parameters
    )


def abilitiesOf(formats: Iterable[MediaFormat], packetMs: int) -> list[AudioAbility]:
    """
    All ways to name formats, in their order.  Formats that H.245 has no
    word for are left out.

    @param packetMs: the longest packet.
    """
    return [
        AudioAbility(coding.format, packetMs, name).within(packetMs)
        for wanted in formats
        for name, coding in _CODINGS.items()
        if suits(wanted, coding.format)
    ]


def chooseAbility(
    profile: MediumProfile, offered: Iterable[AudioAbility], preferred: MediaFormat | None = None
) -> AudioAbility | None:
    """
    The first of a profile's formats that the peer offers.

    @param preferred: what the other direction uses: it wins where the peer says
        that it can only be used both ways.

    @return: the peer's own way to name it, with our packet length.
    """
    abilities = tuple(offered)
    usable = [a for wanted in profile.formats for a in abilities if suits(wanted, a.format)]
    for ability in usable:
        if preferred is not None and ability.symmetric and ability.format.sameEncoding(preferred):
            return ability.within(profile.packetMs)
    return usable[0].within(profile.packetMs) if usable else None


def _multipoint() -> Fields:
    nowhere = {
        "centralizedControl": False,
        "distributedControl": False,
        "centralizedAudio": False,
        "distributedAudio": False,
        "centralizedVideo": False,
        "distributedVideo": False,
    }
    return {
        "multicastCapability": False,
        "multiUniCastConference": False,
        "mediaDistributionCapability": [nowhere],
    }


def _multiplexCapability() -> Choice:
    return (
        "h2250Capability",
        {
            "maximumAudioDelayJitter": _JITTER,
            "receiveMultipointCapability": _multipoint(),
            "transmitMultipointCapability": _multipoint(),
            "receiveAndTransmitMultipointCapability": _multipoint(),
            "mcCapability": {"centralizedConferenceMC": False, "decentralizedConferenceMC": False},
            "rtcpVideoControlCapability": False,
            "mediaPacketizationCapability": {"h261aVideoPacketization": False},
            "logicalChannelSwitchingCapability": False,
            "t120DynamicPortCapability": False,
        },
    )


def emptyCapabilitySet(sequenceNumber: int) -> Fields:
    """
    The C{TerminalCapabilitySet} that asks the peer to send nothing (H.323, 8.4.6).
    """
    return {"sequenceNumber": sequenceNumber, "protocolIdentifier": H245_VERSION}


def capabilitySet(profile: MediaProfile, sequenceNumber: int) -> Fields:
    """
    The C{TerminalCapabilitySet} of a profile: what we can receive.
    """
    sound = profile.of(Medium.AUDIO)
    audio: list[Choice] = [
        ("receiveAudioCapability", audioCapability(ability))
        for ability in abilitiesOf(sound.formats, sound.maxPacketMs)
    ]
    digits: list[Choice] = [
        ("receiveAndTransmitUserInputCapability", ("basicString", None)),
        ("receiveAndTransmitUserInputCapability", ("dtmf", None)),
    ]
    if sound.telephoneEvents:
        digits.append(
            (
                "receiveRTPAudioTelephonyEventCapability",
                {
                    "dynamicRTPPayloadType": TELEPHONE_EVENT_TYPE,
                    "audioTelephoneEvent": TELEPHONE_EVENTS,
                },
            )
        )
    table = [
        {"capabilityTableEntryNumber": number, "capability": capability}
        for number, capability in enumerate([*audio, *digits], 1)
    ]
    numbers = range(1, len(table) + 1)
    together = [[number] for number in numbers[len(audio) :]]
    if audio:
        together.insert(0, list(numbers[: len(audio)]))
    return {
        **emptyCapabilitySet(sequenceNumber),
        "multiplexCapability": _multiplexCapability(),
        "capabilityTable": table,
        "capabilityDescriptors": [
            {"capabilityDescriptorNumber": 0, "simultaneousCapabilities": together}
        ],
    }


@dataclass(frozen=True, slots=True)
class RemoteCapabilities:
    """
    What the peer says it can do, as far as we understand it.

    @ivar audio: what it can receive, in its order.
    @ivar digitMethods: how it takes digits, best first; never empty unless the
        set is.
    @ivar telephoneEventType: the RTP payload type that it expects RFC 4733
        events under, or C{None}.
    @ivar video: whether it can receive video of any kind.
    @ivar isEmpty: it sent the empty capability set: we are held (H.323, 8.4.6).
    @ivar skipped: how many entries we did not understand.
    """

    audio: tuple[AudioAbility, ...] = ()
    digitMethods: tuple[DigitMethod, ...] = ()
    telephoneEventType: int | None = None
    video: bool = False
    isEmpty: bool = False
    skipped: int = 0


_RECEIVES = {"receiveAudioCapability": False, "receiveAndTransmitAudioCapability": True}
_VIDEO = ("receiveVideoCapability", "receiveAndTransmitVideoCapability")
_DIGITS = ("receiveUserInputCapability", "receiveAndTransmitUserInputCapability")
_TEXT = ("basicString", "iA5String", "generalString")
# Ours to send, or nothing that a call with sound alone needs.
_IRRELEVANT = frozenset(
    {
        "transmitAudioCapability",
        "transmitVideoCapability",
        "transmitUserInputCapability",
        "transmitDataApplicationCapability",
        "maxPendingReplacementFor",
    }
)
_PREFERENCE = (DigitMethod.RTP_EVENT, DigitMethod.H245_SIGNAL, DigitMethod.H245_ALPHANUMERIC)


@dataclass
class CapabilityTable:
    """
    What a peer's capability sets add up to.  A set may replace, add or delete
    single entries of the sets before it (H.245, B.2).
    """

    _entries: dict[int, Choice] = field(default_factory=dict)

    def update(self, fields: Fields) -> RemoteCapabilities:
        """
        Take a C{TerminalCapabilitySet}, and say what the peer can do now.
        """
        table = fields.get("capabilityTable", ())
        descriptors = fields.get("capabilityDescriptors", ())
        if not table and not descriptors:  # a multiplexCapability alone says nothing
            self._entries.clear()
            return RemoteCapabilities(isEmpty=True)
        skipped = 0
        for entry in table:
            number = entry["capabilityTableEntryNumber"]
            if "capability" not in entry:
                self._entries.pop(number, None)
            elif number in self._entries or len(self._entries) < MAXIMUM_ENTRIES:
                self._entries[number] = entry["capability"]
            else:
                skipped += 1
        return _summary(self._usable(descriptors), skipped)

    def _usable(self, descriptors: Iterable[Fields]) -> list[Choice]:
        """
        The capabilities that a descriptor mentions, in the table's order; those
        that none does cannot be used.  Some peers send no descriptors, or none
        that match their table: then everything counts.
        """
        mentioned = {number for number in _mentioned(descriptors) if number in self._entries}
        return [
            capability
            for number, capability in self._entries.items()
            if not mentioned or number in mentioned
        ]


def _mentioned(descriptors: Iterable[Fields]) -> Iterator[int]:
    for descriptor in descriptors:
        for alternatives in descriptor.get("simultaneousCapabilities", ()):
            yield from alternatives


def _summary(capabilities: Iterable[Choice], skipped: int) -> RemoteCapabilities:
    audio: list[AudioAbility] = []
    methods = {DigitMethod.H245_ALPHANUMERIC}  # mandatory since version 2 of H.323
    eventType: int | None = None
    video = False
    for name, value in capabilities:
        if name in _RECEIVES:
            ability = readAudioCapability(value, symmetric=_RECEIVES[name])
            if ability is None:
                skipped += 1
            else:
                audio.append(ability)
        elif name in _DIGITS and value[0] == "dtmf":
            methods.add(DigitMethod.H245_SIGNAL)
        elif name == "receiveRTPAudioTelephonyEventCapability":
            methods.add(DigitMethod.RTP_EVENT)
            eventType = value["dynamicRTPPayloadType"]
        elif name in _VIDEO:
            video = True
        elif name not in _IRRELEVANT and not (name in _DIGITS and value[0] in _TEXT):
            skipped += 1
    best = tuple(method for method in _PREFERENCE if method in methods)
    return RemoteCapabilities(tuple(audio), best, eventType, video, skipped=skipped)
