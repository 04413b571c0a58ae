"""
What arrives: from whom it is taken, what is refused, and how loss is borne.
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from h323d.call.media import MediaNetworks, Signalling
from h323d.dsp.tones import signalToNoise
from h323d.media.audio.latch import CONTEST
from h323d.media.config import MediaConfig
from h323d.rtp import rtcp
from h323d.rtp.packet import RTPPacket, encode
from h323d.rtp.rtcp import ReceiverReport, SourceDescription
from h323d.values.address import TransportAddress
from h323d.values.media.streams import Stream, TransmitFormat
from h323d.values.networks import Networks
from tests.support.packetio import MediaBench, Phone, steady, tone

STRANGER = TransportAddress("10.6.6.6", 6666)


def injected(sequence: int, payloadType: int = 0, payload: bytes = b"\x00" * 160) -> bytes:
    packet = RTPPacket(payloadType, sequence, sequence * 160, 666, payload)
    return encode(packet)


def levelOf(phone: Phone, seconds: float) -> float:
    tail = phone.sound[-round(seconds * 8000) :].astype(float)
    return float(np.sqrt(np.mean(tail**2)))


def test_thePortLocksToItsPeerAtTheFirstPacket() -> None:
    bench = MediaBench()
    (phone, _), _ = bench.meeting(2)
    bench.run(0.1)
    assert phone.recorder.heard == [phone.address]


def test_anotherPortOfTheNegotiatedHostIsFollowed() -> None:
    bench = MediaBench()
    (phone, _), _ = bench.meeting(2)
    translated = TransportAddress(phone.address.host, 61000)
    arrived: list[bytes] = []
    bench.listeners[translated] = arrived.append
    phone.send(injected(1), translated)
    bench.run(0.1, [])
    assert phone.recorder.heard == [translated]
    assert arrived


def test_beforeItsPeerIsHeardAPortSendsToTheNegotiatedAddressOnly() -> None:
    bench = MediaBench()
    (phone, _), _ = bench.meeting(2)
    phone.send(injected(1), STRANGER)
    bench.run(0.2, [])
    assert phone.heard
    assert bench.stray == []


def test_aStrangerIsNeitherHeardNorAnswered() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    bench.run(0.2)
    for sequence in range(50):
        a.send(injected(sequence), STRANGER)
        bench.run(0.02)
    assert not b.sound.any()
    assert bench.stray == []
    bench.run(0.6)
    assert a.port.statistics().packetsRefused == 50


def test_aStrangerDoesNotOutrunTheNegotiatedPeer() -> None:
    bench = MediaBench()
    (a, _), _ = bench.meeting(2)
    for sequence in range(3):
        a.send(injected(sequence), STRANGER)
        bench.run(0.02, [])
    bench.run(0.2)
    assert a.recorder.heard == [a.address]
    assert bench.stray == []


def test_aPeerBehindATranslatorIsFollowedAtOnceWhereItsSignallingComesFrom() -> None:
    bench = MediaBench()
    bench.pool.reconfigure(MediaNetworks(private=Networks(("10.0.0.0/8",))))
    (a, _), _ = bench.meeting(2)
    transmit = a.stream.transmit
    assert transmit is not None
    a.signalling = Signalling(STRANGER.host)
    named = replace(transmit, rtp=TransportAddress("10.0.1.77", 5000), rtcp=None)
    a.configure(Stream(named, a.stream.receive))
    a.send(injected(1), STRANGER)
    bench.run(0.1, [])
    assert a.recorder.heard == [STRANGER]
    assert {destination for destination, _ in bench.stray} == {STRANGER}


def test_aStrangerHasNoChanceWhereSoundComesFromWhereSignallingDoes() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    b.says = steady(1000)
    for sequence in range(150):
        a.send(injected(sequence), STRANGER)
        bench.run(0.02, [b])
    assert a.recorder.heard == []
    assert bench.stray == []
    assert len(a.heard) > 140


def test_aPhoneTakesBackWhatAStrangerGotBeforeItSpoke() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, latchAnyHost=True))
    (a, b), _ = bench.meeting(2)
    a.says = tone(1000)
    for sequence in range(150):
        a.send(injected(sequence), STRANGER)
        bench.run(0.02, [b])
    assert bench.stray
    bench.stray.clear()
    before = len(a.heard)
    for sequence in range(150, 200):
        a.send(injected(sequence), STRANGER)
        bench.run(0.02)
    assert a.recorder.heard == [STRANGER, a.address]
    assert len(a.heard) - before > 45
    assert len(bench.stray) < 3
    assert signalToNoise(b.sound[-4000:], 1000) >= 35


def test_whatAStrangerGotIsNotTakenBackLater() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, latchAnyHost=True))
    (a, b), _ = bench.meeting(2)
    for sequence in range(6):
        a.send(injected(sequence), STRANGER)
        bench.run(0.02, [b])
    bench.run(CONTEST + 0.6, [b])
    bench.run(0.5)
    assert a.recorder.heard == [STRANGER]
    assert bench.packets.slots[0].peer == STRANGER  # which a socket is connected to


def test_aPeerBehindATranslatorIsFollowedWhenItGoesOn() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=8, latchAnyHost=True))
    (a, _), _ = bench.meeting(2)
    for sequence in range(6):
        a.send(injected(sequence), STRANGER)
        bench.run(0.02, [])
    assert a.recorder.heard == [STRANGER]
    assert bench.stray


def test_signallingMayMoveThePeer() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    b.says = steady(1000)
    bench.run(0.2)
    moved = TransportAddress("10.0.9.9", 7000)
    arrived: list[bytes] = []
    bench.listeners[moved] = arrived.append
    transmit = a.stream.transmit
    assert transmit is not None
    a.signalling = Signalling(moved.host)
    a.configure(Stream(TransmitFormat(transmit.format, 0, 20, moved), a.stream.receive))
    bench.run(0.1, [b])
    assert arrived
    a.send(injected(1), moved)
    bench.run(0.1, [b])
    assert a.recorder.heard == [a.address, moved]


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("0.0.0.0", 5000),
        ("255.255.255.255", 5000),
        ("224.0.1.41", 5000),
        ("ff02::1", 5000),
        ("10.0.0.9", 0),
        ("name.example", 5000),
    ],
)
def test_nothingIsSentToAnAddressThatIsNoPartys(host: str, port: int) -> None:
    bench = MediaBench()
    (a, _), _ = bench.meeting(2)
    transmit = a.stream.transmit
    assert transmit is not None
    bad = TransmitFormat(transmit.format, 0, 20, TransportAddress(host, port))
    a.configure(Stream(bad, a.stream.receive))
    bench.run(0.2, [])
    assert bench.stray == []
    assert a.heard == []


def test_anIPv6PeerIsKnownHoweverItsAddressWasWritten() -> None:
    bench = MediaBench()
    (a, _), _ = bench.meeting(2)
    transmit = a.stream.transmit
    assert transmit is not None
    long = TransmitFormat(transmit.format, 0, 20, TransportAddress("2001:db8:0:0:0:0:0:1", 5000))
    a.configure(Stream(long, a.stream.receive))
    source = TransportAddress("2001:db8::1", 5000)
    a.send(injected(1), source)
    bench.run(0.1, [])
    assert a.recorder.heard == [source]


def test_aPayloadTypeThatWasNotNegotiatedIsRefused() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    bench.run(0.1)
    for sequence in range(20):
        a.send(injected(sequence, payloadType=8))
        bench.run(0.02, [b])
    bench.run(0.6, [b])
    assert not b.sound.any()
    assert a.port.statistics().packetsRefused == 20


def test_nothingThatComesHurtsTheOthers() -> None:
    bench = MediaBench()
    (attacker, talker, listener), _ = bench.meeting(3)
    talker.says = tone(1000)
    rng = random.Random(4)
    bench.run(0.1)
    for turn in range(100):
        attacker.send(rng.randbytes(rng.randrange(0, 900)))
        whole = injected(turn, payload=b"\xff" * 160)  # silence, lest it be heard
        attacker.send(whole[: rng.randrange(0, 13)])
        attacker.send(b"\x9f" + whole[1:])  # fifteen CSRCs and an extension that lies
        attacker.send(b"\xb0" + whole[1:-1] + b"\xff")
        attacker.send(whole[:12])
        attacker.send(encode(RTPPacket(101, turn, 5, 5, b"\x01")))
        attacker.send(encode(RTPPacket(0, turn, rng.getrandbits(32), rng.getrandbits(32), b"\xff")))
        bench.toServer(attacker.address, attacker.port.rtcp, rng.randbytes(rng.randrange(0, 90)))
        bench.run(0.02, [talker, listener])
    assert signalToNoise(listener.sound[-4000:], 1000) >= 35
    assert attacker.port.statistics().packetsRefused > 300


def test_aChangeOfSSRCIsFollowed() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    a.says = tone(1000)
    bench.run(0.5)
    a.ssrc, a.sequence, a.timestamp = 99, 7, 80 * 1000
    bench.run(1.0)
    assert signalToNoise(b.sound[-4000:], 1000) >= 35


def test_silenceSuppressionIsNoLoss() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    a.says = tone(1000)
    bench.run(0.5)
    bench.run(1.0, [b])
    assert not b.sound[-800:].any()
    a.timestamp += 8000
    bench.run(0.6)
    assert signalToNoise(b.sound[-2400:], 1000) >= 35
    assert a.port.statistics().packetsLost == 0


def test_reorderingIsPutRight() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    a.says = tone(1000)
    for turn in range(100):
        a.talk(delay=0.045 if turn % 2 == 0 else 0.005)
        bench.run(0.02, [])
    statistics = a.port.statistics()
    assert signalToNoise(b.sound[-6400:], 1000) >= 35
    assert statistics.packetsLost == 0


def test_lossIsConcealed() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    a.says = tone(500)
    bench.run(0.3)
    rng = random.Random(7)
    for _ in range(150):
        if rng.random() < 0.05:
            a.skip()
        else:
            a.talk()
        bench.run(0.02, [])
    assert signalToNoise(b.sound[-20000:], 500) >= 12
    bench.run(0.5, [])
    assert a.port.statistics().packetsLost == rng_losses(7)


def rng_losses(seed: int) -> int:
    rng = random.Random(seed)
    return sum(rng.random() < 0.05 for _ in range(150))


def test_aPeersStallIsCaughtUpWithinASecond() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    a.says = tone(1000)
    bench.run(1.0)
    for late in (0.2, 0.18, 0.16, 0.14, 0.12, 0.10, 0.08, 0.06, 0.04, 0.02):
        a.talk(delay=late)
        bench.run(0.02, [])
    bench.run(1.0)
    assert a.port.statistics().bufferDepth <= 0.04
    assert signalToNoise(b.sound[-1600:], 1000) >= 35


def test_everySeamThatComesOfAPeersStallIsTold() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    bench.run(1.0)
    for late in (0.08, 0.06, 0.04, 0.02):
        a.talk(delay=late)
        bench.run(0.02, [b])
    bench.run(2.0)
    waited = hurried = 8  # blocks
    assert a.port.statistics().shifted == waited + hurried
    assert b.port.statistics().shifted == 0


def test_delayNeverGrowsBeyondTheCap() -> None:
    bench = MediaBench()
    (a, _), _ = bench.meeting(2)
    bench.run(0.2)
    for _ in range(40):  # twice as fast as time
        a.talk()
        a.talk()
        bench.run(0.02, [])
    bench.run(0.6, [])
    assert a.port.statistics().bufferDepth <= 0.2


def silences(*phones: Phone) -> list[int]:
    """
    For how long our ports have heard nothing of so many phones, in whole seconds.
    """
    return [round(phone.port.statistics().silence) for phone in phones]


def test_aPortKnowsForHowLongNothingCame() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    bench.run(4.0, [b])
    assert silences(a, b) == [4, 0]
    bench.run(1.0)
    bench.run(3.7, [b])
    assert silences(a, b) == [3, 0]


def test_whoOnlyListensIsNotSilentUntilItsRTCPStops() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    for phone in (a, b):
        phone.configure(Stream(phone.stream.transmit, None))
    report = rtcp.encode([ReceiverReport(7, ()), SourceDescription(((7, ((rtcp.CNAME, "x"),)),))])
    beside = replace(a.address, port=a.address.port + 1)
    for _ in range(4):
        bench.toServer(beside, a.port.rtcp, report)
        bench.run(2.0, [])
    assert silences(a, b) == [2, 0]  # the second never told that it has RTCP
    bench.run(6.0, [])
    assert silences(a, b) == [8, 0]


def test_RTCPAloneIsASignOfLife() -> None:
    bench = MediaBench()
    (a, _), _ = bench.meeting(2)
    report = rtcp.encode([ReceiverReport(7, ()), SourceDescription(((7, ((rtcp.CNAME, "x"),)),))])
    bench.run(9.0, [])
    bench.toServer(replace(a.address, port=a.address.port + 1), a.port.rtcp, report)
    bench.run(1.0, [])
    assert silences(a) == [1]


def test_whoIsHeldOrInNoRoomIsNotSilent() -> None:
    bench = MediaBench()
    (held, outside), mixer = bench.meeting(2)
    bench.run(1.0)
    held.configure(Stream())
    mixer.leave(outside.port)
    bench.run(9.0, [])
    assert silences(held, outside) == [0, 0]
    held.configure(held.stream)
    mixer.join(outside.port)
    bench.run(2.1, [])
    assert silences(held, outside) == [2, 2]
