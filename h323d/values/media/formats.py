"""
Ways to encode a medium, by their registered names.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.media.medium import Medium

__all__ = ["G711_ALAW", "G711_ULAW", "MediaFormat"]

# Parameters by which the same name means other octets, with their defaults.
_AMR = (("octet-align", "0"), ("crc", "0"), ("robust-sorting", "0"), ("interleaving", ""))
_DISTINGUISHING = {
    "g7221": (("bitrate", ""),),
    "amr": _AMR,
    "amr-wb": _AMR,
    "ilbc": (("mode", "30"),),
    "mpeg4-generic": (("mode", ""), ("config", "")),
    "mp4a-latm": (("config", ""), ("cpresent", "1"), ("object", ""), ("bitrate", "")),
}


@dataclass(frozen=True, slots=True)
class MediaFormat:
    """
    One way to encode a medium, by its registered name.

    @ivar name: the encoding name of the RTP registry, upper case as there:
        C{"PCMU"}, C{"G722"}, C{"opus"}.
    @ivar clockRate: of RTP timestamps, in Hz (8000 for G.722: RFC 3551).
    @ivar channels: 1 or 2.
    @ivar parameters: format parameters, sorted, as C{(name, value)}.
    @ivar kind: audio or video.
    """

    name: str
    clockRate: int = 8000
    channels: int = 1
    parameters: tuple[tuple[str, str], ...] = ()
    kind: Medium = Medium.AUDIO

    def __hash__(self) -> int:
        # The same whatever its kind: an enumeration's own hash costs more than all the rest.
        return hash((self.name, self.clockRate, self.channels, self.parameters))

    def __str__(self) -> str:
        channels = f"/{self.channels}" if self.channels > 1 else ""
        return f"{self.name}/{self.clockRate}{channels}"

    def isCalled(self, name: str) -> bool:
        """
        Whether somebody means it by C{name}: as it is written here, or without what follows the
        encoding, in any case.
        """
        return name.lower() in (self.name.lower(), str(self).lower())

    def sameEncoding(self, other: MediaFormat) -> bool:
        """
        Whether both name one encoding, whatever their parameters.
        """
        return (
            self.clockRate == other.clockRate
            and self.channels == other.channels
            and (self.name == other.name or self.name.lower() == other.name.lower())
        )

    @property
    def inFull(self) -> dict[str, str]:
        """
        The parameters, with the defaults of those by which the name means other octets.
        """
        return dict(self._distinguishing) | dict(self.parameters)

    def sameOctets(self, other: MediaFormat) -> bool:
        """
        Whether both name one encoding, and one side decodes what the other encodes.
        """
        if not self.sameEncoding(other):
            return False
        distinguishing = self._distinguishing
        if not distinguishing:
            return True
        ours, theirs = self.inFull, other.inFull
        return all(ours[name] == theirs[name] for name, _ in distinguishing)

    @property
    def _distinguishing(self) -> tuple[tuple[str, str], ...]:
        return _DISTINGUISHING.get(self.name.lower(), ())


G711_ULAW = MediaFormat("PCMU")
G711_ALAW = MediaFormat("PCMA")
