"""
What an OPTIONS is answered with: what an INVITE to the same place would be, without a call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallOffered
from h323d.sip.agent import SUPPORTED
from h323d.sip.messages.message import SIPResponse
from h323d.values.address import TransportAddress
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, request

SERVER = "10.0.0.1"
CONFERENCE = ConferenceConfig(rooms=(RoomConfig("closet", maxParticipants=1),))


class Asker:
    """
    A server, and somebody who asks it.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        self.server: SimulatedServer = world.server(
            SERVER, replace(Configuration(), conference=CONFERENCE)
        )
        self.script = ScriptedPeer(world, "10.0.0.3")

    def ask(self, user: str) -> int:
        """
        @return: the status.
        """
        number = len(self.script.messages)
        text = request("OPTIONS", uri=f"sip:{user}{SERVER}", branch=f"z9hG4bK{number}")
        self.script.send(text, TransportAddress(SERVER, 5060))
        self.world.run(0.05)
        answer = self.script.messages[number]
        assert isinstance(answer, SIPResponse)
        assert "INVITE" in answer.headers.all("Allow")
        assert "application/sdp" in answer.headers.all("Accept")
        assert answer.headers.all("Accept-Encoding") == ("identity",)
        assert answer.headers.get("Supported") == SUPPORTED
        return answer.status


@pytest.fixture
def asker() -> Iterator[Asker]:
    with Simulation() as world:
        yield Asker(world)


def test_itIsAnsweredAsACallWouldBe(asker: Asker) -> None:
    assert asker.ask("80001@") == 200
    assert asker.ask("nobody@") == 404
    assert asker.ask("closet@") == 200
    guest = Telephone(asker.world, "10.0.1.1", "guest")
    guest.call(f"sip:closet@{SERVER}")
    asker.world.until(lambda: guest.speaking)
    assert asker.ask("closet@") == 486
    asker.server.server.operator.maintenance("on")
    assert asker.ask("80001@") == 503


@pytest.mark.parametrize("user", ["", "h323d@"])
def test_theServerItselfIsThere(asker: Asker, user: str) -> None:
    assert asker.ask(user) == 200


def test_itMakesNoCallAndLeavesNothing(asker: Asker) -> None:
    asker.ask("80001@")
    assert asker.server.told(CallOffered) == []
    assert asker.server.server.operator.calls() == []
    sip = asker.server.server.sip
    assert sip is not None
    assert sip.transactions == (0, 0)
