"""
Bans, as an operator sees and changes them.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from h323d.operation.command import OperatorError
from h323d.operation.defending import BanView, Defending
from h323d.values.address import TransportAddress
from tests.support.defended import newDefence

HOST = "192.0.2.66"


def test_bansAreListedWithWhatTheyAreFor() -> None:
    clock = Clock()
    defence = newDefence(clock, EventBus(), banSeconds=60)
    defence.bans.ban(HOST, "failures")
    defence.turnedAway("sip", TransportAddress(HOST, 5060))
    clock.advance(20.0)
    defending = Defending(defence)
    assert defending.bans("list", "", 0, clock.seconds()) == [
        BanView(HOST, "failures", since=20.0, until=40.0, times=1, counted=1)
    ]
    assert (defending.figures().bans, defending.figures().turnedAway) == (1, 1)


def test_anOperatorBansAndLetsInAgain() -> None:
    clock = Clock()
    defence = newDefence(clock, EventBus())
    defending = Defending(defence)
    (added,) = defending.bans("add", "192.0.2.0/24", 0, 0.0)
    assert (added.source, added.reason, added.until) == ("192.0.2.0/24", "operator", None)
    assert defence.isBanned(HOST)
    (removed,) = defending.bans("remove", "192.0.2.0/24", 0, 0.0)
    assert removed == added
    assert not defence.isBanned(HOST)


def test_forATime() -> None:
    clock = Clock()
    defence = newDefence(clock, EventBus())
    (added,) = Defending(defence).bans("add", HOST, 60, 0.0)
    assert added.until == 60.0


@pytest.mark.parametrize(
    ("action", "source", "reason"),
    [
        ("add", "", "bans add needs ADDRESS"),
        ("remove", "", "bans remove needs ADDRESS"),
        ("add", "here", "'here' does not appear to be an IPv4 or IPv6 network"),
        ("remove", HOST, f"{HOST} is not banned"),
    ],
)
def test_whatCannotBeDoneIsSaid(action: str, source: str, reason: str) -> None:
    with pytest.raises(OperatorError, match=f"^{reason}$"):
        Defending(newDefence(Clock(), EventBus())).bans(action, source, 0, 0.0)
