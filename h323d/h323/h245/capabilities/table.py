"""
What a peer can do, and what we can, as a C{TerminalCapabilitySet} (ITU-T H.245, B.2).

It does not exchange them; that is the CESE's.  What it does not know, it skips.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.capabilities.kinds import Ability, Kind, carried
from h323d.h323.h245.messages import Choice, Fields
from h323d.values.media.digits import DigitMethod, takesFlash
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import ReceiveFormat

__all__ = [
    "KINDS",
    "TELEPHONE_EVENT_TYPE",
    "CapabilityTable",
    "RemoteCapabilities",
    "capabilitySet",
    "emptyCapabilitySet",
    "received",
]

KINDS: tuple[Kind, ...] = (AUDIO,)  # that sessions speak of
H245_VERSION = (0, 0, 8, 245, 0, 16)  # protocolIdentifier of H.245 (05/2011)
TELEPHONE_EVENT_TYPE = 101  # the dynamic payload type under which we take RFC 4733 events
TELEPHONE_EVENTS = "0-16"  # the sixteen keys, and flash (RFC 4733, 3.2)
MAXIMUM_ENTRIES = 256  # of a capability table that we remember
_JITTER = 60  # milliseconds of maximumAudioDelayJitter that we say we cause


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


def capabilitySet(
    profile: MediaProfile, sequenceNumber: int, kinds: Iterable[Kind] = KINDS
) -> Fields:
    """
    The C{TerminalCapabilitySet} of a profile: what we can receive, of all media at the same time.
    """
    media = [
        [(f"receive{kind.capability}", each.capability()) for each in kind.receivable(wanted)]
        for kind, wanted in carried(profile, kinds)
        if wanted.direction.receives
    ]
    if not media:
        return emptyCapabilitySet(sequenceNumber)
    sound = profile.of(Medium.AUDIO)
    digits = _digits(sound.telephoneEvents and sound.direction.receives)
    alternatives = [*filter(None, media), *([capability] for capability in digits)]
    table = [
        {"capabilityTableEntryNumber": number, "capability": capability}
        for number, capability in enumerate(itertools.chain.from_iterable(alternatives), 1)
    ]
    numbers = itertools.count(1)
    together = [list(itertools.islice(numbers, len(each))) for each in alternatives]
    return {
        **emptyCapabilitySet(sequenceNumber),
        "multiplexCapability": _multiplexCapability(),
        "capabilityTable": table,
        "capabilityDescriptors": [
            {"capabilityDescriptorNumber": 0, "simultaneousCapabilities": together}
        ],
    }


def _digits(telephoneEvents: bool) -> Iterator[Choice]:
    yield ("receiveAndTransmitUserInputCapability", ("basicString", None))
    yield ("receiveAndTransmitUserInputCapability", ("dtmf", None))
    if telephoneEvents:
        yield (
            "receiveRTPAudioTelephonyEventCapability",
            {
                "dynamicRTPPayloadType": TELEPHONE_EVENT_TYPE,
                "audioTelephoneEvent": TELEPHONE_EVENTS,
            },
        )


def received(formats: Mapping[int, MediaFormat], profile: MediumProfile) -> ReceiveFormat:
    """
    What may come of a medium: its formats, and events beside it, unless a peer, who chooses the
    types of its formats itself, has taken theirs for one of them.

    @param formats: by RTP payload type.
    """
    takes = profile.telephoneEvents and TELEPHONE_EVENT_TYPE not in formats
    return ReceiveFormat(dict(formats), TELEPHONE_EVENT_TYPE if takes else None)


@dataclass(frozen=True, slots=True)
class RemoteCapabilities:
    """
    What the peer says it can do, as far as we understand it.

    @ivar abilities: what it can receive, in its order, of all media.
    @ivar digitMethods: how it takes digits, best first; never empty unless the
        set is.
    @ivar telephoneEventType: the RTP payload type that it expects RFC 4733
        events under, or C{None}.
    @ivar hookFlash: whether a hook flash is among these.
    @ivar isEmpty: it sent the empty capability set: we are held (H.323, 8.4.6).
    @ivar skipped: how many entries we did not understand.
    """

    abilities: tuple[Ability, ...] = ()
    digitMethods: tuple[DigitMethod, ...] = ()
    telephoneEventType: int | None = None
    hookFlash: bool = False
    isEmpty: bool = False
    skipped: int = 0

    def of(self, medium: Medium) -> tuple[Ability, ...]:
        """
        What it can receive of C{medium}, in its order.
        """
        return tuple(ability for ability in self.abilities if ability.format.kind is medium)


_DIGITS = ("receiveUserInputCapability", "receiveAndTransmitUserInputCapability")
_TEXT = ("basicString", "iA5String", "generalString")
# Ours to send, or of no consequence.
_IRRELEVANT = frozenset(
    {
        "transmitAudioCapability",
        "transmitVideoCapability",
        "transmitUserInputCapability",
        "transmitDataApplicationCapability",
        "maxPendingReplacementFor",
    }
)
# Some say that they take events, and hear none (chan_ooh323 of Asterisk): what comes as a
# signal, on the connection that said so, all of them hear.
_PREFERENCE = (DigitMethod.H245_SIGNAL, DigitMethod.RTP_EVENT, DigitMethod.H245_ALPHANUMERIC)


@dataclass
class CapabilityTable:
    """
    What a peer's capability sets add up to.  A set may replace, add or delete
    single entries of the sets before it (H.245, B.2).

    @ivar kinds: what we understand.
    """

    kinds: tuple[Kind, ...] = KINDS
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
        return _summary(self._usable(descriptors), self.kinds, skipped)

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


def _summary(
    capabilities: Iterable[Choice], kinds: Sequence[Kind], skipped: int
) -> RemoteCapabilities:
    abilities: list[Ability] = []
    methods = {DigitMethod.H245_ALPHANUMERIC}  # mandatory since version 2 of H.323
    eventType: int | None = None
    hookFlash = False
    for name, value in capabilities:
        ability = _read(name, value, kinds)
        if ability is not None:
            abilities.append(ability)
        elif name in _DIGITS and value[0] == "dtmf":
            methods.add(DigitMethod.H245_SIGNAL)
        elif name == "receiveRTPAudioTelephonyEventCapability":
            methods.add(DigitMethod.RTP_EVENT)
            eventType = value["dynamicRTPPayloadType"]
            hookFlash = takesFlash(value["audioTelephoneEvent"])
        elif name not in _IRRELEVANT and not (name in _DIGITS and value[0] in _TEXT):
            skipped += 1
    best = tuple(method for method in _PREFERENCE if method in methods)
    return RemoteCapabilities(tuple(abilities), best, eventType, hookFlash, skipped=skipped)


def _read(name: str, value: Any, kinds: Iterable[Kind]) -> Ability | None:
    """
    @param value: an ASN.1 value.

    @return: C{None} if that is no medium that we could send.
    """
    for kind in kinds:
        symmetric = name == f"receiveAndTransmit{kind.capability}"
        if symmetric or name == f"receive{kind.capability}":
            ability = kind.read(value, symmetric)
            if ability is not None:
                return ability
    return None
