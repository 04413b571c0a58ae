"""
Report blocks of RTCP XR.
"""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from h323d.errors import DecodeError
from h323d.rtp import rtcp
from h323d.rtp.rtcp import ExtendedReport, ReceiverReport
from h323d.rtp.xr import UNAVAILABLE, OtherBlock, VoIPMetrics, decodeBlocks, encodeBlocks
from tests.support import tshark

METRICS = VoIPMetrics(
    ssrc=0xDEADBEEF,
    lossRate=12,
    discardRate=3,
    burstDensity=128,
    gapDensity=2,
    burstDuration=120,
    gapDuration=9000,
    roundTripDelay=87,
    endSystemDelay=65,
    signalLevel=-20,
    noiseLevel=-70,
    rerl=60,
    gmin=16,
    rFactor=82,
    extRFactor=UNAVAILABLE,
    mosLQ=41,
    mosCQ=39,
    rxConfig=0xF0,
    jbNominal=40,
    jbMaximum=80,
    jbAbsMax=200,
)
OCTETS = bytes.fromhex(
    "07000008 deadbeef 0c038002 00782328 00570041 ecba3c10 527f2927 f0000028 005000c8"
)


def test_metricsAreWrittenAsTheStandardDrawsThem() -> None:
    assert encodeBlocks([METRICS]) == OCTETS
    assert decodeBlocks(OCTETS, 0, len(OCTETS)) == (METRICS,)


def test_otherBlocksArePassedOver() -> None:
    blocks = (OtherBlock(4, 0, b"\1" * 8), METRICS, OtherBlock(99, 7, b""))
    octets = encodeBlocks(blocks)
    assert decodeBlocks(octets, 0, len(octets)) == blocks


@pytest.mark.parametrize(("score", "mos"), [(10, 1.0), (41, 4.1), (50, 5.0)])
def test_aScoreIsInTenths(score: int, mos: float) -> None:
    assert VoIPMetrics(1, mosCQ=score).conversation == mos


@pytest.mark.parametrize("score", [0, 9, 51, UNAVAILABLE, 255])
def test_whatIsNoScoreIsNone(score: int) -> None:
    assert VoIPMetrics(1, mosCQ=score).conversation is None


@pytest.mark.parametrize(
    ("octets", "path", "offset"),
    [
        ("070000", "RTCP.XR", 0),  # the header is cut
        ("04000002 00000000", "RTCP.XR.length", 2),  # longer than the packet
        ("07000007" + "00" * 28, "RTCP.XR.voipMetrics", 2),
        ("07000009" + "00" * 36, "RTCP.XR.voipMetrics", 2),
        ("07000000", "RTCP.XR.voipMetrics", 2),
        ("04000000" * 65, "RTCP.XR", 256),  # too many
    ],
)
def test_liesAreRefused(octets: str, path: str, offset: int) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(DecodeError) as caught:
        decodeBlocks(data, 0, len(data))
    assert (caught.value.path, caught.value.offset) == (path, offset)


def test_whateverComesIsReadOrRefused() -> None:
    rng = random.Random(5)
    whole = rtcp.encode([ExtendedReport(1, (METRICS, OtherBlock(4, 0, b"\0" * 12)))])
    for _ in range(5000):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.getrandbits(8)
        with suppress(DecodeError):
            rtcp.decode(bytes(data[: rng.randrange(len(data) + 1)]))


@pytest.mark.skipif(not tshark.available(), reason="no tshark is here")
def test_tsharkReadsTheSame(tmp_path: Path) -> None:
    shown = {
        "burstdensity": "128",
        "gapdensity": "2",
        "burstduration": "120",
        "gapduration": "9000",
        "rtdelay": "87",
        "esdelay": "65",
        "signallevel": "-20",
        "noiselevel": "-70",
        "rerl": "60",
        "gmin": "16",
        "rfactor": "82",
        "extrfactor": "127",
        "moslq": "4.1",
        "moscq": "3.9",
        "jbnominal": "40",
        "jbmax": "80",
        "jbabsmax": "200",
    }
    fields = {f"rtcp.xr.voipmetrics.{name}": value for name, value in shown.items()}
    report = rtcp.encode([ReceiverReport(1), ExtendedReport(1, (METRICS,))])
    seen = tshark.controlFields(report, list(fields), tmp_path / "xr.pcap")
    assert seen == fields | {"_ws.malformed": ""}
