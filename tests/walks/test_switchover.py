"""
An operator has whoever follows lead, amid calls.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.events.following import TookOver
from h323d.h323.calls.callstart import StartUpOptions
from h323d.inputs import Input
from h323d.operation.command import OperatorError, Role
from h323d.operation.desk import Actor
from h323d.values.address import TransportAddress
from tests.support.mortal import MortalServer
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
OPERATOR = Actor("operator", Role.OPERATOR)
TONE, OTHER = 1000, 700  # Hz


def ask(server: MortalServer, action: str) -> Any:
    return server.inputs.enter(Input.COMMAND, OPERATOR, "ha", (action,))


def test_callsGoOnWhereAnOperatorSwitchesOver() -> None:
    with Simulation(seed=6) as world:
        server = world.started(MortalServer(world, SERVER))
        with pytest.raises(OperatorError, match="nobody follows who could lead: alone"):
            ask(server, "switchover")
        ask(server, "join")
        anna = Telephone(world, "10.0.0.2", "anna", TONE)
        bert = Telephone(world, "10.0.0.3", "bert", OTHER)
        anna.call("80001", StartUpOptions(True, True, False), TransportAddress(SERVER, 1720))
        bert.call(f"sip:80001@{SERVER};transport=tcp")
        world.run(0.6)
        for epoch in (1, 2):
            assert ask(server, "switchover")["protected"]
            world.run(0.3)
            assert ask(server, "status")["epoch"] == epoch
            assert anna.heard.heard((TONE, OTHER), 0.1) == [OTHER]
            assert bert.heard.heard((TONE, OTHER), 0.1) == [TONE]
        took = [each for each in server.facts if isinstance(each, TookOver)]
        assert [(each.why, each.epoch) for each in took] == [
            ("handed over", 1),
            ("handed over", 2),
        ]
        assert [each.cause for each in (anna, bert)] == [None, None]
        world.leave()
        assert world.leftOver() == []
