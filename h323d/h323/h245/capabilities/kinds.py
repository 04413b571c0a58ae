"""
What a kind of medium must tell of itself for H.245 to carry it, and what all kinds have alike.

A kind is what H.245 has a C{DataType} of, as C{audioData} and C{videoData}: it has capabilities,
modes and a session of its own.  L{audio<h323d.h323.h245.capabilities.audio>} is one; no other
module knows how any of them is encoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from h323d.h323.h245.messages import Choice
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import TransmitFormat

__all__ = ["Ability", "Kind", "carried", "chooseAbility", "readData", "suits"]


class Ability(Protocol):
    """
    One way of sending or receiving a medium; a value.
    """

    @property
    def format(self) -> MediaFormat:
        """The neutral format."""

    @property
    def coding(self) -> str:
        """The word of the kind for it: two that are coded otherwise differ in it."""

    @property
    def symmetric(self) -> bool:
        """Whether it is usable only if both directions use it (C{receiveAndTransmit...})."""

    @property
    def payloadType(self) -> int:
        """The RTP payload type, where a channel names no other."""

    def capability(self) -> Choice:
        """As C{AudioCapability} or C{VideoCapability} has it."""

    def mode(self) -> Choice:
        """As C{AudioMode} or C{VideoMode} has it."""

    def within(self, profile: MediumProfile) -> Ability:
        """The same, as we send it."""

    def fits(self, profile: MediumProfile) -> bool:
        """Whether what is sent so is not too much for us, if its format is wanted at all."""

    def transmit(
        self, payloadType: int, rtp: TransportAddress, rtcp: TransportAddress | None
    ) -> TransmitFormat:
        """What we send, when we send so."""


class Kind(Protocol):
    """
    One kind of medium; a value.
    """

    def __hash__(self) -> int:
        """As of any value."""

    @property
    def medium(self) -> Medium:
        """What it is to the rest of the house."""

    @property
    def session(self) -> int:
        """C{sessionID} of its primary session (H.245, B.3)."""

    @property
    def capability(self) -> str:
        """What the names of its alternatives of C{Capability} end in: C{AudioCapability}."""

    @property
    def dataType(self) -> str:
        """Its alternative of C{DataType}: C{audioData}."""

    @property
    def modeType(self) -> str:
        """Its alternative of the type of a C{ModeElement}: C{audioMode}."""

    def read(self, value: Choice, symmetric: bool = False) -> Ability | None:
        """
        Read a capability.

        @return: C{None} for what we do not know.
        """

    def codingOf(self, mode: Choice) -> str | None:
        """
        Which of its capabilities a mode asks for.

        @return: C{None} for what we do not know.
        """

    def sendable(self, profile: MediumProfile) -> Sequence[Ability]:
        """
        All ways to name a profile's formats, in its order, as we send them.  Formats that H.245
        has no word for are left out.
        """

    def receivable(self, profile: MediumProfile) -> Sequence[Ability]:
        """The same, as we can take them."""

    def sentAs(self, transmit: TransmitFormat) -> Ability | None:
        """What is sent already, though H.245 did not name it."""


def carried(profile: MediaProfile, kinds: Iterable[Kind]) -> Iterator[tuple[Kind, MediumProfile]]:
    """
    The media of a profile that H.245 can carry, in its order.
    """
    byMedium = {kind.medium: kind for kind in kinds}
    for wanted in profile.media:
        if wanted.medium in byMedium:
            yield byMedium[wanted.medium], wanted


def readData(dataType: Choice, kinds: Iterable[Kind]) -> tuple[Kind, Ability] | None:
    """
    Read a C{DataType}.

    @return: C{None} for what none of C{kinds} knows.
    """
    name, value = dataType
    for kind in kinds:
        ability = kind.read(value) if kind.dataType == name else None
        if ability is not None:
            return kind, ability
    return None


def suits(wanted: MediaFormat, offered: MediaFormat) -> bool:
    """
    Whether C{offered} can be used where C{wanted} is asked for.  Silence frames
    (G.729 Annex B) are taken unless they are ruled out.
    """
    return wanted.sameOctets(offered) and not (
        ("annexb", "no") in wanted.parameters and ("annexb", "yes") in offered.parameters
    )


def chooseAbility(
    profile: MediumProfile, offered: Iterable[Ability], preferred: MediaFormat | None = None
) -> Ability | None:
    """
    The first of a profile's formats that the peer offers.

    @param preferred: what the other direction uses: it wins where the peer says
        that it can only be used both ways.

    @return: the peer's own way to name it, as we send it.
    """
    abilities = tuple(offered)
    usable = [a for wanted in profile.formats for a in abilities if suits(wanted, a.format)]
    for ability in usable:
        if preferred is not None and ability.symmetric and ability.format.sameOctets(preferred):
            return ability.within(profile)
    return usable[0].within(profile) if usable else None
