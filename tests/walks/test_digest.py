"""
The walk of users of SIP: asked, registered, called and calling from several places, and gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.config.sections import Configuration
from h323d.events.gatekeeper import EndpointUnregistered
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.media.config import MediaConfig
from h323d.sip.messages.message import SIPResponse
from tests.support.digest import challengeOf, shown, userOf
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, request

CONFIG = Configuration(
    media=MediaConfig(tickMs=20),
    security=SecurityConfig(users=(userOf("anna", "secret", "1001"), userOf("bert", "other"))),
)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server("10.0.0.1", CONFIG)


class Phone:
    """
    A telephone of Anna's.
    """

    def __init__(self, world: Simulation, host: str) -> None:
        self.world = world
        self.host = host
        self.script = ScriptedPeer(world, host)
        self.cseq = 0

    def register(self, name: str = "anna") -> int:
        """
        Register, and be asked for a password.

        @return: the status of the last answer.
        """
        challenge = challengeOf(self._ask(name, ""))
        uri = f"sip:{name}@10.0.0.1"
        return self._ask(name, shown(challenge, method="REGISTER", uri=uri)).status

    def _ask(self, name: str, extra: str) -> SIPResponse:
        self.cseq += 1
        uri = f"sip:{name}@10.0.0.1"
        text = request(
            "REGISTER", branch=f"z9hG4bK{self.cseq}", cseq=self.cseq, uri=uri, extra=extra,
            callId=self.host, via=f"SIP/2.0/UDP {self.host};rport",
        )  # fmt: skip
        text = text.replace("sip:script@10.0.0.3>;tag", "sip:anna@10.0.0.1>;tag")
        self.script.send(text.replace("sip:script@10.0.0.3", f"sip:a@{self.host}"), SERVER)
        self.world.run(0.1)
        answer = self.script.messages[-1]
        assert isinstance(answer, SIPResponse)
        return answer


def registrations(server: SimulatedServer) -> tuple[Registration, ...]:
    zone = server.server.zone
    assert zone is not None
    return zone.registrations()


def test_aUserHasSeveralTelephones(world: Simulation, server: SimulatedServer) -> None:
    for host in ("10.0.0.3", "192.0.2.7"):
        assert Phone(world, host).register() == 200
    (registration,) = registrations(server)
    assert registration.authenticated == "anna"
    assert {each.host for each in registration.signalling} == {"10.0.0.3", "192.0.2.7"}


@pytest.mark.parametrize("name", ["bert", "nobody", "80001"])
def test_aUserTakesNoNameButTheOwn(name: str, world: Simulation, server: SimulatedServer) -> None:
    assert Phone(world, "10.0.0.3").register(name) == 403
    assert registrations(server) == ()


def test_whoHasAnotherPasswordNowHasToRegisterAgain(
    world: Simulation, server: SimulatedServer
) -> None:
    phone = Phone(world, "10.0.0.3")
    phone.register()
    users = (userOf("anna", "secret", "1001"), userOf("bert", "changed"))
    server.server.reload(replace(CONFIG, security=SecurityConfig(users=users)))
    assert len(registrations(server)) == 1
    users = (userOf("anna", "changed", "1001"), userOf("bert", "changed"))
    server.server.reload(replace(CONFIG, security=SecurityConfig(users=users)))
    assert registrations(server) == ()
    assert [each.reason for each in server.told(EndpointUnregistered)] == ["operator"]


def test_onceThereAreUsersWhoIsNoneHasToRegisterAgain(world: Simulation) -> None:
    without = replace(CONFIG, security=SecurityConfig())
    server = world.server("10.0.0.1", without)
    script = ScriptedPeer(world, "10.0.0.3")
    script.send(request("REGISTER", uri="sip:anna@10.0.0.1"), SERVER)
    world.run(0.1)
    assert len(registrations(server)) == 1
    server.server.reload(CONFIG)
    assert registrations(server) == ()
