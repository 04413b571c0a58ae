"""
The walk of personal data that comes near a grave call: nobody sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.config.sections import Configuration
from h323d.operation.command import OperatorError
from tests.support.guardedhouse import HOST, SIGNALLING, House
from tests.support.h323 import ScriptedPeer as SetupPeer
from tests.support.simulation import Simulation
from tests.support.sippeers import SERVER, offerBody, request

COUNCIL = ConferenceConfig(rooms=(RoomConfig("council", ("81000",)),))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Simulation(seed=4) as world:
        base = Configuration(conference=COUNCIL)
        house = House(world, tmp_path / "registry.yaml", base=base, escalateRooms=("council",))
        yield house
        house.close()
        world.leave()
        assert world.leftOver() == []


def traced(house: House, name: str) -> int:
    """
    How many messages of a call are kept.
    """
    try:
        return len(house.server.server.operator.trace(name))
    except OperatorError:
        return 0


def invite(house: House, room: str, displayName: str = "Script") -> int:
    """
    The status of the final answer.
    """
    text = request("INVITE", uri=f"sip:{room}@{HOST}", body=offerBody())
    house.phone.send(text.replace("Script", displayName), SERVER)
    house.world.run(0.5)
    return house.phone.statuses[-1]


@pytest.mark.parametrize(("room", "kept"), [("80001", True), ("council", False)])
def test_ofAGraveCallNoMessageIsKept(house: House, room: str, kept: bool) -> None:
    assert invite(house, room) == 200
    (call,) = house.server.server.operator.calls()
    assert [traced(house, name) > 0 for name in ("call", call.callId)] == [kept, kept]


def test_ofOneThatIsRefusedForItNeither(house: House) -> None:
    assert invite(house, "council", "Anna 219-09-9998") == 403
    assert house.refusals() == [("INVITE", "PII_POLICY_VIOLATION", "found:SSN")]
    assert traced(house, "call") == 0


@pytest.mark.parametrize(("room", "kept"), [("80001", True), ("81000", False)])
def test_byH323Neither(house: House, room: str, kept: bool) -> None:
    caller = SetupPeer(house.world.network, "10.0.0.2", SIGNALLING)
    caller.send(caller.makeSetup(called=room))
    house.world.run(0.5)
    (call,) = house.server.server.operator.calls()
    assert (traced(house, call.callId) > 0) is kept
    caller.close()
