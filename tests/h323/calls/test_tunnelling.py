"""
Whether H.245 may be tunnelled.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.h323.calls import tunnelling
from h323d.h323.calls.tunnelling import Tunnel, Tunnelling, newTunnelling, tunnelOf
from tests.support.machinetable import Table, Witness, behaviourOf

TABLE: Table = {
    "offered": {
        "forgo": "off",
        "peerDeclines": "off: tunnelRefused",
        "peerTunnels": "agreed",
    },
    "agreed": {
        "peerDeclines": "off: tunnelRefused",
    },
}


def new(owner: Witness, clock: Clock) -> Tunnelling:
    return newTunnelling(owner)


def test_theTableOf821() -> None:
    ways = {"agreed": ["peerTunnels"], "off": ["forgo"]}
    assert behaviourOf(tunnelling.MACHINE, new, {}, ways) == TABLE


def test_theStatesAreThoseThatOthersDecideBy() -> None:
    machine = newTunnelling(Witness({}))
    found = [tunnelOf(machine)]
    machine.peerTunnels()
    found.append(tunnelOf(machine))
    machine.peerDeclines()
    found.append(tunnelOf(machine))
    assert found == [Tunnel.OFFERED, Tunnel.AGREED, Tunnel.OFF]
