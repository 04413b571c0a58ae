"""
What a destination accepts of a leg, medium by medium.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from h323d.values.media.direction import Direction
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium

__all__ = ["MediaProfile", "MediumProfile"]


@dataclass(frozen=True, slots=True)
class MediumProfile:
    """
    What is accepted of one medium.

    @ivar formats: for both directions, in order of preference; none where the
        medium is not wanted.
    @ivar direction: which way it shall flow, from our side.
    @ivar packetMs: milliseconds of sound in a packet that we send, unless the
        peer asks for less.
    @ivar maxPacketMs: the longest packet of sound that we can take.
    @ivar telephoneEvents: whether RFC 4733 events are wanted, beside sound.
    @ivar passed: those of the formats that we cannot code, and somebody else speaks; they stand
        alone wherever it is we who choose.
    """

    medium: Medium
    formats: tuple[MediaFormat, ...]
    direction: Direction = Direction.SENDRECV
    packetMs: int = 20
    maxPacketMs: int = 60
    telephoneEvents: bool = False
    passed: tuple[MediaFormat, ...] = ()

    def passes(self, mediaFormat: MediaFormat) -> bool:
        """
        Whether a format is one that is merely passed.
        """
        return any(mediaFormat.sameOctets(each) for each in self.passed)

    def settledBy(self, spoken: MediaFormat | None) -> MediumProfile:
        """
        The same for two who choose each for itself what it sends, so that either choice can be
        coded like the other, or passed.

        @param spoken: what is, or is to be; C{None} if that is open.
        """
        if spoken is not None and self.passes(spoken):
            alone = tuple(each for each in self.passed if each.sameOctets(spoken))
            return replace(self, formats=alone, passed=alone)
        coded = tuple(each for each in self.formats if each not in self.passed)
        return replace(self, formats=coded, passed=()) if coded else self

    def settled(self, formats: tuple[MediaFormat, ...]) -> tuple[MediaFormat, ...]:
        """
        @param formats: some of ours, best first.
        @return: those that may stand beside the first, as it is coded like them, or passed.
        """
        if formats and formats[0] in self.passed:
            return formats[:1]
        return tuple(each for each in formats if each not in self.passed)


@dataclass(frozen=True, slots=True)
class MediaProfile:
    """
    What a destination accepts of a leg.

    @ivar media: what of each medium, each at most once, in order of importance.
    """

    media: tuple[MediumProfile, ...]

    @classmethod
    def audio(
        cls,
        formats: tuple[MediaFormat, ...],
        packetMs: int = 20,
        maxPacketMs: int = 60,
        telephoneEvents: bool = True,
        passed: tuple[MediaFormat, ...] = (),
    ) -> MediaProfile:
        """
        Sound alone, both ways.
        """
        both = Direction.SENDRECV
        return cls(
            (
                MediumProfile(
                    *(Medium.AUDIO, formats, both, packetMs, maxPacketMs, telephoneEvents, passed)
                ),
            )
        )

    def of(self, medium: Medium) -> MediumProfile:
        """
        What of C{medium}: no format at all, where it is not accepted.
        """
        for profile in self.media:
            if profile.medium is medium:
                return profile
        return MediumProfile(medium, (), Direction.INACTIVE)

    def only(self, media: Container[Medium | None]) -> MediaProfile:
        """
        The same, without the media that are not among these.
        """
        return MediaProfile(tuple(each for each in self.media if each.medium in media))

    def directed(self, direction: Direction) -> MediaProfile:
        """
        The same, with every medium flowing that way (hold is one that does not).
        """
        return MediaProfile(tuple(replace(each, direction=direction) for each in self.media))
