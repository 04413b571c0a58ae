"""
The handshakes of ports, in virtual time, with a port of ours as the other side.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from h323d.call.homes import Home
from h323d.call.media import Signalling
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.encryption import CryptoSuite, KeyAgreement
from h323d.values.media.fingerprint import Fingerprint
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.handshakes import identity
from tests.support.packetio import MediaBench, PortRecorder, RoomRecorder

OURS = identity().fingerprint
STRANGER = TransportAddress("203.0.113.9", 9)
RECEIVE = ReceiveFormat({0: G711_ULAW})
DTLS = range(20, 64)
SENDER_REPORT = 200


class End:
    """
    One of two ports that are the peers of each other.

    @ivar sent: what it has sent, RTP and DTLS, and RTCP after that.
    """

    def __init__(self, bench: MediaBench, host: str, begins: bool) -> None:
        self.bench = bench
        self.recorder = PortRecorder()
        self.port = bench.pool.openPort(self.recorder, Home.at(host))
        self.agreement = KeyAgreement(begins, (OURS,))
        self.sent: tuple[list[bytes], list[bytes]] = ([], [])
        self.isMute = False

    def towards(self, other: End) -> None:
        """
        Be its peer.
        """
        self.other = other
        places = ((self.port.rtp, other.port.rtp), (self.port.rtcp, other.port.rtcp))
        for (source, place), sent in zip(places, self.sent, strict=True):
            self.bench.listeners[place] = functools.partial(self._pass, source, place, sent)

    def _pass(
        self, source: TransportAddress, place: TransportAddress, kept: list[bytes], data: bytes
    ) -> None:
        kept.append(data)
        if not self.isMute:
            self.bench.toServer(source, place, data)

    def configure(self, agreement: KeyAgreement | None = None, sends: bool = True) -> None:
        """
        @param agreement: another than before.
        """
        self.agreement = agreement or self.agreement
        transmit = self._transmit if sends else None
        stream = Stream(transmit, RECEIVE, keys=self.agreement)
        self.port.configure(stream, Signalling(self.other.port.rtp.host))

    def configureInTheClear(self) -> None:
        """
        Encrypt nothing.
        """
        stream = Stream(self._transmit, RECEIVE)
        self.port.configure(stream, Signalling(self.other.port.rtp.host))

    @property
    def _transmit(self) -> TransmitFormat:
        other = self.other.port
        return TransmitFormat(G711_ULAW, 0, 20, other.rtp, other.rtcp)

    def join(self) -> None:
        """
        Be in a room, so that packets are sent.
        """
        self.bench.pool.openMixer(RoomRecorder()).join(self.port)

    def firsts(self, control: bool = False) -> list[int]:
        """
        @return: the first octets of what it has sent.
        """
        return [data[0] for data in self.sent[control]]


class Line:
    """
    Both ends, of which the first begins.
    """

    def __init__(self, threads: int = 1) -> None:
        self.bench = MediaBench(MediaConfig(threads=threads))
        self.one, self.other = End(self.bench, "10.0.0.1", True), End(self.bench, "10.0.0.2", False)
        self.ends = (self.one, self.other)
        self.one.towards(self.other)
        self.other.towards(self.one)

    def talk(self, seconds: float = 1.0) -> None:
        """
        Let both be in rooms, and agree.
        """
        for end in self.ends:
            end.join()
            end.configure()
        self.bench.run(seconds)

    def close(self) -> None:
        for end in self.ends:
            end.port.close()


@pytest.fixture
def line() -> Line:
    return Line()


def test_bothAgreeAndHearEachOther(line: Line) -> None:
    line.talk()
    for end in line.ends:
        assert end.port.encryption is CryptoSuite.AES_CM_80
        assert end.recorder.heard == [end.other.port.rtp]
        assert end.recorder.failures == []
        assert end.port.statistics().packetsReceived > 20


def test_nothingIsSentInTheClearBefore(line: Line) -> None:
    line.talk()
    firsts = line.one.firsts()
    begun = next(index for index, first in enumerate(firsts) if first not in DTLS)
    assert begun > 1
    assert not any(first in DTLS for first in firsts[begun:])


def test_whatComesInTheClearBeforeIsDroppedAndCounted(line: Line) -> None:
    line.other.isMute = True
    line.talk(0.1)
    packet = bytes([0x80, 0, 0, 1]) + bytes(8) + bytes(160)
    for _ in range(5):
        line.bench.toServer(line.other.port.rtp, line.one.port.rtp, packet)
    line.bench.run(1.0)
    assert line.one.recorder.heard == []
    assert line.one.port.statistics().packetsRefused == 5


def test_reportsHaveAHandshakeOfTheirOwn(line: Line) -> None:
    line.talk(12.0)
    for end in line.ends:
        firsts = end.firsts(control=True)
        assert firsts[0] in DTLS
        assert any(first not in DTLS for first in firsts)
        assert end.port.statistics().roundTrip is not None


@pytest.mark.parametrize("threads", [1, 2])
def test_reportsGoWithSoundWhereThatIsAgreedOn(threads: int) -> None:
    line = Line(threads)
    for end in line.ends:
        end.agreement = replace(end.agreement, multiplexed=True)
    line.talk(12.0)
    line.one.join()
    line.bench.run(12.0)
    for end in line.ends:
        assert end.firsts(control=True) == []
        assert any(data[1] == SENDER_REPORT for data in end.sent[0] if data[0] not in DTLS)
        assert end.port.statistics().roundTrip is not None
        assert end.port.statistics().packetsRefused < 10


def test_theSameTermsAgainChangeNothing(line: Line) -> None:
    line.talk()
    before = sum(first in DTLS for first in line.one.firsts())
    for end in line.ends:
        end.configure(sends=False)
        end.configure()
    line.bench.run(1.0)
    assert sum(first in DTLS for first in line.one.firsts()) == before
    assert line.one.port.encryption is CryptoSuite.AES_CM_80


def test_anotherAssociationHasKeysOfItsOwnAndSoundGoesOn(line: Line) -> None:
    line.talk()
    for end in line.ends:
        end.configure(replace(end.agreement, identity="another"))
    line.bench.run(0.5)
    before = line.one.port.statistics().packetsReceived
    line.bench.run(2.0)
    for end in line.ends:
        assert end.port.encryption is CryptoSuite.AES_CM_80
    assert line.one.port.statistics().packetsReceived > before + 50
    assert line.one.port.statistics().packetsLost == 0


def test_whoShowsAnotherCertificateHasNoMedia(line: Line) -> None:
    line.one.configure(KeyAgreement(True, (Fingerprint.of(b"another"),)))
    line.other.configure()
    line.bench.run(1.0)
    (failure,) = line.one.recorder.failures
    assert failure.cause is Cause.RESOURCE_UNAVAILABLE
    assert "the certificate has not the fingerprint that was signalled" in str(failure)
    assert line.one.port.encryption is None


def test_whoDoesNotAnswerIsGivenUp(line: Line) -> None:
    line.other.isMute = True
    line.talk(19.0)
    assert line.one.recorder.failures == []
    line.bench.run(1.5)
    (failure,) = line.one.recorder.failures
    assert "no handshake within 20 seconds" in str(failure)


def test_whoIsOnHoldFromTheStartHasTime(line: Line) -> None:
    for end in line.ends:
        end.port.configure(Stream(keys=end.agreement), Signalling(end.other.port.rtp.host))
    line.bench.run(25.0)
    for end in line.ends:
        assert end.recorder.failures == []
        end.configure()
    line.bench.run(0.5)
    assert line.one.port.encryption is CryptoSuite.AES_CM_80


def test_whoHasNowhereToSayHelloWaits(line: Line) -> None:
    line.one.configure(sends=False)
    line.other.configure()
    line.bench.run(0.5)
    assert line.one.firsts() == []
    line.one.configure()
    line.bench.run(0.5)
    assert line.one.port.encryption is CryptoSuite.AES_CM_80


def test_whoBeginsBeforeTheAnswerIsHereIsHeardThen(line: Line) -> None:
    line.other.port.expectHandshake()
    line.bench.run(0.02)
    line.one.configure()
    line.bench.run(0.1)
    assert line.one.port.encryption is None
    line.other.configure()
    line.bench.run(0.2)
    for end in line.ends:
        assert end.port.encryption is CryptoSuite.AES_CM_80


def test_whatWasExpectedMayBeDoneWithout(line: Line) -> None:
    for end in line.ends:
        end.port.expectHandshake()
    line.bench.run(0.02)
    for end in line.ends:
        end.join()
        end.configureInTheClear()
    line.bench.run(0.5)
    assert [end.recorder.heard for end in line.ends] == [[line.other.port.rtp], [line.one.port.rtp]]


def test_strangersAreNotBelieved(line: Line) -> None:
    line.other.configure()
    hello = identity(3).associate(KeyAgreement(True, (OURS,))).begin()
    line.bench.run(0.1)
    line.bench.toServer(STRANGER, line.other.port.rtp, hello[0])
    line.bench.run(0.5)
    assert line.bench.stray == []
    line.one.configure()
    line.bench.run(0.5)
    assert line.one.port.encryption is CryptoSuite.AES_CM_80


@pytest.mark.parametrize("host", ["10.0.0.1", "203.0.113.5"])
def test_aPeerBehindATranslatorIsAnsweredWhereItIs(line: Line, host: str) -> None:
    transmit = TransmitFormat(G711_ULAW, 0, 20, line.one.port.rtp)
    stream = Stream(transmit, RECEIVE, keys=line.other.agreement)
    line.other.port.configure(stream, Signalling(host))
    line.bench.run(0.1)
    hello = identity().associate(KeyAgreement(True, (OURS,))).begin()
    there = TransportAddress(host, 40000)
    answers: list[bytes] = []
    line.bench.listeners[there] = answers.append
    line.bench.toServer(there, line.other.port.rtp, hello[0])
    line.bench.run(0.1)
    assert [answer[0] in DTLS for answer in answers] == [True]


def test_aFloodOfGarbageHarmsNobody(line: Line) -> None:
    line.other.configure()
    listening = line.bench.meeting(2)[0][1]
    for first in range(400):
        garbage = bytes([20 + first % 44]) * 100
        line.bench.toServer(line.one.port.rtp, line.other.port.rtp, garbage)
        line.bench.toServer(line.one.port.rtcp, line.other.port.rtcp, garbage)
    line.bench.run(1.0)
    assert len(listening.heard) > 40
    line.one.configure()
    line.bench.run(1.0)
    assert line.one.port.encryption is CryptoSuite.AES_CM_80
    assert line.other.port.statistics().packetsRefused > 300


def test_aPortThatGoesToAnotherPlaneAgreesThere() -> None:
    line = Line(threads=2)
    line.bench.pool.openMixer(RoomRecorder())
    for end in line.ends:
        end.configure()
    line.bench.run(0.02)
    line.talk()
    assert line.one.port.encryption is CryptoSuite.AES_CM_80
    assert line.one.port.statistics().packetsReceived > 20


def test_aPortThatHasAgreedIsHeardInAnotherPlane() -> None:
    line = Line(threads=2)
    line.talk()
    for _ in range(2):
        line.one.join()
        line.bench.run(1.0)
    before = line.one.port.statistics().packetsReceived
    line.bench.run(1.0)
    assert line.one.port.statistics().packetsReceived > before + 20


def test_whatClosesSaysNothingMore(line: Line) -> None:
    line.other.isMute = True
    line.talk(0.5)
    line.close()
    line.bench.run(25.0)
    assert line.one.recorder.failures == []


def test_manyHalfHandshakesEndAndHarmNobody() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=600))
    ends = []
    for number in range(500):
        end = End(bench, f"10.1.{number // 250}.{number % 250 + 1}", False)
        there = TransmitFormat(G711_ULAW, 0, 20, TransportAddress("10.2.0.1", 20000 + number))
        stream = Stream(there, RECEIVE, keys=end.agreement)
        end.port.configure(stream, Signalling("10.2.0.1"))
        hello = identity(2).associate(KeyAgreement(True, (OURS,))).begin()
        bench.toServer(there.rtp, end.port.rtp, hello[0])
        ends.append(end)
    listening = bench.meeting(2)[0][1]
    bench.run(1.0)
    assert len(bench.stray) >= 500  # each was answered once, and waits
    assert len(listening.heard) > 40
    bench.clock.advance(20.0)
    assert [len(end.recorder.failures) for end in ends] == [1] * 500
