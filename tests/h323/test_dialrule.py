"""
Where the peer of a call may have us connect to, and who may connect to us for its H.245.
"""

from __future__ import annotations

import random

import pytest

from h323d.call.dialrule import DialRule
from h323d.call.homes import homeAt
from h323d.call.ways import Way
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.signalling import uuie
from h323d.h323.signalling.addresses import transportToValue
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.identifiers import CallID
from h323d.values.networks import Networks
from tests.support.h323 import (
    PROFILE,
    Party,
    ScriptedCallee,
    ScriptedControl,
    ScriptedPeer,
    Side,
    newClock,
)
from tests.support.network import SimulatedNetwork

US, PEER, THIRD = "10.0.0.2", "10.0.0.9", "10.0.0.66"
BEGINNING = ["terminalCapabilitySet", "masterSlaveDetermination"]


@pytest.fixture
def network() -> SimulatedNetwork:
    return SimulatedNetwork(newClock(), random.Random(1))


def strict(network: SimulatedNetwork, *thirdParties: str) -> Side:
    """
    An endpoint that believes nobody but the peers of its calls, and those that are named.
    """
    return Side(network, US, dialRule=DialRule(homeAt(US), Networks(thirdParties)))


def told(side: Side) -> list[tuple[str, str, str]]:
    return [(fault.door, fault.source.host, fault.place) for fault in side.faults]


@pytest.mark.parametrize("host", [THIRD, "127.0.0.1", US, "169.254.1.1"])
def test_aCallersH245AddressElsewhereIsNotDialledAndTheCallGoesOn(
    host: str, network: SimulatedNetwork
) -> None:
    side = strict(network)
    victim = ScriptedControl(network, host, None)
    peer = ScriptedPeer(network, PEER, side.endpoint.address)
    peer.setup(Start(h245Address=victim.address), tunnelling=False)
    assert victim.count == 0
    assert told(side) == [("h225", PEER, "h245Address")]
    ours = peer.received[-1][1].start.h245Address
    assert ours is not None
    assert ScriptedControl(network, PEER, ours).names == BEGINNING


def test_aCalleesH245AddressElsewhereIsNotDialledEither(network: SimulatedNetwork) -> None:
    side = strict(network)
    victim = ScriptedControl(network, THIRD, None)
    peer = ScriptedCallee(network, PEER)
    way = Way("h323", peer.address, (PartyAddress(AddressKind.DIALLED_DIGITS, "1"),))
    options = StartUpOptions(fastStart=False, tunnelling=False)
    side.endpoint.originator.originate(CallID("c1"), (), way, PROFILE, Party(), options=options)
    peer.settle()
    peer.connect(Start(h245Address=victim.address))
    facility = uuie.facility(peer.identity, "startH245", victim.address)
    peer.say(MessageType.FACILITY, facility, False)
    assert victim.count == 0
    assert told(side) == [("h225", PEER, "h245Address")] * 2
    ours = peer.received[-1][1].start.h245Address  # we ask it to connect instead
    assert ours is not None
    assert ScriptedControl(network, PEER, ours).names == BEGINNING


def test_aThirdPartyThatTheOperatorNamedIsDialled(network: SimulatedNetwork) -> None:
    side = strict(network, "10.0.0.64/28")
    gateway = ScriptedControl(network, THIRD, None)
    peer = ScriptedPeer(network, PEER, side.endpoint.address)
    peer.setup(Start(h245Address=gateway.address), tunnelling=False)
    assert gateway.names == BEGINNING
    assert told(side) == []


def test_aStrangerDoesNotTakeTheH245OfACall(network: SimulatedNetwork) -> None:
    side = strict(network)
    peer = ScriptedPeer(network, PEER, side.endpoint.address)
    peer.setup(tunnelling=False)
    ours = peer.received[-1][1].start.h245Address
    assert ours is not None
    stranger = ScriptedControl(network, THIRD, ours)
    assert (stranger.names, stranger.closed) == ([], True)
    assert told(side) == [("h245", THIRD, "h245Address")]
    right = ScriptedControl(network, PEER, ours)
    assert right.names == BEGINNING
    late = ScriptedControl(network, PEER, ours)
    assert late.names == []
    assert side.parties[0].reports == ["answered"]


def test_aThirdPartyThatTheOperatorNamedMayConnect(network: SimulatedNetwork) -> None:
    side = strict(network, THIRD)
    peer = ScriptedPeer(network, PEER, side.endpoint.address)
    peer.setup(tunnelling=False)
    ours = peer.received[-1][1].start.h245Address
    assert ours is not None
    assert ScriptedControl(network, THIRD, ours).names == BEGINNING


def test_nobodyIsAskedToCallAPlaceOnThisMachine(network: SimulatedNetwork) -> None:
    side = strict(network)
    peer = ScriptedPeer(network, PEER, side.endpoint.address)
    peer.setup()
    kind, fields = uuie.facility(peer.identity, "callForwarded")
    there = transportToValue(TransportAddress("127.0.0.1", 2222))
    peer.say(MessageType.FACILITY, (kind, fields | {"alternativeAddress": there}))
    assert side.parties[0].transfers == []
    assert told(side) == [("h225", PEER, "alternativeAddress")]
    names = {"alternativeAliasAddress": [("dialledDigits", "3000")]}
    peer.say(MessageType.FACILITY, (kind, fields | {"alternativeAddress": there} | names))
    (transfer,) = side.parties[0].transfers
    assert (str(transfer.called[0]), transfer.destination) == ("3000", None)
