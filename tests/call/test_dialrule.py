"""
Where peers may have us connect to.
"""

from __future__ import annotations

import pytest

from h323d.call.dialrule import DialRule
from h323d.values.address import TransportAddress
from h323d.values.networks import Networks

PEER, OURS, ALSO_OURS = "192.0.2.5", "10.0.0.1", "2001:db8::1"
RULE = DialRule((OURS, ALSO_OURS, "0.0.0.0"), Networks(("198.51.100.0/24",)))


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
        ("169.254.1.1", "169.254.1.1"),
        ("::ffff:192.0.2.5", PEER),
        ("192.0.2.5", PEER),
        ("203.0.113.9", PEER),
        ("10.0.0.2", PEER),
    ],
)
def test_whoIsThereMaySaySoAndAnyOtherHostIsNobodysSecret(named: str, peer: str) -> None:
    assert RULE.objection(at(named), peer, "Contact") is None


@pytest.mark.parametrize("other", ["203.0.113.9", "10.0.0.2", "fe80::2", "127.0.0.1", OURS])
def test_H245GoesToNoThirdParty(other: str) -> None:
    assert RULE.controlObjection(at(other), PEER, "h245Address") is not None
    assert not RULE.isParty(other, PEER)


def test_H245GoesToThePeerAndToWhomTheOperatorNames() -> None:
    for host in (PEER, "::ffff:192.0.2.5", "198.51.100.9"):
        assert RULE.controlObjection(at(host), PEER, "h245Address") is None
        assert RULE.isParty(host, PEER)


def test_namedThirdPartiesDoNotOpenThisMachine() -> None:
    rule = DialRule((OURS,), Networks(("0.0.0.0/0", "::/0")))
    assert rule.controlObjection(at("203.0.113.9"), PEER, "h245Address") is None
    assert rule.controlObjection(at("127.0.0.1"), PEER, "h245Address") is not None
    assert rule.controlObjection(at(OURS), PEER, "h245Address") is not None


def test_otherThirdPartiesAreBelievedAfterAReload() -> None:
    rule = DialRule((), Networks(()))
    assert not rule.isParty("203.0.113.9", PEER)
    rule.reconfigure(Networks(("203.0.113.0/24",)))
    assert rule.isParty("203.0.113.9", PEER)
