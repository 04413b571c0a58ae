"""
From which local ports the connections of our own calls come.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.call.ways import Way
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.calls.startup import MEDIA_GUARD
from h323d.h323.config import H323Config
from h323d.h323.signalling.uuie import Start
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from tests.support.h323 import (
    PROFILE,
    Party,
    ScriptedCallee,
    ScriptedControl,
    ScriptedPeer,
    Side,
)
from tests.support.network import SimulatedNetwork

US, PEER = "10.0.0.2", "10.0.0.9"
SIGNALLING, CONTROL = range(20000, 20002), range(30000, 30002)
CONFIG = H323Config(portRange="20000-20001", h245PortRange="30000-30001")
SEPARATE = StartUpOptions(fastStart=False, tunnelling=False)


@pytest.fixture
def side(network: SimulatedNetwork) -> Side:
    return Side(network, US, CONFIG)


@pytest.fixture
def peer(network: SimulatedNetwork) -> ScriptedCallee:
    return ScriptedCallee(network, PEER)


def call(side: Side, peer: ScriptedCallee) -> Party:
    party = Party()
    way = Way("h323", peer.address, (PartyAddress(AddressKind.DIALLED_DIGITS, "1"),))
    party.leg = side.endpoint.originator.originate(
        CallID("c1"), (), way, PROFILE, party, options=SEPARATE
    )
    peer.settle()
    return party


def ours(network: SimulatedNetwork, there: int) -> list[int]:
    """
    The ports of our connections to one of the peer's ports.
    """
    return [
        stream.here[1]
        for stream in network.streams
        if stream.here[0] == US and stream.there == (PEER, there)
    ]


def test_callSignallingLeavesFromItsRange(
    network: SimulatedNetwork, side: Side, peer: ScriptedCallee
) -> None:
    call(side, peer)
    call(side, peer)
    assert sorted(ours(network, 1720)) == list(SIGNALLING)


def test_withoutAPortTheCallEndsAndSaysWhy(side: Side, peer: ScriptedCallee) -> None:
    parties = [call(side, peer) for _ in range(3)]
    assert [party.cause for party in parties] == [None, None, Cause.RESOURCE_UNAVAILABLE]


def test_whoIsNotThereIsNoLackOfPorts(network: SimulatedNetwork, side: Side) -> None:
    peer = ScriptedCallee(network, PEER)
    network.tcp.clear()
    assert call(side, peer).cause is Cause.DESTINATION_OUT_OF_ORDER


def test_H245IsDialledFromItsRange(
    network: SimulatedNetwork, side: Side, peer: ScriptedCallee
) -> None:
    control = ScriptedControl(network, PEER, None)
    call(side, peer)
    peer.connect(Start(h245Address=control.address))
    (port,) = ours(network, control.address.port)
    assert port in CONTROL


def test_H245IsWaitedForInItsRange(side: Side, peer: ScriptedCallee) -> None:
    call(side, peer)
    peer.connect()
    address = peer.received[-1][1].start.h245Address
    assert address is not None
    assert address.port in CONTROL


def test_aCallWithoutAPortForH245EndsAndSaysWhy(
    network: SimulatedNetwork, side: Side, clock: Clock
) -> None:
    callers = [ScriptedPeer(network, PEER, side.endpoint.address) for _ in range(3)]
    for caller in callers:
        caller.setup(tunnelling=False)
    told = [each.received[-1][1].start.h245Address for each in callers]
    assert [address is not None for address in told] == [True, True, False]
    clock.advance(MEDIA_GUARD)
    causes = [party.cause for party in side.parties]
    assert causes == [Cause.RECOVERY_ON_TIMER_EXPIRY] * 2 + [Cause.RESOURCE_UNAVAILABLE]


def test_aCallWithoutAPortForH245MayTunnel(network: SimulatedNetwork, side: Side) -> None:
    for _ in range(2):
        ScriptedPeer(network, PEER, side.endpoint.address).setup(tunnelling=False)
    caller = ScriptedPeer(network, PEER, side.endpoint.address)
    caller.setup(tunnelling=True)
    assert caller.tunnelled == ["terminalCapabilitySet", "masterSlaveDetermination"]
