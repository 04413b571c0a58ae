"""
What arrives at a server that is entered in turns.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.trial.unittest import SynchronousTestCase

from h323d.world.arrivals import Arrivals


class Leader:
    """
    Logs, as whoever leads does, and then does what it is told.
    """

    def __init__(self, arrivals: Arrivals, said: list[str]) -> None:
        self._arrivals = arrivals
        self._said = said

    def enter(self, kind: str, *arguments: Any) -> Any:
        self._said.append(f"logged {kind}")
        self._arrivals.taken()
        self._said.append(kind)
        for each in arguments:
            each()
        return kind


class ArrivalsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.said: list[str] = []
        self.arrivals = Arrivals()
        self.arrivals.leader = Leader(self.arrivals, self.said)

    def take(self) -> None:
        self.said.append("taken")

    def test_whatIsFoundIsTakenWhenItIsLoggedAndBeforeItHappens(self) -> None:
        self.arrivals.arrive("datagram", take=self.take)
        assert self.said == ["logged datagram", "taken", "datagram"]

    def test_whoeverLetsSomethingEnterHearsWhatComesOfIt(self) -> None:
        assert self.arrivals.enter("command") == "command"

    def test_whoeverLetsSomethingEnterHearsOfTheFault(self) -> None:
        with pytest.raises(ZeroDivisionError):
            self.arrivals.enter("command", lambda: 1 / 0)

    def test_aFaultOfOursHoldsUpNoOtherDoor(self) -> None:
        assert not self.arrivals.arrive("datagram", lambda: 1 / 0, take=self.take)
        assert self.arrivals.arrive("datagram", take=self.take)
        assert len(self.flushLoggedErrors(ZeroDivisionError)) == 1
        assert self.said.count("taken") == 2

    def test_whatIsFoundWhileAnotherProcessLeadsIsLeftWhereItIs(self) -> None:
        self.arrivals.leave()
        self.arrivals.arrive("datagram", take=self.take)
        assert self.said == []
