"""
What a relay does with each packet, without a network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from h323d.call.media import MediaNetworks, Signalling
from h323d.call.ports import IPortPair
from h323d.call.relaying import Latching
from h323d.media.audio.consent import UNHEARD
from h323d.media.audio.latch import CONTEST, PROBATION
from h323d.media.relay.reports import RelayClosed, RelayHeard, RelaysSurveyed
from h323d.media.relay.table import Aim, Packet, Reader, RelayEnd, RelayTable, Sender, Source
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from h323d.values.networks import Networks
from tests.support.packetio import MemoryPorts

ALICE = TransportAddress("10.0.1.1", 5000)
ALICE_RTCP = TransportAddress("10.0.1.1", 5001)
BOB = TransportAddress("10.0.2.2", 6000)
BOB_RTCP = TransportAddress("10.0.2.2", 6001)
SEEN = TransportAddress("198.51.100.7", 5000)
AT_ALICE = Aim(ALICE, ALICE_RTCP, signalling=Signalling(ALICE.host))
AT_BOB = Aim(BOB, BOB_RTCP, signalling=Signalling(BOB.host))
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

    def __init__(self, anyHost: bool = False, shared: bool = False) -> None:
        ports = MemoryPorts()
        self.io = MemoryRelayIO()
        self.table = RelayTable(anyHost)
        self.first = RelayEnd(ports.bind("10.0.0.1"), 77 if shared else None)
        self.second = RelayEnd(ports.bind("10.0.0.1"))
        self.table.open(self.io, 1, (self.first, self.second), 0.0)

    def aim(self, side: int, aim: Aim, now: float = 0.0) -> None:
        self.table.aim(self.io, 1, side, aim, now)

    def aimBoth(self, latching: Latching = Latching.NEVER) -> None:
        self.aim(0, Aim(ALICE, ALICE_RTCP, latching, Signalling(ALICE.host)))
        self.aim(1, Aim(BOB, BOB_RTCP, signalling=Signalling(BOB.host)))

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
    bench.aim(1, AT_BOB)
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), rtp()) == []


def test_nothingIsSentWhereNobodyReceives(bench: Bench) -> None:
    bench.aim(0, AT_ALICE)
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
    bench.aim(0, Aim(None, ALICE_RTCP, signalling=Signalling(ALICE.host)))
    bench.aim(1, AT_BOB)
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
    bench.aim(0, Aim(SEEN, None, Latching.OWN_HOST, Signalling(SEEN.host)))
    bench.aim(1, AT_BOB)
    assert bench.arrive(bench.first, ("198.51.100.7", 61234), rtp())
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent.target == ("198.51.100.7", 61234)


def test_untilItIsFoundALatchingSideIsSentToWhereItSaid(bench: Bench) -> None:
    bench.aimBoth(latching=Latching.ANY_HOST)
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent.target == ("10.0.1.1", 5000)


def test_whereNoHostIsKnownTheFirstToSendIsBelieved(bench: Bench) -> None:
    bench.aim(0, Aim(None, None, Latching.OWN_HOST, Signalling(SEEN.host)))
    bench.aim(1, AT_BOB)
    assert bench.arrive(bench.first, ("198.51.100.7", 61234), rtp())
    assert bench.arrive(bench.first, THIRD, rtp()) == []


def test_anotherHostThanTheNamedOneHasToGoOn(bench: Bench) -> None:
    bench.aimBoth(latching=Latching.ANY_HOST)
    passed = [bool(bench.arrive(bench.first, THIRD, rtp(n))) for n in range(PROBATION + 1)]
    assert passed == [False] * (PROBATION - 1) + [True, True]


def test_anotherHostIsNotBelievedOfAPeerThatNamedAPublicAddress(bench: Bench) -> None:
    bench.aimBoth(latching=Latching.OWN_HOST)
    assert not any(bench.arrive(bench.first, THIRD, rtp(n)) for n in range(3 * PROBATION))


def test_anyHostMayBeThePeerWhereThatIsConfigured() -> None:
    bench = Bench(anyHost=True)
    bench.aimBoth(latching=Latching.OWN_HOST)
    assert any(bench.arrive(bench.first, THIRD, rtp(n)) for n in range(PROBATION))


def test_theOwnHostTakesTheLockBackInTime(bench: Bench) -> None:
    bench.aimBoth(latching=Latching.ANY_HOST)
    for sequence in range(PROBATION):
        bench.arrive(bench.first, THIRD, rtp(sequence))
    bench.arrive(bench.first, THIRD, RTCP, control=True)
    own = (ALICE.host, 61234)
    assert bench.arrive(bench.first, own, rtp(1), now=CONTEST)
    assert bench.arrive(bench.first, THIRD, rtp(PROBATION), now=CONTEST) == []
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp(), now=CONTEST)
    assert sent.target == own
    (report,) = bench.arrive(bench.second, ("10.0.2.2", 6001), RTCP, control=True, now=CONTEST)
    assert report.target == ("10.0.1.1", 5001)


def test_afterThatTheLockIsForGood(bench: Bench) -> None:
    bench.aimBoth(latching=Latching.ANY_HOST)
    for sequence in range(PROBATION):
        bench.arrive(bench.first, THIRD, rtp(sequence))
    late = 1.0 + CONTEST
    assert bench.arrive(bench.first, (ALICE.host, 61234), rtp(1), now=late) == []


# Whom a relay sends to that it has not heard.

BEHIND_A_PROXY = replace(AT_BOB, signalling=Signalling("10.0.9.9"))


def bobGets(bench: Bench, control: bool = False, now: float = 1.0) -> list[Source]:
    """
    Where a packet of Alice's goes.
    """
    source = (ALICE.host, ALICE.port + control)
    sent = bench.arrive(bench.first, source, RTCP if control else rtp(), control, now)
    return [each.target for each in sent]


def test_aThirdHostGetsNothingBeforeItWasHeard(bench: Bench) -> None:
    bench.aim(0, AT_ALICE)
    bench.aim(1, BEHIND_A_PROXY)
    assert bobGets(bench) == bobGets(bench, control=True) == []


@pytest.mark.parametrize("control", [False, True])
def test_aThirdHostIsSentToOnceItSpoke(bench: Bench, control: bool) -> None:
    bench.aim(0, AT_ALICE)
    bench.aim(1, BEHIND_A_PROXY)
    bench.arrive(bench.second, (BOB.host, 7000), RTCP if control else rtp(), control)
    assert bobGets(bench) == [(BOB.host, BOB.port)]
    assert bobGets(bench, control=True) == [(BOB_RTCP.host, BOB_RTCP.port)]


def test_aHostOfAConfiguredNetworkIsSentToAtOnce(bench: Bench) -> None:
    bench.table.know(bench.io, MediaNetworks(thirdParties=Networks(("10.0.2.0/24",))), 0.0)
    bench.aim(0, AT_ALICE)
    bench.aim(1, BEHIND_A_PROXY)
    assert bobGets(bench)


def stopsAt(bench: Bench) -> int | None:
    """
    In which second Bob is sent nothing any more.
    """
    for second in range(1, 40):
        for _ in range(10):
            bench.table.survey(float(second))
        if not bobGets(bench, now=float(second)):
            return second
    return None


def test_aStreamThatWasNeverHeardStopsAndGoesOnWhenItIs(bench: Bench) -> None:
    bench.aimBoth()
    assert stopsAt(bench) == UNHEARD
    bench.arrive(bench.second, (BOB.host, BOB.port), rtp(), now=40.0)
    assert bobGets(bench, now=41.0)


def test_aStreamThatWasHeardOnceGoesOn(bench: Bench) -> None:
    bench.aimBoth()
    bench.arrive(bench.second, (BOB_RTCP.host, 1), RTCP, control=True)
    assert stopsAt(bench) is None


def test_whoIsNotToSendIsNotWaitedFor(bench: Bench) -> None:
    bench.aim(0, Aim(None, ALICE_RTCP, signalling=Signalling(ALICE.host)))
    bench.aim(1, AT_BOB)
    assert stopsAt(bench) is None


def test_whoWasCalledIsSentToAtOnceButOnlyForSoLongInACall(bench: Bench) -> None:
    called = replace(BEHIND_A_PROXY, signalling=Signalling("10.0.9.9", called=True))
    bench.aim(0, AT_ALICE)
    bench.aim(1, called)
    assert bobGets(bench)
    bench.aim(1, replace(called, rtp=TransportAddress("10.0.7.7", 5)), now=UNHEARD - 1)
    assert bobGets(bench, now=UNHEARD - 1) == [("10.0.7.7", 5)]
    bench.table.survey(UNHEARD)
    for _ in range(10):
        bench.table.survey(UNHEARD)
    bench.aim(1, called, now=UNHEARD + 1)
    assert bobGets(bench, now=UNHEARD + 1) == []


def test_RTCPIsBelievedFromWhereRTPWasFound(bench: Bench) -> None:
    bench.aim(0, Aim(ALICE, ALICE_RTCP, Latching.ANY_HOST, Signalling(ALICE.host)))
    bench.aim(1, AT_BOB)
    assert bench.arrive(bench.first, (THIRD[0], 7001), RTCP, control=True) == []
    for sequence in range(PROBATION):
        bench.arrive(bench.first, THIRD, rtp(sequence))
    assert bench.arrive(bench.first, (THIRD[0], 7001), RTCP, control=True)
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6001), RTCP, control=True)
    assert sent.target == (THIRD[0], 7001)


def test_aPeerThatIsToldAgainToBeWhereItWasStaysFound(bench: Bench) -> None:
    bench.aimBoth(latching=Latching.ANY_HOST)
    bench.arrive(bench.first, ("10.0.1.1", 61234), rtp())
    bench.aimBoth(latching=Latching.ANY_HOST)
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent.target == ("10.0.1.1", 61234)


def test_anotherAddressIsLookedForAnew(bench: Bench) -> None:
    bench.aimBoth()
    bench.arrive(bench.first, ("10.0.1.1", 5000), rtp())
    bench.aim(0, Aim(TransportAddress("10.0.3.3", 7000), None, signalling=Signalling(ALICE.host)))
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), rtp()) == []
    assert bench.arrive(bench.first, ("10.0.3.3", 7000), rtp())


def test_keepAlivesAreHeardAndNotPassedOn(bench: Bench) -> None:
    bench.aim(
        0, Aim(None, None, Latching.OWN_HOST, Signalling(SEEN.host), keepAlivePayloadType=127)
    )
    bench.aim(1, AT_BOB)
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
    bench.aim(0, Aim(ALICE, ALICE_RTCP, signalling=Signalling(ALICE.host), multiplexID=0x01020304))
    bench.aim(1, AT_BOB)
    (sent,) = bench.arrive(bench.second, ("10.0.2.2", 6000), rtp())
    assert sent == Sent(bench.first.pair.rtp, ("10.0.1.1", 5000), b"\1\2\3\4" + rtp())


def test_sharedPortsOutliveARelay() -> None:
    bench = Bench(shared=True)
    bench.aimBoth()
    bench.table.close(bench.io, 1, 0.0)
    assert bench.arrive(bench.first, ("10.0.1.1", 5000), bytes([0, 0, 0, 77]) + rtp()) == []
    assert bench.second.pair.rtp not in bench.io.readers


def test_whoWasHeardIsReportedOnce(bench: Bench) -> None:
    bench.aimBoth()
    for sequence in range(3):
        bench.arrive(bench.first, ("10.0.1.1", 5000), rtp(sequence))
    assert bench.table.reports == [RelayHeard(1, 0, ALICE)]


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
    bench.table.close(bench.io, 1, 0.0)
    bench.table.close(bench.io, 1, 0.0)
    bench.aimBoth()
    assert bench.io.readers == {}
    assert bench.table.reports == [RelayClosed(1)]
