"""
Whom a port sends to before it has heard anything, and for how long.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.call.media import MediaNetworks, Signalling
from h323d.media.audio.consent import UNHEARD
from h323d.media.audio.latch import PROBATION
from h323d.rtp import rtcp
from h323d.rtp.packet import RTPPacket, decode, encode
from h323d.rtp.rtcp import ReceiverReport, SourceDescription
from h323d.values.address import TransportAddress
from h323d.values.media.streams import Stream, TransmitFormat
from h323d.values.networks import Networks
from tests.support.packetio import MediaBench, Phone

PROXY = "192.0.2.99"
STRANGER = TransportAddress("203.0.113.66", 6666)


def report(ssrc: int = 7) -> bytes:
    return rtcp.encode(
        [ReceiverReport(ssrc, ()), SourceDescription(((ssrc, ((rtcp.CNAME, "x"),)),))]
    )


def control(phone: Phone, source: TransportAddress | None = None) -> None:
    """
    A receiver report, from the phone's own RTCP port or another place.
    """
    here = source or TransportAddress(phone.address.host, phone.address.port + 1)
    phone.bench.toServer(here, phone.port.rtcp, report())


def sound(sequence: int) -> bytes:
    return encode(RTPPacket(0, sequence, sequence * 160, 666, b"\xff" * 160))


def signalledFrom(phone: Phone, signalling: Signalling, stream: Stream | None = None) -> None:
    """
    Have a phone's media be negotiated anew, at another port, by such signalling.
    """
    phone.signalling = signalling
    stream = stream or phone.stream
    transmit = stream.transmit
    assert transmit is not None
    phone.address = replace(phone.address, port=phone.address.port + 10)
    beside = replace(phone.address, port=phone.address.port + 1)
    heard, told = phone.heard, phone.control
    phone.bench.listeners[phone.address] = lambda data: heard.append((0.0, decode(data)))
    phone.bench.listeners[beside] = lambda data: told.append((0.0, data))
    phone.stream = Stream(replace(transmit, rtp=phone.address, rtcp=beside), stream.receive)
    phone.configure(phone.stream)


@pytest.fixture
def bench() -> MediaBench:
    return MediaBench()


@pytest.fixture
def phone(bench: MediaBench) -> Phone:
    """
    One of two in a room, whose signalling comes from a proxy.
    """
    (phone, _), _ = bench.meeting(2)
    signalledFrom(phone, Signalling(PROXY))
    return phone


def rested(phone: Phone, seconds: float) -> tuple[int, int]:
    """
    How many packets of RTP and RTCP it gets in so long, while nobody says anything.
    """
    before = len(phone.heard), len(phone.control)
    phone.bench.run(seconds, [])
    return len(phone.heard) - before[0], len(phone.control) - before[1]


def test_aThirdHostGetsNothingBeforeItWasHeard(phone: Phone) -> None:
    assert rested(phone, 32.0) == (0, 0)
    assert phone.bench.stray == []


def test_aThirdHostIsSentToOnceItSpoke(phone: Phone) -> None:
    rested(phone, 12.0)
    phone.talk()
    packets, reports = rested(phone, 20.0)
    assert packets > 900
    assert reports > 1


def test_aThirdHostIsSentToOnceItsRTCPCame(phone: Phone) -> None:
    control(phone)
    assert rested(phone, 20.0)[0] > 900


@pytest.mark.parametrize("octets", [b"", b"\x80\xc9", b"\xff" * 20])
def test_whatIsNoRTCPGivesNoConsent(phone: Phone, octets: bytes) -> None:
    beside = TransportAddress(phone.address.host, phone.address.port + 1)
    phone.bench.toServer(beside, phone.port.rtcp, octets)
    assert rested(phone, 5.0) == (0, 0)


def test_anothersRTCPGivesNoConsent(phone: Phone) -> None:
    control(phone, STRANGER)
    assert rested(phone, 5.0) == (0, 0)


def test_aHostOfAConfiguredNetworkIsSentToAtOnce(bench: MediaBench) -> None:
    bench.pool.reconfigure(MediaNetworks(thirdParties=Networks(("10.0.1.0/24",))))
    (phone, _), _ = bench.meeting(2)
    signalledFrom(phone, Signalling(PROXY))
    assert rested(phone, 5.0)[0] > 240


def test_aStreamThatWasNeverHeardStopsAndGoesOnWhenItIs(bench: MediaBench) -> None:
    (phone, _), _ = bench.meeting(2)
    packets, _ = rested(phone, 32.0)
    assert packets == pytest.approx(UNHEARD * 50, abs=6)
    phone.talk()
    assert rested(phone, 20.0)[0] > 990


def test_aStoppedStreamGoesOnByRTCPAlone(bench: MediaBench) -> None:
    (phone, _), _ = bench.meeting(2)
    rested(phone, 15.0)
    control(phone)
    assert rested(phone, 15.0)[0] > 700


def test_whoOnlyListensAtItsOwnHostIsNotWaitedFor(bench: MediaBench) -> None:
    (phone, _), _ = bench.meeting(2)
    phone.configure(Stream(phone.stream.transmit, None))
    assert rested(phone, 32.0)[0] > 1550


def test_whoOnlyListensAtAThirdHostHasToSendRTCPFirst(phone: Phone) -> None:
    phone.configure(Stream(phone.stream.transmit, None))
    assert rested(phone, 12.0) == (0, 0)
    control(phone)
    assert rested(phone, 20.0)[0] > 900


def test_whoIsExpectedToSendAfterAllHasAsLongAsOthers(bench: MediaBench) -> None:
    (phone, _), _ = bench.meeting(2)
    phone.configure(Stream(phone.stream.transmit, None))
    rested(phone, 20.0)
    phone.configure(phone.stream)
    assert rested(phone, 20.0)[0] == pytest.approx(UNHEARD * 50, abs=6)


def test_holdForgetsNotThatAPeerWasHeard(phone: Phone) -> None:
    phone.talk()
    rested(phone, 1.0)
    phone.configure(Stream())
    assert rested(phone, 12.0) == (0, 0)
    phone.configure(phone.stream)
    assert rested(phone, 20.0)[0] > 990


def test_nothingIsSentOnHoldThoughThePeerIsHeard(phone: Phone) -> None:
    phone.configure(Stream())
    control(phone)
    assert rested(phone, 5.0) == (0, 0)


def test_anotherAddressHasToBeHeardAnew(phone: Phone) -> None:
    phone.talk()
    rested(phone, 1.0)
    signalledFrom(phone, phone.signalling)
    assert rested(phone, 5.0) == (0, 0)


def test_RTCPGoesToNoThirdHostBesideSoundThatMay(bench: MediaBench) -> None:
    (phone, _), _ = bench.meeting(2)
    victim: list[bytes] = []
    elsewhere = TransportAddress("203.0.113.9", 9)
    bench.listeners[elsewhere] = victim.append
    transmit = phone.stream.transmit
    assert transmit is not None
    phone.configure(Stream(replace(transmit, rtcp=elsewhere), phone.stream.receive))
    bench.run(15.0)
    assert len(phone.heard) > 700
    assert victim == []


def test_wherePeerWasFoundElsewhereItsRTCPIsSentToWhereItComesFrom(bench: MediaBench) -> None:
    (phone, _), _ = bench.meeting(2)
    signalledFrom(phone, Signalling(PROXY))
    told = len(phone.control)
    found: list[bytes] = []
    reports: list[bytes] = []
    bench.listeners[STRANGER] = found.append
    bench.listeners[replace(STRANGER, port=7777)] = reports.append
    for sequence in range(PROBATION + 1):
        phone.send(sound(sequence), STRANGER)
        bench.run(0.02, [])
    bench.run(12.0, [])
    assert len(found) > 500
    assert reports == []
    control(phone, replace(STRANGER, port=7777))
    bench.run(12.0, [])
    assert reports
    assert len(phone.control) == told  # the named place has not been heard


def test_whomWeCalledIsSentToAtOnceButOnlyForSoLongInACall(bench: MediaBench) -> None:
    (phone, _), _ = bench.meeting(2)
    first = len(phone.heard)
    signalledFrom(phone, Signalling(PROXY, called=True))
    bench.run(UNHEARD / 2, [])
    signalledFrom(phone, phone.signalling)
    bench.run(UNHEARD, [])
    listening = Stream(phone.stream.transmit, None)
    signalledFrom(phone, phone.signalling, listening)
    bench.run(UNHEARD, [])
    assert len(phone.heard) - first == pytest.approx(UNHEARD * 50, abs=6)
    assert rested(phone, 30.0)[1] > 2  # by which one of our kind that answers late hears of us


def test_aFormatThatIsNotSentIsNotSentOnceThePeerIsHeard(phone: Phone) -> None:
    transmit = phone.stream.transmit
    assert transmit is not None
    unknown = replace(transmit.format, name="G729")
    bad = TransmitFormat(unknown, 18, 20, phone.address, transmit.rtcp)
    phone.configure(Stream(bad, phone.stream.receive))
    phone.talk()
    assert rested(phone, 3.0)[0] == 0


def passed(bench: MediaBench, signalling: Signalling, silent: float) -> int:
    """
    Have the one of two who pass be silent for ever, and the other one for so long, seconds.

    @return: how many packets the silent one is sent in the half minute after that.
    """
    phone, other, mixer = bench.pair()
    signalledFrom(phone, signalling)
    bench.run(silent, [])
    assert mixer.passing
    assert not phone.heard
    bench.run(30.0, [other])
    return len(phone.heard)


@pytest.mark.parametrize("signalling", [None, Signalling(PROXY, called=True)], ids=str)
def test_whomNothingPassedToIsGivenItsTimeWhenSomethingDoes(
    signalling: Signalling | None, bench: MediaBench
) -> None:
    signalling = signalling or Signalling("10.0.1.1")
    assert passed(bench, signalling, 25.0) == pytest.approx(UNHEARD * 50, abs=30)


def test_whomWeCalledIsNotGivenMoreByBeingNamedAgain(bench: MediaBench) -> None:
    phone, other, _ = bench.pair()
    signalledFrom(phone, Signalling(PROXY, called=True))
    for _ in range(8):
        bench.run(4.0, [other])
        signalledFrom(phone, phone.signalling)
    assert len(phone.heard) == pytest.approx(UNHEARD * 50, abs=30)
