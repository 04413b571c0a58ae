"""
RTCP of all ports (RFC 3550, 6): reports at their intervals, and what the peers report; and VoIP
metrics (RFC 3611), to whoever wants them, and from whoever sends them.

A peer's reports are believed only from the host that its RTP comes from or that was
negotiated.  A BYE is noted by nobody: when a call is over, signalling says so.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from h323d.errors import DecodeError
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.consent import Consent
from h323d.media.audio.metrics import metricsOf
from h323d.media.audio.receiving import Receiver
from h323d.media.audio.sending import Sender
from h323d.media.audio.survey import Survey
from h323d.media.audio.table import PortTable
from h323d.media.config import MediaConfig
from h323d.media.packets import IPacketIO
from h323d.media.positions import NAME_BITS
from h323d.rtp import rtcp
from h323d.rtp.rows import Row, putRow, rowOf
from h323d.rtp.rtcp import (
    ExtendedReport,
    Goodbye,
    ReceiverReport,
    ReportBlock,
    RTCPPacket,
    SenderReport,
    SourceDescription,
)
from h323d.rtp.schedule import RTCPSchedule
from h323d.rtp.xr import VoIPMetrics

__all__ = ["RTCPSide", "Reporter"]

_UDP_IP_BYTES = 28  # of headers, which count into the average size (RFC 3550, 6.2)


@dataclass(frozen=True, slots=True)
class Reporter:
    """
    How one port reports.

    @ivar name: its CNAME.
    @ivar sentBefore: packets of sound, until it reported last.
    @ivar schedule: a row of it.
    """

    name: str
    sentBefore: int
    schedule: Row


class RTCPSide:
    """
    The RTCP side of every slot.

    @ivar survey: the last one: what metrics are made of.
    """

    def __init__(
        self,
        config: MediaConfig,
        rng: random.Random,
        table: PortTable,
        codecs: Codecs,
        receiver: Receiver,
        sender: Sender,
        consent: Consent,
        epoch: float,
    ) -> None:
        """
        @param epoch: what makes seconds since 1970 of the tick's time.
        """
        self._table = table
        self._codecs = codecs
        self._capMs = config.jitterMaxMs
        self.survey: Survey | None = None
        self._receiver = receiver
        self._sender = sender
        self._consent = consent
        self._epoch = epoch
        self._schedule = RTCPSchedule(config.maximumPorts, rng, minimum=config.rtcpIntervalSeconds)
        self._called: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._sentBefore: dict[int, int] = {}
        self._rng = rng

    def call(self, slot: int, name: str) -> None:
        """
        Know a port that is not in use yet by this name.

        @param name: what stands before our host.
        """
        self._called[slot] = name

    def start(self, slot: int, host: str, now: float) -> None:
        """
        A port is in use from now on; starting it twice changes nothing.

        @param host: our address there.
        """
        if slot not in self._names:
            name = self._called.pop(slot, None) or f"{self._rng.getrandbits(NAME_BITS):012x}"
            self._names[slot] = f"{name}@{host}"
            self._sentBefore[slot] = int(self._table.sent[slot])
            self._schedule.start(slot, now)

    def stop(self, packets: IPacketIO, slot: int, now: float, clock: int) -> None:
        """
        A port closes: say goodbye, if there was anything to part from.
        """
        self._schedule.stop(slot)
        self._called.pop(slot, None)
        if slot in self._names:
            if self._table.sent[slot]:
                goodbye = Goodbye((int(self._table.ownSsrc[slot]),))
                packets.sendControl(slot, rtcp.encode([*self._compound(slot, now, clock), goodbye]))
            del self._names[slot], self._sentBefore[slot]

    def release(self, slot: int) -> Reporter | None:
        """
        A port leaves, and says nothing of it.

        @return: how it reports, for L{adopt}; C{None} if it does not yet.
        """
        self._called.pop(slot, None)
        if slot not in self._names:
            return None
        schedule = rowOf(self._schedule, slot)
        self._schedule.stop(slot)
        return Reporter(self._names.pop(slot), self._sentBefore.pop(slot), schedule)

    def adopt(self, slot: int, reporter: Reporter | None) -> None:
        """
        A port came that was released elsewhere.
        """
        if reporter is not None:
            self._names[slot], self._sentBefore[slot] = reporter.name, reporter.sentBefore
            putRow(self._schedule, slot, reporter.schedule)

    def report(self, packets: IPacketIO, now: float, clock: int) -> None:
        """
        Send the reports that are due.

        @param clock: of the plane at C{now}, milliseconds.
        """
        for slot in self._schedule.due(now).tolist():
            data = rtcp.encode(self._compound(slot, now, clock))
            packets.sendControl(slot, data)
            sent = int(self._table.sent[slot])
            self._schedule.sent(slot, len(data) + _UDP_IP_BYTES, now, sent > self._sentBefore[slot])
            self._sentBefore[slot] = sent

    def _compound(self, slot: int, now: float, clock: int) -> list[RTCPPacket]:
        """
        A sender report if we have sent since the last one, a receiver report otherwise.
        """
        table = self._table
        ssrc = int(table.ownSsrc[slot])
        block = self._receiver.statistics.reportBlock(slot, now)
        blocks = () if block is None else (block,)
        report: SenderReport | ReceiverReport = ReceiverReport(ssrc, blocks)
        if table.sent[slot] > self._sentBefore[slot]:
            report = SenderReport(
                ssrc,
                rtcp.ntpTimestamp(now + self._epoch),
                table.timestamp(slot, clock),
                int(table.sent[slot]) & 0xFFFFFFFF,
                int(table.sentOctets[slot]) & 0xFFFFFFFF,
                blocks,
            )
        described = SourceDescription(((ssrc, ((rtcp.CNAME, self._names[slot]),)),))
        metrics = self._metrics(slot)
        extended = [] if metrics is None else [ExtendedReport(ssrc, (metrics,))]
        return [report, described, *extended]

    def _metrics(self, slot: int) -> VoIPMetrics | None:
        """
        @return: C{None} if they are not wanted, or nothing has been received.
        """
        table, statistics = self._table, self._receiver.statistics
        portId = int(table.portId[slot])
        if not table.takesMetrics[slot] or not statistics.started[slot]:
            return None
        if self.survey is None or portId not in self.survey.rows:
            return None
        figures = self.survey.of(portId)
        return metricsOf(
            int(statistics.ssrc[slot]),
            figures,
            statistics.losses(slot),
            None if figures.payloadType is None else self._codecs.formatOf(int(table.hears[slot])),
            int(table.packetMs[slot]),
            self._capMs,
        )

    def receive(self, packets: IPacketIO) -> None:
        """
        Take in what the peers have sent.
        """
        for slot, data, source, arrival in packets.drainControl():
            if not self._receiver.knows(slot, source):
                self._table.refused[slot] += 1
                continue
            try:
                compound = rtcp.decode(data)
            except DecodeError:
                self._table.refused[slot] += 1
                continue
            self._table.controlArrival[slot] = arrival
            self._consent.controlHeard(packets, slot, source)
            self._schedule.received(slot, len(data) + _UDP_IP_BYTES)
            for packet in compound:
                if isinstance(packet, SenderReport):
                    self._receiver.statistics.senderReport(slot, packet.ntp, arrival)
                if isinstance(packet, SenderReport | ReceiverReport):
                    self._heed(slot, packet.reports, arrival)
                elif isinstance(packet, ExtendedReport):
                    self._heedMetrics(slot, packet)

    def _heedMetrics(self, slot: int, packet: ExtendedReport) -> None:
        """
        How the peer says that it hears us; 0 stands for what it does not know.
        """
        table = self._table
        for block in packet.blocks:
            if isinstance(block, VoIPMetrics) and block.ssrc == table.ownSsrc[slot]:
                table.remoteDelay[slot] = block.endSystemDelay / 1000 or np.nan
                table.remoteDiscarded[slot] = block.discardRate / 256
                score = block.conversation
                table.remoteMOS[slot] = np.nan if score is None else score

    def _heed(self, slot: int, reports: tuple[ReportBlock, ...], arrival: float) -> None:
        """
        What the peer says about our stream.
        """
        table = self._table
        for block in reports:
            if block.ssrc == table.ownSsrc[slot]:
                table.remoteLost[slot] = block.fractionLost / 256
                self._sender.tune(slot, round(100 * block.fractionLost / 256))
                table.remoteJitter[slot] = block.jitter / (1000 * int(table.sendUnits[slot]))
                trip = rtcp.roundTrip(block, rtcp.ntpTimestamp(arrival + self._epoch))
                if trip is not None:
                    table.roundTrip[slot] = trip
