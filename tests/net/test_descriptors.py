"""
What is left of the descriptors when connections have taken all they may.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from h323d.net.descriptors import RESERVE, areScarce, raiseLimit
from h323d.net.stream import Accepting
from h323d.values.address import TransportAddress

PEER = IPv4Address("TCP", "10.0.0.5", 4000)


@contextmanager
def limited(more: int) -> Iterator[None]:
    """
    As many descriptors as there are now, the reserve, and C{more}.
    """
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + RESERVE + more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


def test_theReserveIsNotForConnections() -> None:
    with limited(1):
        assert not areScarce()
        taken = os.open(os.devnull, os.O_RDONLY)
        assert areScarce()
        os.close(os.open(os.devnull, os.O_RDONLY))  # the operator still has some
        os.close(taken)
        assert not areScarce()


def test_whoConnectsThenIsTurnedAwayAndTheLogSaysSoOnceAMinute() -> None:
    asked: list[TransportAddress] = []
    clock = Clock()
    accepting = Accepting(asked.append, clock)
    with capturedLogs() as logged, limited(0):
        for _ in range(3):
            assert accepting.buildProtocol(PEER) is None
        clock.advance(60)
        accepting.buildProtocol(PEER)
    assert asked == []
    assert len(logged) == 2


def test_theLimitIsRaisedToWhatTheSystemAllows() -> None:
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(before, 512), hard))
        assert raiseLimit() == hard
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))
