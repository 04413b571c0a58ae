"""
The walk of personal data that comes near a grave call: nobody sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.config.sections import Configuration
from h323d.gateway.config import GatewayConfig
from h323d.operation.command import OperatorError
from h323d.operation.views import ParticipantView
from h323d.sip.messages.message import SIPRequest
from tests.support.guardedhouse import HOST, SIGNALLING, House
from tests.support.h323 import ScriptedPeer as SetupPeer
from tests.support.simulation import Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, offerBody, request, responseTo

COUNCIL = ConferenceConfig(rooms=(RoomConfig("council", ("81000",)),))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Simulation(seed=4) as world:
        base = Configuration(conference=COUNCIL, gateway=GatewayConfig(acceptUnregistered=True))
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


class Writers:
    """
    The phone, which is registered, and another one that gets what it writes.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.reader = ScriptedPeer(house.world, "10.0.0.2", 5062)
        house.send("REGISTER", uri=f"sip:script@{HOST}")
        register = request("REGISTER", uri=f"sip:1000@{HOST}", callId="reader")
        self.reader.send(register.replace("10.0.0.3", "10.0.0.2:5062"), SERVER)
        house.world.run(0.2)
        assert (house.phone.statuses, self.reader.statuses) == ([200], [200])

    def write(self, number: int, body: str) -> str:
        """
        What is read of what the phone writes.
        """
        message = request(
            "MESSAGE",
            uri=f"sip:1000@{HOST}",
            callId=f"text{number}",
            branch=f"z9hG4bKtext{number}",
            body=body,
            extra="Content-Type: text/plain\n",
        )
        self.house.phone.send(message, SERVER)
        self.house.world.run(0.2)
        copy = self.reader.messages[-1]
        assert isinstance(copy, SIPRequest)
        self.reader.send(responseTo(copy, 200), SERVER)
        self.house.world.run(0.2)
        return copy.body.decode()


def test_whatIsWrittenDuringAGraveCallHasNoPersonalData(house: House) -> None:
    writers = Writers(house)
    assert writers.write(1, "219-09-9998") == "219-09-9998"
    assert invite(house, "council") == 200
    assert writers.write(2, "call 4111 1111") == "call 4111 1111"
    assert writers.write(3, "1111 1111 now") == "[REDACTED:CARD] now"
    assert [traced(house, f"text{number}") > 0 for number in (1, 2, 3)] == [True, False, False]
    writers.reader.port.close()


def test_soIsACallThatIsTransferredThere(house: House) -> None:
    house.alice.register()
    house.world.run(1.0)
    assert invite(house, "1000") == 200
    tag = house.phone.messages[-1].toAddress.tag or ""
    uri = f"sip:1000@{HOST}"
    house.send("ACK", tag=tag, uri=uri)
    house.send("REFER", 2, tag, extra=f"Refer-To: <sip:council@{HOST}>\n", uri=uri)
    house.world.run(2.0)
    (call,) = house.server.server.operator.calls()
    assert isinstance(call, ParticipantView)
    assert call.room == "council"
    assert traced(house, call.callId) == 0
