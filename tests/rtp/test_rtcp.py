"""
RTCP compounds.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError, EncodeError
from h323d.rtp import rtcp
from h323d.rtp.rtcp import (
    CNAME,
    ExtendedReport,
    Goodbye,
    OtherRTCP,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
)
from h323d.rtp.xr import OtherBlock, VoIPMetrics

BLOCK = ReportBlock(0xDEADBEEF, 64, -3, 0x0001FFFF, 42, 0xB7052000, 0x00054000)
COMPOUND = (
    SenderReport(1, 0xB44DB705_20000000, 160, 7, 1120, (BLOCK,)),
    SourceDescription(((1, ((CNAME, "a@example.org"), (6, "h323d"))), (2, ()))),
    Goodbye((1, 2), "leaving"),
)


def test_aReceiverReportIsWrittenAsTheStandardDrawsIt() -> None:
    octets = rtcp.encode([ReceiverReport(1, (BLOCK,))])
    assert octets == bytes.fromhex(
        "81c90007 00000001 deadbeef 40fffffd 0001ffff 0000002a b7052000 00054000"
    )


def test_aDescriptionIsPaddedToWholeWords() -> None:
    octets = rtcp.encode([SourceDescription(((1, ((CNAME, "ab"),)),))])
    assert octets == bytes.fromhex("81ca0003 00000001 01026162 00000000")


def test_aCompoundSurvives() -> None:
    assert rtcp.decode(rtcp.encode(COMPOUND)) == COMPOUND


def test_everyLengthOfTextIsFramed() -> None:
    for length in range(9):
        compound = (
            SourceDescription(((1, ((CNAME, "x" * length),)), (2, ((CNAME, "y"),)))),
            Goodbye((1,), "z" * length),
        )
        assert rtcp.decode(rtcp.encode(compound)) == compound


def test_applicationsAndFeedbackArePassedOver() -> None:
    compound = (
        ReceiverReport(1),
        OtherRTCP(rtcp.APP, 3, b"\0\0\0\1nameabcd"),
        OtherRTCP(206, 1, b"\0" * 8),
    )
    assert rtcp.decode(rtcp.encode(compound)) == compound


def test_anExtendedReportHasItsBlocks() -> None:
    compound = (
        ReceiverReport(1),
        ExtendedReport(1, (VoIPMetrics(7, lossRate=3), OtherBlock(4, 0, b"\0" * 8))),
        ExtendedReport(2, ()),
    )
    assert rtcp.decode(rtcp.encode(compound)) == compound


def test_paddingOfTheLastPacketIsDropped() -> None:
    octets = bytes.fromhex("80c90001 00000001 a0cb0002 00000000 00000004")
    assert rtcp.decode(octets) == (ReceiverReport(1), Goodbye(()))


@pytest.mark.parametrize(
    ("octets", "path"),
    [
        ("", "RTCP"),
        ("80c9", "RTCP"),
        ("40c90001 00000001", "RTCP.version"),
        ("80c90002 00000001", "RTCP.length"),
        ("80c90001 00000001 81cbffff", "RTCP.length"),
        ("80c80001 00000001", "RTCP.SR"),
        ("80c90000", "RTCP.RR"),
        ("81c90001 00000001", "RTCP.RR.reports"),
        ("81ca0000", "RTCP.SDES"),
        ("81ca0001 00000001", "RTCP.SDES.items"),
        ("81ca0002 00000001 01ff6161", "RTCP.SDES.items"),
        ("82cb0001 00000001", "RTCP.BYE"),
        ("80cb0001 ff616161", "RTCP.BYE.reason"),
        ("a0c90001 00000000", "RTCP.padding"),
        ("a0c90001 00000008", "RTCP.padding"),
        ("a0c90001 00000004 80c90001 00000001", "RTCP.padding"),
        ("80cb0000" * 65, "RTCP"),
    ],
)
def test_liesAreRefused(octets: str, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        rtcp.decode(bytes.fromhex(octets))
    assert caught.value.path == path


def test_textThatIsNotUTF8IsReadAsFarAsItGoes() -> None:
    (packet,) = rtcp.decode(bytes.fromhex("81ca0002 00000001 0101ff00"))
    assert packet == SourceDescription(((1, ((1, "\ufffd"),)),))


def test_tooMuchIsOurOwnMistake() -> None:
    with pytest.raises(EncodeError):
        rtcp.encode([ReceiverReport(1, (BLOCK,) * 32)])
    with pytest.raises(EncodeError):
        rtcp.encode([Goodbye((1,), "x" * 256)])


def test_theRoundTripOfTheStandardsExample() -> None:
    # RFC 3550, figure 2: SR sent at b44d:b705.2000, answered 5.25 s later, back at 6.125 s.
    arrival = 0xB7108000 << 16
    report = ReportBlock(0, 0, 0, 0, 0, 0xB7052000, 0x00054000)
    assert rtcp.roundTrip(report, arrival) == 6.125


def test_noRoundTripWithoutASenderReport() -> None:
    assert rtcp.roundTrip(ReportBlock(0, 0, 0, 0, 0, 0, 0), 1 << 40) is None


def test_anImpossibleRoundTripIsNone() -> None:
    assert rtcp.roundTrip(ReportBlock(0, 0, 0, 0, 0, 100, 0x7FFFFFFF), 200 << 16) is None


def test_ntpTimeCountsFrom1900() -> None:
    assert rtcp.ntpTimestamp(0.5) == 2208988800 << 32 | 1 << 31
