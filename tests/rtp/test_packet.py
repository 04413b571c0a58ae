"""
The RTP packet as a value.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError, EncodeError
from h323d.rtp import packet
from h323d.rtp.packet import RTPPacket


def test_aPacketIsWrittenAsTheStandardDrawsIt() -> None:
    octets = packet.encode(RTPPacket(0, 0x1234, 0x56789ABC, 0xDEF01234, b"\xff", True))
    assert octets == bytes.fromhex("80801234 56789abc def01234 ff")


def test_aPacketWithEverythingSurvives() -> None:
    value = RTPPacket(96, 1, 2, 3, b"payload", csrcs=tuple(range(15)), extension=(1, b"1234"))
    assert packet.decode(packet.encode(value)) == value


def test_paddingIsRemoved() -> None:
    octets = bytes.fromhex("a0000001 00000002 00000003 aabb 000003")
    assert packet.decode(octets).payload == b"\xaa\xbb"


@pytest.mark.parametrize(
    ("octets", "where"),
    [
        ("", "RTP"),
        ("80", "RTP"),
        ("40000001 00000002 00000003", "RTP.version"),
        ("81000001 00000002 00000003", "RTP.csrcs"),
        ("90000001 00000002 00000003 0000", "RTP.extension"),
        ("90000001 00000002 00000003 0000ffff", "RTP.extension"),
        ("a0000001 00000002 00000003 00", "RTP.padding"),
        ("a0000001 00000002 00000003 02", "RTP.padding"),
    ],
)
def test_badPacketsNameTheFault(octets: str, where: str) -> None:
    with pytest.raises(DecodeError) as caught:
        packet.decode(bytes.fromhex(octets))
    assert caught.value.path == where


def test_sixteenSourcesAreOurOwnMistake() -> None:
    with pytest.raises(EncodeError, match="15"):
        packet.encode(RTPPacket(0, 0, 0, 0, b"", csrcs=tuple(range(16))))
