"""
The seam where a sound codec plugs in.

A codec is one object for the whole server, and of one of two kinds.  An L{IRowCodec} remembers
nothing: it turns rows of samples into rows of octets, as many at once as there are.  An
L{IStreamCodec} makes a decoder and an encoder for each stream, which remember what went before; its
payloads may be of any length, or none.  A codec that is a C library releases the GIL while it
works.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from zope.interface import Attribute, Interface

__all__ = [
    "LARGEST_PAYLOAD",
    "ICodec",
    "IDecoder",
    "IEncoder",
    "IModeDecoder",
    "IModeEncoder",
    "IRowCodec",
    "ISizedCodec",
    "IStreamCodec",
    "MODE_REQUEST",
    "Parameters",
]

MODE_REQUEST = "mode-request"  # of an encoder's parameters: what L{IModeDecoder.request} asked for
LARGEST_PAYLOAD = 755  # octets, of a packet that is sent or taken

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]
Parameters = Sequence[tuple[str, str]]


class ICodec(Interface):
    """
    What both kinds have in common.
    """

    format = Attribute(
        "the L{h323d.values.media.formats.MediaFormat} that it speaks, as SDP has it: with its "
        "channels (2 for Opus: RFC 7587), and the parameters that we offer"
    )


class IRowCodec(ICodec):
    """
    A codec without memory, as G.711 and L16: each sample becomes so many octets.
    """

    sampleRate = Attribute("of the samples, Hz: the clock rate of the format")

    def samplesIn(octets: int) -> int:
        """
        @return: how many samples a payload of so many octets holds; 0 if a payload cannot
            be of that length.
        """

    def decodeRows(payloads: Octets) -> Samples:
        """
        Whatever the octets are, it gives sound or silence, and raises nothing.

        @param payloads: C{uint8[n, octets]}, all of one length, that C{samplesIn} has taken.
        @return: C{int16[n, samples]}.
        """

    def encodeRows(samples: Samples) -> Octets:
        """
        @param samples: C{int16[n, s]}, 10 ms or a multiple of it.
        @return: C{uint8[n, octets]}, one payload a row.
        """


class IStreamCodec(ICodec):
    """
    A codec whose streams remember what went before, as G.722, G.729 and Opus.
    """

    sampleRates = Attribute("the rates at which it takes and gives samples, Hz; 8000, 16000, 48000")
    frameMs = Attribute("milliseconds of which every payload holds a multiple; 10, 20 or 30")

    def unitsIn(payload: Octets) -> int:
        """
        @param payload: C{uint8[octets]}, not empty.
        @return: how long its sound is, in units of the format's clock; 0 if it is no payload.
        """

    def announcesPause(payload: Octets) -> bool:
        """
        @return: whether nothing may follow for a while: a silence descriptor, as G.729 B and the
            discontinuous transmission of Opus have it.
        """

    def newDecoder(sampleRate: int, parameters: Parameters) -> IDecoder:
        """
        @param sampleRate: of what it shall give, Hz, one of C{sampleRates}.
        @param parameters: of the format, as was negotiated.
        """

    def newEncoder(sampleRate: int, parameters: Parameters) -> IEncoder:
        """
        @param sampleRate: of what it will be given, Hz, one of C{sampleRates}.
        @param parameters: of the format, as was negotiated.
        """


class ISizedCodec(IStreamCodec):
    """
    One whose payloads tell by their length alone what C{unitsIn} and C{announcesPause} say of them.
    """


class IDecoder(Interface):
    """
    The decoding end of one stream.  What it raises is taken for silence.
    """

    def decode(payload: Octets, out: Samples) -> int:
        """
        The next payload.

        @param payload: C{uint8[octets]}, one that C{unitsIn} has taken.
        @param out: C{int16[s]}, exactly as long as its sound; overwritten.
        @return: how many samples it wrote; less than 0 if it could not.
        """

    def recover(out: Samples, following: Octets | None = None) -> int:
        """
        Make up sound that is not there: what was lost, or what a pause sounds like.

        @param out: C{int16[s]}; overwritten.
        @param following: the payload after the one that was lost, not decoded yet: it may hold a
            copy of that in fewer octets (forward error correction).
        @return: how many samples it wrote; less than 0 if it could not.
        """


class IEncoder(Interface):
    """
    The encoding end of one stream.  Where it raises, nothing is sent.
    """

    def encode(samples: Samples, out: Octets) -> int:
        """
        The next payload.

        @param samples: C{int16[s]}, a multiple of C{frameMs}: all that the packet shall hold.
        @param out: C{uint8[o]}: where it goes; at least L{LARGEST_PAYLOAD} octets.
        @return: how many octets it has; 0 if there is nothing to send; less than 0 if it could
            not.
        """

    def tune(lossPercent: int) -> None:
        """
        The peer reports how much it loses: how much is worth sending twice.
        """


class IModeDecoder(IDecoder):
    """
    One whose payloads say, too, in which mode the other direction shall be encoded, as those of AMR
    do (RFC 4867, 4.3.1).
    """

    request = Attribute("the mode that was asked for last; C{None} if any will do")


class IModeEncoder(IEncoder):
    """
    One that can do as is asked for so.  What is new is asked of it as a parameter, L{MODE_REQUEST}.
    """

    def heed(mode: int | None) -> None:
        """
        Encode so from the next frame on, or as nearly so as is allowed.

        @param mode: C{None} for any.
        """
