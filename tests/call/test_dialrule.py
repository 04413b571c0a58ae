"""
Where peers may have us connect to.
"""

from __future__ import annotations

import random
from ipaddress import ip_network

import pytest
from twisted.internet.task import Clock

from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialGuard, DialRule
from h323d.call.homes import WILDCARDS, Advertised, Homes, NoRoutes, homeAt
from h323d.events.bus import EventBus
from h323d.events.doors import BadInput
from h323d.values.address import TransportAddress
from h323d.values.networks import Networks
from tests.support.network import SimulatedNetwork

PEER, OURS, ALSO_OURS = "192.0.2.5", "10.0.0.1", "2001:db8::1"
ADVERTISED = "203.0.113.1"
HOMES = Homes((OURS, ALSO_OURS), NoRoutes())
HOMES.advertise([Advertised(ip_network("0.0.0.0/0"), ADVERTISED)])
RULE = DialRule(HOMES, Networks(("198.51.100.0/24",)))


def at(host: str) -> TransportAddress:
    return TransportAddress(host, 1720)


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("127.0.0.1", "on this machine"),
        ("127.9.9.9", "on this machine"),
        ("::1", "on this machine"),
        ("::ffff:127.0.0.1", "on this machine"),
        (OURS, "on this machine"),
        (ALSO_OURS, "on this machine"),
        (ADVERTISED, "on this machine"),
        ("2001:0db8:0::1", "on this machine"),
        ("169.254.169.254", "local to a link"),
        ("fe80::1", "local to a link"),
        ("::ffff:169.254.0.1", "local to a link"),
        ("224.0.0.1", "no place of one host"),
        ("0.0.0.0", "no place of one host"),
    ],
)
def test_nobodyHasUsConnectToWhereItIsNot(named: str, why: str) -> None:
    error = RULE.objection(at(named), PEER, "Contact")
    assert error is not None
    assert why in error.reason
    assert error.path == "Contact"


@pytest.mark.parametrize(
    ("named", "peer"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.2", OURS),
        (OURS, "127.0.0.1"),
        (ALSO_OURS, "::1"),
        (ADVERTISED, "127.0.0.1"),
        (ADVERTISED, ADVERTISED),
        ("169.254.1.1", "169.254.1.1"),
        ("::ffff:192.0.2.5", PEER),
        ("192.0.2.5", PEER),
        ("203.0.113.9", PEER),
        ("10.0.0.2", PEER),
    ],
)
def test_whoIsThereMaySaySoAndOtherMachinesMayBeNamedByAnybody(named: str, peer: str) -> None:
    assert RULE.objection(at(named), peer, "Contact") is None


class Doorway:
    """
    The rule for one peer, and what it told of.
    """

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        events = EventBus()
        events.subscribe(BadInput, self._told)
        self.guard = DialGuard(RULE, Complaints(Clock(), events), TransportAddress(PEER, 1720))

    def _told(self, fact: BadInput) -> None:
        self.told.append((fact.door, fact.source.host, fact.place))


def test_whatAPeerMayNotIsToldOf() -> None:
    here = Doorway()
    assert not here.guard.mayName("h225", at("127.0.0.1"), "alternativeAddress")
    assert not here.guard.mayNameControl(at("203.0.113.9"))
    assert not here.guard.admitsControl(at("203.0.113.66"))
    assert here.told == [
        ("h225", PEER, "alternativeAddress"),
        ("h225", PEER, "h245Address"),
        ("h245", "203.0.113.66", "h245Address"),
    ]


def test_ofWhatItMayNobodyIsTold() -> None:
    here = Doorway()
    assert here.guard.mayName("h225", at("203.0.113.9"), "alternativeAddress")
    assert here.guard.mayNameControl(at(PEER))
    assert here.guard.admitsControl(at("198.51.100.9"))
    assert here.told == []


@pytest.mark.parametrize("other", ["203.0.113.9", "10.0.0.2", "fe80::2", "127.0.0.1", OURS])
def test_H245GoesToNoThirdParty(other: str) -> None:
    assert RULE.controlObjection(at(other), PEER) is not None
    assert RULE.visitorObjection(at(other), PEER) is not None


def test_H245GoesToThePeerAndToWhomTheOperatorNames() -> None:
    for host in (PEER, "::ffff:192.0.2.5", "198.51.100.9"):
        assert RULE.controlObjection(at(host), PEER) is None
        assert RULE.visitorObjection(at(host), PEER) is None


@pytest.mark.parametrize("named", ["127.0.0.1", OURS])
def test_whoComesFromWhereANATHasUsIsNotHere(named: str) -> None:
    assert RULE.objection(at(named), ADVERTISED, "Contact") is not None
    assert RULE.visitorObjection(at(named), ADVERTISED) is not None


def test_whereAllAddressesAreBoundNoneOfThemMayBeNamed() -> None:
    machine = SimulatedNetwork(Clock(), random.Random(1)).host(OURS, ALSO_OURS, "172.16.0.1")
    rule = DialRule(Homes(WILDCARDS, machine))
    for named in (OURS, ALSO_OURS, "172.16.0.1"):
        assert rule.objection(at(named), PEER, "Contact") is not None
        assert rule.objection(at(named), OURS, "Contact") is None
    assert rule.objection(at("172.16.0.2"), PEER, "Contact") is None


def test_whatIsToldAfterAReloadMayNotBeNamed() -> None:
    homes = homeAt(OURS)
    rule = DialRule(homes)
    assert rule.objection(at(ADVERTISED), PEER, "Contact") is None
    homes.advertise([Advertised(ip_network("0.0.0.0/0"), ADVERTISED)])
    assert rule.objection(at(ADVERTISED), PEER, "Contact") is not None


def test_namedThirdPartiesDoNotOpenThisMachine() -> None:
    rule = DialRule(homeAt(OURS), Networks(("0.0.0.0/0", "::/0")))
    assert rule.controlObjection(at("203.0.113.9"), PEER) is None
    assert rule.controlObjection(at("127.0.0.1"), PEER) is not None
    assert rule.controlObjection(at(OURS), PEER) is not None


def test_otherThirdPartiesAreBelievedAfterAReload() -> None:
    rule = DialRule(homeAt(OURS), Networks(()))
    assert rule.visitorObjection(at("203.0.113.9"), PEER) is not None
    rule.reconfigure(Networks(("203.0.113.0/24",)))
    assert rule.visitorObjection(at("203.0.113.9"), PEER) is None
