"""
What stands in for a codec that we do not have, where its sound is only passed from one to another.

It is a codec that can do nothing: whatever comes of it in a room is silence, and counted like any
payload that cannot be one, and nothing is sent in it.
"""

from __future__ import annotations

from zope.interface import implementer

from h323d.dsp.codec import IDecoder, IEncoder, IStreamCodec, Octets, Parameters, Samples
from h323d.values.media.formats import MediaFormat

__all__ = ["Uncoded"]


@implementer(IDecoder, IEncoder)
class _Nothing:
    """
    Hears nothing, and says nothing.
    """

    def decode(self, payload: Octets, out: Samples) -> int:
        return -1

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        return -1

    def encode(self, samples: Samples, out: Octets) -> int:
        return 0

    def tune(self, lossPercent: int) -> None:
        """
        It makes no difference.
        """


@implementer(IStreamCodec)
class Uncoded:
    """
    Every encoding that we cannot code, of one clock.
    """

    sampleRates = (8000,)  # so that no room is mixed at another rate for it
    frameMs = 10

    def __init__(self, clockRate: int) -> None:
        """
        @param clockRate: Hz.
        """
        self.format = MediaFormat("uncoded", clockRate)

    def unitsIn(self, payload: Octets) -> int:
        """
        Nobody here knows.
        """
        return 0

    def announcesPause(self, payload: Octets) -> bool:
        return False

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> IDecoder:
        return _Nothing()

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> IEncoder:
        return _Nothing()
