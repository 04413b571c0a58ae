"""
G.729 with silence descriptors (annex B), as our encoder does not send it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.libraries import Missing, find

__all__ = ["withPauses"]

FRAME = 80
_ENCODER = """
    void *initBcg729EncoderChannel(uint8_t enableVAD);
    void bcg729Encoder(void *, const int16_t *, uint8_t *, uint8_t *);
"""


def withPauses(sound: npt.NDArray[np.int16]) -> list[npt.NDArray[np.uint8]]:
    """
    @return: for each 10 ms a frame, a descriptor, or nothing.
    """
    library = find(_ENCODER, ("libbcg729.so.0",), (), "")
    assert not isinstance(library, Missing)
    memory = library.functions.initBcg729EncoderChannel(1)
    length, payloads = library.ffi.new("uint8_t *"), []
    for frame in sound.reshape(-1, FRAME):
        octets = np.zeros(10, np.uint8)
        library.functions.bcg729Encoder(
            memory,
            library.ffi.from_buffer("int16_t[]", frame),
            library.ffi.from_buffer("uint8_t[]", octets),
            length,
        )
        payloads.append(octets[: length[0]])
    return payloads
