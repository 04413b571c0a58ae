"""
The one way in: what enters goes to whom it is for, and there is no other way.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from zope.interface.verify import verifyObject

from h323d.events.server import ConfigurationReloaded, OperatorActed
from h323d.gatekeeper.security.passwords import passwordIn
from h323d.inputs import IInputs, Input, Inputs
from h323d.net.files import Files
from h323d.operation.command import OperatorError, Role
from h323d.operation.desk import Actor
from tests.support.seal import AnotherWay, aside, sealed
from tests.support.simulation import Simulation

HERE = "10.0.0.1"
OPERATOR, VIEWER = Actor("anna", Role.OPERATOR), Actor("eve", Role.VIEWER)


def test_itIsADoor() -> None:
    assert verifyObject(IInputs, Inputs())


def test_anInputGoesToItsReceiverAndItsAnswerComesBack() -> None:
    inputs = Inputs()
    inputs.lead(Input.COMMAND, max)
    inputs.lead(Input.LINE, min)
    assert (inputs.enter(Input.COMMAND, 1, 2), inputs.enter(Input.LINE, 1, 2)) == (2, 1)


def test_anOperatorsCommandEntersByIt() -> None:
    with Simulation() as world:
        server = world.server(HERE)
        server.inputs.enter(Input.COMMAND, OPERATOR, "maintenance", ["on"])
        assert [fact.command for fact in server.told(OperatorActed)] == ["maintenance"]
        with pytest.raises(OperatorError, match="eve may not"):
            server.inputs.enter(Input.COMMAND, VIEWER, "maintenance", ["off"])


def test_anotherConfigurationEntersByIt() -> None:
    with Simulation() as world:
        server = world.server(HERE)
        server.inputs.enter(Input.RELOAD, server.server.configuration)
        assert len(server.told(ConfigurationReloaded)) == 1


def test_theMediaReportsByIt() -> None:
    with Simulation() as world:
        server = world.server(HERE)
        heard: list[int] = []
        server.inputs.lead(Input.HEARD, lambda number, reports: heard.append(number))
        world.run(10.0)
        assert set(heard) == {0}
        world.leave()


def test_whoAsksBehindTheBackOfTheWorldIsRefused() -> None:
    asking = {"__name__": "h323d.sip.guest"}
    exec("import time, random, socket, threading\ndef ask(what): return eval(what)", asking)
    ask = asking["ask"]
    with sealed():
        for what in (
            "time.time()",
            "time.monotonic()",
            "random.random()",
            "random.SystemRandom().random() and __import__('os').urandom(1)",
            "socket.socket()",
            "open('/dev/null')",
            "threading.Thread(target=print).start()",
        ):
            with pytest.raises(AnotherWay, match=r"h323d\.sip\.guest"):
                ask(what)  # type: ignore[operator]  # it is a function
        aside(ask, "time.time()")  # type: ignore[arg-type]  # it is a function
    ask("time.time()")  # type: ignore[operator]  # it is a function


def test_theFileOfAPasswordIsReadByTheWorld(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("secret\n")
    with sealed():
        assert passwordIn(Files(), str(path), "here") == "secret"
