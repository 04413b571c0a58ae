"""
What a way to encode sound is worth: how it sounds, and what it costs.

The figures put encodings in an order, and are good for nothing finer: an impairment is measured
with one talker's speech, and a cost on one machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.media.formats import MediaFormat

__all__ = ["NARROWBAND", "Worth", "worthOf"]

NARROWBAND = 36
"""What is lost of wideband speech where nothing above 3.4 kHz is heard: C{Ie,wb} of G.711."""


@dataclass(frozen=True, slots=True)
class Worth:
    """
    One encoding.

    @ivar impairment: what it takes from the 129 of speech in the same room: C{Ie,wb} of ITU-T
        G.113, Appendix IV; where that has none, C{Ie} of Appendix I and L{NARROWBAND}; else our
        estimate.
    @ivar bitRate: of its sound alone, bit/s.
    @ivar cost: microseconds of a processor that 20 ms take, there and back.
    @ivar robustness: against lost packets, which are concealed: C{Bpl} of G.113, Appendix I; where
        that has none, our estimate.
    @ivar isEstimated: whether the impairment is ours.
    """

    impairment: int
    bitRate: int
    cost: int
    robustness: float = 10.0  # of GSM EFR, the least that Appendix I has for concealment
    isEstimated: bool = False

    @property
    def isKnown(self) -> bool:
        """
        Whether the encoding is one that something is known of.
        """
        return self is not _UNKNOWN

    @property
    def isNarrowband(self) -> bool:
        """
        Whether nothing above 3.4 kHz is heard.
        """
        return self.impairment >= NARROWBAND

    @property
    def equipment(self) -> int:
        """
        What it takes from the best of its own band: C{Ie}, or C{Ie,wb}.
        """
        return self.impairment - NARROWBAND if self.isNarrowband else self.impairment

    def bitRateOnTheWire(self, packetMs: int) -> int:
        """
        With the headers of RTP, UDP and IPv4, bit/s.
        """
        return self.bitRate + 40 * 8 * 1000 // packetMs


_UNKNOWN = Worth(129, 64_000, 1000)
_WORTHS = {
    ("opus", 48000): Worth(5, 32_000, 123, 20.0, isEstimated=True),  # it repeats what is lost
    ("g7221", 32000): Worth(8, 48_000, 1000, isEstimated=True),
    ("mp4a-latm", 90000): Worth(5, 64_000, 1000, isEstimated=True),
    ("amr-wb", 16000): Worth(8, 23_850, 1000),
    ("l16", 48000): Worth(0, 768_000, 2),
    ("l16", 16000): Worth(5, 256_000, 2, isEstimated=True),
    ("l16", 8000): Worth(NARROWBAND, 128_000, 2, 25.1),
    ("g722", 8000): Worth(13, 64_000, 29),
    ("g7221", 16000): Worth(13, 32_000, 1000),
    ("speex", 16000): Worth(20, 28_000, 133, isEstimated=True),
    ("pcmu", 8000): Worth(NARROWBAND, 64_000, 2, 25.1),
    ("pcma", 8000): Worth(NARROWBAND, 64_000, 2, 25.1),
    ("amr", 8000): Worth(NARROWBAND + 5, 12_200, 95, 10.0),
    ("g726-32", 8000): Worth(NARROWBAND + 7, 32_000, 29),
    ("aal2-g726-32", 8000): Worth(NARROWBAND + 7, 32_000, 29),
    ("g729", 8000): Worth(NARROWBAND + 11, 8_000, 61, 19.0),
    ("ilbc", 8000): Worth(NARROWBAND + 11, 15_200, 1000, isEstimated=True),
    ("speex", 8000): Worth(NARROWBAND + 11, 15_000, 57, isEstimated=True),
    ("g723", 8000): Worth(NARROWBAND + 15, 6_300, 165, 16.1),
    ("gsm", 8000): Worth(NARROWBAND + 20, 13_000, 18),
}


def worthOf(mediaFormat: MediaFormat) -> Worth:
    """
    @return: the worst, for an encoding that nothing is known of.
    """
    return _WORTHS.get((mediaFormat.name.lower(), mediaFormat.clockRate), _UNKNOWN)
