"""
RTCP of the ports: what we report, and what we make of the peers' reports.
"""

from __future__ import annotations

import pytest

from h323d.media.config import MediaConfig
from h323d.rtp import rtcp
from h323d.rtp.rtcp import Goodbye, ReceiverReport, ReportBlock, SenderReport, SourceDescription
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
