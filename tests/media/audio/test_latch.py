"""
Whom a port believes.
"""

from __future__ import annotations

import pytest

from h323d.call.media import MediaNetworks
from h323d.media.audio.latch import CONTEST, PROBATION, Latch, canonicalHost, newLatch
from h323d.values.address import TransportAddress
from h323d.values.networks import Networks

PHONE, PROXY, STRANGER = "192.0.2.10", "192.0.2.99", "203.0.113.66"
HIDDEN, TRANSLATOR = "192.168.1.5", "198.51.100.7"
PEER = TransportAddress(PHONE, 5000)
OTHER = TransportAddress(STRANGER, 5000)
NETWORKS = MediaNetworks(private=Networks(("192.168.0.0/16",)))


def latchOf(negotiated: str | None, signalling: str, anyHost: bool = False) -> Latch:
    return newLatch(negotiated, signalling, anyHost, NETWORKS)


def turns(latch: Latch, source: TransportAddress, count: int = PROBATION) -> list[bool]:
    """
    What it says of so many packets in sequence.
    """
    return [latch.accepts(source, (65534 + turn) & 0xFFFF, 0.0) for turn in range(count)]


def test_theNegotiatedHostIsBelievedAtOnceFromAnyPort() -> None:
    latch = latchOf(PHONE, PHONE)
    assert latch.accepts(TransportAddress(PHONE, 61000), 1, 0.0)
    assert latch.settled(0.0)


@pytest.mark.parametrize("host", [PHONE, HIDDEN])
def test_nobodyElseIsWhereSoundComesFromWhereSignallingDoes(host: str) -> None:
    assert not any(turns(latchOf(host, host), OTHER, 100))


def test_anyHostMayBeThePeerWhereThatIsConfigured() -> None:
    assert turns(latchOf(PHONE, PHONE, anyHost=True), OTHER)[-1]


def test_anotherHostHasToGoOnWhereSignallingComesFromElsewhere() -> None:
    assert turns(latchOf(PHONE, PROXY), OTHER) == [False] * (PROBATION - 1) + [True]


def test_theSignallingHostIsBelievedAtOnceWhereAPrivateAddressWasNegotiated() -> None:
    latch = latchOf(HIDDEN, TRANSLATOR)
    assert latch.accepts(TransportAddress(TRANSLATOR, 40000), 1, 0.0)
    assert latch.settled(0.0)


def test_aProxyHasToGoOnAsOthersDo() -> None:
    assert not latchOf(PHONE, PROXY).accepts(TransportAddress(PROXY, 40000), 1, 0.0)


def test_whereNoHostWasNegotiatedTheSignallingHostIsBelieved() -> None:
    assert latchOf(None, PROXY).accepts(TransportAddress(PROXY, 40000), 1, 0.0)
    assert turns(latchOf(None, PROXY), OTHER) == [False] * (PROBATION - 1) + [True]


@pytest.mark.parametrize(("negotiated", "own"), [(PHONE, PHONE), (HIDDEN, TRANSLATOR)])
def test_theOwnHostTakesTheLockBackInTime(negotiated: str, own: str) -> None:
    latch = latchOf(negotiated, TRANSLATOR, anyHost=True)
    assert turns(latch, OTHER)[-1]
    assert not latch.settled(CONTEST - 0.1)
    assert latch.accepts(TransportAddress(own, 7), 1, CONTEST - 0.1)
    assert latch.settled(CONTEST - 0.1)


def test_afterThatTheLockIsForGood() -> None:
    latch = latchOf(PHONE, PROXY)
    turns(latch, OTHER)
    assert not latch.accepts(PEER, 1, CONTEST)


def test_aThirdHostDoesNotTakeALockThatIsContested() -> None:
    latch = latchOf(PHONE, PROXY)
    turns(latch, OTHER)
    assert not any(turns(latch, TransportAddress("203.0.113.77", 1), 20))


def test_aGapStartsTheProbationAnew() -> None:
    latch = latchOf(PHONE, PROXY)
    verdicts = [latch.accepts(OTHER, sequence, 0.0) for sequence in (1, 2, 3, 4, 9, 10, 11, 12)]
    assert verdicts == [False] * 8
    assert latch.accepts(OTHER, 13, 0.0)


def test_sourcesThatTakeTurnsNeverPass() -> None:
    latch = latchOf(PHONE, PROXY)
    third = TransportAddress("203.0.113.77", 1)
    for sequence in range(20):
        assert not latch.accepts(OTHER if sequence % 2 else third, sequence, 0.0)
    assert latch.accepts(PEER, 1, 0.0)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("name.example", "name.example"),
    ],
)
def test_anAddressIsTheSameHoweverItWasWritten(text: str, host: str) -> None:
    assert canonicalHost(text) == host
