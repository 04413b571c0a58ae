"""
Whether a SIP server is there, by OPTIONS.
"""

from __future__ import annotations

import pytest

from h323d.sip.asking import askOptions
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import SIPURI
from h323d.sip.messages.writer import write
from h323d.values.address import TransportAddress
from tests.support.sippeers import Peer, ScriptedPeer, SIPWorld

ASKER, SERVER = "10.0.0.1", "10.0.0.7"
URI = SIPURI(SERVER, port=5060)


class Answers:
    """
    An L{h323d.sip.asking.OptionsAsker} that writes down what it is told.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def answered(self) -> None:
        self.told.append("there")

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self.told.append(f"{reason}, {retryAfter:g}" if retryAfter else reason)


def ask(world: SIPWorld, transport: str = "udp", asker: Peer | None = None) -> Answers:
    answers = Answers()
    uri = URI.withParameter("transport", transport)
    askOptions((asker or world.peer(ASKER)).endpoint, uri, uri, answers)
    return answers


def answering(
    world: SIPWorld, status: int, *extra: tuple[str, str]
) -> tuple[Answers, ScriptedPeer]:
    server = world.script(SERVER)
    answers = ask(world)
    world.run(0.1)
    (message,) = server.messages
    assert isinstance(message, SIPRequest)
    response = message.response(status, None, "there")
    response = response.withHeaders(response.headers.extending(*extra))
    server.port.send(write(response), TransportAddress(ASKER, 5060))
    world.run(0.1)
    return answers, server


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_aServerThatAnswersIsThere(transport: str) -> None:
    world = SIPWorld()
    world.peer(SERVER)
    answers = ask(world, transport)
    world.run(1.0)
    assert answers.told == ["there"]
    world.settle()


@pytest.mark.parametrize("status", [200, 401, 404, 405, 480, 483, 501])
def test_soIsOneThatKnowsNobodyOrNotTheMethod(status: int) -> None:
    answers, server = answering(SIPWorld(), status)
    assert answers.told == ["there"]
    assert server.methods == ["OPTIONS"]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_oneThatIsUnableSaysSo(status: int) -> None:
    answers, _ = answering(SIPWorld(), status)
    assert answers.told == [f"OPTIONS: {status}"]


def test_oneThatWantsToBeLeftAloneSaysForHowLong() -> None:
    answers, _ = answering(SIPWorld(), 503, ("Retry-After", "30"))
    assert answers.told == ["OPTIONS: 503, 30"]


def test_oneThatIsOnItsWayHasNotAnswered() -> None:
    answers, _ = answering(SIPWorld(), 100)
    assert answers.told == []


def test_silenceIsToldInTheEnd() -> None:
    world = SIPWorld()
    answers = ask(world)
    world.run(33.0, 0.5)
    assert answers.told == ["no answer"]


def test_whereNobodyTakesAConnectionNobodyIsThere() -> None:
    world = SIPWorld()
    answers = ask(world, "tcp")
    world.run(11.0, 0.5)
    assert answers.told == ["no connection"]


def test_aTransportThatIsNotSpokenIsSaid() -> None:
    assert ask(SIPWorld(), "tls").told == ["its transport is not spoken here"]
