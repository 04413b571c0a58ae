"""
What a relay does with each packet, without a network.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from h323d.media.latch import PROBATION
from h323d.media.packets import IPortPair
from h323d.media.relay import (
    Aim,
    Packet,
    Reader,
    RelayClosed,
    RelayEnd,
    RelayHeard,
    RelaySilent,
    RelaysSurveyed,
    RelayTable,
    Sender,
    Source,
)
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from tests.support.packetio import MemoryPorts

ALICE = TransportAddress("10.0.1.1", 5000)
ALICE_RTCP = TransportAddress("10.0.1.1", 5001)
BOB = TransportAddress("10.0.2.2", 6000)
BOB_RTCP = TransportAddress("10.0.2.2", 6001)
THIRD = ("10.6.6.6", 5000)
RTCP = bytes.fromhex("80c90001") + bytes(4)


def rtp(sequence: int = 1, payloadType: int = 0) -> bytes:
    return encode(RTPPacket(payloadType, sequence, 160 * sequence, 7, b"sound"))


@dataclass
class Sent:
    """
    A packet that left.
    """

    port: TransportAddress
    target: Source
    data: bytes


class MemoryRelayIO:
    """
    Keeps what is sent, and takes what a test says has arrived.
    """

    def __init__(self) -> None:
        self.readers: dict[TransportAddress, Reader] = {}
        self.sent: list[Sent] = []

    def add(self, pair: IPortPair, rtp: Reader, rtcp: Reader) -> tuple[Sender, Sender]:
        self.readers[pair.rtp], self.readers[pair.rtcp] = rtp, rtcp
        return self._sender(pair.rtp, b""), self._sender(pair.rtcp, b"")

    def prefixed(self, pair: IPortPair, control: bool, prefix: bytes) -> Sender:
        return self._sender(pair.rtcp if control else pair.rtp, prefix)

    def remove(self, pair: IPortPair) -> None:
        del self.readers[pair.rtp], self.readers[pair.rtcp]
        pair.close()

    def _sender(self, port: TransportAddress, prefix: bytes) -> Sender:
        def send(packet: Packet, target: Source) -> None:
            self.sent.append(Sent(port, target, prefix + bytes(packet)))

        return send


class Bench:
    """
    One relay: Alice on side 0, Bob on side 1.
    """

    def __init__(self, anyHost: bool = True, shared: bool = False) -> None:
        ports = MemoryPorts()
        self.io = MemoryRelayIO()
        self.table = RelayTable(anyHost, 10.0)
        self.first = RelayEnd(ports.bind("10.0.0.1"), 77 if shared else None)
        self.second = RelayEnd(ports.bind("10.0.0.1"))
        self.table.open(self.io, 1, (self.first, self.second), 0.0)

    def aim(self, side: int, aim: Aim) -> None:
        self.table.aim(self.io, 1, side, aim)

    def aimBoth(self, latch: bool = False) -> None:
        self.aim(0, Aim(ALICE, ALICE_RTCP, latch))
        self.aim(1, Aim(BOB, BOB_RTCP))

    def arrive(
        self, end: RelayEnd, source: Source, data: bytes, control: bool = False, now: float = 1.0
    ) -> list[Sent]:
        """
        @return: what left because of it.
        """
        before = len(self.io.sent)
        port = end.pair.rtcp if control else end.pair.rtp
        self.io.readers[port](memoryview(data), source, now)
        return self.io.sent[before:]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_aPacketLeavesAsItCame(bench: Bench) -> None:
    bench.aimBoth()
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), rtp(9)) == [
        Sent(bench.second.pair.rtp, ("10.0.2.2", 6000), rtp(9))
    ]
    assert bench.arrive(bench.second, ("10.0.2.2", 6000), rtp(3)) == [
        Sent(bench.first.pair.rtp, ("10.0.1.1", 5000), rtp(3))
    ]


def test_RTCPGoesTheSameWay(bench: Bench) -> None:
    bench.aimBoth()
    assert bench.arrive(bench.first, ("10.0.1.1", 5001), RTCP, control=True) == [
        Sent(bench.second.pair.rtcp, ("10.0.2.2", 6001), RTCP)
    ]


def test_nothingIsTakenBeforeItIsKnownWhoMaySend(bench: Bench) -> None:
    bench.aim(1, Aim(BOB, BOB_RTCP))
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), rtp()) == []


def test_nothingIsSentWhereNobodyReceives(bench: Bench) -> None:
    bench.aim(0, Aim(ALICE, ALICE_RTCP))
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), rtp()) == []


def test_aThirdPartyIsNotPassedOnNorSentTo(bench: Bench) -> None:
    bench.aimBoth()
    for sequence in range(20):
        assert bench.arrive(bench.first, THIRD, rtp(sequence)) == []
    assert bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())[0].target == ("10.0.1.1", 5000)


def test_aPeerMaySendFromAnotherPortThanItReceivesAt(bench: Bench) -> None:
    bench.aimBoth()
    assert bench.arrive(bench.first, ("10.0.1.1", 5999), rtp(1))
    assert bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())[0].target == ("10.0.1.1", 5000)


def test_onlyTheFirstPortOfAPeersHostIsBelieved(bench: Bench) -> None:
    bench.aimBoth()
    bench.arrive(bench.first, ("10.0.1.1", 5000), rtp(1))
    assert bench.arrive(bench.first, ("10.0.1.1", 5999), rtp(2)) == []


def test_theHostIsKnownFromWhereRTCPIsReceived(bench: Bench) -> None:
    bench.aim(0, Aim(None, ALICE_RTCP))
    bench.aim(1, Aim(BOB, BOB_RTCP))
    assert bench.arrive(bench.first, THIRD, rtp(1)) == []
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), rtp(1))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80", rtp()[:11], b"\x40" + rtp()[1:], RTCP + bytes(8)],
    ids=["empty", "one octet", "cut", "version 1", "RTCP"],
)
def test_whatIsNoRTPIsNotPassedOn(bench: Bench, data: bytes) -> None:
    bench.aimBoth()
    bench.arrive(bench.first, ("10.0.1.1", 5000), rtp(1))
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), data) == []


@pytest.mark.parametrize("data", [b"", RTCP[:7], rtp()], ids=["empty", "cut", "RTP"])
def test_whatIsNoRTCPIsNotPassedOn(bench: Bench, data: bytes) -> None:
    bench.aimBoth()
    assert bench.arrive(bench.first, ("10.0.1.1", 5001), data, control=True) == []


def test_aLatchingSideIsSentToWhereItsPacketsComeFrom(bench: Bench) -> None:
    bench.aim(0, Aim(TransportAddress("198.51.100.7", 5000), None, True))
    bench.aim(1, Aim(BOB, BOB_RTCP))
    assert bench.arrive(bench.first, ("198.51.100.7", 61234), rtp())
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent.target == ("198.51.100.7", 61234)


def test_untilItIsFoundALatchingSideIsSentToWhereItSaid(bench: Bench) -> None:
    bench.aimBoth(latch=True)
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent.target == ("10.0.1.1", 5000)


def test_whereNoHostIsKnownTheFirstToSendIsBelieved(bench: Bench) -> None:
    bench.aim(0, Aim(None, None, True))
    bench.aim(1, Aim(BOB, BOB_RTCP))
    assert bench.arrive(bench.first, ("198.51.100.7", 61234), rtp())
    assert bench.arrive(bench.first, THIRD, rtp()) == []


def test_anotherHostThanTheNamedOneHasToGoOn(bench: Bench) -> None:
    bench.aimBoth(latch=True)
    passed = [bool(bench.arrive(bench.first, THIRD, rtp(n))) for n in range(PROBATION + 1)]
    assert passed == [False] * (PROBATION - 1) + [True, True]


def test_anotherHostIsNeverBelievedWhereThatIsConfigured() -> None:
    bench = Bench(anyHost=False)
    bench.aimBoth(latch=True)
    assert not any(bench.arrive(bench.first, THIRD, rtp(n)) for n in range(3 * PROBATION))


def test_RTCPIsBelievedFromWhereRTPWasFound(bench: Bench) -> None:
    bench.aim(0, Aim(ALICE, ALICE_RTCP, True))
    bench.aim(1, Aim(BOB, BOB_RTCP))
    assert bench.arrive(bench.first, (THIRD[0], 7001), RTCP, control=True) == []
    for sequence in range(PROBATION):
        bench.arrive(bench.first, THIRD, rtp(sequence))
    assert bench.arrive(bench.first, (THIRD[0], 7001), RTCP, control=True)
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6001), RTCP, control=True)
    assert sent.target == (THIRD[0], 7001)


def test_aPeerThatIsToldAgainToBeWhereItWasStaysFound(bench: Bench) -> None:
    bench.aimBoth(latch=True)
    bench.arrive(bench.first, ("10.0.1.1", 61234), rtp())
    bench.aimBoth(latch=True)
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent.target == ("10.0.1.1", 61234)


def test_anotherAddressIsLookedForAnew(bench: Bench) -> None:
    bench.aimBoth()
    bench.arrive(bench.first, ("10.0.1.1", 5000), rtp())
    bench.aim(0, Aim(TransportAddress("10.0.3.3", 7000), None))
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), rtp()) == []
    assert bench.arrive(bench.first, ("10.0.3.3", 7000), rtp())


def test_keepAlivesAreHeardAndNotPassedOn(bench: Bench) -> None:
    bench.aim(0, Aim(None, None, True, keepAlivePayloadType=127))
    bench.aim(1, Aim(BOB, BOB_RTCP))
    assert bench.arrive(bench.first, ("198.51.100.7", 61234), rtp(payloadType=127)) == []
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent.target == ("198.51.100.7", 61234)


def test_sharedPortsAreToldApartByTheNumberInFront() -> None:
    bench = Bench(shared=True)
    bench.aimBoth()
    source = ("10.0.1.1", 5000)
    assert bench.arrive(bench.first, source, bytes([0, 0, 0, 78]) + rtp()) == []
    assert bench.arrive(bench.first, source, b"\0\0") == []
    (sent,) = bench.arrive(bench.first, source, bytes([0, 0, 0, 77]) + rtp())
    assert sent.data == rtp()


def test_thePeersOwnNumberIsPutInFront() -> None:
    bench = Bench(shared=True)
    bench.aim(0, Aim(ALICE, ALICE_RTCP, multiplexID=0x01020304))
    bench.aim(1, Aim(BOB, BOB_RTCP))
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent == Sent(bench.first.pair.rtp, ("10.0.1.1", 5000), b"\1\2\3\4" + rtp())


def test_sharedPortsOutliveARelay() -> None:
    bench = Bench(shared=True)
    bench.aimBoth()
    bench.table.close(bench.io, 1)
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), bytes([0, 0, 0, 77]) + rtp()) == []
    assert bench.second.pair.rtp not in bench.io.readers


def test_whoWasHeardIsReportedOnce(bench: Bench) -> None:
    bench.aimBoth()
    for sequence in range(3):
        bench.arrive(bench.first, ("10.0.1.1", 5000), rtp(sequence))
    assert bench.table.reports == [RelayHeard(1, 0, ALICE)]


def test_silenceIsReportedOncePerPeriod(bench: Bench) -> None:
    bench.aimBoth()
    bench.arrive(bench.first, ("10.0.1.1", 5000), rtp(), now=5.0)
    silences = []
    for second in range(40):
        bench.table.reports.clear()
        for _ in range(10):
            bench.table.survey(float(second))
        if RelaySilent(1, 10.0) in bench.table.reports:
            silences.append(second)
    assert silences == [15, 25, 35]


def test_eachRelayIsSurveyedOnceInTenTimes(bench: Bench) -> None:
    bench.aimBoth()
    bench.arrive(bench.first, ("10.0.1.1", 5000), rtp())
    bench.arrive(bench.first, ("10.0.1.1", 5001), RTCP, control=True)
    bench.arrive(bench.first, THIRD, rtp())
    bench.table.reports.clear()
    for _ in range(10):
        bench.table.survey(2.0)
    (report,) = bench.table.reports
    assert isinstance(report, RelaysSurveyed)
    first, second = report.figures[1]
    assert (first.packets, first.octets, first.controlPackets, first.refused) == (1, 17, 1, 1)
    assert second.packets == 0


def test_aClosedRelayFreesItsPortsOnce(bench: Bench) -> None:
    bench.table.close(bench.io, 1)
    bench.table.close(bench.io, 1)
    bench.aimBoth()
    assert bench.io.readers == {}
    assert bench.table.reports == [RelayClosed(1)]
