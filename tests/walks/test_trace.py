"""
The walk of somebody who wants to see what was said in a call.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.config import H323Config
from h323d.net.stream import StreamOpener
from h323d.operation.command import OperatorError
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ALAW
from tests.support.bridged import SERVER, h323Phone, sipPhone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import Wire, request

ALICE, BOB = "10.0.1.1", "10.0.1.2"
LADDER = [
    *("INVITE", "Setup", "Alerting", "180", "Connect", "200", "ACK"),
    *("BYE", "ReleaseComplete"),
]


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=12) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server(SERVER)


def call(world: Simulation, server: SimulatedServer) -> str:
    """
    Alice, by SIP, calls Bob, by H.323, and hangs up.

    @return: the callId.
    """
    alice = sipPhone(world, ALICE, "1001", 400, G711_ALAW)
    bob = h323Phone(world, BOB, "1002", 700, G711_ALAW)
    bob.answers = False
    alice.dial(f"sip:1002@{SERVER}")
    world.until(lambda: "alerting" in alice.reports)
    bob.pickUp()
    world.until(lambda: alice.speaking and bob.speaking)
    (callId,) = {each.callId for each in server.server.operator.calls()}
    alice.hangup()
    world.until(lambda: bob.cause is not None)
    world.run(0.5)
    return callId


def test_bothSidesOfABridgedCallAreOneLadder(world: Simulation, server: SimulatedServer) -> None:
    rows = server.server.operator.trace(call(world, server))
    said = [row.what.split(" ")[0] for row in rows]
    assert [each for each in dict.fromkeys(said) if each in LADDER] == LADDER
    (invite,) = (row for row in rows if row.what.startswith("INVITE "))
    assert (invite.source, invite.target, invite.protocol) == (
        f"{ALICE}:5060",
        f"{SERVER}:5060",
        "SIP",
    )
    (setup,) = (row for row in rows if row.what.startswith("Setup"))
    assert setup.source.startswith(f"{SERVER}:")
    assert setup.target.startswith(f"{BOB}:")


def test_whatCameByAConnectionIsShownAsItCame(world: Simulation, server: SimulatedServer) -> None:
    text = request("OPTIONS", uri=f"sip:{SERVER}", callId="oddly-written")
    text = text.replace("/UDP ", "/TCP ").replace("Call-ID:", "i:   ").replace("Via:", "vIA :")
    wire = Wire()
    StreamOpener(world.network.host(ALICE)).open(TransportAddress(SERVER, 5060), wire, 5.0)
    world.until(lambda: wire.stream is not None)
    wire.send(text)
    world.until(lambda: bool(wire.statuses))
    came, answer = server.server.operator.wire("oddly-written")
    assert bytes.fromhex(came.octets) == text.replace("\n", "\r\n").encode()
    assert bytes.fromhex(answer.octets) == wire.raw


@pytest.mark.parametrize("tunnelled", [True, False])
def test_controlIsThereWhicheverWayItGoes(tunnelled: bool) -> None:
    with Simulation(seed=13) as world:
        config = H323Config(tunnelling=tunnelled, fastStart=False)
        server = world.server(SERVER, Configuration(h323=config))
        rows = server.server.operator.trace(call(world, server))
        control = [row for row in rows if "terminalCapabilitySet" in row.what]
        assert {row.protocol for row in control} == {"H.225.0" if tunnelled else "H.245"}
        assert {row.source.partition(":")[0] for row in control} == {SERVER, BOB}


def test_aCallThatIsRoutedThroughUsIsThereFromBothItsSides(world: Simulation) -> None:
    config = Configuration(routed=RoutedConfig(model=CallModel.ROUTED_H245))
    server = world.server(SERVER, config)
    alice, bob = h323Phone(world, ALICE, "1001", 400), h323Phone(world, BOB, "1002", 700)
    alice.call("1002", StartUpOptions(fastStart=False, tunnelling=False))
    world.until(lambda: alice.speaking and bob.speaking)
    (routed,) = server.server.operator.calls()
    rows = server.server.operator.trace(routed.callId)
    for what in ("Setup", "Connect", "terminalCapabilitySet"):
        sources = {row.source.partition(":")[0] for row in rows if row.what.startswith(what)}
        assert SERVER in sources
        assert sources & {ALICE, BOB}


def test_aPeersAddressShowsAlsoWhatIsNoCall(world: Simulation, server: SimulatedServer) -> None:
    call(world, server)
    rows = server.server.operator.trace(ALICE)
    assert {ALICE, SERVER} == {row.source.partition(":")[0] for row in rows}
    assert any(row.what.startswith("REGISTER ") for row in rows)


def test_whatNobodyHasSaidIsAnError(world: Simulation, server: SimulatedServer) -> None:
    with pytest.raises(OperatorError, match="of nobody"):
        server.server.operator.trace("nobody")
