"""
The seam where a sound codec plugs in.

A codec is one object for the whole server.  What it remembers from frame to frame is in
decoders and encoders, one per stream, made by the codec and kept by the media plane.  A
codec that is a C library releases the GIL in C{decode} and C{encode}.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from zope.interface import Attribute, Interface

__all__ = ["ICodec"]


class ICodec(Interface):
    """
    A way to write sound as octets.

    G.711 is stateless and takes any number of rows at once.  G.722 and G.729 keep a state
    per stream; Opus moreover writes packets of different lengths, and is therefore given
    one row at a time (C{batched} is false).
    """

    name = Attribute("the RTP encoding name, as in L{h323d.values.media.formats.MediaFormat}")
    clockRate = Attribute("of RTP timestamps, Hz (8000 for G.722: RFC 3551, 4.5.2)")
    sampleRate = Attribute("of the samples, Hz")
    frameSamples = Attribute(
        "the number of samples of which every packet holds a multiple: 1 for G.711, 80 for G.729"
    )
    batched = Attribute("whether C{decode} and C{encode} take more than one row")

    def newDecoder() -> object:
        """
        @return: the state of a stream to decode; C{None} if none is needed.
        """

    def newEncoder() -> object:
        """
        @return: the state of a stream to encode; C{None} if none is needed.
        """

    def samplesIn(octets: int) -> int:
        """
        @return: how many samples a payload of so many octets holds; 0 if a payload cannot
            be of that length; -1 if only its content tells.
        """

    def decode(
        payloads: npt.NDArray[np.uint8], decoders: Sequence[object] = ()
    ) -> npt.NDArray[np.int16]:
        """
        Called in order of arrival.  Octets that are not the codec's decode to noise or
        silence, never to an exception.

        @param payloads: C{uint8[n, octets]}, all of one length.
        @param decoders: one for each row; empty for a stateless codec.
        @return: C{int16[n, samples]}.
        """

    def encode(
        samples: npt.NDArray[np.int16], encoders: Sequence[object] = ()
    ) -> npt.NDArray[np.uint8]:
        """
        @param samples: C{int16[n, s]}, C{s} a multiple of C{frameSamples}.
        @param encoders: one for each row; empty for a stateless codec.
        @return: C{uint8[n, octets]}, one payload a row.
        """
