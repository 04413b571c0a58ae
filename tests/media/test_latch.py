"""
Whom a port believes, as a rule by itself.
"""

from __future__ import annotations

from h323d.media.latch import PROBATION, Latch
from h323d.values.address import TransportAddress

PEER = TransportAddress("10.0.0.1", 5000)
OTHER = TransportAddress("10.9.9.9", 5000)


def test_theNegotiatedHostIsBelievedAtOnce() -> None:
    assert Latch("10.0.0.1", True).accepts(PEER, 1)


def test_whereNoneWasNamedTheFirstIsBelieved() -> None:
    assert Latch(None, False).accepts(OTHER, 1)


def test_anotherHostHasToGoOnInSequence() -> None:
    latch = Latch("10.0.0.1", True)
    verdicts = [latch.accepts(OTHER, (65534 + turn) & 0xFFFF) for turn in range(PROBATION)]
    assert verdicts == [False] * (PROBATION - 1) + [True]


def test_aJumpStartsProbationAnew() -> None:
    latch = Latch("10.0.0.1", True)
    verdicts = [latch.accepts(OTHER, sequence) for sequence in (1, 2, 3, 4, 9, 10, 11, 12)]
    assert not any(verdicts)
    assert latch.accepts(OTHER, 13)


def test_sourcesDoNotShareTheirProbation() -> None:
    latch = Latch("10.0.0.1", True)
    third = TransportAddress("10.8.8.8", 5000)
    for sequence in range(20):
        assert not latch.accepts(OTHER if sequence % 2 else third, sequence)
    assert latch.accepts(PEER, 1)
