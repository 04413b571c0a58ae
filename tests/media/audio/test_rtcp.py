"""
RTCP of the ports: what we report, and what we make of the peers' reports.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.media.config import MediaConfig
from h323d.rtp import rtcp
from h323d.rtp.rtcp import (
    ExtendedReport,
    Goodbye,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
)
from h323d.rtp.xr import OtherBlock, VoIPMetrics
from h323d.values.address import TransportAddress
from tests.support.packetio import MediaBench, Phone

TICK = 2 / 65536  # seconds: how finely the round trip is told


def compounds(phone: Phone) -> list[tuple[rtcp.RTCPPacket, ...]]:
    return [rtcp.decode(data) for _, data in phone.control]


def test_senderReportsGoOutAtTheirIntervals() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(4.0)
    times = [at for at, _ in phone.control]
    assert 3 <= len(times) <= 8
    report, description = compounds(phone)[1]
    assert isinstance(report, SenderReport)
    assert isinstance(description, SourceDescription)
    ((ssrc, ((kind, name),)),) = description.chunks
    assert (ssrc, kind) == (phone.heard[0][1].ssrc, rtcp.CNAME)
    assert name.endswith("@10.0.0.1")
    assert report.ssrc == phone.heard[0][1].ssrc
    (block,) = report.reports
    assert (block.ssrc, block.cumulativeLost) == (phone.ssrc, 0)


def test_theSenderReportTellsTheStreamsTime() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(2.0)
    at, data = phone.control[-1]
    report = rtcp.decode(data)[0]
    assert isinstance(report, SenderReport)
    sentAt, packet = min(phone.heard, key=lambda each: abs(each[0] - at))
    expected = packet.timestamp + round((at - sentAt) * 8000)
    assert abs((report.rtpTimestamp - expected + 2**31) % 2**32 - 2**31) <= 200
    assert report.packetCount == len([each for each in phone.heard if each[0] <= at])


def test_whoSendsNothingReportsAsAReceiver() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    phone = bench.phone()
    bench.run(2.0)
    assert all(isinstance(compound[0], ReceiverReport) for compound in compounds(phone))
    assert phone.control


def test_aClosedPortSaysGoodbye() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(0.2)
    phone.port.close()
    bench.run(0.1, [])
    last = compounds(phone)[-1]
    assert last[-1] == Goodbye((phone.heard[0][1].ssrc,))
    assert isinstance(last[0], SenderReport)


def test_thePeersReportIsInTheStatistics() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(2.0)
    at, data = phone.control[-1]
    report = rtcp.decode(data)[0]
    assert isinstance(report, SenderReport)
    bench.run(0.537)  # not when RTCP is looked at
    held = round((bench.clock.seconds() - at - 0.05) * 65536)  # the way took 50 ms
    block = ReportBlock(report.ssrc, 64, 10, 100, 80, report.ntp >> 16 & 0xFFFFFFFF, held)
    answer = rtcp.encode([ReceiverReport(phone.ssrc, (block,))])
    bench.toServer(TransportAddress("10.6.6.6", 1), phone.port.rtcp, b"\x80" + answer[1:])
    bench.toServer(phone.address, phone.port.rtcp, answer)
    bench.run(1.0)
    statistics = phone.port.statistics()
    assert statistics.remoteLost == 0.25
    assert statistics.remoteJitter == pytest.approx(0.01)
    assert statistics.roundTrip == pytest.approx(0.05, abs=TICK)
    assert statistics.packetsRefused == 1


def test_strangersReportsAreRefused() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(0.5)
    block = ReportBlock(phone.heard[0][1].ssrc, 255, 10, 100, 80, 0, 0)
    lie = rtcp.encode([ReceiverReport(phone.ssrc, (block,))])
    bench.toServer(TransportAddress("10.6.6.6", 5001), phone.port.rtcp, lie)
    bench.run(1.0)
    assert phone.port.statistics().remoteLost is None


def test_thePeerIsToldHowLongItsReportWasHeld() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(0.537)  # not when RTCP is looked at
    arrived, before = bench.clock.seconds(), len(phone.control)
    report = SenderReport(phone.ssrc, 0x0123456789ABCDEF, 0, 0, 0, ())
    bench.toServer(phone.address, phone.port.rtcp, rtcp.encode([report]))
    bench.run(2.0)
    at, data = phone.control[before]
    (block,) = rtcp.decode(data)[0].reports  # type: ignore[union-attr]  # a report is first
    assert block.lastSR == 0x456789AB
    assert block.delaySinceLastSR == pytest.approx((at - arrived) * 65536, abs=1)


def wants(phone: Phone) -> None:
    """
    Have it be told how it is heard.
    """
    transmit = phone.stream.transmit
    assert transmit is not None
    phone.configure(replace(phone.stream, transmit=replace(transmit, takesMetrics=True)))


def told(phone: Phone) -> list[VoIPMetrics]:
    packets = [packet for compound in compounds(phone) for packet in compound]
    extended = [packet for packet in packets if isinstance(packet, ExtendedReport)]
    return [
        block for packet in extended for block in packet.blocks if isinstance(block, VoIPMetrics)
    ]


def test_whoWantsItIsToldHowItIsHeard() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, other), _ = bench.meeting(2)
    wants(phone)
    for turn in range(200):
        phone.skip() if turn % 20 == 19 else phone.talk()
        bench.run(0.02, [other])
    metrics = told(phone)[-1]
    assert metrics.ssrc == phone.ssrc
    assert metrics.lossRate == pytest.approx(256 / 20, abs=2)
    assert metrics.gapDensity == pytest.approx(256 / 20, abs=2)
    assert (metrics.burstDensity, metrics.burstDuration, metrics.gmin) == (0, 0, 16)
    assert 60 <= metrics.rFactor < 90
    assert 30 <= metrics.mosCQ <= 42
    assert 10 <= metrics.endSystemDelay < 100
    assert 0 < metrics.jbNominal <= metrics.jbMaximum <= metrics.jbAbsMax


def test_whoDoesNotWantItIsNotTold() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(3.0)
    assert phone.control
    assert told(phone) == []


def test_whatThePeerTellsOfItselfIsInTheStatistics() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(0.5)
    ours = phone.heard[0][1].ssrc
    told = VoIPMetrics(ours, discardRate=64, endSystemDelay=80, mosCQ=38)
    another = VoIPMetrics(ours + 1, discardRate=255, endSystemDelay=999, mosCQ=10)
    report = ExtendedReport(phone.ssrc, (OtherBlock(4, 0, b""), told, another))
    bench.toServer(
        phone.address, phone.port.rtcp, rtcp.encode([ReceiverReport(phone.ssrc), report])
    )
    bench.run(1.0)
    figures = phone.port.statistics()
    assert (figures.remoteDelay, figures.remoteDiscarded, figures.remoteMOS) == (0.08, 0.25, 3.8)


def test_whatThePeerDoesNotKnowIsNotKnown() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(0.5)
    report = ExtendedReport(phone.ssrc, (VoIPMetrics(phone.heard[0][1].ssrc),))
    bench.toServer(
        phone.address, phone.port.rtcp, rtcp.encode([ReceiverReport(phone.ssrc), report])
    )
    bench.run(1.0)
    figures = phone.port.statistics()
    assert (figures.remoteDelay, figures.remoteMOS) == (None, None)


def test_anExtendedReportThatLiesIsRefused() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
    (phone, _), _ = bench.meeting(2)
    bench.run(0.5)
    lie = rtcp.encode([ReceiverReport(phone.ssrc), ExtendedReport(1, (OtherBlock(7, 0, b""),))])
    bench.toServer(phone.address, phone.port.rtcp, lie)
    bench.run(1.0)
    assert phone.port.statistics().packetsRefused == 1
