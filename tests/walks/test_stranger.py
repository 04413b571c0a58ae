"""
Somebody sends one INVITE in the name of somebody else, and asks for sound at a third place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from h323d.events.calls import CallAnswered, CallEnded, CallOffered
from h323d.events.rooms import ParticipantJoined, RoomOpened
from h323d.operation.views import told
from h323d.sip.messages.message import SIPResponse
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request

SERVER, FORGED, VICTIM = "10.0.0.1", "10.0.0.3", "10.0.0.66"
SIP = TransportAddress(SERVER, 5060)
FACTOR = 3  # below which all that is sent stays
LONG_AFTER = 70.0  # seconds: every timer has run out


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


class Attack:
    """
    One INVITE, and what all hosts get of the server.

    @ivar sent: octets by datagram from the server, by host.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        self.server: SimulatedServer = world.server(SERVER)
        self.script = ScriptedPeer(world, FORGED)
        self.sent: Counter[str] = Counter()
        world.network.observers.append(self._observe)
        self.text = request("INVITE", body=offerBody(VICTIM))
        self.script.send(self.text, SIP)
        world.run(0.1)

    def _observe(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        if source[0] == SERVER:
            self.sent[destination[0]] += len(data)

    @property
    def octets(self) -> int:
        return len(self.text.replace("\n", "\r\n"))


def test_thirdPlacesGetNothingAndTheForgedOneLittle(world: Simulation) -> None:
    attack = Attack(world)
    world.run(LONG_AFTER)
    assert attack.script.statuses[0] == 200
    assert set(attack.sent) == {FORGED}
    assert attack.sent[FORGED] < FACTOR * attack.octets


def test_nobodyIsInARoomWhoHasNotShownThatItIsReal(world: Simulation) -> None:
    attack = Attack(world)
    server = attack.server
    assert (server.server.conference.participants, server.server.operator.rooms()) == (0, [])
    (call,) = told(server.server.operator.calls())
    assert call["state"] == "accepted"
    world.run(LONG_AFTER)
    for kind in (CallAnswered, RoomOpened, ParticipantJoined):
        assert server.told(kind) == []
    assert len(server.told(CallOffered)) == 1
    assert [fact.cause for fact in server.told(CallEnded)] == [Cause.RECOVERY_ON_TIMER_EXPIRY]
    (record,) = server.server.operator.cdr()
    assert (record["outcome"], record["answered"]) == ("unanswered", None)
    assert server.server.operator.calls() == []


def test_whoIsRealHasASeatFromItsAckOn(world: Simulation) -> None:
    attack = Attack(world)
    answer = attack.script.messages[-1]
    assert isinstance(answer, SIPResponse)
    tag = answer.toAddress.tag or ""
    attack.script.send(request("ACK", branch="z9hG4bKack", toTag=tag), SIP)
    world.run(0.1)
    assert attack.server.server.conference.participants == 1
    assert len(attack.server.told(ParticipantJoined)) == 1
    attack.script.send(request("BYE", branch="z9hG4bKbye", cseq=2, toTag=tag), SIP)
    world.run(0.1)
    assert attack.server.server.conference.participants == 0
    world.leave()
    assert attack.script.statuses == [200, 200]
