"""
What goes through the door of a media process: names and values, and nothing else.

A message is a tuple, as L{h323d.telling.primitives} writes it, of the values that commands and
reports are made of: what is read can be nothing that is not named here.  L{VERSION} counts up when
one of them changes, or the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from h323d.call.media import MediaNetworks, Signalling
from h323d.call.relaying import Latching, RelayStatistics
from h323d.errors import DecodeError
from h323d.media.audio.survey import Survey
from h323d.media.config import MediaConfig
from h323d.media.positions import ShieldPosition, StreamPosition
from h323d.media.relay.reports import RelayClosed, RelayHeard, RelaysSurveyed
from h323d.media.relay.table import Aim
from h323d.media.reports import (
    Closed,
    Departed,
    DigitBegun,
    DigitHeard,
    DigitOver,
    HandshakeHeard,
    Heard,
    Levels,
    PassingTurned,
    SpeakerChanged,
    Surveyed,
)
from h323d.telling.primitives import Vocabulary
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import CryptoSuite, KeyAgreement, MasterKey, StreamKeys
from h323d.values.media.fingerprint import Fingerprint
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from h323d.values.networks import Networks

__all__ = ["MOST_OCTETS", "VERSION", "TooLong", "decode", "encode"]

VERSION = 3
"""
Of all that is said by a door; both sides have to be of the same.
"""

MOST_OCTETS = 150_000
"""
Of a message: what the kernel takes at once, with room to spare.
"""

SPOKEN = Vocabulary(
    (
        *(TransportAddress, Signalling, MediaNetworks, MediaConfig, Fingerprint, MediaFormat),
        *(MasterKey, StreamKeys, KeyAgreement, TransmitFormat, ReceiveFormat, Stream, Networks),
        *(ShieldPosition, StreamPosition, Aim, RelayStatistics, Survey),
        *(
            Heard,
            HandshakeHeard,
            DigitHeard,
            DigitBegun,
            DigitOver,
            Levels,
            SpeakerChanged,
            PassingTurned,
        ),
        *(Surveyed, Closed, Departed, RelayHeard, RelaysSurveyed, RelayClosed),
        *(CryptoSuite, Latching, Medium),
    )
)
"""
The values that commands and reports are made of.
"""


class TooLong(ValueError):
    """
    More than L{MOST_OCTETS}.
    """


def encode(message: Sequence[object]) -> bytes:
    """
    @raise h323d.telling.primitives.NotAValue: there is something in it that has no place here.
    @raise TooLong: there is too much in it.
    """
    octets = SPOKEN.encode(tuple(message))
    if len(octets) > MOST_OCTETS:
        raise TooLong(f"a message of {len(octets)} octets to or from a media process")
    return octets


def decode(octets: bytes) -> tuple[Any, ...]:
    """
    @return: Any, as messages differ.

    @raise DecodeError: it is none.
    """
    message = SPOKEN.decode(octets)
    if not isinstance(message, tuple):
        raise DecodeError("what is said to a media process is a tuple")
    return message
