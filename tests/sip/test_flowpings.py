"""
Keep-alives on the connection by which we are registered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.net.stream import StreamListener
from h323d.sip.config import SIPConfig
from h323d.sip.flowpings import FIRST, LAST, PATIENCE
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import SIPURI
from h323d.sip.messages.writer import write
from h323d.sip.registering import Registrant
from h323d.values.address import TransportAddress
from tests.sip.test_registering import Asker
from tests.support.digest import FakeSecrets
from tests.support.sippeers import SIPWorld, Wire

US, THERE = "10.0.0.1", TransportAddress("10.0.0.7", 5060)
HOP = SIPURI(THERE.host, port=THERE.port).withParameter("transport", "tcp")
PING, PONG = b"\r\n\r\n", b"\r\n"


class Losing(Asker):
    """
    Registers again when the connection is lost.
    """

    registrant: Registrant

    def lost(self) -> None:
        self.told.append("lost")
        self.registrant.register(HOP, self)


class Scene:
    """
    Us, and a registrar over TCP.
    """

    def __init__(self, **config: float) -> None:
        self.world = SIPWorld()
        self.us = self.world.peer(US, replace(SIPConfig(), **config))  # type: ignore[arg-type]  # of numbers
        self.wires: list[Wire] = []
        listener = StreamListener(self.world.network.host(THERE.host))
        self.listening = listener.listen(THERE, self.accept)
        self.asker = Losing()
        self.registrant = Registrant(self.us.endpoint, SIPURI("example.com"), "us", FakeSecrets())
        self.asker.registrant = self.registrant
        self.registrant.register(HOP, self.asker)
        self.grant()

    def accept(self, peer: TransportAddress) -> Wire:
        self.wires.append(Wire())
        return self.wires[-1]

    @property
    def wire(self) -> Wire:
        return self.wires[-1]

    def grant(self) -> None:
        self.world.run(0.1)
        register = self.wire.messages[-1]
        assert isinstance(register, SIPRequest)
        assert self.wire.stream is not None
        self.wire.stream.write(write(register.response(200, None, "there")))
        self.world.run(0.1)

    def ping(self, answer: bytes = b"") -> bytes:
        """
        @return: what has come by the time of the next keep-alive, which is answered so.
        """
        before = len(self.wire.raw)
        for _ in range(round(LAST)):
            self.world.run(1.0, step=1.0)
            if len(self.wire.raw) > before:
                break
        if answer and self.wire.stream is not None:
            self.wire.stream.write(answer)
        self.world.run(PATIENCE + 1, step=0.5)
        return self.wire.raw[before:]


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.registrant.forget()
    scene.listening.stop()
    for wire in scene.wires:
        if wire.stream is not None:
            wire.stream.close()
    scene.world.run(1.0, step=0.1)


def test_anEmptyLineIsSentNowAndThen(scene: Scene) -> None:
    before = len(scene.wire.raw)
    scene.world.run(FIRST - 1, step=1.0)
    assert scene.wire.raw[before:] == b""
    scene.world.run(LAST - FIRST + 1, step=1.0)
    assert scene.wire.raw[before:] == PING


def test_theConnectionStaysOpenForAsLongAsWeAreRegistered(scene: Scene) -> None:
    for _ in range(20):
        assert scene.ping(PONG) == PING
    assert not scene.wire.closed
    assert scene.asker.told == ["granted 3600"]


def test_whoNeverAnswersEmptyLinesIsNotTakenForGone(scene: Scene) -> None:
    for _ in range(5):
        assert scene.ping() == PING
    assert not scene.wire.closed


def test_whoHasAnsweredAndDoesNotAnyMoreIsLostAndRegisteredWithAnew(scene: Scene) -> None:
    scene.ping(PONG)
    lost = scene.wire
    scene.ping()
    assert lost.closed
    assert len(scene.wires) == 2
    scene.grant()
    assert scene.asker.told == ["granted 3600", "lost", "granted 3600"]
    assert scene.ping() == PING


def test_aConnectionThatIsClosedIsSeenAtTheNext(scene: Scene) -> None:
    assert scene.wire.stream is not None
    scene.wire.stream.close()
    scene.world.run(LAST + 1, step=1.0)
    assert scene.asker.told == ["granted 3600", "lost"]
    assert len(scene.wires) == 2


def test_whoIsNotToBeCalledAnyMoreKeepsNothing(scene: Scene) -> None:
    scene.registrant.unregister(HOP, scene.asker)
    scene.grant()
    before = len(scene.wire.raw)
    scene.world.run(2 * LAST, step=1.0)
    assert scene.wire.raw[before:] == b""


@pytest.mark.parametrize(("idleTimeout", "times"), [(50.0, 4), (5.0, 49)])
def test_whereSilentConnectionsAreClosedSoonerTheyAreKeptMoreOften(
    idleTimeout: float, times: int
) -> None:
    scene = Scene(idleTimeout=idleTimeout)
    before = len(scene.wire.raw)
    scene.world.run(199.0, step=0.5)
    assert scene.wire.raw[before:] == times * PING
    assert not scene.wire.closed
    scene.registrant.forget()
